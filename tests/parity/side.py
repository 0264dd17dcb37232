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
from pipelines.tables import Table, load_tables
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
        """The same for a metric's answer to a question with parameters.

        Of a metric in Python what is compared is the rows that it is fitted on: the rest is no work of Spark's.
        """
        table = load_tables()[f"metrics.{metric}"]
        asked = {key: value for key, value in table.resolve(parameters).items() if key in parameters}
        given = {**table.parameters, **self.values, **asked}
        for needed in table.dependencies:
            self._ready(needed)
        read = table.header.metrics.items()
        answered = [self._answer_first(name, {mine: given[its] for mine, its in of.items()}) for name, of in read]
        found = self._answers_apart(table, metric, parameters, given)
        self.engine.there.difference_update(answered)  # the nightly tables again
        return found

    def _answers_apart(self, table: Table, metric: str, parameters: dict[str, Any], given: dict[str, Any]) -> list[str]:
        if table.inputs:
            return [found for one in table.inputs.values() for found in self._apart(one, given)]
        query(self.connection, metric, parameters, self.settings, self.as_of).create_view("answer", replace=True)
        self.engine.make(table, given, "metrics.answer")
        return differences(self.connection, "answer", f"({self.spark.made('metrics.answer')})")

    def differences_in_input(self, table: Table) -> list[str]:
        """The same for the rows of one SELECT that a metric in Python is fitted on."""
        for needed in table.dependencies:
            self._ready(needed)
        return self._apart(table, self.values)

    def _apart(self, table: Table, given: dict[str, Any]) -> list[str]:
        self.engine.make(table, given)
        read = {f"metrics.{name}": f"select * from answered_{name}" for name in table.header.metrics}
        mine = table.render({**table.parameters, **given}, inputs=read if given is not self.values else {})
        return differences(self.connection, f"({mine})", f"({self.spark.made(table.qualified)})")

    def _answer_first(self, metric: str, parameters: dict[str, Any]) -> str:
        """What a metric reads of another with these parameters, DuckDB's answer, in the other's place on Spark."""
        name = f"metrics.{metric}"
        relation = query(self.connection, metric, parameters, self.settings, self.as_of)
        relation.create_view(f"answered_{metric}", replace=True)
        self.spark.load(self.connection, name, f"answered_{metric}")
        self.engine.there.add(name)
        return name

    def _ready(self, name: str) -> None:
        table = load_tables().get(name)
        if table is None or table.is_python or name in self.engine.there:
            return
        for needed in table.dependencies:
            self._ready(needed)
        self.engine.make(table, self.values)
