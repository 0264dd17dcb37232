"""What a notebook shows: the report's charts, and tables with the report's titles and formats.

What belongs here: a chart that is still there in an export to HTML or PDF, where nothing runs, and a frame whose
columns are called and written as in the report. What does not: which rows (the notebook), charts (charts.yaml), words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.report import charts
from pipelines.report.cells import cell, field_of
from pipelines.report.draw import draw
from pipelines.report.words import load_words

if TYPE_CHECKING:
    from pandas import DataFrame
    from pandas.io.formats.style import Styler
    from plotly.graph_objects import Figure

_LETTERS = (
    ".siyu text { font: 11px sans-serif; fill: #5c6874 } .siyu .tick.y { text-anchor: end } "
    ".siyu .grid { stroke: #e2e5e4 } .siyu svg { width: 100%; overflow: visible }"
)
_ROOM = "margin: 8px 24px 24px 56px; max-width: 900px"


@dataclass(frozen=True)
class Chart:
    """A chart of charts.yaml. `figure` is plotly's, to zoom and change; `html` the same drawn, without a script."""

    figure: Figure
    html: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Both: who can draw plotly's figure does, and everybody else, exports too, shows the drawing."""
        return {"application/vnd.plotly.v1+json": json.loads(self.figure.to_json()), "text/html": self.html}


def chart(name: str, rows: DataFrame | Iterable[Mapping[str, Any]], language: str = "zh", **overrides: Any) -> Chart:
    """One chart of the report. `rows`, `overrides`: as charts.figure takes them. Raises ChartError as it does."""
    figure = charts.figure(name, rows, language, **overrides)
    title = figure.layout.title.text
    kinds = {trace.type for trace in figure.data}
    drawn = _matrix(figure) if "heatmap" in kinds else _ladder(figure) if "funnel" in kinds else draw(figure, title)
    return Chart(figure, f'<style>{_LETTERS}</style><b>{title}</b><div class="siyu" style="{_ROOM}">{drawn}</div>')


def shown(frame: DataFrame, *columns: str, language: str = "zh") -> Styler:
    """A frame of `warehouse.metric()` or `.table()` as the report would show it: titles, units, no index.

    `columns`: only these, in this order. A column that the table does not define stays as it is. Raises KeyError for
    one that the frame lacks.
    """
    chosen = frame[list(columns)] if columns else frame
    words, table = load_words(language), frame.attrs.get("table", "")
    fields = {str(name): field_of(table, str(name), words) for name in chosen.columns}

    def written(name: str) -> Any:
        return lambda value: cell(fields[name], charts.value_of(value), words).text

    styled = chosen.style.format({name: written(str(name)) for name in chosen.columns}).hide(axis="index")
    numbers: list[Any] = [name for name in chosen.columns if fields[str(name)].is_number]
    styled = styled.set_properties(subset=numbers, **{"text-align": "right"})
    return styled.relabel_index([fields[str(name)].label for name in chosen.columns], axis="columns")


def _matrix(figure: Figure) -> str:
    """A heat map as a table, each cell with its text and its shade."""
    from pandas import DataFrame

    [map_] = figure.data
    names: dict[str, Any] = {"index": list(map_.y), "columns": list(map_.x)}
    top = map_.zmax or 1
    ground = [(map_.colorscale[0][1], map_.colorscale[-1][1])] * len(map_.y)
    shades = [[_shade(z, top, *pair) for z in line] for line, pair in zip(map_.z, ground, strict=True)]
    shaded = DataFrame(map_.text, **names).style.apply(lambda _: DataFrame(shades, **names), axis=None)
    return str(_escaped(shaded).to_html())


def _escaped(styled: Styler) -> Styler:
    """Names are texts of data, and stand as such."""
    return styled.format_index(escape="html").format_index(escape="html", axis="columns")


def _shade(value: float | None, top: float, low: str, high: str) -> str:
    if value is None:
        return "color: #8a949d; text-align: right"
    part = min(max(value / top, 0), 1)
    ends = [bytes.fromhex(colour[1:]) for colour in (low, high)]
    mixed = "".join(f"{round(a + (b - a) * part):02x}" for a, b in zip(*ends, strict=True))
    return f"background: #{mixed}; color: {'#ffffff' if part > 0.5 else '#17212b'}; text-align: right"


def _ladder(figure: Figure) -> str:
    """A funnel as a table: each step, its bar, how many of how many."""
    from pandas import DataFrame

    [steps] = figure.data
    frame = DataFrame({"": steps.y, " ": steps.x, "  ": steps.text})
    band = charts.definitions()["palette"]["band"]
    bars = frame.style.bar(subset=[" "], color=band, vmin=0, vmax=1, width=90)
    return str(bars.format({" ": "{:.1%}"}, na_rep="", escape="html").hide(axis="index").to_html())
