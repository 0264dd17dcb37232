"""Which days a report is about, and which days it compares them with.

What belongs here: calendar arithmetic. What does not: any number of those days, and which days are small (report.yaml).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

YEAR = 364  # days: the same weekdays, a year before
# Days before and after a lunar new year in which a year is compared by it: shops close, and goods for it sell before.
BEFORE_SPRING, AFTER_SPRING = 35, 20


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

    def meets(self, other: Span) -> bool:
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class Calendar:
    """What a report must know of the merchant's days to choose its own.

    `first_day`: the first with data; `lunar_new_years`: those known; `is_day_small`: one day sells too little to lead.
    """

    week_starts: str = "monday"
    first_day: date | None = None
    lunar_new_years: tuple[date, ...] = ()
    is_day_small: bool = False


@dataclass(frozen=True)
class Period:
    """A report's days, those it is compared with by name (all as many; the first leads), and whether they are over.

    `day`: of a daily report that leads with a week, the day itself.
    """

    kind: str
    current: Span
    compared: dict[str, Span]
    is_complete: bool
    day: date | None = None

    @property
    def before(self) -> tuple[str, Span] | None:
        """What every headline is compared with first."""
        return next(iter(self.compared.items()), None)


def period(kind: str, day: date, calendar: Calendar | None = None, so_far: bool = False) -> Period:
    """The period of a kind (daily, weekly, monthly) that is known on `day`.

    A week or month is the last that was over on `day`; `so_far`, or where the data begins within it: the one that holds
    `day`, up to it. It is compared with as many days of the same weekdays, as few weeks before as do not overlap it,
    and with those a year before; by the lunar new year where that is near. With days before the data begins nothing is
    compared.
    """
    given = calendar or Calendar()
    current, is_complete = _CURRENT[kind](day, given, so_far)
    weeks = -(-current.days // 7)
    year, shift = _a_year(current, given.lunar_new_years)
    compared = {_name(kind, current): current.back(7 * weeks), year: current.back(shift)}
    kept = {name: span for name, span in compared.items() if given.first_day is None or span.first >= given.first_day}
    return Period(kind, current, kept, is_complete, day if kind == "daily" and current.days > 1 else None)


def _name(kind: str, current: Span) -> str:
    if kind == "weekly":
        return "previous_week"
    return "week_before" if current.days == 1 else "days_before"


def _daily(day: date, calendar: Calendar, _: bool) -> tuple[Span, bool]:
    """The day; the seven days to it where one sells too little, and as many are there."""
    week = Span(day - timedelta(days=6), day)
    return (week if calendar.is_day_small and _has(week, calendar) else Span(day, day)), True


def _weekly(day: date, calendar: Calendar, so_far: bool) -> tuple[Span, bool]:
    offset = (day.weekday() + (calendar.week_starts == "sunday")) % 7
    running = Span(day - timedelta(days=offset), day)
    whole = Span(running.first - timedelta(days=7), running.first - timedelta(days=1))
    return _chosen(running, whole, offset == 6, calendar, so_far)


def _monthly(day: date, calendar: Calendar, so_far: bool) -> tuple[Span, bool]:
    running = Span(day.replace(day=1), day)
    end = running.first - timedelta(days=1)
    return _chosen(running, Span(end.replace(day=1), end), (day + timedelta(days=1)).day == 1, calendar, so_far)


def _chosen(running: Span, whole: Span, is_over: bool, calendar: Calendar, so_far: bool) -> tuple[Span, bool]:
    if is_over or so_far or not _has(whole, calendar):
        return running, is_over
    return whole, True


def _has(span: Span, calendar: Calendar) -> bool:
    return calendar.first_day is None or span.first >= calendar.first_day


def _a_year(current: Span, lunar_new_years: Iterable[date]) -> tuple[str, int]:
    """What to call the days a year before, and how far back they lie."""
    years = {day.year: day for day in lunar_new_years}
    for year, day in years.items():
        before = years.get(year - 1)
        if before and (_is_near(current, day) or _is_near(current.back(YEAR), before)):
            return "spring_before", (day - before).days
    return "year_before", YEAR


def _is_near(span: Span, day: date) -> bool:
    return span.meets(Span(day - timedelta(days=BEFORE_SPRING), day + timedelta(days=AFTER_SPRING)))


_CURRENT: dict[str, Callable[[date, Calendar, bool], tuple[Span, bool]]] = {
    "daily": _daily,
    "weekly": _weekly,
    "monthly": _monthly,
}
