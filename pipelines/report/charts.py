"""Charts, defined once in assets/reports/charts.yaml: rows of a metric → one plotly figure.

Notebooks show the figure as it is; the report draws the same figure as static SVG (`draw.py`), because plotly.js alone
is larger than a report may be (docs/adr/0006-report-charts.md). What does not belong here: numbers a metric lacks.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipelines.report.chart_spec import Charts, columns
from pipelines.report.words import REPORTS, Words, day, load_words, month, number, plain
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
    name: str, rows: DataFrame | Iterable[Row], language: str = "zh", marks: Iterable[Row] = (), **overrides: Any
) -> Figure:
    """One chart as a plotly figure.

    `rows`: a frame or rows of the table that the chart names, all of it or already filtered; `overrides` replace keys
    of the definition (`where={"segment_by": "channel", "segment": "live"}`). Rates are 0–1, amounts yuan. `marks`: rows
    of a query under `marks` in charts.yaml, drawn behind a chart over time as far as they lie within it.
    Raises ChartError when the chart is unknown or the rows lack a column.
    """
    chart = {**definition(name), **overrides, "name": name}
    chosen = select(chart, _rows(rows))
    made = _KINDS[chart["kind"]](chart, chosen, load_words(language))
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
        fillcolor=_colour(mark.get("colour", "mark")),
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


def said(chart: Mapping[str, Any], part: str, words: Words, **values: str) -> str:
    """A chart's own words of a part (title, note, point …), their blanks filled; '' where it has none."""
    given = chart.get(part)
    return str(given[words.language]).format(**values) if given else ""


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
    return [{str(key): _value(value) for key, value in row.items()} for row in records]


def _value(value: Any) -> Any:
    if isinstance(value, datetime):  # a frame's Timestamp; NaT is no date at all
        return None if value != value else (value.date() if value.time() == datetime.min.time() else value)
    return plain(value.item() if hasattr(value, "item") else value)


def _figure(chart: Mapping[str, Any], words: Words, traces: list[Any], **layout: Any) -> Figure:
    from plotly.graph_objects import Figure

    ink = definitions()["palette"]["ink"]
    percent = {"tickformat": ".0%"} if chart.get("format") == "rate" else {}
    base: dict[str, Any] = {
        "title": {"text": said(chart, "title", words), "x": 0.01, "xanchor": "left"},
        "template": "none",
        "font": {"family": "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif", "color": ink, "size": 13},
        "margin": {"l": 56, "r": 16, "t": 48, "b": 48},
        "hovermode": "closest",
        "legend": {"orientation": "h", "y": 1.08},
        "yaxis": {"rangemode": "tozero", **percent, "title": {"text": said(chart, "y_title", words)}},
        "xaxis": {"title": {"text": said(chart, "x_title", words)}},
        "meta": {"chart": chart["name"], "kind": chart["kind"], "format": chart.get("format", "count")},
    }
    return Figure(data=traces, layout={**base, **layout})


def _colour(name: str) -> str:
    return str(definitions()["palette"][name])


def _text(value: Any, kind: str, words: Words) -> str:
    if value is None:
        return words("state.empty")
    if isinstance(value, date):
        return day(value, words.language)
    return number(value, kind, words.language) if isinstance(value, int | float) else str(value)


def _curve(chart: Mapping[str, Any], rows: list[dict[str, Any]], words: Words) -> Figure:
    """A step line with its interval: nothing is drawn beyond the last row."""
    from plotly.graph_objects import Scatter

    rows = [row for row in rows if row[chart["y"]] is not None]
    xs, colour = [row[chart["x"]] for row in rows], _colour(chart["colour"])
    line = {"shape": "hv", "width": 0, "color": colour}
    band = [
        Scatter(x=xs, y=[r[chart[side]] for r in rows], mode="lines", line=line, showlegend=False, hoverinfo="skip")
        for side in ("low", "high")
    ]
    band[1].update(fill="tonexty", fillcolor=_colour("band"))
    text = _points(chart, rows, words)
    middle = Scatter(
        x=xs, y=[r[chart["y"]] for r in rows], mode="lines", line={**line, "width": 2.5}, text=text, hoverinfo="text"
    )
    return _figure(chart, words, [*band, middle], showlegend=False)


def _points(chart: Mapping[str, Any], rows: list[dict[str, Any]], words: Words) -> list[str]:
    """What the mark of each row says of it."""
    kinds = {name: _kind(chart, name) for name in columns(chart)}
    return [said(chart, "point", words, **{c: _text(row[c], kinds[c], words) for c in kinds}) for row in rows]


def _kind(chart: Mapping[str, Any], column: str) -> str:
    if named := next((kind for kind in ("rate", "days") if chart.get(kind) == column), ""):
        return named
    rates = {chart.get("y"), chart.get("low"), chart.get("high")} if chart.get("format") == "rate" else set()
    return "rate" if column in rates else chart.get("format", "count") if column == chart.get("y") else "count"


def _bars(chart: Mapping[str, Any], rows: list[dict[str, Any]], words: Words) -> Figure:
    """Columns over time, stacked by the values of one column, in the order of `colours`."""
    from plotly.graph_objects import Bar

    xs = list(dict.fromkeys(row[chart["x"]] for row in rows))
    found = {(row[chart["x"]], row[chart["split"]]): row[chart["y"]] for row in rows}
    traces = []
    for part, colour in chart["colours"].items():
        label, ys = words.value(chart["split"], part), [found.get((x, part)) for x in xs]
        text = [
            f"{_text(x, 'count', words)} · {label} {_text(y, chart['format'], words)}"
            for x, y in zip(xs, ys, strict=True)
        ]
        look = {"name": label, "marker": {"color": _colour(colour)}, "hovertext": text, "hoverinfo": "text"}
        traces.append(Bar(x=xs, y=ys, **look))
    return _figure(chart, words, traces, barmode="stack", bargap=0.25)


def _dots(chart: Mapping[str, Any], rows: list[dict[str, Any]], words: Words) -> Figure:
    """One rate per period; a period without a rate, or that is not there at all, leaves a gap."""
    from plotly.graph_objects import Scatter

    rows = _with_gaps(chart, rows)
    text = _points(chart, rows, words)
    trace = Scatter(
        x=[row[chart["x"]] for row in rows],
        y=[row[chart["y"]] for row in rows],
        mode="lines+markers",
        connectgaps=False,
        line={"width": 2, "color": _colour(chart["colour"])},
        marker={"size": 7, "color": _colour(chart["colour"])},
        text=text,
        hoverinfo="text",
    )
    return _figure(chart, words, [trace], showlegend=False)


def _with_gaps(chart: Mapping[str, Any], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with an empty one for each period between them that is missing, as far apart as the nearest two are."""
    found = {row[chart["x"]]: row for row in rows}
    steps = [after - before for before, after in itertools.pairwise(sorted(found))]
    if not steps or not isinstance(min(steps), timedelta):
        return rows
    count = (max(found) - min(found)) // min(steps)
    places = [min(found) + min(steps) * i for i in range(count + 1)]
    empty = dict.fromkeys(columns(chart))
    return [found.get(place) or {**empty, chart["x"]: place} for place in sorted({*places, *found})]


def _funnel(chart: Mapping[str, Any], rows: list[dict[str, Any]], words: Words) -> Figure:
    """Shares of those who could have reached each step in its own window; the text says how many of how many."""
    from plotly.graph_objects import Funnel

    trace = Funnel(
        y=[words.value(chart["x"], row[chart["x"]]) for row in rows],
        x=[row[chart["rate"]] for row in rows],
        text=_points(chart, rows, words),
        textinfo="text",
        marker={"color": _colour(chart["colour"])},
        connector={"fillcolor": _colour("band")},
    )
    return _figure(chart, words, [trace], showlegend=False, yaxis={"autorange": "reversed", "automargin": True})


def _heatmap(chart: Mapping[str, Any], rows: list[dict[str, Any]], words: Words) -> Figure:
    """Cohort by period; a cell without a rate is a gap with a mark, never a zero; a star: not the last word yet."""
    from plotly.graph_objects import Heatmap

    down = list(dict.fromkeys(row[chart["row"]] for row in rows))
    across = sorted({row[chart["column"]] for row in rows})
    found = {(row[chart["row"]], row[chart["column"]]): row for row in rows}
    grid = [[found.get((d, a)) for a in across] for d in down]
    shaded = [
        r[chart["value"]] or 0 for r in rows if r[chart["column"]] != chart.get("unshaded") and r[chart["mature"]]
    ]
    trace = Heatmap(
        x=[said(chart, "heading", words, column=_place(a, chart.get("column_kind", ""), words)) for a in across],
        y=[_place(d, "month" if chart["row"].endswith("month") else chart["row"], words) for d in down],
        z=[[cell and cell[chart["value"]] for cell in line] for line in grid],
        text=[[_cell(cell, chart, words("state.immature_mark")) for cell in line] for line in grid],
        texttemplate="%{text}",
        hoverongaps=False,
        xgap=2,
        ygap=2,
        zmin=0,
        zmax=max(shaded, default=None),
        colorscale=[[0, _colour("heat_low")], [1, _colour("heat_high")]],
        colorbar={"tickformat": ".0%"},
    )
    axes = {"yaxis": {"autorange": "reversed", "type": "category", "automargin": True}, "xaxis": {"type": "category"}}
    return _figure(chart, words, [trace], **axes)


def _place(value: Any, kind: str, words: Words) -> str:
    """The name of a line or a column: a month, a day, a word of the data, a number."""
    if isinstance(value, date):
        return month(value) if kind == "month" else day(value, words.language)
    return words.value(kind, value) if isinstance(value, str) else f"{value:g}"


def _cell(cell: dict[str, Any] | None, chart: Mapping[str, Any], mark: str) -> str:
    if cell is None:
        return ""
    if cell[chart["value"]] is None:
        return mark
    return f"{cell[chart['value']]:.0%}{'' if cell[chart['mature']] else '*'}"


_KINDS: dict[str, Callable[[Mapping[str, Any], list[dict[str, Any]], Words], Figure]] = {
    "curve": _curve,
    "bars": _bars,
    "dots": _dots,
    "funnel": _funnel,
    "heatmap": _heatmap,
}
