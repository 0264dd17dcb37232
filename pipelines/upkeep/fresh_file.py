"""A warehouse written into another file: nothing of what was deleted from the old one is in it.

What belongs here: which tables go, and how. What does not: deleting (theirs.py), the exchange of the files
(warehouse.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.spec.literals import quoted

if TYPE_CHECKING:
    from pipelines.database import Connection

# A run makes these anew from what is left.
_FROM_CORE = ("core", "facts")
_OF_PASSES = ("core_passes", "table_state", "touched_nodes", "touched_people", "touched_orders")
_NEVER_KEPT = ("metrics", "fits", "findings")


def write_anew(connection: Connection, target: Path, with_core: bool) -> None:
    """All that no run makes again, in a new file at `target`, in the order of its rows.

    `with_core`: core and facts too, and up to which pass they are.
    """
    from pipelines.database import SCHEMAS, STORAGE_VERSION
    from pipelines.ingest.creating import create_staging

    (own,) = connection.execute("select current_database()").fetchall()[0]
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ? and not temporary order by all",
        [own],
    ).fetchall()
    connection.execute(f"attach {quoted(target)} as fresh (storage_version '{STORAGE_VERSION}')")
    connection.execute("use fresh")
    for schema in SCHEMAS:
        connection.execute(f"create schema if not exists {schema}")
    create_staging(connection)
    # Trying these costs a fifth of the time, and they save a hundredth of the place.
    connection.execute("set disabled_compression_methods = 'zstd,alp,alprd,chimp,patas,roaring'")
    for schema, name in tables:
        is_of_core = schema in _FROM_CORE or name in _OF_PASSES
        if (with_core or not is_of_core) and not {schema, name} & set(_NEVER_KEPT):
            _copy(connection, f"{own}.{schema}.{name}", schema, name)
    connection.execute("checkpoint fresh")
    connection.execute(f"use {own}")
    connection.execute("detach fresh")


def _copy(connection: Connection, source: str, schema: str, name: str) -> None:
    there = "select 1 from duckdb_tables() where database_name = 'fresh' and schema_name = ? and table_name = ?"
    if connection.execute(there, [schema, name]).fetchone():
        connection.execute(f"insert into fresh.{schema}.{name} by name select * from {source}")
    else:
        connection.execute(f"create table fresh.{schema}.{name} as from {source}")
