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
from pipelines.report.rules_spec import Query, Rule, Spring, Why
from pipelines.report.words import REPORTS
from pipelines.spec.reading import Strict, read, texts

FILE = REPORTS / "report.yaml"
What = Literal["sales", "members"]
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
    parameters: dict[str, Any] = Field(default_factory=dict)
    where: str = ""
    order: str = ""
    table: TableName | None = None
    sql: str | None = None
    is_first: bool = False
    better: Literal["up", "down"] = "up"
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
        table = self.table or known_table(f"metrics.{self.metric}")
        has_columns(table, [*named, *([self.cohorts.column] if self.cohorts else [])])
        if self.parameters and not (self.metric and self.cohorts and self.where and self.order):
            raise ValueError("a tile of cohorts that asks a metric has 'parameters', 'where' and 'order'")
        if self.parameters:
            has_parameters(table, self.parameters)
        return self


class Rate(Strict):
    """What a rate is printed with: its parts (not where `is_alone`), and `n`, of which too few hide it."""

    n: str
    part: str | None = None
    of: str | None = None
    mature: str | None = None
    is_alone: bool = False


class Block(Strict):
    """A chart, what is told of the data, why a tile moved, or a table: of a metric with parameters, or of a query."""

    chart: str | None = None
    told: Literal["to_know"] | None = None
    why: str | None = None
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
    kinds: dict[
        str, Literal["text", "sentence", "date", "month", "count", "number", "amount", "rate", "points", "days"]
    ] = Field(default_factory=dict)
    stands_for: dict[str, str] = Field(default_factory=dict)  # of a query's column, the table's that defines it
    n: str | None = None
    rates: dict[str, Rate] = Field(default_factory=dict)
    bars: tuple[str, ...] = ()
    reads: dict[What, tuple[str, ...]] = Field(default_factory=dict)
    wide: bool | None = None
    are_steps: bool = False  # a row holds the next one's people: nothing is found by subtraction
    parts_of: str | None = None  # rows that share its value are the parts of one total; unsaid: all rows are
    behind: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    show: int | None = None
    lead: tuple[str, ...] = ()  # what a phone's card shows at once; unsaid: the first three numbers
    masked: tuple[str, ...] = ()  # columns of texts in which a number may be a person's
    links: dict[str, str] = Field(default_factory=dict)  # of a column, the kind of page (pages.yaml) it leads to
    keys: dict[str, str] = Field(default_factory=dict)  # of a metric or chart, columns of a page's key as SQL over it

    @field_validator("chart")
    @classmethod
    def _is_a_chart(cls, chart: str | None) -> str | None:
        return None if chart is None else among(chart, charts.names(), "chart")

    @model_validator(mode="after")
    def _is_one_thing(self) -> Block:
        if [bool(self.chart), bool(self.told), bool(self.why), bool(self.table)].count(True) != 1:
            raise ValueError("a block is a 'chart', 'told', 'why', or a 'table' with 'id' and 'columns'")
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
            has_columns(table, [column for column in asked if column not in self.keys])
            has_parameters(table, self.parameters)
        elif self.sql:
            _selects(self.sql, table, asked)
        for key in (self.words, self.kinds, self.rates, self.bars, self.behind, self.links):
            for column in key:
                among(column, self.columns, f"column of {self.id}")
        for column, of in self.stands_for.items():
            among(column, self.columns, f"column of {self.id}")
            has_columns(table, [of])
        for column in self.masked:
            among(column, self.columns, f"column of {self.id}")
        for column in self.lead:
            among(column, self.columns[self.fixed :], f"number of {self.id}")


class Section(Strict):
    """One chapter."""

    id: str
    blocks: tuple[Block, ...]


class Layout(Strict):
    """The whole file."""

    compare_at_least: int
    small_day: Query
    spring: Spring
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    findings: tuple[Rule, ...]
    whys: tuple[Why, ...]

    @model_validator(mode="after")
    def _fits_together(self) -> Layout:
        tiles_there = [tile.id for tile in self.tiles]
        standing = [_standing(block) for section in self.sections for block in section.blocks]
        for ids in (tiles_there, [section.id for section in self.sections], standing, [why.id for why in self.whys]):
            if twice := {one for one in ids if ids.count(one) > 1}:
                raise ValueError(f"'{min(twice)}' stands twice")
        for rule in self.findings:
            self._knows(rule, tiles_there, standing)
        for why in self.whys:
            among(why.tile, [tile.id for tile in self.tiles if tile.by_day], f"tile by day (of the why {why.id})")
        for block in (block for section in self.sections for block in section.blocks if block.why):
            among(str(block.why), [why.tile for why in self.whys], "tile that is taken apart")
        return self

    def _knows(self, rule: Rule, tiles_there: list[str], standing: list[str]) -> None:
        """Nothing, where what a finding is about is there. Raises ValueError."""
        of = f"(of the finding {rule.id})"
        if rule.tile:
            among(rule.tile, tiles_there, f"tile {of}")
        if rule.link:
            among(rule.link, standing, f"block {of}")
        if rule.block:
            blocks = {block.id: block for section in self.sections for block in section.blocks if block.id}
            among(rule.block, blocks, f"block {of}")
            for column in filter(None, (rule.name, rule.rate, rule.of)):
                among(column, blocks[rule.block].columns, f"column of {rule.block} {of}")


def _standing(block: Block) -> str:
    """Where a block stands on the page."""
    return block.id or block.chart or block.told or f"why_{block.why}"


def _selects(sql: str, table: str, columns: Iterable[str]) -> None:
    """Nothing, where a query names these columns, or takes all of its table's. Raises ValueError."""
    words = set(re.findall(r"\w+", sql))
    known = words | (tables()[table] if takes_all(sql) else frozenset())
    for column in columns:
        if column not in known:
            among(column, known, "column in its sql")


def takes_all(sql: str) -> bool:
    """Whether a query selects every column of a table, as `*` or `t.*`."""
    return bool(re.search(r"(?:select|,)\s+(?:\w+\.)?\*", sql))


@functools.cache
def layout() -> dict[str, Any]:
    """report.yaml. Raises SpecError naming file and key."""
    return read(FILE, Layout).model_dump(exclude_unset=True)
