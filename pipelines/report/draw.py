"""A plotly figure of lines, bands and stacked bars as one static SVG: crisp, printable, readable without scripts.

Horizontal places are percentages and heights are pixels, so the drawing fits any width while its letters keep their
size. Each place along x carries one <title>: a tooltip for a mouse, shown on a tap or by the arrow keys by report.js,
which takes the nearest one, so that the whole drawing is the place to tap. Every colour stands as an attribute and as a
class, so that a page in the dark can have another. What does not belong here: which chart is drawn, its words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from pipelines.report.axes import HEIGHT, Scale, dates, element, grid, scale_of

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

PLACES = 120
NAME = 30  # percent of a phone's width that a name above the drawing takes


def draw(figure: Figure, label: str, names: Mapping[str, str] | None = None) -> Markup:
    """The figure as an <svg>, `label` its accessible name, `names` of its colours by their value. Traces: scatter
    (lines, markers, tonexty bands) and bar."""
    traces = list(figure.data)
    if not any(len(t.x if t.x is not None else ()) for t in traces):
        return Markup("")
    scale = scale_of(traces)
    meta = figure.layout.meta or {}
    paint = Paint(names or {})
    parts = [*_marks(scale, figure, paint), *grid(scale, meta), *dates(scale, traces)]
    bars = [t for t in traces if t.type == "bar"]
    lines = [t for t in traces if t.type == "scatter"]
    parts += [*_stack(scale, bars, paint), *_told(scale, bars, meta.get("told", ())), *_lines(scale, lines, paint)]
    look = {"class": "plot", "role": "img", "aria-label": label, "height": HEIGHT, "tabindex": "0"}
    return element("svg", look, *parts)


@dataclass(frozen=True)
class Paint:
    """Colours by their names: attributes that fill or draw with one, and the class by which a page may change it."""

    names: Mapping[str, str]

    def fill(self, colour: str) -> dict[str, str]:
        return {"fill": colour} | ({"class": f"c-{self.names[colour]}"} if colour in self.names else {})

    def stroke(self, colour: str) -> dict[str, str]:
        return {"stroke": colour} | ({"class": f"s-{self.names[colour]}"} if colour in self.names else {})


def _marks(scale: Scale, figure: Figure, paint: Paint) -> Iterator[Markup]:
    """Stretches of days behind the drawing, cut at its edges, each with its name above."""
    before = -100.0
    for shape, note in zip(figure.layout.shapes, figure.layout.annotations, strict=True):
        left, right = (min(max(scale.x(x), 0), 100) for x in (shape.x0, shape.x1))
        place = {"x": f"{left:.2f}%", "y": "0", "width": f"{right - left:.2f}%", "height": HEIGHT}
        yield element("rect", {**place, **paint.fill(shape.fillcolor)})
        anchor = {"text-anchor": "end", "x": "100%"} if left > 85 else {"x": f"{left:.2f}%"}
        y = HEIGHT - 6.0 if note.yanchor == "bottom" else -5.0 if left - before > NAME else -17.0
        before = left if y == -5.0 else before
        yield element("text", {"class": "tick mark", "y": y, **anchor}, note.text)


def _stack(scale: Scale, bars: Sequence[Any], paint: Paint) -> Iterator[Markup]:
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
            yield element("rect", {**place, "y": top, "height": bottom - top, **paint.fill(trace.marker.color)})


def _told(scale: Scale, bars: Sequence[Any], told: Sequence[str]) -> Iterator[Markup]:
    """Over each place with a bar, one that says it all."""
    for i, x in enumerate(bars[0].x if bars and told else ()):
        if any(trace.y[i] for trace in bars):
            yield _hit(scale.x(x), 100 / scale.slots, told[i])


def _hit(at: float, width: float, text: str) -> Markup:
    left = min(max(at - width / 2, 0), 100 - width)
    area = {"class": "hit", "x": f"{left:.2f}%", "width": f"{width:.2f}%", "y": "0", "height": HEIGHT}
    return element("rect", {**area, "fill": "transparent"}, element("title", {}, text))


def _lines(scale: Scale, lines: Sequence[Any], paint: Paint) -> Iterator[Markup]:
    """Paths stretch with the width inside a nested svg; their strokes and the points do not."""
    if not lines:
        return
    paths = [_path(scale, trace, lines[i - 1] if i else None, paint) for i, trace in enumerate(lines)]
    stretch = {"viewBox": f"0 0 1000 {HEIGHT}", "preserveAspectRatio": "none", "width": "100%", "height": HEIGHT}
    yield element("svg", stretch, *[p for p in paths if p])
    for trace in lines:
        yield from _points(scale, trace, paint)


def _path(scale: Scale, trace: Any, before: Any, paint: Paint) -> Markup | None:
    points = _corners(scale, trace)
    if trace.fill == "tonexty" and before is not None:
        outline = points + _corners(scale, before)[::-1]
        return element("path", {"d": _moves([outline]) + "Z", **paint.fill(trace.fillcolor)})
    if not trace.line.width:
        return None
    runs = _runs(scale, trace)
    stroke = {**paint.stroke(trace.line.color), "stroke-width": trace.line.width, "fill": "none"}
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


def _points(scale: Scale, trace: Any, paint: Paint) -> Iterator[Markup]:
    if not trace.text:
        return
    known = [(scale.x(x), y, t) for x, y, t in zip(trace.x, trace.y, trace.text, strict=True) if y is not None]
    if "markers" in (trace.mode or ""):
        for at, y, _ in known:
            place = {"cx": f"{at:.2f}%", "cy": scale.y(y), "r": "4"}
            yield element("circle", {**place, **paint.fill(trace.marker.color)})
    # nobody can tell more places apart than these; the last is always among them
    told = known[:: -max(1, -(-len(known) // PLACES))][::-1]
    for at, _, text in told:
        yield _hit(at, 100 / len(told), text)
