"""The year of days that have none: held against the year that the name of a file, a folder or a sheet says.

What belongs here: years in names, and refusing what they contradict. What does not: reading a day without a year
(cells/moments.py), times of export (file_times.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from pipelines.ingest.cells.moments import is_without_year
from pipelines.ingest.headers import Match
from pipelines.ingest.notices import Notice
from pipelines.ingest.text import UnreadableError

_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})(?=[^0-9]|$|[01][0-9](?![0-9]))")
_DAY = re.compile(
    r"(?<![0-9])(20[0-9]{2})(?:([01][0-9])([0-3][0-9])(?![0-9])|[-_.年]([0-9]{1,2})[-_.月]([0-9]{1,2})(?![0-9]))"
)
_LONGEST_YEAR = timedelta(days=366)


@dataclass
class Named:
    """What a name says: years, and days, which may be of the export and then have a year behind them."""

    years: set[int] = field(default_factory=set)
    days: set[date] = field(default_factory=set)

    def allows(self, first: date, last: date) -> bool:
        """Whether days that were given a year may be those that are meant."""
        if self.years:
            known = self.years | {day.year for day in self.days}
            return min(known) <= first.year and last.year <= max(known)
        if self.days:
            end = max(self.days)
            return end - first < _LONGEST_YEAR and (last <= end or last.year == end.year)
        return True

    @property
    def said(self) -> str:
        return ", ".join([*map(str, sorted(self.years)), *map(str, sorted(self.days))])


def named_in(text: str) -> Named:
    """Years and days in a name."""
    found = Named()
    for match in _DAY.finditer(text):
        year, month, day = (int(part) for part in match.groups() if part)
        try:
            found.days.add(date(year, month, day))
        except ValueError:
            found.years.add(year)
    found.years |= {int(match[1]) for match in _YEAR.finditer(_DAY.sub(" ", text))}
    return found


def needs_year_of(name: str, match: Match, rows: Iterable[Sequence[str]]) -> bool:
    """Whether a sheet's name says a year and days of its rows say none."""
    named, columns = named_in(name), match.source.columns
    if not (named.years or named.days):
        return False
    times = [at for column, at in match.positions.items() if columns[column].type in ("timestamp", "date")]
    places = {place for at in times for place in at} | set(match.dates.values())
    return any(is_without_year(row[place]) for row in rows for place in places if place < len(row) and row[place])


def refuse_other_years(names: Iterable[str], notices: Iterable[Notice]) -> None:
    """Raises UnreadableError where days got another year than the one that a name says."""
    guessed = [notice for notice in notices if notice.code == "year_guessed"]
    for name in names:
        named = named_in(name)
        for notice in guessed:
            first, last = (date.fromisoformat(str(notice.facts[day])) for day in ("first_day", "last_day"))
            if not named.allows(first, last):
                raise UnreadableError(
                    "year_contradicts",
                    f"days with their year; the name says {named.said}",
                    found=f"{notice.subject}: days without a year, which would be {first} to {last}",
                    facts={"named_year": named.said, "first_day": str(first), "last_day": str(last)},
                )
