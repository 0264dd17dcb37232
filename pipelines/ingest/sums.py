"""Orders of line-grain sources: the sums of their standing items, once every line of them is in.

What belongs here: which orders a file touched, their sums, and which wait for a refused line. What does not: how items
stand (merging.py).
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from pipelines.ingest.cells.reading import QUOTES, SPACES
from pipelines.ingest.expressions import names_in_order
from pipelines.ingest.incoming import Incoming, run_counted
from pipelines.ingest.ledger import PROVENANCE
from pipelines.ingest.merging import Merged
from pipelines.ingest.plan import Target
from pipelines.ingest.refused_lines import PAGE
from pipelines.ingest.retold import await_retold
from pipelines.ingest.staging import StagingTable, load_staging
from pipelines.spec.literals import quoted

if TYPE_CHECKING:
    from pipelines.database import Connection

AROUND = SPACES + QUOTES + '="'
# In a line that cannot be cut any cell may have slipped: what is not plainly an id may be a name.
PLAIN_ID = "[0-9A-Za-z_-]{1,64}"


def sum_orders(connection: Connection, incoming: Incoming, items: Target, name: str) -> Merged:
    """Orders of a line-grain source: sums over all standing items of the orders that this file touched."""
    table = load_staging()[name]
    own = f"file_source = {quoted(incoming.source.name)}"
    _await_refused(connection, incoming, items)
    _await_torn(connection, incoming, items)
    told = await_retold(connection, incoming, items, _key(table, "i"))
    touched = _touched(connection, incoming, items, table, own)
    sums = _sums_sql(connection, incoming, table, items.table, own, touched)
    listed = ", ".join([*table.stored, *PROVENANCE])
    if connection.execute(f"select 1 from staging.{name} where {own} limit 1").fetchone():
        among = f"semi join touched k on {_same(table, 's')}" if touched else ""
        connection.execute(
            "create or replace temp table outdated as "
            f"select s.rowid as standing_id from staging.{name} s {among} where s.{own}"
        )
        connection.execute(
            f"insert into superseded.{name} ({listed}, superseded_by) "
            f"select {listed}, {incoming.origin.files[-1].file_id} from staging.{name} "
            "where rowid in (select standing_id from outdated)"
        )
        connection.execute(f"delete from staging.{name} where rowid in (select standing_id from outdated)")
    origin = {"file_source": quoted(incoming.source.name), "file_row": "null", "shape": "null"}
    values = ", ".join(origin.get(column, f"s.{column}") for column in [*table.stored, *PROVENANCE])
    inserted = run_counted(connection, f"insert into staging.{name} ({listed}) select {values} from ({sums}) s")
    return Merged(inserted=inserted, notices=tuple(told))


def _await_refused(connection: Connection, incoming: Incoming, items: Target) -> None:
    """Enters the refused lines of this file whose order can be read in ops.waiting."""
    said = {name: items.expression(name) for name in ("platform", "shop_id", "order_id", "item_id")}
    if items.load.repeats is not None:
        said["item_id"] = "null"  # a line like it may stand, and be another
    takes = f" and coalesce(t.w{items.index}, true)" if items.has_where else ""
    bad = "t.is_bad or t.rec in (select row_id from losers where conflicts)"
    connection.execute(
        "insert into ops.waiting (table_name, file_source, platform, shop_id, order_id, item_id, file_id, line, "
        f"version_at) select {quoted(items.table.name)}, {quoted(incoming.source.name)}, {', '.join(said.values())}, "
        f"{incoming.origin.file_id}, t.line, {incoming.plan.version_at} from {incoming.name} t "
        f"where ({bad}) and {said['order_id']} is not null{takes}"
    )


def _await_torn(connection: Connection, incoming: Incoming, items: Target) -> None:
    """The same for lines that could not be cut into cells, as far as the cell of the order stands in its place."""
    named = names_in_order(items.load.columns["order_id"])
    places = [incoming.plan.places(name)[0] for name in named if name in incoming.plan.readings]
    known = [items.constant.get("platform"), items.constant.get("shop_id")]
    if not places or None in known:
        return
    said = ((line, cells[places[0]].strip(AROUND)) for line, cells in incoming.torn() if len(cells) > places[0])
    while page := list(itertools.islice(said, PAGE)):
        lines, orders = zip(*page, strict=True)
        connection.execute(
            "insert into ops.waiting (table_name, file_source, platform, shop_id, order_id, file_id, line, version_at) "
            f"select {quoted(items.table.name)}, {quoted(incoming.source.name)}, {known[0]}, {known[1]}, order_id, "
            f"{incoming.origin.file_id}, line, {incoming.origin.version_at} "
            "from (select unnest($lines::bigint[]) as line, unnest($orders::varchar[]) as order_id) "
            f"where regexp_full_match(order_id, '{PLAIN_ID}')",
            {"lines": list(lines), "orders": list(orders)},
        )


def _waiting_sql(items: StagingTable, own: str) -> str:
    """SELECT of the keys of orders of which a refused line is not in.

    It is in once a copy of it stands; where it has no number of its own that could be read, with a later export.
    """
    key = _key(items, "w")
    item = _key(items, "w", ("platform", "item_id"))
    standing = _key(items, "i", ("platform", "item_id"))
    of_order = _key(items, "i")
    return (
        f"select distinct {_named(key)} from ops.waiting w where w.{own} and w.table_name = {quoted(items.name)} "
        f"and not exists (select 1 from staging.{items.name} i where i.{own} and {_equal(standing, item)}) "
        f"and not (coalesce(w.item_id, w.order_id) = w.order_id and exists (select 1 from staging.{items.name} i "
        f"where i.{own} and {_equal(of_order, key)} and i.version_at > w.version_at))"
    )


def _touched(connection: Connection, incoming: Incoming, items: Target, table: StagingTable, own: str) -> bool:
    """Temp table `touched` of orders' keys; False, without the table, when every order of the source is touched."""
    name, mine, by_mine = items.table.name, incoming.origin.brought("file_id"), incoming.origin.brought("superseded_by")
    others = f"select 1 from staging.{name} where {own} and not ({mine}) limit 1"
    replaced = f"select 1 from superseded.{name} where {by_mine} limit 1"
    if not connection.execute(others).fetchone() and not connection.execute(replaced).fetchone():
        return False
    # An older copy that changes no line leaves the order as it is, in the name of the file that told it.
    changed = f"({by_mine} and file_id <> superseded_by or superseded_by is null and {mine})"
    key = _named(_key(table, "i"))
    # A line may come under another order than the one that waits for it.
    line = _equal(_key(items.table, "i", ("platform", "item_id")), _key(items.table, "w", ("platform", "item_id")))
    connection.execute(
        f"create or replace temp table touched as select {key} from staging.{name} i "
        f"where {mine} and {own} "
        f"union select {key} from superseded.{name} i where {changed} and {own} "
        f"union select {_named(_key(table, 'w'))} from ops.waiting w where {own} and ({mine} "
        f"or exists (select 1 from staging.{name} i where i.{mine} and i.{own} and {line}))"
    )
    return True


def _sums_sql(
    connection: Connection,
    incoming: Incoming,
    table: StagingTable,
    items: StagingTable,
    own: str,
    touched: bool,
) -> str:
    """SELECT of the touched orders that wait for nothing."""
    keys = [f"k{number}" for number in range(len(_key(table, "i")))]
    listed = ", ".join(keys)
    among = f" semi join touched k on {_same(table, 'i')}" if touched else ""
    rows = f"select i.*, {_named(_key(table, 'i'))} from staging.{items.name} i{among} where i.{own}"
    waiting = connection.execute(f"{_waiting_sql(items, own)} limit 1").fetchone()
    if waiting is not None:
        rows = f"select * from ({rows}) anti join ({_waiting_sql(items, own)}) using ({listed})"
    if table.finest and connection.execute(f"select 1 from ({rows}) where {table.finest} limit 1").fetchone():
        rows = (
            f"select * from (select *, min({table.finest}) over (partition by {listed}) as least from ({rows})) "
            f"where {table.finest} = least"
        )
    own_key = dict(zip(table.key, keys, strict=False))
    summed = table.summed_columns
    sums = ", ".join(
        f"cast({own_key.get(name) or summed.get(name, 'null')} as {column.sql_type}) as {name}"
        for name, column in table.stored.items()
    )
    # The file of its newest line; which line that is does not depend on the order of arrival.
    file_id = "any_value(file_id)"
    if touched or not incoming.origin.is_one:
        rows = f"select r.*, f.age from ({rows}) r left join ({_ages_sql(incoming)}) f using (file_id)"
        file_id = "max_by(file_id, (version_at, age))"
    # A column is untold when no item's file told it.
    untold = "case when count(untold) = count(*) and min(untold) = max(untold) then min(untold) end as untold"
    return (
        f"select {sums}, max(version_at) as version_at, {file_id} as file_id, {untold} from ({rows}) group by {listed}"
    )


def _ages_sql(incoming: Incoming) -> str:
    """SELECT of what decides between two files of one version; those of this load are not in the ledger yet."""
    own = f"select own_id, (own_modified_at, own_name, own_path) from {incoming.origin.relation}"
    return f"select file_id, (modified_at, file_name, path) as age from ops.files union all {own}"


def _key(table: StagingTable, alias: str, key: tuple[str, ...] = ("platform", "order_id")) -> list[str]:
    return table.key_sql(lambda column: f"{alias}.{column}", key)


def _named(parts: list[str]) -> str:
    return ", ".join(f"{sql} as k{number}" for number, sql in enumerate(parts))


def _equal(one: list[str], other: list[str]) -> str:
    return " and ".join(f"{a} = {b}" for a, b in zip(one, other, strict=True))


def _same(table: StagingTable, alias: str) -> str:
    """SQL: a row's key is that of the set `k`."""
    return " and ".join(f"{sql} = k.k{number}" for number, sql in enumerate(_key(table, alias)))
