"""A chart of charts.yaml with its rows → a block of the report: picture, ladder or matrix.

What belongs here: what a block holds. What does not: drawing (`draw.py`), tables (`cells.py`), which charts there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipelines.report import charts
from pipelines.report.cells import Look, Spec, cell, field_of, fields_of, greatest, hidden, line, linked, rated
from pipelines.report.chart_kinds import said
from pipelines.report.chart_said import finding_of
from pipelines.report.draw import draw
from pipelines.report.shapes import EMPTY, IMMATURE, OK, Block, Cell, Field, Grid, Ladder, Matrix, Picture
from pipelines.report.small import Few, grouped, told, without_few
from pipelines.report.source import Row


@dataclass(frozen=True)
class Beside:
    """What else a chart is drawn with: stretches of days to name, of stacked bars the whole by place, of a ladder the
    rows of its second view."""

    marks: Sequence[Row] = ()
    totals: Mapping[Any, float] = field(default_factory=dict)
    path: Sequence[Row] = ()


def chart_block(chart: Spec, rows: list[Row], look: Look, beside: Beside | None = None) -> Block:
    """The block of one chart; `rows` are already the chart's own, in its order.

    Numbers of few people are taken out first, so that neither the drawing nor its words nor its table has them.
    """
    parts = grouped(rows, chart["x"]) if "split" in chart else []
    rows, more = without_few(rows, _behind(chart), look.small_group, parts), beside or Beside()
    if chart["kind"] == "funnel":
        return _ladder(chart, rows, look, more)
    return _matrix(chart, rows, look) if chart["kind"] == "heatmap" else _picture(chart, rows, look, more)


def _behind(chart: Spec) -> dict[str, set[str]]:
    """By column of a chart, the counts of people that stand behind it: `n` behind what is drawn, and `behind`."""
    found: dict[str, set[str]] = {}
    for key in ("y", "low", "high", "value", "count", "rate", "n") if "n" in chart else ():
        if key in chart:
            found.setdefault(chart[key], set()).add(chart["n"])
    if "base" in chart:
        found.setdefault(chart["base"], set()).add(chart["base"])
    for name, counts in chart.get("behind", {}).items():
        found.setdefault(name, set()).update(counts)
    return found


def _heading(chart: Spec, look: Look) -> dict[str, str]:
    return {"id": chart["name"]} | {part: said(chart, part, look.words) for part in ("title", "note")}


def _picture(chart: Spec, rows: list[Row], look: Look, beside: Beside) -> Picture:
    """A drawn chart and its numbers as a table. Points of few people are not drawn, and stand in neither."""
    if "split" not in chart:
        rows = [row for row in rows if not isinstance(row[chart["y"]], Few)]
    drawn = [{name: told(value) for name, value in row.items()} for row in rows]
    heading, palette = _heading(chart, look), charts.definitions()["palette"]
    names = [chart.get(key) for key in ("x", "split", "y", "low", "high", "count", "n")]
    spec = {"table": chart["table"], "columns": [n for n in names if n], "fixed": 2 if "split" in chart else 1}
    colours: Mapping[str, str] = chart.get("colours", {})
    figure = charts.figure(chart["name"], drawn, look.words.language, beside.marks, beside.totals)
    finding = finding_of(chart, drawn, look.words, beside.totals)
    shown = [
        *colours.items(),
        *([("rest", "rest")] if any(trace.name == _rest(chart, look) for trace in figure.data) else []),
    ]
    return Picture(
        **heading,
        svg=draw(
            figure, finding or heading["title"], {value: name.replace("_", "-") for name, value in palette.items()}
        ),
        grid=_table(spec, rows, look, heading),
        legend=tuple((colour, look.words.value(chart["split"], part)) for part, colour in shown),
        axis=said(chart, "x_title", look.words),
        finding=finding,
    )


def _rest(chart: Spec, look: Look) -> str:
    """What the part is called that may not be told apart."""
    return look.words.value(chart["split"], "rest") if "split" in chart else "rest"


def _table(spec: Spec, rows: Sequence[Row], look: Look, heading: Mapping[str, str]) -> Grid:
    fields = fields_of(spec, rows, look)
    lines = tuple(line(spec, fields, row, {}, look) for row in rows)
    return Grid(heading["id"], heading["title"], heading["note"], spec["table"], fields, lines, spec["fixed"])


def _ladder(chart: Spec, rows: list[Row], look: Look, beside: Beside) -> Ladder:
    """Steps, each with how many of how many took it in its own window."""
    names = [chart[key] for key in ("x", "value", "rate", "days")]
    rates = {chart["rate"]: {"n": chart["n"], "of": chart["base"]}}
    spec = {"table": chart["table"], "columns": names, "n": chart["n"], "rates": rates}
    fields = fields_of(spec, rows, look)
    tops = {chart["rate"]: greatest(rows, chart["rate"])}
    lines = tuple(line(spec, fields, row, tops, look) for row in rows)
    return Ladder(
        **_heading(chart, look),
        source=chart["table"],
        fields=fields,
        rows=lines,
        strict=_path(chart, beside.path, look) if beside.path else None,
        finding=finding_of(chart, [{name: told(value) for name, value in row.items()} for row in rows], look.words),
    )


def _path(chart: Spec, rows: Sequence[Row], look: Look) -> Grid:
    """The ladder of those who took every step before, in order; each row holds the next one's people."""
    path = chart["path"]
    rates = {path["rate"]: {"part": path["value"], "n": path["n"], "of": path["n"]}}
    behind = {name: {path["n"], path["value"]} for name in (path["value"], path["rate"], path["n"])}
    spec = {"table": chart["table"], "columns": [chart["x"], path["value"], path["rate"]], "rates": rates, "fixed": 1}
    heading = {"id": f"{chart['name']}_path", "title": said(path, "title", look.words), "note": ""}
    return _table(spec, without_few(rows, behind, look.small_group), look, heading)


def _matrix(chart: Spec, rows: list[Row], look: Look) -> Matrix:
    """Lines of cohorts; a cell that is too early or too small has no value, and a cell that cannot be is empty."""
    row, column, value, part, of, base = (
        field_of(chart["table"], chart[key], look.words) for key in ("row", "column", "value", "count", "n", "base")
    )
    column = replace(column, kind=chart.get("column_kind", column.kind))
    value, top = replace(value, behind=(part, of)), _top(chart, rows)
    across = sorted({r[column.name] for r in rows})
    lines = []
    for name in dict.fromkeys(r[row.name] for r in rows):
        found = {r[column.name]: r for r in rows if r[row.name] == name}
        cells = tuple(_shade(chart, value, found.get(a), top, look) for a in across)
        first = next(iter(found.values()))
        named = linked(cell(row, name, look.words), chart.get("links", ""), first, look)
        lines.append((named, _size(base, first, look), cells))
    return Matrix(
        **_heading(chart, look),
        source=chart["table"],
        row=row,
        column=column,
        value=value,
        count=base,
        heads=tuple(_head(chart, cell(column, a, look.words), look) for a in across),
        lines=tuple(lines),
        shows_size=chart["base"] != chart["n"],
        finding=finding_of(chart, [{name: told(one) for name, one in r.items()} for r in rows], look.words),
    )


def _size(base: Field, row: Row, look: Look) -> Cell:
    """A cohort's own count, beside its name."""
    count = row[base.name]
    return hidden(look, count) if isinstance(count, Few) else cell(base, count, look.words)


def _top(chart: Spec, rows: Sequence[Row]) -> float:
    """The rate that is drawn darkest; a first column that is 1 by construction would only dim the others."""
    shaded = [row for row in rows if row[chart["column"]] != chart.get("unshaded") and row[chart["mature"]]]
    return float(greatest(shaded, chart["value"]))


def _head(chart: Spec, shown: Cell, look: Look) -> Cell:
    return replace(shown, text=said(chart, "heading", look.words, column=shown.text.split()[0]))


def _shade(chart: Spec, value: Field, row: Row | None, top: float, look: Look) -> Cell:
    if row is None:  # where the metric has a row for every cell that there is, this one is still to come
        return Cell(None, "", IMMATURE if chart.get("is_triangle") else EMPTY)
    if row[value.name] is None:
        return Cell(None, look.words("state.immature_mark"), IMMATURE)
    shown = rated(value, row, {"n": chart["n"], "of": chart["base"]}, top, look)
    return replace(shown, is_partial=shown.state == OK and not row[chart["mature"]])
