"""A plotly figure of lines, bands and stacked bars as one static SVG: crisp, printable, readable without scripts.

Horizontal places are percentages and heights are pixels, so the drawing fits any width while its letters keep their
size. Each point carries a <title>: a tooltip for a mouse, read aloud by a screen reader, shown on a tap by report.js.
What does not belong here: which chart is drawn, its colours or its words.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 220


@dataclass(frozen=True)
class Scale:
    """The places of one drawing: x in percent of the width, y in pixels from the top."""

    first: float
    last: float
    low: float
    high: float
    slots: int = 0  # bars stand in slots; lines stand on points

    def x(self, value: Any) -> float:
        place = (_number(value) - self.first) / ((self.last - self.first) or 1)
        return 100 * (place * (self.slots - 1) + 0.5) / self.slots if self.slots else 100 * place

    def y(self, value: float) -> float:
        return HEIGHT * (1 - (value - self.low) / ((self.high - self.low) or 1))


def draw(figure: Figure, label: str) -> Markup:
    """The figure as an <svg>, `label` its accessible name. Traces: scatter (lines, markers, tonexty bands) and bar."""
    traces = list(figure.data)
    if not any(len(t.x if t.x is not None else ()) for t in traces):
        return Markup("")
    scale = _scale(traces)
    is_rate = (figure.layout.meta or {}).get("format") == "rate"
    parts = [*_marks(scale, figure), *_grid(scale, is_rate), *_dates(scale, traces)]
    bars = [t for t in traces if t.type == "bar"]
    lines = [t for t in traces if t.type == "scatter"]
    parts += [*_stack(scale, bars), *_lines(scale, lines)]
    return element("svg", {"class": "plot", "role": "img", "aria-label": label, "height": HEIGHT}, *parts)


def element(tag: str, attributes: dict[str, Any], *body: Any) -> Markup:
    """One SVG element; attributes and text are escaped."""
    given = "".join(f' {k}="{escape(_short(v))}"' for k, v in attributes.items() if v is not None)
    return Markup(f"<{tag}{given}>{''.join(escape(part) for part in body)}</{tag}>")


def ticks(low: float, high: float, wanted: int = 4) -> list[float]:
    """Round values from low to high, about as many as wanted."""
    if high <= low:
        return [low]
    rough = (high - low) / wanted
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * m for m in (1, 2, 2.5, 5, 10) if size * m >= rough * 0.999)
    count = math.ceil((high - low) / step - 1e-9)
    return [low + step * i for i in range(count + 1)]


def _short(value: Any) -> Any:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else value


def _number(value: Any) -> float:
    if isinstance(value, datetime):
        return value.toordinal() + value.hour / 24
    if isinstance(value, date):
        return float(value.toordinal())
    if isinstance(value, str):
        return _number(datetime.fromisoformat(value))
    return float(value)


def _scale(traces: Sequence[Any]) -> Scale:
    xs = [_number(x) for t in traces for x in t.x]
    bars = [t for t in traces if t.type == "bar"]
    tops = [y for t in traces if t.type != "bar" for y in t.y if y is not None]
    sums = [sum(max(t.y[i] or 0, 0) for t in bars) for i in range(len(bars[0].x))] if bars else []
    lows = [sum(min(t.y[i] or 0, 0) for t in bars) for i in range(len(bars[0].x))] if bars else []
    marks = ticks(min([0.0, *lows]), max([*tops, *sums, 0]) or 1)
    return Scale(min(xs), max(xs), marks[0], marks[-1], _slots(xs) if bars else 0)


def _slots(xs: Sequence[float]) -> int:
    """How many bars would fill the axis if none were missing."""
    places = sorted(set(xs))
    step = min((b - a for a, b in itertools.pairwise(places)), default=1)
    return round((places[-1] - places[0]) / step) + 1


def _marks(scale: Scale, figure: Figure) -> Iterator[Markup]:
    """Stretches of days behind the drawing, cut at its edges, each with its name above."""
    for shape, note in zip(figure.layout.shapes, figure.layout.annotations, strict=True):
        left, right = (min(max(scale.x(x), 0), 100) for x in (shape.x0, shape.x1))
        place = {"x": f"{left:.2f}%", "y": "0", "width": f"{right - left:.2f}%", "height": HEIGHT}
        yield element("rect", {**place, "fill": shape.fillcolor})
        anchor = {"text-anchor": "end", "x": "100%"} if left > 85 else {"x": f"{left:.2f}%"}
        y = HEIGHT - 6.0 if note.yanchor == "bottom" else -5.0
        yield element("text", {"class": "tick mark", "y": y, **anchor}, note.text)


def _grid(scale: Scale, is_rate: bool) -> Iterator[Markup]:
    for value in ticks(scale.low, scale.high):
        y = scale.y(value)
        yield element("line", {"class": "grid", "x1": "0", "x2": "100%", "y1": y, "y2": y})
        yield element(
            "text", {"class": "tick y", "x": "0", "dx": "-8", "y": y, "dy": "4"}, _tick(value, is_rate, scale)
        )


def _tick(value: float, is_rate: bool, scale: Scale) -> str:
    if is_rate:
        return f"{value:.0%}" if scale.high - scale.low > 0.04 else f"{value:.1%}"
    if value == 0:
        return "0"
    if scale.high >= 1e6:
        return f"{value / 1e6:g}M"
    return f"{value / 1e3:g}k" if scale.high >= 1e4 else f"{value:g}"


def _dates(scale: Scale, traces: Sequence[Any]) -> Iterator[Markup]:
    xs = sorted({(_number(x), x) for t in traces for x in t.x}, key=lambda pair: pair[0])
    is_date = isinstance(xs[0][1], str | date)
    marks = _date_ticks(xs) if is_date else [(v, f"{v:g}") for v in _day_ticks(scale.first, scale.last)]
    for value, text in marks:
        at = scale.x(value)
        anchor = "start" if at < 4 else "end" if at > 96 else "middle"
        place = {"class": "tick x", "x": f"{at:.2f}%", "y": HEIGHT + 18, "text-anchor": anchor}
        yield element("text", place, text)


def _day_ticks(first: float, last: float) -> list[float]:
    steps = (1, 2, 5, 7, 10, 14, 30, 60, 90, 180, 365)
    step = next((s for s in steps if (last - first) / s <= 6.5), max(last - first, 1))
    return [first + step * i for i in range(int((last - first) // step) + 1)]


def _date_ticks(xs: list[tuple[float, Any]]) -> list[tuple[float, str]]:
    every = max(1, math.ceil(len(xs) / 5))
    chosen = [xs[i][0] for i in range(len(xs) - 1, -1, -every)]
    return [(v, f"{date.min + timedelta(days=v - 1):%m-%d}") for v in reversed(chosen)]


def _stack(scale: Scale, bars: Sequence[Any]) -> Iterator[Markup]:
    if not bars:
        return
    width = 100 / scale.slots
    bases = [[0.0, 0.0] for _ in bars[0].x]
    for trace in bars:
        for i, (x, y) in enumerate(zip(trace.x, trace.y, strict=True)):
            if not y:
                continue
            side = int(y < 0)
            base, bases[i][side] = bases[i][side], bases[i][side] + y
            top, bottom = sorted((scale.y(base), scale.y(base + y)))
            place = {"x": f"{scale.x(x) - width * 0.38:.3f}%", "width": f"{width * 0.76:.3f}%"}
            shape = {**place, "y": top, "height": bottom - top, "fill": trace.marker.color, "class": "hit"}
            yield element("rect", shape, element("title", {}, trace.hovertext[i]))


def _lines(scale: Scale, lines: Sequence[Any]) -> Iterator[Markup]:
    """Paths stretch with the width inside a nested svg; their strokes and the points do not."""
    if not lines:
        return
    paths = [_path(scale, trace, lines[i - 1] if i else None) for i, trace in enumerate(lines)]
    stretch = {"viewBox": f"0 0 1000 {HEIGHT}", "preserveAspectRatio": "none", "width": "100%", "height": HEIGHT}
    yield element("svg", stretch, *[p for p in paths if p])
    for trace in lines:
        yield from _points(scale, trace)


def _path(scale: Scale, trace: Any, before: Any) -> Markup | None:
    points = _corners(scale, trace)
    if trace.fill == "tonexty" and before is not None:
        outline = points + _corners(scale, before)[::-1]
        return element("path", {"d": _moves([outline]) + "Z", "fill": trace.fillcolor})
    if not trace.line.width:
        return None
    runs = _runs(scale, trace)
    stroke = {"stroke": trace.line.color, "stroke-width": trace.line.width, "fill": "none"}
    return element("path", {"d": _moves(runs), "vector-effect": "non-scaling-stroke", **stroke})


def _runs(scale: Scale, trace: Any) -> list[list[tuple[float, float]]]:
    """Stretches without a gap, each a list of corners."""
    runs: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(trace.x, trace.y, strict=True):
        if y is None:
            runs.append([])
        else:
            runs[-1].append((scale.x(x) * 10, scale.y(y)))
    return [_stepped(run) if trace.line.shape == "hv" else run for run in runs if run]


def _corners(scale: Scale, trace: Any) -> list[tuple[float, float]]:
    return [corner for run in _runs(scale, trace) for corner in run]


def _stepped(run: list[tuple[float, float]]) -> list[tuple[float, float]]:
    steps = [run[0]]
    for x, y in run[1:]:
        steps += [(x, steps[-1][1]), (x, y)] if y != steps[-1][1] else [(x, y)]
    return [
        p for i, p in enumerate(steps) if not 0 < i < len(steps) - 1 or not steps[i - 1][1] == p[1] == steps[i + 1][1]
    ]


def _moves(runs: list[list[tuple[float, float]]]) -> str:
    return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in run) for run in runs)


def _points(scale: Scale, trace: Any) -> Iterator[Markup]:
    if not trace.text:
        return
    known = [(x, y, t) for x, y, t in zip(trace.x, trace.y, trace.text, strict=True) if y is not None]
    has_marks = "markers" in (trace.mode or "")
    width = 100 / max(len(known), 1)
    for x, y, text in known:
        at, title = scale.x(x), element("title", {}, text)
        if has_marks:
            yield element("circle", {"cx": f"{at:.2f}%", "cy": scale.y(y), "r": "4", "fill": trace.marker.color})
        left = min(max(at - width / 2, 0), 100 - width)
        area = {"class": "hit", "x": f"{left:.2f}%", "width": f"{width:.2f}%", "y": "0", "height": HEIGHT}
        yield element("rect", {**area, "fill": "transparent"}, title)
