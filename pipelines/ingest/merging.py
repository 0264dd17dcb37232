"""Incoming rows meet standing ones: per key the newest copy stands, whichever file came first.

What belongs here: versions and superseding; all set-based, inside the caller's transaction. What does not: how the
incoming table was made (rows.py), orders summed from items (sums.py).

Newer means greater (version_at, file's time, file's name, its path, its line): nothing in it depends on the order of
arrival, so any order gives the same staging tables.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipelines.ingest.ledger import PROVENANCE
from pipelines.ingest.plan import Facts, Target
from pipelines.ingest.sources import Source, load_sources
from pipelines.ingest.staging import StagingTable, quoted

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Incoming:
    """The incoming rows of one level of a file: view `name`, and what is needed to say where a row is from."""

    name: str
    version: str  # SQL over alias t
    source: Source
    facts: Facts


@dataclass(frozen=True)
class Merged:
    """What became of one target's rows."""

    inserted: int = 0
    superseded: int = 0  # incoming rows that do not stand: identical or older copies
    conflicting: int = 0  # incoming rows that contradict another row of the same key, version and file
    replaced: int = 0  # rows that stood before


def merge(connection: duckdb.DuckDBPyConnection, incoming: Incoming, target: Target, keep_last: bool) -> Merged:
    """Moves one target's incoming rows into staging. `keep_last`: contradicting rows of one file are no error here.

    Leaves the temp table `losers` (row_id, conflicts) for the caller to report.
    """
    table = target.table
    if target.load.repeats is not None:
        incoming = _numbered(connection, incoming, target)
    clashing = _find_losers(connection, incoming, target, keep_last)
    meeting = _find_meetings(connection, incoming, target, clashing)
    columns = [*table.stored, *PROVENANCE]
    listed = ", ".join(columns)
    replaced = 0
    if meeting:
        standing = "(select standing_id from meetings where wins)"
        replaced = run_counted(
            connection,
            f"insert into superseded.{table.name} ({listed}, superseded_by) "
            f"select {listed}, {incoming.facts.file_id} from staging.{table.name} s where s.rowid in {standing}",
        )
        if replaced:
            connection.execute(f"delete from staging.{table.name} where rowid in {standing}")
            _correct_ledger(connection, table)
    values = ", ".join([*(target.expression(c) for c in table.stored), *_provenance(incoming)])
    rows = f"from {incoming.name} t where {target.condition()}"
    beaten = []
    if clashing:
        beaten.append("select row_id from losers where not conflicts")
    if meeting:
        beaten.append("select row_id from meetings where not wins")
    superseded = 0
    if beaten:
        superseded = run_counted(
            connection,
            f"insert into superseded.{table.name} ({listed}, superseded_by) select {values}, {incoming.facts.file_id} "
            f"{rows} and t.rec in ({' union all '.join(beaten)})",
        )
        gone = " union all ".join([*beaten, *(["select row_id from losers where conflicts"] if clashing else [])])
        rows += f" and t.rec not in ({gone})"
    inserted = run_counted(connection, f"insert into staging.{table.name} ({listed}) select {values} {rows}")
    conflicting = one_number(connection, "select count(*) from losers where conflicts") if clashing else 0
    return Merged(inserted, superseded, conflicting, replaced)


def _numbered(connection: duckdb.DuckDBPyConnection, incoming: Incoming, target: Target) -> Incoming:
    """Rows without an id of their own: the second of two equal ones of a file gets the key `…#2`."""
    name = f"numbered_{target.index}"
    key = f"s{target.index}_{target.load.repeats}"
    connection.execute(
        f"create or replace temp table {name} as select t.* replace (case when place > 1 then {key} || '#' || place "
        f"else {key} end as {key}) from (select t.*, row_number() over (partition by {', '.join(_keys(target))} "
        f"order by t.rec) as place from {incoming.name} t where {target.condition()}) t"
    )
    return replace(incoming, name=f"temp.{name}")


def _provenance(incoming: Incoming) -> list[str]:
    return [quoted(incoming.source.name), str(incoming.facts.file_id), "t.line", incoming.version]


def _keys(target: Target) -> list[str]:
    return [target.expression(column) for column in target.table.key]


def _find_losers(connection: duckdb.DuckDBPyConnection, incoming: Incoming, target: Target, keep_last: bool) -> bool:
    """Rows of one file with the same key: the newest, then the last line, wins. True when there are any."""
    connection.execute("create or replace temp table losers (row_id bigint, conflicts boolean)")
    key = f"hash({', '.join(_keys(target))})"
    rows = f"from {incoming.name} t where {target.condition()}"
    connection.execute(
        "create or replace temp table clashes as "
        f"select key from (select {key} as key {rows}) group by key having count(*) > 1"
    )
    if not one_number(connection, "select count(*) from clashes"):
        return False
    content = f"hash({', '.join(target.expression(column) for column in target.table.stored)})"
    conflicts = "false" if keep_last else "version = first_version and content <> first_content"
    connection.execute(
        f"insert into losers select row_id, {conflicts} from (select *, row_number() over newest as place, "
        "first_value(version) over newest as first_version, first_value(content) over newest as first_content "
        f"from (select t.rec as row_id, {incoming.version} as version, "
        f"t.line as line, {content} as content, [{', '.join(f'{k}::varchar' for k in _keys(target))}] as keys "
        f"{rows} and {key} in (select key from clashes)) "
        "window newest as (partition by keys order by version desc, line desc, row_id desc)) where place > 1"
    )
    return bool(one_number(connection, "select count(*) from losers"))


def _find_meetings(connection: duckdb.DuckDBPyConnection, incoming: Incoming, target: Target, clashing: bool) -> bool:
    """Incoming rows whose key stands already, and which of the two is newer. True when there are any."""
    table = target.table
    per_source = table.versions == "newest_per_source"
    same_source = f" where file_source = {quoted(incoming.source.name)}" if per_source else ""
    if connection.execute(f"select 1 from staging.{table.name}{same_source} limit 1").fetchone() is None:
        return False
    facts = incoming.facts
    mine = f"(timestamp '{facts.modified_at}', {quoted(facts.name)}, {quoted(facts.path)})"
    on = " and ".join(_equals(target, column) for column in table.key)
    if per_source:
        on += f" and s.file_source = {quoted(incoming.source.name)}"
    connection.execute(
        "create or replace temp table meetings as "
        "select t.rec as row_id, s.rowid as standing_id, "
        "s.file_id as standing_file, s.file_source as standing_source, "
        f"{incoming.version} > s.version_at "
        f"or ({incoming.version} = s.version_at and coalesce(f.is_older, true)) as wins "
        f"from {incoming.name} t join staging.{table.name} s on {on} "
        f"left join (select file_id, (modified_at, file_name, path) < {mine} as is_older from ops.files) f "
        f"on f.file_id = s.file_id where {target.condition()}"
        + (" and t.rec not in (select row_id from losers)" if clashing else "")
    )
    return bool(one_number(connection, "select count(*) from meetings"))


def _equals(target: Target, column: str) -> str:
    return f"s.{column} = {target.expression(column)}"


def _correct_ledger(connection: duckdb.DuckDBPyConnection, table: StagingTable) -> None:
    """The files whose rows were replaced have fewer loaded rows and more superseded ones."""
    counting = [name for name, source in load_sources().items() if table.name in source.counting]
    connection.execute(
        "update ops.files set rows_loaded = rows_loaded - n, rows_superseded = rows_superseded + n "
        "from (select standing_file, count(*) as n from meetings where wins "
        "and list_contains($counting, standing_source) group by standing_file) "
        "where file_id = standing_file",
        {"counting": counting},
    )


def run_counted(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return row[0] if row else 0


def one_number(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    assert row is not None
    return row[0]
