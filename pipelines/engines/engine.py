"""What an engine is: where the SQL files run. Which one a merchant has is said in `siyu.toml`.

What belongs here: the protocol, and the choice. What does not: how an engine does it (duckdb.py, spark.py), when a
table is built whole or in part, or any table's meaning.

The warehouse file is DuckDB's whatever the engine is: ingest, identities, checks, questions and readers find every
table there, so an engine is asked for no more than to make tables in it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from pipelines.settings import Settings
from pipelines.tables import Table

if TYPE_CHECKING:
    import duckdb


# The sets of touched keys that assets/core/identities.py fills, and by which a table may be rebuilt in part.
TOUCHED = {
    "touched_nodes": ("platform", "id_type", "id_value"),
    "touched_people": ("person_id",),
    "touched_orders": ("platform", "order_id"),
}


class Engine(Protocol):
    """Makes tables of the warehouse from SQL files. `given`: what a file may use as `$name`, over its own defaults."""

    def create(self, table: Table, given: Mapping[str, Any]) -> int:
        """The whole table (or view) anew; how many rows it has now."""

    def replace_touched(self, table: Table, given: Mapping[str, Any], done: int) -> int | None:
        """Only the rows that passes after `done` touched, anew; how many were written. None: it can only create."""

    def follow(self, fact: Table, given: Mapping[str, Any], done: int) -> int | None:
        """A fact that stands at pass `done` changed by what core's touched rows were and are; how many of its rows were
        written. None: core was not only touched since then, or the engine can only create."""


def need_engine(settings: Settings) -> None:
    """Raises SparkMissing when the settings ask for an engine that can't run here; said before any work is done."""
    if settings.engine == "spark":
        from pipelines.engines.spark import check_spark

        check_spark()


@contextlib.contextmanager
def open_engine(settings: Settings, connection: duckdb.DuckDBPyConnection) -> Iterator[Engine]:
    """The engine of the settings over an open warehouse."""
    if settings.engine == "duckdb":
        from pipelines.engines.duckdb import DuckDBEngine

        yield DuckDBEngine(connection)
        return
    from pipelines.engines.spark import SparkEngine, open_session

    with open_session(settings) as spark:
        yield SparkEngine(connection, spark)
