"""What an engine is: where the SQL files run.

What belongs here: the protocol. What does not: which engine a merchant has (opening.py), how one does it (duckdb.py,
spark.py), when a table is built whole or in part, or any table's meaning.

The warehouse file is DuckDB's whatever the engine is: ingest, identities, checks, questions and readers find every
table there, so an engine is asked for no more than to make tables in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from pipelines.fitted import Columns
from pipelines.tables import Table

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

    def label(self, edges: str) -> None:
        """temp.labels(node, smallest): every node of the warehouse's temporary table `edges` (one, other) with the
        smallest of its connected component."""

    def select(self, table: Table, given: Mapping[str, Any]) -> Columns:
        """The rows of a SELECT that a model is fitted on, by column."""

    def replace_touched(self, table: Table, given: Mapping[str, Any], done: int) -> int | None:
        """Only the rows that passes after `done` touched, anew; how many were written. None: it can only create."""

    def follow(self, fact: Table, given: Mapping[str, Any], done: int) -> int | None:
        """A fact that stands at pass `done` changed by what core's touched rows were and are; how many of its rows were
        written. None: core was not only touched since then, or the engine can only create."""
