"""Which ids, people and order numbers a pass touches, and core.identities with only those made anew.

What belongs here: the rows that came or went since the last pass, the closing of what they touch, the exchange. What
does not: what names an id and what joins two (assets/core/identities.py), how later tables follow the touched sets
(engines/).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pipelines.database import add_rows
from pipelines.engines.touched_rows import match_of, note_gathered, rows_by

if TYPE_CHECKING:
    from pipelines.database import Connection

NODE = "platform, id_type, id_value"
# superseded_by of a row that no file replaced: its person was forgotten.
GONE = 2**62
SAME_NODE, SAME_NUMBER = match_of("touched_nodes"), match_of("touched_orders")
# When a row of each staging table happened: by the first of these that it tells.
MOMENTS = {
    "orders": ("paid_at", "ordered_at"),
    "refunds": ("refunded_at",),
    "events": ("event_at",),
    "identities": ("observed_at",),
}


@dataclass(frozen=True)
class Naming:
    """The ids that rows name, as SQL over a table or subquery: (platform, id_type, id_value, seen_at), of orders and
    refunds order_platform and order_id beside them. `links`: rows of staging.identities as they are compared."""

    orders: Callable[[str], str]
    refunds: Callable[[str], str]
    events: Callable[[str], str]
    link_ends: Callable[[str], str]
    links: Callable[[str], str]


@dataclass(frozen=True)
class Since:
    """The pass that core.identities was last brought up to, and what it had seen: files, and the business day."""

    pass_no: int
    watermark: int
    as_of: date


def last_done(connection: Connection) -> Since | None:
    """None before the first pass."""
    done = connection.execute("""
        select pass_no, p.watermark, p.as_of from ops.core_passes p join ops.table_state t using (pass_no)
        where t.table_name = 'core.identities'
    """).fetchall()
    return Since(*done[0]) if done else None


def touch(connection: Connection, naming: Naming, since: Since, as_of: date) -> None:
    """Fills temp.touched_ids with every id of every touched person, temp.touched_numbers with the numbers of their
    orders, and temp.copies with the rows of staging.orders that have one of these.

    Touched are the ids that a row names which came, went, or came into view since. The sets are closed: whoever is
    joined to a touched one, was so before, or has a copy of an order number of theirs, is touched too, since later
    tables make whole numbers anew, and whole histories of their buyers.
    """
    _changed_rows(connection, since, as_of)
    connection.execute(f"""
        create or replace temp table touched_ids as
            select distinct {NODE}, 0 as turn from (
                select {NODE} from ({naming.orders("changed_orders")})
                union all select {NODE} from ({naming.refunds("changed_refunds")})
                union all select {NODE} from ({naming.events("changed_events")})
                union all select {NODE} from ({naming.link_ends(naming.links("changed_identities"))})
            );
        create or replace temp table touched_numbers as
            select platform, order_id, 0 as turn from (
                select platform, order_id from changed_orders union select platform, order_id from changed_refunds
            );
        create or replace temp table copies as from staging.orders limit 0;
    """)
    _close(connection, naming)
    note_gathered(connection, "staging.orders", SAME_NUMBER, since.pass_no, "staging.orders", "temp.main.copies")


def _close(connection: Connection, naming: Naming) -> None:
    """Goes round until nothing is added. An id is asked about once, in the turn after it was found; orders, which are
    many, when all else is closed.

    A cut phone joins nobody: the other copies of its orders' numbers do not name it.
    """
    turn = asked = 0
    while True:
        if _grown(connection, _neighbours(f"(select {NODE} from touched_ids where turn = {turn})"), turn + 1):
            turn += 1
            continue
        _copies(connection, naming, asked, turn)
        asked = turn + 1
        if not _grown(connection, NAMED_BY_COPIES.format(nodes=naming.orders("copies")), asked):
            return
        turn = asked


def _neighbours(fresh: str) -> str:
    """The ids that were of one person with one of these, and those that a link joins to one."""
    people = rows_by("core.identities", fresh, SAME_NODE, "t.person_id")
    return f"""
        {rows_by("core.identities", f"({people})", "t.person_id = x.person_id", NODE)}
        union select linked_platform, linked_type, linked_value from known_links semi join {fresh} using ({NODE})
        union select l.platform, l.id_type, l.id_value from known_links l semi join {fresh} n
            on l.linked_platform = n.platform and l.linked_type = n.id_type and l.linked_value = n.id_value
    """


NAMED_BY_COPIES = f"""
    select {NODE} from ({{nodes}})
    anti join (select {NODE} from core.identities where person_id is null) using ({NODE})
"""


def _copies(connection: Connection, naming: Naming, asked: int, turn: int) -> None:
    """What was touched in turn `asked` and later leads to order numbers, and these to all rows that have them."""
    fresh = f"(select {NODE} from touched_ids where turn >= {asked})"
    numbers = f"(select platform, order_id from touched_numbers where turn >= {asked})"
    told = "platform, buyer_id_type, buyer_id, phone_key, order_id, ordered_at, paid_at"
    connection.execute(f"""
        -- by the value alone first: one comparison of all orders instead of three
        create or replace temp table naming_orders as
            {rows_by("staging.orders", fresh, "t.buyer_id = x.id_value", told)}
            union all {rows_by("staging.orders", fresh, "t.phone_key = x.id_value", told)};
        create or replace temp table new_numbers as
            select order_platform, order_id, {turn} from (
                select order_platform, order_id from (
                    select * from ({naming.orders("naming_orders")})
                    union all by name select * from ({naming.refunds("staging.refunds")})
                ) semi join {fresh} using ({NODE})
                except select platform, order_id from touched_numbers
            );
    """)
    add_rows(connection, "touched_numbers", "from new_numbers")
    add_rows(connection, "copies", rows_by("staging.orders", numbers, SAME_NUMBER))


def _grown(connection: Connection, nodes: str, turn: int) -> int:
    """How many of these ids were not touched yet and are so now."""
    new = f"select distinct {NODE}, {turn} from ({nodes}) anti join touched_ids using ({NODE})"
    connection.execute(f"create or replace temp table new_ids as {new}")
    add_rows(connection, "touched_ids", "from new_ids")
    return int(connection.execute("select count(*) from new_ids").fetchall()[0][0])


def _changed_rows(connection: Connection, since: Since, as_of: date) -> None:
    """Per staging table: rows loaded or replaced since the watermark, and rows that the new as_of brings into view."""
    mark = since.watermark
    for table, moments in MOMENTS.items():
        # each condition by itself, so that DuckDB passes over what was stored before
        parts = [f"file_id > {mark}"]
        for place, moment in enumerate(moments):
            in_view = f"{moment} >= date '{since.as_of}' + 1 and {moment} < date '{as_of}' + 1"
            parts.append(" and ".join([f"file_id <= {mark}", *(f"{m} is null" for m in moments[:place]), in_view]))
        rows = " union all ".join(f"select * from staging.{table} where {part}" for part in parts)
        connection.execute(f"""
            create or replace temp table changed_{table} as
            {rows}
            union all by name
            select * exclude (superseded_by) from superseded.{table} where superseded_by > {mark}
        """)
    connection.execute(f"""
        create or replace temp table changed_events as
        from changed_events
        union all by name
        select e.* from staging.events e semi join (
            select platform, group_id from staging.groups where file_id > {mark}
            union select platform, group_id from superseded.groups where superseded_by > {mark}
        ) g using (platform, group_id)
    """)


def exchange(connection: Connection, found: str, pass_no: int) -> None:
    """The touched ids of core.identities as `found` has them now, and what later tables have to make anew."""
    left = rows_by("core.identities", "temp.main.touched_ids", SAME_NODE, "t.rowid as place, t.person_id")
    connection.execute(f"""
        create or replace temp table leaving as {left};
        insert into ops.touched_people select {pass_no}, person_id from (
            select person_id from temp.main.leaving union select person_id from {found}
        ) where person_id is not null;
        delete from core.identities where rowid in (select place from temp.main.leaving);
        insert into core.identities select * from {found};
        insert into ops.touched_nodes select {pass_no}, {NODE} from temp.main.touched_ids;
        insert into ops.touched_orders select {pass_no}, platform, order_id from temp.main.touched_numbers;
    """)


def forget_superseded(connection: Connection, pass_no: int) -> None:
    """Replaced rows have done their work: they told which people a correction touched."""
    passed = connection.execute("select watermark from ops.core_passes where pass_no = ?", [pass_no]).fetchall()
    # On another day (`siyu metric --as-of`) these are views of a published snapshot, where nothing is ever deleted.
    own = "database_name = current_database() and schema_name = 'superseded'"
    for (table,) in connection.execute(f"select table_name from duckdb_tables() where {own}").fetchall():
        connection.execute(
            f"delete from superseded.{table} where superseded_by <= {passed[0][0]} or superseded_by = {GONE}"
        )
