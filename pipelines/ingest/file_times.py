"""When a file was exported: a time in its name before the file's own, which changes with every copying.

What belongs here: reading times out of names, and when such a time can't be true. What does not: versions of rows
(merging.py).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pipelines.ingest.sources import Source

EARLIEST = datetime(2010, 1, 1)
# Times as programs write them into names, to the minute at least: a day alone may as well be the day that is told.
_NAMED = (
    re.compile(
        r"(?<!\d)(20\d{2})[-_.年]?(\d{2})[-_.月]?(\d{2})[-_.日T ]{0,2}"
        r"(\d{2})[-_.:：时]?(\d{2})(?:[-_.:：分]?(\d{2}))?(?!\d)"
    ),
    re.compile(r"^(\d{10})(?=[^0-9])"),
    re.compile(r"^(\d{13})(?=[^0-9])"),
)
_DAY = re.compile(r"(?<!\d)(20\d{2})(?:[-_.年](\d{1,2})[-_.月](\d{1,2})|(\d{2})(\d{2}))(?!\d)")
_FORMATS = {14: "%Y%m%d%H%M%S", 12: "%Y%m%d%H%M", 8: "%Y%m%d"}


def exported_at(source: Source, name: str, modified_at: datetime, now: datetime, timezone: str) -> datetime:
    """The file's own time: what its name says, as far as the mapping lets it speak, else its time of change.

    A time that lies ahead of both the file's change and today, or before any of these platforms, is no time of export;
    nor is one before the last day that the name tells (a range of days, a merchant's number that looks like seconds).
    """
    own = source.version.file_name  # '': names of this source tell no time
    patterns = _NAMED if own is None else (re.compile(own),) if own else ()
    latest = max(modified_at, now) + timedelta(days=1)
    earliest = last_day(name, latest) or EARLIEST
    for pattern in patterns:
        for match in pattern.finditer(name):
            moment = _moment(match, timezone)
            if moment is not None and earliest <= moment <= latest:
                return moment
    return _on_day(name, modified_at, latest) if source.version.day_of_export else modified_at


def _on_day(name: str, modified_at: datetime, latest: datetime) -> datetime:
    """The last day in the name: the file's own time where it is of that day, else the day's end."""
    day = last_day(name, latest)
    if day is None or day.date() == modified_at.date():
        return modified_at
    return day + timedelta(hours=23, minutes=59, seconds=59)


def last_day(name: str, latest: datetime) -> datetime | None:
    """The last of the days that a file's name says, as far as they can be true."""
    days = [day for match in _DAY.finditer(name) if (day := _day(match)) is not None and EARLIEST <= day <= latest]
    return max(days, default=None)


def _day(match: re.Match[str]) -> datetime | None:
    year, month, day = map(int, filter(None, match.groups()))
    try:
        return datetime(year, month, day)
    except ValueError:
        return None


def _moment(match: re.Match[str], timezone: str) -> datetime | None:
    digits = re.sub(r"\D", "", "".join(group or "" for group in match.groups()) or match[0])
    try:
        if len(digits) in _FORMATS:
            return datetime.strptime(digits, _FORMATS[len(digits)])
        if len(digits) in (10, 13):
            seconds = int(digits) / (1000 if len(digits) == 13 else 1)
            return datetime.fromtimestamp(seconds, ZoneInfo(timezone)).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return None
    return None
