"""assets/reports/report.yaml: what a report may consist of. A mistake is told with file, key and the nearest word.

What belongs here: the models, and what must fit together. What does not: any tile or block (the YAML), their numbers
(content.py, tiles.py).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from pipelines.report import charts
from pipelines.report.named import TableName, among, has_columns, has_parameters, known_table, tables
from pipelines.report.words import REPORTS
from pipelines.spec.reading import Strict, read, texts

FILE = REPORTS / "report.yaml"
What = Literal["sales", "members"]
Compared = Literal[
    "previous_day", "week_before", "previous_week", "previous_month", "year_before", "previous_cohort"
]  # fmt: skip
# Columns that a tile or a rate names, by their keys.
OF_TILE = ("column", "n", "mature", "people_of", "doubtful", "of", "part", "unknown")
OF_RATE = ("part", "n", "mature", "of")


class Cohorts(Strict):
    """Of a tile that takes the newest mature cohort: which column is the cohort, and how long one is."""

    column: str
    unit: Literal["week", "month"]


class Tile(Strict):
    """One headline number."""

    id: str
    metric: str | None = None
    table: TableName | None = None
    sql: str | None = None
    column: str
    n: str
    reads: Annotated[tuple[What, ...], BeforeValidator(texts)] = ()
    by_day: bool = False
    mature: str | None = None
    people_of: str | None = None
    doubtful: str | None = None
    of: str | None = None
    part: str | None = None
    unknown: str | None = None
    behind: Annotated[tuple[str, ...], BeforeValidator(texts)] = ()
    change: Literal["difference"] | None = None
    cohorts: Cohorts | None = None

    @model_validator(mode="after")
    def _asks_one_table_for_its_columns(self) -> Tile:
        if (self.metric is None) == (self.table is None) or (self.table is None) != (self.sql is None):
            raise ValueError("a tile asks a 'metric', or a 'table' with 'sql'")
        named = [*(column for key in OF_TILE if (column := getattr(self, key))), *self.behind]
        has_columns(
            self.table or known_table(f"metrics.{self.metric}"),
            [*named, *([self.cohorts.column] if self.cohorts else [])],
        )
        return self


class Rate(Strict):
    """What a rate is printed with: its parts (not where `is_alone`), and `n`, of which too few hide it."""

    n: str
    part: str | None = None
    of: str | None = None
    mature: str | None = None
    is_alone: bool = False


class Block(Strict):
    """A chart, what is told of the data, or a table: of a metric asked with parameters, or of a query."""

    chart: str | None = None
    told: Literal["to_know"] | None = None
    id: str = ""
    table: TableName | None = None
    metric: str | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    where: str = ""
    order: str = ""
    sql: str | None = None
    columns: tuple[str, ...] = ()
    fixed: int = 1
    words: dict[str, str] = Field(default_factory=dict)
    kinds: dict[str, Literal["text", "date", "month", "count", "number", "amount", "rate", "days"]] = Field(
        default_factory=dict
    )
    n: str | None = None
    rates: dict[str, Rate] = Field(default_factory=dict)
    bars: tuple[str, ...] = ()
    reads: dict[What, tuple[str, ...]] = Field(default_factory=dict)
    wide: bool | None = None
    are_steps: bool = False  # a row holds the next one's people: nothing is found by subtraction
    parts_of: str | None = None  # rows that share its value are the parts of one total; unsaid: all rows are
    behind: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    show: int | None = None

    @field_validator("chart")
    @classmethod
    def _is_a_chart(cls, chart: str | None) -> str | None:
        return None if chart is None else among(chart, charts.names(), "chart")

    @model_validator(mode="after")
    def _is_one_thing(self) -> Block:
        if [bool(self.chart), bool(self.told), bool(self.table)].count(True) != 1:
            raise ValueError("a block is a 'chart', 'told', or a 'table' with 'id' and 'columns'")
        if self.table and not (self.id and self.columns and (self.metric is None) != (self.sql is None)):
            raise ValueError("a table has an 'id', 'columns', and a 'metric' or 'sql'")
        if self.table:
            self._names_its_columns(self.table)
        return self

    def _names_its_columns(self, table: str) -> None:
        """Of a metric every column is one of its table; of a query one that it selects."""
        parts = {column for rate in self.rates.values() for key in OF_RATE if (column := getattr(rate, key))}
        counts = {count for several in self.behind.values() for count in several}
        named = [one for one in (self.n, self.parts_of) if one]
        asked = [*self.columns, *sorted(parts | counts), *named]
        if self.metric:
            has_columns(table, asked)
            has_parameters(table, self.parameters)
        elif self.sql:
            _selects(self.sql, table, asked)
        for key in (self.words, self.kinds, self.rates, self.bars, self.behind):
            for column in key:
                among(column, self.columns, f"column of {self.id}")


class Section(Strict):
    """One chapter."""

    id: str
    blocks: tuple[Block, ...]


class Rule(Strict):
    """A finding: when a sentence is written."""

    id: str
    rule: Literal["tile", "extremes", "first"]
    tile: str | None = None
    against: tuple[Compared, ...] = ()
    at_least: float = 0
    block: str | None = None
    name: str | None = None
    rate: str | None = None
    of: str | None = None
    n: int = 0
    nameless: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Rule:
        needed = {
            "tile": ("tile", "against"),
            "extremes": ("block", "name", "rate", "n"),
            "first": ("block", "of", "n"),
        }
        for key in needed[self.rule]:
            if not getattr(self, key):
                raise ValueError(f"a finding by the rule {self.rule} lacks '{key}'")
        return self


class Layout(Strict):
    """The whole file."""

    compare_at_least: int
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    findings: tuple[Rule, ...]

    @model_validator(mode="after")
    def _fits_together(self) -> Layout:
        blocks = {block.id: block for section in self.sections for block in section.blocks if block.id}
        tiles_there = [tile.id for tile in self.tiles]
        standing = [
            block.id or block.chart or block.told or "" for section in self.sections for block in section.blocks
        ]
        for ids in (tiles_there, [section.id for section in self.sections], standing):
            if twice := {one for one in ids if ids.count(one) > 1}:
                raise ValueError(f"'{min(twice)}' stands twice")
        for rule in self.findings:
            if rule.tile:
                among(rule.tile, tiles_there, f"tile (of the finding {rule.id})")
            if rule.block:
                among(rule.block, blocks, f"block (of the finding {rule.id})")
                for column in filter(None, (rule.name, rule.rate, rule.of)):
                    among(column, blocks[rule.block].columns, f"column of {rule.block} (of the finding {rule.id})")
        return self


def _selects(sql: str, table: str, columns: Iterable[str]) -> None:
    """Nothing, where a query names these columns, or takes all of its table's. Raises ValueError."""
    words = set(re.findall(r"\w+", sql))
    known = words | (tables()[table] if re.match(r"select \*", sql) else frozenset())
    for column in columns:
        if column not in known:
            among(column, known, "column in its sql")


@functools.cache
def layout() -> dict[str, Any]:
    """report.yaml. Raises SpecError naming file and key."""
    return read(FILE, Layout).model_dump(exclude_unset=True)
