"""Which days a report is about, and which days it compares them with.

What belongs here: calendar arithmetic. What does not: any number of those days.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both counted."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def back(self, days: int) -> Span:
        return Span(self.first - timedelta(days=days), self.last - timedelta(days=days))


@dataclass(frozen=True)
class Period:
    """A report's days, the days it is compared with by name, and whether the period is over."""

    kind: str
    current: Span
    compared: dict[str, Span]
    is_complete: bool


def period(kind: str, day: date, week_starts: str = "monday", first_day: date | None = None) -> Period:
    """The period of a kind (daily, weekly, monthly) that holds `day`, up to that day.

    A period that is not over is compared with the same days of the earlier one. Comparisons that begin before
    `first_day`, the first day with data, are left out.
    """
    made = _KINDS[kind](day, week_starts)
    kept = {name: span for name, span in made.compared.items() if first_day is None or span.first >= first_day}
    return Period(kind, made.current, kept, made.is_complete)


def _daily(day: date, _: str) -> Period:
    span = Span(day, day)
    return Period("daily", span, {"previous_day": span.back(1), "week_before": span.back(7)}, True)


def _weekly(day: date, week_starts: str) -> Period:
    offset = (day.weekday() + (week_starts == "sunday")) % 7
    span = Span(day - timedelta(days=offset), day)
    compared = {"previous_week": span.back(7), "year_before": span.back(364)}
    return Period("weekly", span, compared, offset == 6)


def _monthly(day: date, _: str) -> Period:
    span = Span(day.replace(day=1), day)
    complete = (day + timedelta(days=1)).day == 1
    compared = {"previous_month": _month_before(span, 1, complete), "year_before": _month_before(span, 12, complete)}
    return Period("monthly", span, compared, complete)


def _month_before(span: Span, months: int, is_complete: bool) -> Span:
    """The same days of an earlier month; the whole of it when the month is over; never a day it has not."""
    count = span.first.year * 12 + span.first.month - 1 - months
    first = date(count // 12, count % 12 + 1, 1)
    end = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    last = end if is_complete else min(end, first + timedelta(days=span.last.day - 1))
    return Span(first, last)


_KINDS: dict[str, Callable[[date, str], Period]] = {"daily": _daily, "weekly": _weekly, "monthly": _monthly}
