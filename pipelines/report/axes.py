"""Scales and axes of a drawing, and the elements that it is made of.

What belongs here: where a value lies, round values beside it. What does not: what is drawn there (draw.py, spark.py).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from markupsafe import Markup, escape

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


def scale_of(traces: Sequence[Any]) -> Scale:
    """Where the values of all traces lie, from nothing up; bars stand on each other."""
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


def grid(scale: Scale, meta: Mapping[str, Any]) -> Iterator[Markup]:
    """Lines at round values, each with its value as a figure of this format and language says it."""
    for value in ticks(scale.low, scale.high):
        y, text = scale.y(value), _tick(value, meta, scale)
        yield element("line", {"class": "grid", "x1": "0", "x2": "100%", "y1": y, "y2": y})
        yield element("text", {"class": "tick y", "x": "0", "dx": "-8", "y": y, "dy": "4"}, text)


def _tick(value: float, meta: Mapping[str, Any], scale: Scale) -> str:
    if meta.get("format") == "rate":
        return f"{value:.0%}" if scale.high - scale.low > 0.04 else f"{value:.1%}"
    if value == 0:
        return "0"
    if scale.high >= 1e4 and meta.get("language") == "zh":
        return f"{value / 1e4:g}万"
    if scale.high >= 1e6:
        return f"{value / 1e6:g}M"
    return f"{value / 1e3:g}k" if scale.high >= 1e4 else f"{value:g}"


def dates(scale: Scale, traces: Sequence[Any]) -> Iterator[Markup]:
    """Days, or numbers, under the drawing."""
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
