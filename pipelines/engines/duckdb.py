"""Builds the tables of `assets/core` and `assets/metrics` in DuckDB: whole, or only the people that new files touched.

What belongs here: create, delete-and-insert, comments, bookkeeping of passes. What does not: any table's meaning; which
rows a new file touches is written in each table's header (`rebuild`) and in assets/core/identities.py.

A *pass* is one refresh of core. The pass numbers of a table and of the touched rows say what a table has yet to do, so
that a run killed at any point, or one that refreshed some tables only, is made good by the next.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.engines.following import can_follow, follow, keep_replaced, kept
from pipelines.platforms import load_platforms
from pipelines.settings import Settings
from pipelines.tables import ASSETS, Table, load_tables
from pipelines.warehouse import transaction

if TYPE_CHECKING:
    import duckdb

    from pipelines.engines.engine import Engine
    from pipelines.spec.header import Restriction

# The sets of touched keys that assets/core/identities.py fills, and by which a table may be rebuilt in part.
TOUCHED = {
    "touched_nodes": ("platform", "id_type", "id_value"),
    "touched_people": ("person_id",),
    "touched_orders": ("platform", "order_id"),
}


@dataclass(frozen=True)
class Built:
    """What a build did: rows now in the table, rows written, seconds."""

    table: str
    rows: int
    written: int
    seconds: float
    is_full: bool


@dataclass(frozen=True)
class Pass:
    """One refresh of core: its number, its business day, and whether every table is to be built anew."""

    number: int
    as_of: date
    is_full: bool


def create_ops(connection: duckdb.DuckDBPyConnection) -> None:
    """The bookkeeping tables of core's passes."""
    connection.execute("""
        create table if not exists ops.core_passes (
            pass_no bigint, watermark bigint, as_of date, fingerprint varchar, is_full boolean, started_at timestamp);
        create table if not exists ops.table_state (table_name varchar, pass_no bigint, rows bigint, seconds double);
    """)
    for name, key in TOUCHED.items():
        columns = ", ".join(f"{column} varchar" for column in key)
        connection.execute(f"create table if not exists ops.{name} (pass_no bigint, {columns})")


def fingerprint(settings: Settings) -> str:
    """Changes when a definition or a number-deciding setting changes; core is then built anew."""
    digest = hashlib.sha256()
    for file in sorted(f for place in ("core/*", "facts/*", "*.yaml") for f in ASSETS.glob(place)):
        if file.is_file():
            digest.update(file.name.encode() + file.read_bytes())
    digest.update(repr(load_platforms()).encode())
    no_number = {"home", "language", "merchant_name", "engine", "spark", "memory_limit"}
    digest.update(settings.model_dump_json(exclude=no_number).encode())
    return digest.hexdigest()[:16]


def values(settings: Settings, as_of: date) -> dict[str, Any]:
    """What every SQL file may use as `$name`."""
    whole = [platform.name for platform in load_platforms().values() if platform.has_global_order_ids]
    given = {"core_week_starts": settings.week_starts, "as_of": as_of, "global_platforms": whole}
    return {**settings.number_deciding(), **given}


@dataclass(frozen=True)
class DuckDBEngine:
    """The SQL files run in the warehouse's own connection."""

    connection: duckdb.DuckDBPyConnection

    def create(self, table: Table, given: Mapping[str, Any]) -> int:
        """See Engine."""
        kind = "view" if table.is_view else "table"
        text = table.render({**table.parameters, **given})
        with transaction(self.connection):
            self.connection.execute(f"create or replace {kind} {table.qualified} as {text}")
        return 0 if table.is_view else count(self.connection, table.qualified)

    def replace_touched(self, table: Table, given: Mapping[str, Any], done: int) -> int:
        """See Engine. Equal to a full build; a property test proves it."""
        rebuild = table.header.rebuild
        assert rebuild is not None
        _gather_touched(self.connection, done)
        inputs = {name: _only_touched(name, rule) for name, rule in rebuild.restrict.items()}
        text = table.render({**table.parameters, **given}, inputs=inputs)
        match = _match(rebuild.delete, rebuild.key)
        touched = f"select t.* from {table.qualified} as t semi join {_temp(rebuild.delete)} as x on {match}"
        keep_replaced(self.connection, table, done, touched, text)
        with transaction(self.connection) as connection:
            connection.execute(f"delete from {table.qualified} as t using {_temp(rebuild.delete)} as x where {match}")
            inserted = f"insert into {table.qualified} by name select * from {kept(table.qualified)}"
            return int(connection.execute(inserted).fetchall()[0][0])

    def follow(self, fact: Table, given: Mapping[str, Any], done: int) -> int | None:
        """See Engine. Equal to a full build; a property test proves it."""
        if not can_follow(self.connection, fact, done):
            return None
        with transaction(self.connection):
            return follow(self.connection, fact, given)


def build(
    connection: duckdb.DuckDBPyConnection, table: Table, given: dict[str, Any], engine: Engine | None = None
) -> Built:
    """The whole table anew. `given`: values() and the table's parameters."""
    started = time.monotonic()
    rows = (engine or DuckDBEngine(connection)).create(table, given)
    return Built(table.qualified, rows, rows, time.monotonic() - started, True)


def refresh(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    settings: Settings,
    core_pass: Pass,
    engine: Engine | None = None,
) -> Built:
    """A table of core or facts brought up to the pass: only what was touched where its header says how, else whole.

    `engine`: who runs the SQL files, by default the connection itself. Tables built in Python are always DuckDB's.
    """
    started, engine = time.monotonic(), engine or DuckDBEngine(connection)
    if table.is_python:
        with transaction(connection):
            table.module().build(connection, settings, core_pass)
            rows = count(connection, table.qualified)
            built = Built(table.qualified, rows, rows, time.monotonic() - started, core_pass.is_full)
            _remember(connection, table, core_pass, built)
        return built
    given, done = values(settings, core_pass.as_of), _pass_of(connection, table)
    bring = engine.follow if table.schema == "facts" else engine.replace_touched
    written = None if _needs_full(connection, table, done, core_pass) else bring(table, given, done)
    if written is None:
        built = build(connection, table, given, engine)
    else:
        rows = count(connection, table.qualified)
        built = Built(table.qualified, rows, written, time.monotonic() - started, False)
    with transaction(connection):
        _remember(connection, table, core_pass, built)
    return built


def _needs_full(connection: duckdb.DuckDBPyConnection, table: Table, done: int, core_pass: Pass) -> bool:
    follows = table.header.rebuild is not None or table.counted_by is not None
    if not follows or done < 0 or core_pass.is_full:
        return True
    missed = connection.execute(
        "select pass_no from ops.core_passes where pass_no > ? and pass_no <= ? and is_full", [done, core_pass.number]
    )
    return bool(missed.fetchall())


def _gather_touched(connection: duckdb.DuckDBPyConnection, done: int) -> None:
    """The touched sets of the passes after `done`, as temporary tables."""
    for name, key in TOUCHED.items():
        connection.execute(
            f"create or replace temp table {name} as "
            f"select distinct {', '.join(key)} from ops.{name} where pass_no > ?",
            [done],
        )


def _only_touched(name: str, rule: Restriction) -> str:
    """Only the touched rows of an input."""
    return f"select t.* from {name} as t semi join {_temp(rule.set)} as x on {_match(rule.set, rule.key)}"


def _match(touched: str, key: Sequence[str] | None) -> str:
    """How a table t meets a touched set x: by the set's own columns, or by other columns or expressions over t."""
    mine = [part if "t." in part else f"t.{part}" for part in key or TOUCHED[touched]]
    return " and ".join(f"{one} = x.{other}" for one, other in zip(mine, TOUCHED[touched], strict=True))


def _temp(name: str) -> str:
    return f"temp.main.{name}"


def comment(connection: duckdb.DuckDBPyConnection) -> None:
    """Titles, units and descriptions of the headers as comments that any SQL client shows, where there are none yet.

    Readers see a snapshot, so it is enough to do it once before publishing.
    """
    bare = connection.execute("""
        select schema_name || '.' || table_name from duckdb_tables()
        where database_name = current_database() and comment is null
        union all
        select schema_name || '.' || view_name from duckdb_views()
        where database_name = current_database() and comment is null and not internal
    """).fetchall()
    tables = load_tables()
    with transaction(connection):
        for (name,) in bare:
            if name in tables:
                _comment(connection, tables[name])


def _comment(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    kind = "view" if table.is_view else "table"
    connection.execute(f"comment on {kind} {table.qualified} is {_text(table.description)}")
    for column in table.columns.values():
        parts = [column.zh, f"[{column.unit}]" if column.unit else "", column.description]
        words = " ".join(part for part in parts if part)
        if words:
            connection.execute(f'comment on column {table.qualified}."{column.name}" is {_text(words)}')


def _text(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


def count(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    return int(connection.execute(f"select count(*) from {name}").fetchall()[0][0])


def _pass_of(connection: duckdb.DuckDBPyConnection, table: Table) -> int:
    rows = connection.execute("select pass_no from ops.table_state where table_name = ?", [table.qualified]).fetchall()
    return int(rows[0][0]) if rows else -1


def _remember(connection: duckdb.DuckDBPyConnection, table: Table, core_pass: Pass, built: Built) -> None:
    rows = None if table.is_view else built.rows
    connection.execute("delete from ops.table_state where table_name = ?", [table.qualified])
    connection.execute(
        "insert into ops.table_state values (?, ?, ?, ?)", [table.qualified, core_pass.number, rows, built.seconds]
    )


def forget_done(connection: duckdb.DuckDBPyConnection) -> None:
    """Touched keys that every partly rebuilt table has dealt with."""
    partial = [name for name, table in load_tables().items() if table.header.rebuild]
    done, tables = connection.execute(
        "select min(pass_no), count(*) from ops.table_state where list_contains(?, table_name)", [partial]
    ).fetchall()[0]
    if tables == len(partial):
        for name in TOUCHED:
            connection.execute(f"delete from ops.{name} where pass_no <= ?", [done])
