"""Brings tables up to date: the whole of one, or only what new files touched, by whatever engine runs the SQL files.

What belongs here: whole or touched, what SQL files may use, bookkeeping of passes. What does not: how tables are made
(engines/), any table's meaning; which rows a new file touches is written in each table's header (`rebuild`) and in
assets/core/identities.py.

A *pass* is one refresh of core. The pass numbers of a table and of the touched rows say what a table has yet to do, so
that a run killed at any point, or one that refreshed some tables only, is made good by the next.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.database import transaction
from pipelines.engines.duckdb import DuckDBEngine, count, create_as
from pipelines.engines.engine import TOUCHED, Engine
from pipelines.fingerprint import fingerprint
from pipelines.fitted import frames_of, held, mark_of, rows_of
from pipelines.platforms import load_platforms
from pipelines.settings import Settings
from pipelines.tables import ASSETS, Table, load_tables

if TYPE_CHECKING:
    from pipelines.database import Connection

# What makes a fact's SQL, and what decides which rows a day changes: where it was mended, a table that stands is not
# what it would make.
DECIDES_ROWS = [
    ASSETS.parent / "pipelines" / name
    for name in (
        "activities.py",
        "breakdowns.py",
        "rendering.py",
        "sql_tree.py",
        "engines/following.py",
        "engines/touched_rows.py",
        "identity/touched.py",
        "identity/components.py",
    )
]


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


def create_ops(connection: Connection) -> None:
    """The bookkeeping tables of core's passes."""
    connection.execute("""
        create table if not exists ops.core_passes (
            pass_no bigint, watermark bigint, as_of date, fingerprint varchar, is_full boolean, started_at timestamp);
        create table if not exists ops.table_state (table_name varchar, pass_no bigint, rows bigint, seconds double);
        create table if not exists ops.fits (table_name varchar, mark varchar, rows bigint);
    """)
    for name, key in TOUCHED.items():
        columns = ", ".join(f"{column} varchar" for column in key)
        connection.execute(f"create table if not exists ops.{name} (pass_no bigint, {columns})")


def core_fingerprint(settings: Settings) -> str:
    """Changes when a definition or a number-deciding setting changes; core is then built anew."""
    defined = sorted(f for place in ("core/*", "facts/*", "*.yaml") for f in ASSETS.glob(place) if f.is_file())
    no_number = {"home", "language", "merchant_name", "engine", "spark", "memory_limit", "reading", "readers", "send"}
    decides = settings.model_dump_json(exclude=no_number)
    return fingerprint(load_platforms(), decides, files=[*defined, *DECIDES_ROWS])


def values(settings: Settings, as_of: date) -> dict[str, Any]:
    """What every SQL file may use as `$name`."""
    whole = [platform.name for platform in load_platforms().values() if platform.has_global_order_ids]
    given = {"core_week_starts": settings.week_starts, "as_of": as_of, "global_platforms": whole}
    return {**settings.number_deciding(), **given}


def build(connection: Connection, table: Table, given: dict[str, Any], engine: Engine | None = None) -> Built:
    """The whole table anew. `given`: values() and the table's parameters."""
    started, engine = time.monotonic(), engine or DuckDBEngine(connection)
    rows = _build_fitted(connection, table, given, engine) if table.inputs else engine.create(table, given)
    return Built(table.qualified, rows, rows, time.monotonic() - started, True)


def _build_fitted(connection: Connection, table: Table, given: dict[str, Any], engine: Engine) -> int:
    """A metric in Python: the engine asks for its inputs, its rows come to stand in the warehouse, or stand there."""
    given = {**table.parameters, **given}
    frames = frames_of(table, lambda one: engine.select(one, given))
    mark = mark_of(connection, table, frames, given)
    if (standing := _standing(connection, table, mark)) is not None:
        return standing
    connection.execute("delete from ops.fits where table_name = ?", [table.qualified])
    with held(connection, table, given, rows_of(table, frames, given)) as sql:
        rows = create_as(connection, table, sql)
    connection.execute("insert into ops.fits values (?, ?, ?)", [table.qualified, mark, rows])
    return rows


def _standing(connection: Connection, table: Table, mark: str) -> int | None:
    """How many rows of a model stand, where they are those that it would give again."""
    here = "database_name = current_database() and schema_name = ? and table_name = ?"
    fitted = connection.execute(
        "select rows from ops.fits where table_name = ? and mark = ? "
        f"and exists (select 1 from duckdb_tables() where {here})",
        [table.qualified, mark, table.schema, table.name],
    ).fetchall()
    return int(fitted[0][0]) if fitted and fitted[0][0] == count(connection, table.qualified) else None


def refresh(
    connection: Connection,
    table: Table,
    settings: Settings,
    core_pass: Pass,
    engine: Engine | None = None,
) -> Built:
    """A table of core or facts brought up to the pass: only what was touched where its header says how, else whole.

    `engine`: who runs the SQL files, by default the connection itself. Tables built in Python stand in the warehouse
    whoever runs it, and ask it for what they leave to it (Engine.label).
    """
    started, engine = time.monotonic(), engine or DuckDBEngine(connection)
    if table.is_python:
        with transaction(connection):
            table.module().build(connection, settings, core_pass, engine)
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


def _needs_full(connection: Connection, table: Table, done: int, core_pass: Pass) -> bool:
    follows = table.header.rebuild is not None or bool(table.counted_by)
    if not follows or done < 0 or core_pass.is_full:
        return True
    missed = connection.execute(
        "select pass_no from ops.core_passes where pass_no > ? and pass_no <= ? and is_full", [done, core_pass.number]
    )
    return bool(missed.fetchall())


def _pass_of(connection: Connection, table: Table) -> int:
    rows = connection.execute("select pass_no from ops.table_state where table_name = ?", [table.qualified]).fetchall()
    return int(rows[0][0]) if rows else -1


def _remember(connection: Connection, table: Table, core_pass: Pass, built: Built) -> None:
    rows = None if table.is_view else built.rows
    connection.execute("delete from ops.table_state where table_name = ?", [table.qualified])
    connection.execute(
        "insert into ops.table_state values (?, ?, ?, ?)", [table.qualified, core_pass.number, rows, built.seconds]
    )


def forget_done(connection: Connection) -> None:
    """Touched keys that every partly rebuilt table has dealt with."""
    partial = [name for name, table in load_tables().items() if table.header.rebuild]
    done, tables = connection.execute(
        "select min(pass_no), count(*) from ops.table_state where list_contains(?, table_name)", [partial]
    ).fetchall()[0]
    if tables == len(partial):
        for name in TOUCHED:
            connection.execute(f"delete from ops.{name} where pass_no <= ?", [done])
