"""Which shape a warehouse has, so that an older Siyu never writes into a newer one.

What belongs here: the number, and the refusal. What does not: adding what a newer version knows (creating.py does that
for staging and the ledger, the building of core for all else).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.database import Connection

# Goes up when an older Siyu could not work with what a newer one has written.
SHAPE = 1


class NewerHome(RuntimeError):
    """The warehouse was written by a newer Siyu."""


def need_known_shape(connection: Connection, place: object) -> None:
    """Raises NewerHome naming the place; notes the shape where none or an older one is noted."""
    connection.execute("create table if not exists ops.shape_of_warehouse (shape bigint)")
    found = shape_of(connection)
    if found > SHAPE:
        raise NewerHome(
            f"{place}: a newer Siyu wrote this (shape {found}; this one knows {SHAPE} and older). Install that version "
            "or a newer one; nothing was changed."
        )
    if found < SHAPE:
        connection.execute("create or replace table ops.shape_of_warehouse as select ?::bigint as shape", [SHAPE])


def shape_of(connection: Connection) -> int:
    """0: written before shapes were noted."""
    noted = "select 1 from duckdb_tables() where schema_name = 'ops' and table_name = 'shape_of_warehouse'"
    if not connection.execute(noted).fetchall():
        return 0
    row = connection.execute("select max(shape) from ops.shape_of_warehouse").fetchone()
    return row[0] or 0 if row else 0
