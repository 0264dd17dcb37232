"""One world on both engines, ready to be compared table by table.

What belongs here: building on Spark what a comparison needs, once. What does not: the worlds, the expectations.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb

from pipelines.building import values
from pipelines.engines.spark import SparkEngine, SparkTables
from pipelines.metrics import query
from pipelines.settings import Settings
from pipelines.tables import load_tables
from tests.parity.comparing import differences


class Side:
    """A world's tables on Spark; each is built when it, or one that reads it, is first asked for."""

    def __init__(
        self, spark: SparkTables, connection: duckdb.DuckDBPyConnection, settings: Settings, as_of: date
    ) -> None:
        self.spark, self.connection, self.settings, self.as_of = spark, connection, settings, as_of
        self.values = values(settings, as_of)
        spark.clear()
        self.engine = SparkEngine(connection, spark)

    def differences(self, name: str) -> list[str]:
        """How Spark's table differs from the one that stands in DuckDB."""
        self._ready(name)
        return differences(self.connection, name, f"({self.spark.made(name)})")

    def differences_in_answer(self, metric: str, parameters: dict[str, Any]) -> list[str]:
        """The same for a metric's answer to a question with parameters."""
        table = load_tables()[f"metrics.{metric}"]
        for needed in table.dependencies:
            self._ready(needed)
        query(self.connection, metric, parameters, self.settings, self.as_of).create_view("answer", replace=True)
        asked = {key: value for key, value in table.resolve(parameters).items() if key in parameters}
        self.engine.make(table, self.values | asked, "metrics.answer")
        return differences(self.connection, "answer", f"({self.spark.made('metrics.answer')})")

    def _ready(self, name: str) -> None:
        table = load_tables().get(name)
        if table is None or table.is_python or name in self.engine.there:
            return
        for needed in table.dependencies:
            self._ready(needed)
        self.engine.make(table, self.values)
