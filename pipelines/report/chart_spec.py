"""assets/reports/charts.yaml: what a chart may say. A mistake there is told with file, key and the nearest known word.

What belongs here: the models, and what must fit together. What does not: any chart (the YAML), drawing (charts.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from pipelines.report.named import PartName, TableName, among, fills, has_columns, has_parameters
from pipelines.spec.header import Title
from pipelines.spec.reading import Strict

# A chart's keys that name a column of its table.
COLUMN_KEYS = (
    *("x", "y", "low", "high", "n", "base", "split", "row", "column", "value", "count"),
    *("rate", "days", "mature"),
)
# What the sentence over a chart may name; of a ladder its steps, and `at_…`, `of_…` for each place of `at`.
SAID = {"bars": ("mean", "highest", "highest_on", "days"), "dots": ("last", "last_on", "low", "high", "count")}
# What a chart of a kind must say besides where its rows come from.
NEEDED = {
    "curve": ("x", "y", "low", "high", "colour", "point"),
    "bars": ("x", "y", "split", "colours", "format"),
    "dots": ("x", "y", "colour", "point"),
    "funnel": ("x", "value", "rate", "n", "base", "days", "colour", "point"),
    "heatmap": ("row", "column", "value", "count", "n", "base", "mature", "heading"),
}


class Last(Strict):
    """Only the rows of so many newest values of a column."""

    column: str
    count: int = Field(ge=1)


class Path(Strict):
    """The second view of a ladder: the same steps, for those alone who took each one before it, in one window."""

    days: int = Field(ge=0)
    title: Title
    value: str
    rate: str
    n: str


class Unknown(Strict):
    """Stretches of days of which rows are missing; asked where the column that tells them is there."""

    needs: PartName
    sql: str


class Chart(Strict):
    """One chart: its words, its rows, and which column is drawn as what."""

    kind: Literal["curve", "bars", "dots", "funnel", "heatmap"]
    title: Title
    note: Title
    x_title: Title | None = None
    y_title: Title | None = None
    point: Title | None = None
    finding: Title | None = None
    heading: Title | None = None
    table: TableName
    where: dict[str, Any] = Field(default_factory=dict)
    parameters: dict[str, Any] = Field(default_factory=dict)
    order: tuple[str, ...] = ()
    last: Last | None = None
    windows: dict[str, int] = Field(default_factory=dict)
    across: int | None = None
    x: str | None = None
    y: str | None = None
    low: str | None = None
    high: str | None = None
    n: str | None = None
    base: str | None = None
    split: str | None = None
    row: str | None = None
    column: str | None = None
    value: str | None = None
    count: str | None = None
    rate: str | None = None
    days: str | None = None
    mature: str | None = None
    colour: str | None = None
    colours: dict[str, str] = Field(default_factory=dict)
    format: Literal["count", "number", "amount", "rate", "days"] = "count"
    column_kind: Literal["month", ""] = ""
    unshaded: int | None = None
    is_triangle: bool = False
    links: str = ""  # of a heat map's lines, the kind of page they lead to (pages.yaml)
    at: tuple[int, ...] = ()
    total: dict[str, Any] = Field(default_factory=dict)
    path: Path | None = None
    marks: str | None = None
    unknown: str | None = None
    behind: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits_its_kind_and_table(self) -> Chart:
        for key in NEEDED[self.kind]:
            if not getattr(self, key):
                raise ValueError(f"a chart of kind {self.kind} lacks '{key}'")
        named = columns(self.model_dump())
        has_columns(self.table, [*named, *counts_behind(self.model_dump()), *([self.last.column] if self.last else [])])
        has_columns(self.table, [*self.total, *path_columns(self.model_dump())])
        has_parameters(self.table, self.parameters)
        said = [*SAID.get(self.kind, ()), *self.windows, *(f"{what}_{at}" for at in self.at for what in ("at", "of"))]
        for words, values in ((self.point, named), (self.heading, ["column"]), (self.finding, said)):
            for sentence in (words.zh, words.en) if words else ():
                fills(sentence, values)
        return self


class Charts(Strict):
    """The whole file."""

    palette: dict[str, str]
    dark: dict[str, str]
    marks: dict[str, str]
    unknown: dict[str, Unknown]
    charts: dict[str, Chart]

    @field_validator("dark")
    @classmethod
    def _has_the_same_names(cls, dark: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        palette = info.data.get("palette", {})
        for name in dark:
            among(name, palette, "colour")
        if lacking := sorted(palette.keys() - dark.keys()):
            raise ValueError(f"lacks '{lacking[0]}'")
        return dark

    @field_validator("charts")
    @classmethod
    def _names_what_is_there(cls, charts: dict[str, Chart], info: ValidationInfo) -> dict[str, Chart]:
        for name, chart in charts.items():
            for colour in (*chart.colours.values(), *([chart.colour] if chart.colour else [])):
                among(colour, info.data.get("palette", {}), f"colour (of {name})")
            for part in ("marks", "unknown"):
                if asked := getattr(chart, part):
                    among(asked, info.data.get(part, {}), f"{part} (of {name})")
        return charts


def columns(chart: Mapping[str, Any]) -> list[str]:
    """The columns that a chart reads, each once."""
    given = [chart.get(key) for key in COLUMN_KEYS]
    return list(dict.fromkeys(c for c in [*given, *chart.get("order", ()), *chart.get("where", {})] if c))


def path_columns(chart: Mapping[str, Any]) -> list[str]:
    """The columns that the second view of a ladder reads."""
    path = chart.get("path") or {}
    return [path[key] for key in ("value", "rate", "n") if key in path]


def counts_behind(chart: Mapping[str, Any]) -> list[str]:
    """The columns by which numbers of few people are hidden, besides those that the chart itself reads."""
    return list(dict.fromkeys(count for several in chart.get("behind", {}).values() for count in several))
