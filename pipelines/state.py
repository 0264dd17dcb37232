"""What the warehouse knows about itself: files, runs, checks, freshness.

What belongs here: reading ops.* without standing in a run's way. What does not: printing (status.py, quarantine.py).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.database import read_only
from pipelines.settings import Settings
from pipelines.warehouse import looking_lock

if TYPE_CHECKING:
    from pipelines.database import Connection

Row = dict[str, Any]


@dataclass(frozen=True)
class State:
    """An open look at the warehouse. `writer`: the process of a run that is going on; what it does is not seen yet."""

    connection: Connection
    writer: str | None

    def has(self, name: str) -> bool:
        """Whether a table is there."""
        schema, table = name.split(".")
        return bool(
            self.connection.execute(
                "select 1 from duckdb_tables() where schema_name = ? and table_name = ?", [schema, table]
            ).fetchall()
        )

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """The rows of a SELECT."""
        cursor = self.connection.execute(sql, list(values))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@contextlib.contextmanager
def look(settings: Settings) -> Iterator[State | None]:
    """The private warehouse, read-only and for a moment; while a run holds it, the published snapshot.

    None where nothing was ever loaded.
    """
    with looking_lock(settings) as writer:
        path = settings.snapshot_path if writer else settings.warehouse_path
        if not path.exists():
            yield None
            return
        with read_only(path) as connection:
            yield State(connection, writer)
