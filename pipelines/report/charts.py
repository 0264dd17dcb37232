"""Charts, defined once in assets/reports/charts.yaml: rows of a metric → one plotly figure.

The report draws the figure as static SVG (`draw.py`), because plotly.js alone is larger than a report may be
(docs/adr/0006-report-charts.md); notebooks show the same drawing, and the figure beside it (`notebook.py`). What
belongs here: choosing rows. What does not: numbers a metric lacks, the traces of each kind (chart_kinds.py).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipelines.report.chart_kinds import KINDS
from pipelines.report.chart_spec import Charts, columns
from pipelines.report.words import REPORTS, Words, load_words, plain
from pipelines.spec.reading import read

if TYPE_CHECKING:
    from pandas import DataFrame
    from plotly.graph_objects import Figure

Row = Mapping[str, Any]
FILE = REPORTS / "charts.yaml"


class ChartError(ValueError):
    """A chart's name or its rows do not fit its definition."""


@functools.cache
def definitions() -> dict[str, Any]:
    """Everything in charts.yaml: `palette` and `charts`."""
    return read(FILE, Charts).model_dump(exclude_unset=True)


def names() -> list[str]:
    """Every chart there is."""
    return list(definitions()["charts"])


def figure(
    name: str,
    rows: DataFrame | Iterable[Row],
    language: str = "zh",
    marks: Iterable[Row] = (),
    totals: Mapping[Any, float] | None = None,
    **overrides: Any,
) -> Figure:
    """One chart as a plotly figure.

    `rows`: a frame or rows of the table that the chart names, all of it or already filtered; `overrides` replace keys
    of the definition (`where={"segment_by": "channel", "segment": "live"}`). Rates are 0–1, amounts yuan. `marks`: rows
    of a query under `marks` in charts.yaml, drawn behind a chart over time as far as they lie within it. `totals`: of
    stacked bars by their place, the whole, of which not every part may be told; what is left of it is drawn as one.
    Raises ChartError when the chart is unknown or the rows lack a column.
    """
    chart = {**definition(name), **overrides, "name": name}
    chart |= {"totals": totals or {}, "palette": definitions()["palette"]}
    chosen = select(chart, _rows(rows))
    made = KINDS[chart["kind"]](chart, chosen, load_words(language))
    for mark in marks if chosen else ():
        _mark(made, mark, [row[chart["x"]] for row in chosen], load_words(language))
    return made


def _mark(made: Figure, mark: Row, xs: list[date], words: Words) -> None:
    """A stretch of days, from morning to night, with its name."""
    first, last = max(mark["first_date"], min(xs)), min(mark["last_date"], max(xs))
    if first > last:
        return
    name, is_gap = words.value("festival", mark["word"]), "colour" in mark
    half = timedelta(hours=12)
    made.add_vrect(
        x0=datetime.combine(first, datetime.min.time()) - half,
        x1=datetime.combine(last, datetime.min.time()) + half,
        fillcolor=definitions()["palette"][mark.get("colour", "mark")],
        layer="below",
        line_width=0,
        annotation_text=mark["name"] if name == mark["word"] else name,
        annotation_position="bottom left" if is_gap else "top left",
    )


def definition(name: str) -> dict[str, Any]:
    """One chart's entry in charts.yaml."""
    charts: dict[str, Any] = definitions()["charts"]
    if name not in charts:
        raise ChartError(f"no chart '{name}'; charts.yaml has: {', '.join(charts)}")
    return dict(charts[name])


def select(chart: Mapping[str, Any], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows a chart is about, in its order; rows that lack one of its columns are an error."""
    if rows and (lacking := [c for c in columns(chart) if c not in rows[0]]):
        raise ChartError(f"chart '{chart.get('name')}' needs the column '{lacking[0]}' of {chart['table']}")
    kept = [row for row in rows if all(_matches(row[k], v) for k, v in chart.get("where", {}).items())]
    if windows := chart.get("windows"):
        kept = [row for row in kept if row[chart["days"]] == windows.get(row[chart["x"]])]
    if last := chart.get("last"):
        newest = sorted({row[last["column"]] for row in kept})[-last["count"] :]
        kept = [row for row in kept if row[last["column"]] in newest]
    if "across" in chart:
        kept = [row for row in kept if row[chart["column"]] <= chart["across"]]
    for key in reversed(chart.get("order", [])):
        kept.sort(key=lambda row: (row[key] is None, row[key]))
    return kept


def _matches(value: Any, wanted: Any) -> bool:
    return value in wanted if isinstance(wanted, list) else value == wanted


def _rows(given: DataFrame | Iterable[Row]) -> list[dict[str, Any]]:
    records = given.to_dict("records") if hasattr(given, "to_dict") else given
    return [{str(key): value_of(value) for key, value in row.items()} for row in records]


def value_of(value: Any) -> Any:
    """A value of a frame as a plain date, number, text or None."""
    if type(value).__name__ == "NAType":  # pandas' own nothing, which is equal to nothing and cannot be asked
        return None
    if isinstance(value, datetime):  # a frame's Timestamp; NaT is no date at all
        return None if value != value else (value.date() if value.time() == datetime.min.time() else value)
    return plain(value.item() if hasattr(value, "item") else value)
