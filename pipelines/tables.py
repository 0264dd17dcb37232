"""The tables of core, facts and metrics: each file with what it reads and its text for one engine.

What belongs here: the list in its order, and the questions that others ask of a table. What does not: the grammar of a
file (spec/table_file.py), the answers (rendering.py, parameters.py), running them (`engines/`), any meaning of a table.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import rendering
from pipelines.parameters import resolved
from pipelines.spec.table_file import ASSETS, TableFile, read_table_file

if TYPE_CHECKING:
    pass

SCHEMAS = ("core", "facts", "metrics")


class Table(TableFile):
    """One table file among the others."""

    @functools.cached_property
    def parameters(self) -> dict[str, Any]:
        """By name their defaults; the word breakdowns stands for those of the facts that the table reads."""
        return rendering.defaults_of(self)

    @property
    def choices(self) -> dict[str, list[Any]]:
        """Of parameters that take certain words only, which; `number` among them stands for any whole number."""
        stated = self.header.choices
        return {name: self.parameters[name] if words == ("default",) else list(words) for name, words in stated.items()}

    @functools.cached_property
    def inputs(self) -> dict[str, Table]:
        """Of a metric in Python the SELECTs that it is fitted on, each as a table of this header."""
        header, given = self.header.model_copy(update={"inputs": {}}), self.header.inputs.items()
        return {name: Table(self.schema, f"{self.name}_{name}", self.path, header, sql) for name, sql in given}

    @property
    def text(self) -> str:
        """The SQL that people are shown: its own, or that of its inputs, each under its name."""
        return self.sql or "\n\n".join(f"-- {name}\n{one.sql.strip()}" for name, one in self.inputs.items())

    @functools.cached_property
    def dependencies(self) -> tuple[str, ...]:
        """Qualified names of the tables that this one reads, from its SQL (or its header, where it is Python)."""
        if self.inputs:
            return tuple(sorted({name for one in self.inputs.values() for name in one.dependencies}))
        return rendering.dependencies_of(self)

    def nightly(self) -> str:
        """The SELECT as its nightly table asks it: the facts and breakdowns in their places, parameters as `$name`."""
        return rendering.in_place(self, rendering.with_constants(self, self.parameters))

    def resolve(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The header's parameters overridden by `given`; what the table does not take is refused with what it does."""
        return resolved(self.qualified, self.parameters, self.choices, given, self.header.activities)

    def render(
        self,
        values: Mapping[str, Any],
        dialect: str = "duckdb",
        inputs: Mapping[str, str] | None = None,
        is_stored: bool = True,
    ) -> str:
        """The SELECT with every parameter's value in it; see rendering.render."""
        return rendering.render(self, values, dialect, inputs, is_stored)


@functools.cache
def load_tables(root: Path = ASSETS) -> dict[str, Table]:
    """Every table of core, facts and metrics by qualified name, in an order in which each follows what it reads."""
    files = sorted(f for schema in SCHEMAS for f in (root / schema).glob("*.*") if f.suffix in (".sql", ".py"))
    tables = {t.qualified: t for t in map(read_table, (f for f in files if not f.name.startswith("_")))}
    return _in_order(tables)


def read_table(path: Path) -> Table:
    """One table file. Raises SpecError naming the file and what is wrong in its header."""
    file = read_table_file(path)
    return Table(file.schema, file.name, file.path, file.header, file.sql)


def _in_order(tables: dict[str, Table]) -> dict[str, Table]:
    graph = {name: [d for d in table.dependencies if d in tables] for name, table in tables.items()}
    return {name: tables[name] for name in TopologicalSorter(graph).static_order()}
