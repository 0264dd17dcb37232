"""What a plan is collected in while it is made: its layers, the readings, and the faults of its rows.

What belongs here: the lists, and naming what stands in them. What does not: columns of the file (planning.py) and of
the canonical tables (canonical_columns.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pipelines.ingest.cells.reading import Reading
from pipelines.ingest.expressions import names_in_order
from pipelines.ingest.grammar import SourceColumn
from pipelines.ingest.headers import Match
from pipelines.ingest.origin import Origin
from pipelines.ingest.plan import Fault, used_name
from pipelines.spec.literals import quoted


@dataclass
class Layers:
    """One instance per plan; see plan.py for what each layer holds."""

    match: Match
    origin: Origin
    columns: dict[str, SourceColumn]
    readings: dict[str, Reading]
    cells: list[str] = field(default_factory=list)
    looks: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    straight: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    odd: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    hours: set[str] = field(default_factory=set)  # columns of the file that say whether their moments have an hour

    def unless_faulty(self, expression: str) -> str:
        """SQL: a cell of these that was there but could not be read has its own fault already."""
        condition = ""
        for name in names_in_order(expression):
            if name in self.readings:
                mark = sql_name("f_" + name)
                condition += f" and not {mark}"
                if not any(entry.endswith(f" as {mark}") for entry in self.straight):
                    self.straight.append(f"contains(faulty, {quoted('|' + name + '|')}) as {mark}")
                    self.values.append(f"false as {mark}")
        return condition

    def add_absent(self, name: str, sql_type: str) -> None:
        """A column of the mapping that the file has not."""
        absent = f"null::{sql_type} as {sql_name(name)}"
        self.values.append(absent)
        self.straight.append(absent)

    def add_assumed(self) -> tuple[str, ...]:
        """Columns that a person should know of where a row uses them; the row then says whether it does."""
        names = [name for name in self.readings if self.columns[name].told]
        for name in names:
            when = self.columns[name].told_when or f"{sql_name(name)} is not null"
            self.rows.append(f"coalesce(cast(({when}) as boolean), false) as {used_name(name)}")
        return tuple(names)


def sql_name(name: str | None) -> str:
    """A name of SQL, in quotes."""
    return f'"{name}"'


def hour_of(name: str) -> str:
    """Name of the column that says whether the moment of another has an hour."""
    return f"{name}_has_time"
