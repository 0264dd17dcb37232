"""The kinds of chart there are: chosen rows of a metric → the traces of a plotly figure.

What belongs here: one function a kind. What does not: which charts there are (charts.yaml), which rows they take
(charts.py), drawing (draw.py).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pipelines.report.chart_spec import columns
from pipelines.report.words import Words, day, month, number

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

FONTS = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif"


def said(chart: Mapping[str, Any], part: str, words: Words, **values: str) -> str:
    """A chart's own words of a part (title, note, point …), their blanks filled; '' where it has none."""
    given = chart.get(part)
    return str(given[words.language]).format(**values) if given else ""


def _figure(chart: Mapping[str, Any], words: Words, traces: list[Any], **layout: Any) -> Figure:
    from plotly.graph_objects import Figure

    percent = {"tickformat": ".0%"} if chart.get("format") == "rate" else {}
    base: dict[str, Any] = {
        "title": {"text": said(chart, "title", words), "x": 0.01, "xanchor": "left"},
        "template": "none",
        "font": {"family": FONTS, "color": chart["palette"]["ink"], "size": 13},
        "margin": {"l": 56, "r": 16, "t": 48, "b": 48},
        "hovermode": "closest",
        "legend": {"orientation": "h", "y": 1.08},
        "yaxis": {"rangemode": "tozero", **percent, "title": {"text": said(chart, "y_title", words)}},
        "xaxis": {"title": {"text": said(chart, "x_title", words)}},
        "meta": {"chart": chart["name"], "format": chart.get("format", "count"), "language": words.language},
    }
    return Figure(data=traces, layout={**base, **layout})


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
    xs, colour = [row[chart["x"]] for row in rows], chart["palette"][chart["colour"]]
    line = {"shape": "hv", "width": 0, "color": colour}
    band = [
        Scatter(x=xs, y=[r[chart[side]] for r in rows], mode="lines", line=line, showlegend=False, hoverinfo="skip")
        for side in ("low", "high")
    ]
    band[1].update(fill="tonexty", fillcolor=chart["palette"]["band"])
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
    parts = {(part, colour): [found.get((x, part)) for x in xs] for part, colour in chart["colours"].items()}
    rest = [_rest(chart["totals"].get(x), [ys[n] for ys in parts.values()]) for n, x in enumerate(xs)]
    if any(rest):
        parts["rest", "rest"] = rest
    traces, lines = [], []
    for (part, colour), ys in parts.items():
        label = words.value(chart["split"], part)
        text = [f"{label} {_text(y, chart['format'], words)}" for y in ys]
        look = {"name": label, "marker": {"color": chart["palette"][colour]}, "hoverinfo": "text"}
        hover = [f"{_text(x, 'count', words)} · {t}" for x, t in zip(xs, text, strict=True)]
        traces.append(Bar(x=xs, y=ys, hovertext=hover, **look))
        lines.append([t if y else "" for y, t in zip(ys, text, strict=True)])
    made = _figure(chart, words, traces, barmode="stack", bargap=0.25)
    told = [_told(chart, x, [line[n] for line in lines if line[n]], words) for n, x in enumerate(xs)]
    made.layout.meta = {**made.layout.meta, "told": told}
    return made


def _rest(total: float | None, parts: Iterable[float | None]) -> float | None:
    """What is left of a whole when some of its parts may not be told."""
    known = [part for part in parts if part is not None]
    left = None if total is None else total - sum(known)
    return left if left is not None and left > 0.005 else None


def _told(chart: Mapping[str, Any], x: Any, parts: Sequence[str], words: Words) -> str:
    """What a place of stacked bars says: its whole, and of what it is made."""
    total = chart["totals"].get(x)
    whole = [] if total is None else [words("charts.whole", total=_text(total, chart["format"], words))]
    return " · ".join([_text(x, "count", words), *whole, *parts])


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
        line={"width": 2, "color": chart["palette"][chart["colour"]]},
        marker={"size": 7, "color": chart["palette"][chart["colour"]]},
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
        marker={"color": chart["palette"][chart["colour"]]},
        connector={"fillcolor": chart["palette"]["band"]},
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
        colorscale=[[0, chart["palette"]["heat_low"]], [1, chart["palette"]["heat_high"]]],
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


KINDS: dict[str, Callable[[Mapping[str, Any], list[dict[str, Any]], Words], Figure]] = {
    "curve": _curve,
    "bars": _bars,
    "dots": _dots,
    "funnel": _funnel,
    "heatmap": _heatmap,
}
