"""Warehouses in memory with the tables that ingest fills, lent again and again: making one takes a tenth of a world.

What belongs here: lending and clearing them. What does not: rows, core (worlds.py).
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

import pipelines.ingest
from pipelines.database import connect
from pipelines.ingest.creating import create_staging

# Databases whose borrower is gone; what was left in them goes before they are lent again.
_returned: list[Any] = []
_STANDING = """
    select schema_name, table_name, column_count, estimated_size, sql, 'table' as kind from duckdb_tables()
    where not internal and not temporary and database_name = 'memory'
    union all
    select schema_name, view_name, 0, 0, '', 'view' from duckdb_views()
    where not internal and not temporary and database_name = 'memory'
"""


@functools.cache
def _template() -> Path:
    """A warehouse with its empty tables, to be copied: making them takes five times as long."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "template.duckdb"
    with duckdb.connect(path) as connection:
        create_staging(connection)
    return path


def empty_warehouse() -> Any:
    """A warehouse in memory, with the tables that ingest fills; it goes back when nobody holds the connection."""
    while _returned:
        lent = _returned.pop()
        if _is_as_new(lent):
            break
    else:
        lent = _new()
    connection = lent.cursor()
    connection.execute("set TimeZone = 'UTC'")
    weakref.finalize(connection, _returned.append, lent).atexit = False
    return connection


def _new() -> Any:
    connection = connect()
    connection.execute(f"attach '{_template()}' as template (read_only)")
    connection.execute("copy from database template to memory; detach template")
    # One thread: of rows this few, handing work around costs more than the work, and the suite has a process per core.
    connection.execute("set threads = 1")
    return connection


@functools.cache
def _as_made() -> dict[tuple[str, str], tuple[int, str]]:
    """The tables of a new one: columns and the statement that makes each."""
    rows = _new().execute(_STANDING).fetchall()
    return {(schema, name): (columns, sql) for schema, name, columns, _, sql, _ in rows}


def _is_as_new(connection: Any) -> bool:
    """Whether it could be emptied; one whose own tables were changed, or that is broken, is given up."""
    made, seen = _as_made(), set()
    try:
        connection.execute("set threads = 1; reset disabled_optimizers")
        for schema, name, columns, rows, _, kind in connection.execute(_STANDING).fetchall():
            if (schema, name) not in made:
                connection.execute(f'drop {kind} "{schema}"."{name}"')
                continue
            if kind == "view" or columns != made[schema, name][0]:
                return False
            seen.add((schema, name))
            if rows:
                connection.execute(f'drop table "{schema}"."{name}"; {made[schema, name][1]}')
    except duckdb.Error:
        return False
    return seen == made.keys()


@contextlib.contextmanager
def tables_stand() -> Iterator[None]:
    """For a load into such a warehouse: whether the tables stand, and each column of theirs, is not asked again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipelines.ingest, "create_staging", lambda _: None)
        yield


def clear(connection: Any) -> None:
    """Empties the tables of a warehouse that hold rows, for the next test: making them anew takes ten times as long."""
    filled = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where not internal and not temporary "
        "and estimated_size > 0"
    ).fetchall()
    for (name,) in filled:
        connection.execute(f"truncate {name}")
    for (name,) in connection.execute("select table_name from duckdb_tables() where temporary").fetchall():
        connection.execute(f"drop table temp.main.{name}")
