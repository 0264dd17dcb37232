"""Which rows of the warehouse are somebody's, and the warehouse without them.

What belongs here: finding rows by the ids in temp table gone, taking them out of staging, older copies and the ledger,
and core and facts after that. What does not: who is meant (forget.py), the bytes that stay in the file (fresh_file.py).

A table of millions of rows is looked through column by column for the values alone; whose a row is, with platform and
kind and shop, is asked of the few that hold one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pipelines.identity.touched import GONE
from pipelines.ingest.forgotten import ORDER, Id, Place, places_of
from pipelines.ingest.sources import load_sources
from pipelines.ingest.staging import StagingTable, load_staging
from pipelines.settings import Settings
from pipelines.spec.literals import quoted

if TYPE_CHECKING:
    from pipelines.database import Connection


def note(connection: Connection, ids: Iterable[Id]) -> None:
    """temp.gone: the ids and orders that the other functions are about; `bare`: a value as its own column holds it."""
    connection.execute(
        "create or replace temp table gone (platform varchar, kind varchar, value varchar, bare varchar)"
    )
    rows = [[*one, one.bare] for one in ids]
    if rows:
        connection.executemany("insert into gone values (?, ?, ?, ?)", rows)


def orders_of(connection: Connection) -> list[Id]:
    """The orders that rows of the ids in temp table gone are of."""
    found: set[Id] = set()
    for schema, table in _loaded():
        places = list(places_of(table))
        others = [place for place in places if place.kind != ORDER]
        for order in (place for place in places if place.kind == ORDER):
            if others and _look(connection, f"{schema}.{table.name}", others):
                number = ", ".join(order.sql("t.{}".format))
                rows = connection.execute(f"select distinct {number} from temp.main.near t where is_theirs")
                found.update(Id(*row) for row in rows.fetchall() if row[2])
    return sorted(found)


def take_out(connection: Connection) -> Counter[str]:
    """Deletes what is of the ids and orders in temp table gone; rows by table. The ledger's sums hold afterwards.

    Rows that stood in staging stay in superseded, as replaced by nothing (GONE), until follow() has told core.
    """
    deleted: Counter[str] = Counter()
    connection.execute(
        "create or replace temp table gone_rows "
        "(file_id bigint, file_source varchar, table_name varchar, is_standing boolean)"
    )
    for schema, table in _loaded():
        named, is_standing = f"{schema}.{table.name}", schema == "staging"
        if _look(connection, named, list(places_of(table))):
            connection.execute(
                f"insert into gone_rows select file_id, file_source, {quoted(table.name)}, {is_standing} "
                "from temp.main.near where is_theirs and file_row is not null"
            )
            _keep_for_core(connection, schema, table)
            deleted[named] += _delete(connection, named, "rowid in (select place from temp.main.near where is_theirs)")
        _unname(connection, schema, table)
    _settle_ledger(connection)
    deleted += _delete_elsewhere(connection)
    return +deleted


def _loaded() -> Iterator[tuple[str, StagingTable]]:
    """Older copies first: what staging adds to them is not to be taken out again."""
    for schema in ("superseded", "staging"):
        for table in load_staging().values():
            yield schema, table


def _look(connection: Connection, named: str, places: list[Place]) -> bool:
    """temp.near: the rows of a table that hold one of the values anywhere, each with its place and whether it
    `is_theirs`; whether any is."""
    if not places:
        return False
    looks = " union ".join(
        f"select t.rowid from {named} t semi join gone g on t.{place.value} = g.bare" for place in places
    )
    is_theirs = " or ".join(_is_gone(place.sql("t.{}".format)) for place in places)
    connection.execute(f"""
        create or replace temp table held as select t.rowid as place, t.* from {named} t where t.rowid in ({looks});
        create or replace temp table near as select t.*, {is_theirs} as is_theirs from temp.main.held t;
    """)
    return bool(connection.execute("select count(*) from temp.main.near where is_theirs").fetchall()[0][0])


def _keep_for_core(connection: Connection, schema: str, table: StagingTable) -> None:
    """The rows of temp.near that are theirs, for core to see that they are no more."""
    if schema == "staging":
        connection.execute(
            f"insert into superseded.{table.name} by name select * exclude (place, is_theirs), {GONE} as superseded_by "
            "from temp.main.near where is_theirs"
        )


def _unname(connection: Connection, schema: str, table: StagingTable) -> None:
    """Takes them out of others' rows that name them besides (an inviter)."""
    named = f"{schema}.{table.name}"
    for column in table.columns.values():
        other = Place("platform", column.hashed_when or "", column.stored_as)
        if column.of_other and column.hashed_when and _look(connection, named, [other]):
            _keep_for_core(connection, schema, table)
            connection.execute(
                f"update {named} set {column.stored_as} = null "
                "where rowid in (select place from temp.main.near where is_theirs)"
            )


def _is_gone(names: tuple[str, str, str]) -> str:
    platform, kind, value = names
    return f"({value} is not null and ({platform}, {kind}, {value}) in (select (platform, kind, value) from gone))"


def _delete(connection: Connection, table: str, condition: str) -> int:
    return int(connection.execute(f"delete from {table} t where {condition}").fetchall()[0][0])


def _settle_ledger(connection: Connection) -> None:
    """A physical row that went is read no more: read = loaded + superseded + quarantined holds as before."""
    counting = [[name, table] for name, source in load_sources().items() for table in source.counting]
    connection.execute("create or replace temp table counting (file_source varchar, table_name varchar)")
    connection.executemany("insert into counting values (?, ?)", counting)
    connection.execute("""
        update ops.files f set
            rows_read = rows_read - least(g.standing, rows_loaded) - least(g.replaced, rows_superseded),
            rows_loaded = rows_loaded - least(g.standing, rows_loaded),
            rows_superseded = rows_superseded - least(g.replaced, rows_superseded)
        from (
            select file_id, count(*) filter (where is_standing) as standing,
                count(*) filter (where not is_standing) as replaced
            from gone_rows semi join counting using (file_source, table_name) group by file_id
        ) g where f.file_id = g.file_id
    """)


def _delete_elsewhere(connection: Connection) -> Counter[str]:
    """Lists of members, orders that wait, and whatever quarantine and notices show of the ids."""
    deleted: Counter[str] = Counter()
    member = "member in (select kind || chr(31) || value from gone)"
    for table in ("list_members", "departures"):
        deleted[f"ops.{table}"] = _delete(connection, f"ops.{table}", member)
    order = Place("platform", ORDER, "order_id", is_fixed=True, shop="shop_id").sql("t.{}".format)
    deleted["ops.waiting"] = _delete(connection, "ops.waiting", _is_gone(order))
    # a phone is masked there; an id is looked for as a word of its own, unless it is so short that any word may be it
    shown = "exists (select 1 from gone g where length(g.value) >= 4 and g.kind not in ('phone', 'order') and ({}))"
    word = "regexp_matches({}, '(^|[^A-Za-z0-9_])' || regexp_escape(g.value) || '($|[^A-Za-z0-9_])')"
    in_quarantine = shown.format(" or ".join(word.format(f"coalesce(t.{c}, '')") for c in ("raw_text", "found")))
    in_lines = f"t.line is not null and {in_quarantine}"
    connection.execute(f"""
        update ops.files f set rows_read = rows_read - q.n, rows_quarantined = rows_quarantined - q.n
        from (select file_id, sum(rows) as n from ops.quarantine t where {in_lines} group by 1) q
        where f.file_id = q.file_id
    """)
    deleted["ops.quarantine"] = _delete(connection, "ops.quarantine", in_lines)
    # the line of a whole file stands for all its rows: it stays, without what it shows
    connection.execute(f"update ops.quarantine t set found = '***' where t.line is null and {in_quarantine}")
    in_notices = shown.format(" or ".join(word.format(f"coalesce(t.{c}, '')") for c in ("subject", "said", "facts")))
    deleted["ops.notices"] = _delete(connection, "ops.notices", in_notices)
    return deleted


def follow(connection: Connection, settings: Settings) -> bool:
    """Core and facts without the rows that were taken out; False where a run has to make them anew.

    They change by what these rows touch, as by any rows that come or go: see identity/touched.py.
    """
    from pipelines.engines.engine import TOUCHED

    has_followed = settings.engine == "duckdb" and _is_built(connection) and _bring(connection, settings)
    for table in load_staging():
        connection.execute(f"delete from superseded.{table} where superseded_by = {GONE}")
    for name in TOUCHED if has_followed else ():
        connection.execute(f"delete from ops.{name}")
    return has_followed


def _bring(connection: Connection, settings: Settings) -> bool:
    """A pass over core and facts; False where nothing is left to report on, or all would be built whole."""
    from pipelines.building import create_ops, refresh
    from pipelines.core import NoData, begin_pass, core_tables
    from pipelines.facts import fact_tables
    from pipelines.ingest.creating import create_staging

    create_staging(connection)
    create_ops(connection)
    try:
        core_pass = begin_pass(connection, settings)
    except NoData:
        return False
    if not core_pass.is_full:
        for table in [*core_tables(), *fact_tables()]:
            refresh(connection, table, settings, core_pass)
    return not core_pass.is_full


def _is_built(connection: Connection) -> bool:
    """Whether core was brought up to any pass before."""
    there = "select 1 from duckdb_tables() where schema_name = 'ops' and table_name = 'table_state'"
    if not connection.execute(there).fetchone():
        return False
    return bool(connection.execute("select count(*) from ops.table_state").fetchall()[0][0])
