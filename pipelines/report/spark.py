"""The little line in a headline's tile: the same number for each of the last weeks, months or days.

What belongs here: which spans, their values, the drawing. What does not: which tiles have one (report.yaml).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from pipelines.report.asking import Asker, reads_of
from pipelines.report.axes import element
from pipelines.report.model import Spark
from pipelines.report.periods import Period, Span
from pipelines.report.small import is_small
from pipelines.report.source import Row
from pipelines.report.words import Words, number

HEIGHT, EDGE = 24, 3
WEEKS, MONTHS, DAYS = 12, 13, 28

Spec = Mapping[str, Any]
Point = tuple[Span, float | None]


def spans(period: Period) -> list[Span]:
    """The newest spans that are over, of the report's own kind and length, the oldest first."""
    current = period.current
    if period.kind == "monthly":
        last = current if period.is_complete else _month_before(current)
        months = [last]
        while len(months) < MONTHS:
            months.append(_month_before(months[-1]))
        return months[::-1]
    if period.kind == "weekly" and not period.is_complete:
        current = Span(current.first - timedelta(days=7), current.first - timedelta(days=1))
    count = DAYS if current.days == 1 else WEEKS
    return [current.back(current.days * n) for n in reversed(range(count))]


def _month_before(month: Span) -> Span:
    end = month.first - timedelta(days=1)
    return Span(end.replace(day=1), end)


def of_days(asker: Asker, spec: Spec, period: Period, small_group: int) -> list[Point]:
    """A tile's number over each span, added up from days; none where a day is not known or a rate is of few people."""
    asked = spans(period)
    names = [spec[key] for key in ("part", "of", "unknown") if key in spec] or [spec["column"]]
    counts = [spec["n"], *spec.get("behind", ())]
    known = asker.table_of_days(sorted({*names, *counts}), Span(asked[0].first, asked[-1].last))
    return [(span, _value(spec, [known.get(day) for day in _days(span)], small_group)) for span in asked]


def _days(span: Span) -> Iterable[date]:
    return (span.first + timedelta(days=n) for n in range(span.days))


def _value(spec: Spec, days: Sequence[Row | None], small_group: int) -> float | None:
    rows = [row for row in days if row and all(row[f"is_{what}_known"] for what in reads_of(spec))]
    if len(rows) < len(days):
        return None

    def whole(name: str) -> float | None:
        values = [row[name] for row in rows]
        return None if None in values else sum(values)

    if "part" not in spec:
        return whole(spec["column"])
    part, of, unsure = (whole(spec[key]) if key in spec else 0.0 for key in ("part", "of", "unknown"))
    if part is None or not of or unsure is None or unsure >= of:
        return None
    return (
        None
        if any(is_small(whole(count), small_group) for count in (spec["n"], *spec.get("behind", ())))
        else part / of
    )


def drawn(points: Sequence[Point], kind: str, words: Words) -> Spark | None:
    """The line, from nothing up, so that small changes look small; None where fewer than two spans are known."""
    values = [value for _, value in points if value is not None]
    if len(values) < 2 or max(values) <= 0:
        return None
    low, high = (number(value, kind, words.language) for value in (min(values), max(values)))
    label = words("spark.label", n=len(points), low=low, high=high)
    return Spark(_svg([value for _, value in points], label), label, tuple(points))


def _svg(values: Sequence[float | None], label: str) -> Markup:
    top = max(value for value in values if value is not None)
    places = [
        (EDGE + (100 - 2 * EDGE) * n / (len(values) - 1), EDGE + (HEIGHT - 2 * EDGE) * (1 - max(value, 0) / top))
        for n, value in enumerate(values)
        if value is not None
    ]
    known = [n for n, value in enumerate(values) if value is not None]
    moves = "".join(
        f"{'L' if i and known[i - 1] == n - 1 else 'M'}{x:.1f} {y:.1f}"
        for i, (n, (x, y)) in enumerate(zip(known, places, strict=True))
    )
    stretch = {"viewBox": f"0 0 100 {HEIGHT}", "preserveAspectRatio": "none", "width": "100%", "height": HEIGHT}
    line = element("svg", stretch, element("path", {"d": moves, "vector-effect": "non-scaling-stroke"}))
    x, y = places[-1]
    end = element("circle", {"cx": f"{x:.1f}%", "cy": y, "r": "2.5"})
    return element("svg", {"class": "spark", "role": "img", "aria-label": label, "height": HEIGHT}, line, end)
