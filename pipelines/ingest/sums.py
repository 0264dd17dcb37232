"""Orders of line-grain sources: the sums of their standing items.

What belongs here: which orders a file touched, and their sums. What does not: how items stand (merging.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.ingest.ledger import PROVENANCE
from pipelines.ingest.merging import Incoming, Merged, run_counted
from pipelines.ingest.plan import Target
from pipelines.ingest.staging import StagingTable, load_staging, quoted

if TYPE_CHECKING:
    import duckdb


def sum_orders(connection: duckdb.DuckDBPyConnection, incoming: Incoming, items: Target, name: str) -> Merged:
    """Orders of a line-grain source: sums over all standing items of the orders that this file touched."""
    table = load_staging()[name]
    source = quoted(incoming.source.name)
    file_id = incoming.facts.file_id
    own = f"file_source = {source}"
    touched = _touched(connection, incoming, items, own)
    _sum(connection, table, items.table.name, own, touched)
    listed = ", ".join([*table.stored, *PROVENANCE])
    replaced = 0
    if connection.execute(f"select 1 from staging.{name} where {own} limit 1").fetchone():
        keys = ", ".join(table.key)
        among = "touched" if touched else "sums"
        connection.execute(
            f"create or replace temp table outdated as select s.rowid as standing_id from staging.{name} s "
            f"semi join {among} using ({keys}) where s.{own}"
        )
        replaced = run_counted(
            connection,
            f"insert into superseded.{name} ({listed}, superseded_by) select {listed}, {file_id} "
            f"from staging.{name} where rowid in (select standing_id from outdated)",
        )
        connection.execute(f"delete from staging.{name} where rowid in (select standing_id from outdated)")
    values = ", ".join([*(f"s.{c}" for c in table.stored), source, str(file_id), "null", "s.version_at"])
    inserted = run_counted(connection, f"insert into staging.{name} ({listed}) select {values} from sums s")
    return Merged(inserted=inserted, replaced=replaced)


def _touched(connection: duckdb.DuckDBPyConnection, incoming: Incoming, items: Target, own: str) -> bool:
    """Temp table `touched` (platform, order_id); False, without the table, when every order of the source is."""
    table = items.table.name
    others = f"select 1 from staging.{table} where {own} and file_id <> {incoming.facts.file_id} limit 1"
    replaced = f"select 1 from superseded.{table} where superseded_by = {incoming.facts.file_id} limit 1"
    if not connection.execute(others).fetchone() and not connection.execute(replaced).fetchone():
        return False
    connection.execute(
        "create or replace temp table touched as "
        f"select distinct {items.expression('platform')} as platform, {items.expression('order_id')} as order_id "
        f"from {incoming.name} t where {items.condition()} "
        f"union select platform, order_id from superseded.{table} "
        f"where superseded_by = {incoming.facts.file_id} and {own}"
    )
    return True


def _sum(connection: duckdb.DuckDBPyConnection, table: StagingTable, items: str, own: str, touched: bool) -> None:
    keys = ", ".join(table.key)
    rows = f"select * from staging.{items} i {f'semi join touched using ({keys})' if touched else ''} where i.{own}"
    if table.finest and connection.execute(f"select 1 from ({rows}) where {table.finest} limit 1").fetchone():
        rows = (
            f"select * from (select *, min({table.finest}) over (partition by {keys}) as least from ({rows})) "
            f"where {table.finest} = least"
        )
    sums = ", ".join(
        f"cast({table.summed_columns.get(name, 'null')} as {column.sql_type}) as {name}"
        for name, column in table.stored.items()
        if name not in table.key
    )
    connection.execute(
        f"create or replace temp table sums as "
        f"select {keys}, {sums}, max(version_at) as version_at from ({rows}) group by {keys}"
    )
