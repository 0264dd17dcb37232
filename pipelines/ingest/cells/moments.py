"""Times and dates in every spelling that the platforms use → business time.

What belongs here: spellings of a moment, and what is none. What does not: which moments a table accepts.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pipelines.ingest.cells.reading import EPOCH_UNITS, LENGTH_OF_DAY, NO_DAYS, Reading

_OFFSET = r"(?:UTC|GMT)?[+-][0-9]{1,2}(?::?[0-9]{2})?|Z|UTC|GMT"
_HALF = r"(?P<half>上午|下午|凌晨|早上|AM|PM|am|pm|A\.M\.|P\.M\.)"
_STAMP = re.compile(
    r"(?P<year>[0-9]{4})(?:[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})"
    r"|年(?P<month_>[0-9]{1,2})月(?P<day_>[0-9]{1,2})日?"
    r"|(?P<month__>[0-9]{2})(?P<day__>[0-9]{2})(?=[T ] *[0-9]{1,2}:))"
    # 2026-3-120:15:00 is a day and an hour grown together: which, nobody knows
    r"(?:(?:(?<=日)|[T _]+)(?P<time>.+))?"
)
_TIME = re.compile(
    rf"(?:{_HALF} *)?(?P<hour>[0-9]{{1,2}})"
    r"(?::(?P<minute>[0-9]{1,2})(?::(?P<second>[0-9]{1,2})(?:[.,](?P<part>[0-9]{1,9}))?)?"
    r"|-(?P<minute_>[0-9]{2})-(?P<second_>[0-9]{2})"
    r"|[时点](?:(?P<minute__>[0-9]{1,2})分?(?:(?P<second__>[0-9]{1,2})秒?)?)?)"
    rf"(?: *{_HALF.replace('half', 'half_')})?(?P<zone> *(?:{_OFFSET}))?"
)
_NO_YEAR = re.compile(
    r"(?P<month>[0-9]{1,2})(?:[-/](?P<day>[0-9]{1,2})[ T]|月(?P<day_>[0-9]{1,2})日) *(?P<time>[0-9].*)"
    r"|(?P<month_>[0-9]{1,2})月(?P<day__>[0-9]{1,2})[日号]"
)
_RANGE = re.compile(
    r".*[0-9][日点时分秒]?\s*(?:~|至|到|—|–|--|\s-\s)\s*[0-9].*"
    r"|(?!.*(?::[0-9]{2}){2}-(?:0[0-9]|1[0-2]):[0-5][0-9]$).*:[0-9]{2}\s*-\s*[0-9].*"
)
_HOUR = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])")
_SERIAL = re.compile(r"[2-6][0-9]{4}(?:\.[0-9]+)?")
_NO_DAY = re.compile(r"(?:0{4}[-/]0{1,2}[-/]0{1,2}|1900[-/]0?1[-/]0{1,2})(?: 0{1,2}(?::0{2}){1,2})?")
_NAMED_ZONE = re.compile(r".*[0-9] ?[A-Z]{3,4}")
_SPANS = {"上午": 0, "凌晨": 0, "早上": 0, "am": 0, "下午": 12, "pm": 12}


@dataclass(frozen=True)
class Moment:
    """A moment in business time, and whether the cell said its hour."""

    at: datetime
    has_time: bool = True

    @property
    def is_none(self) -> bool:
        """A day that programs write for a time that has not come."""
        return self.at.date().isoformat() in NO_DAYS


def moment_of(cell: str, reading: Reading) -> Moment | str | None:
    """Business time: an offset or an epoch is converted, a bare wall clock is of the header's zone, or as it
    stands.

    None for a spelling of "never", a reason for what is no moment.
    """
    cell = unicodedata.normalize("NFKC", cell)
    if reading.formats:
        moment = _by_formats(cell, reading)
    elif _NO_DAY.fullmatch(cell):
        return None
    elif re.fullmatch("[0-9]{1,16}", cell):
        moment = _from_digits(cell, reading)
    else:
        moment = _latest(cell, reading) if _NO_YEAR.fullmatch(cell) else _stamped(cell, reading)
    if moment is None:
        return _fault(cell)
    return None if moment.is_none else moment


def _fault(cell: str) -> str:
    if _SERIAL.fullmatch(cell):
        return "serial_date"
    if _RANGE.fullmatch(cell):
        return "time_range"
    if _NAMED_ZONE.fullmatch(cell):
        return "unknown_zone"
    return "bad_date"


def _by_formats(cell: str, reading: Reading) -> Moment | None:
    for form in reading.formats:
        try:
            moment = datetime.strptime(cell, form)
        except ValueError:
            continue
        has_time = ":" in cell or "%H" in form
        return Moment(_of_zone(moment, reading) if has_time else moment, has_time)
    return None


def _of_zone(clock: datetime, reading: Reading) -> datetime:
    """A wall clock of the zone that the header states, in business time."""
    if reading.zone is None:
        return clock
    there = clock.replace(tzinfo=ZoneInfo(reading.zone))
    try:
        return there.astimezone(ZoneInfo(reading.timezone)).replace(tzinfo=None)
    except OverflowError:  # in the year 1 or 9999
        return clock


def _stamped(cell: str, reading: Reading) -> Moment | None:
    if (match := _STAMP.fullmatch(cell)) is None:
        return None
    try:
        month = match["month"] or match["month_"] or match["month__"]
        midnight = datetime(int(match["year"]), int(month), int(match["day"] or match["day_"] or match["day__"]))
    except ValueError:
        return None
    if match["time"] is None:
        return Moment(midnight, has_time=False)
    moment = _at(midnight, match["time"].strip(), reading, is_iso="T" in cell[: match.start("time")])
    return None if moment is None else Moment(moment)


def _at(midnight: datetime, text: str, reading: Reading, is_iso: bool) -> datetime | None:
    """The day's moment that a time of day says; None for what is none or may be the end of a range."""
    if (match := _TIME.fullmatch(text)) is None:
        return None
    minute = match["minute"] or match["minute_"] or match["minute__"]
    second = match["second"] or match["second_"] or match["second__"]
    hour = _hour(int(match["hour"]), match["half"], match["half_"])
    if hour is None:
        return None
    try:
        moment = midnight.replace(hour=hour, minute=int(minute or 0), second=int(second or 0))
    except ValueError:
        return None
    moment += timedelta(microseconds=int((match["part"] or "0").ljust(6, "0")[:6]))
    if match["zone"] is None:
        return _of_zone(moment, reading)
    # 20:00-23:00 is from eight to eleven; an offset stands behind seconds or in an ISO time.
    if match["second"] is None and not is_iso:
        return None
    return _converted(moment, match["zone"].strip(), ZoneInfo(reading.timezone))


def _hour(hour: int, before: str | None, after: str | None) -> int | None:
    """The hour of twenty-four; None where 上午, PM and the like say one that there is not."""
    if before is None and after is None:
        return hour
    half = (before or after or "").lower().replace(".", "")
    if (before and after) or not 1 <= hour <= 12:
        return None
    return hour % 12 + _SPANS[half]


def _converted(moment: datetime, offset: str, zone: ZoneInfo) -> datetime | None:
    digits = re.sub(r"[^0-9]", "", offset)
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits or 0), 0)
    shift = timedelta(hours=hours, minutes=minutes) * (-1 if "-" in offset else 1)
    if minutes > 59 or not timedelta(hours=-12) <= shift <= timedelta(hours=14):
        return None
    try:
        return (moment - shift).replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None)
    except OverflowError:  # in the year 1 or 9999
        return None


def _from_digits(cell: str, reading: Reading) -> Moment | None:
    if reading.unit in EPOCH_UNITS:
        return _from_epoch(int(cell), EPOCH_UNITS[reading.unit], reading)
    if len(cell) in (10, 13):
        # 2024010509 is nine o'clock on a day in January and a second of the year 2034: nobody knows which.
        is_doubtful = _HOUR.fullmatch(cell) is not None
        return None if is_doubtful else _from_epoch(int(cell), 1000 if len(cell) == 13 else 1, reading)
    form = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}.get(len(cell))
    try:
        moment = datetime.strptime(cell, form) if form else None
    except ValueError:
        return None
    if moment is None:
        return None
    return Moment(_of_zone(moment, reading)) if len(cell) > LENGTH_OF_DAY else Moment(moment, has_time=False)


def _from_epoch(number: int, per_second: int, reading: Reading) -> Moment | None:
    seconds, rest = divmod(number, per_second)
    if seconds > 10**11:
        return None
    moment = datetime.fromtimestamp(seconds, ZoneInfo(reading.timezone)).replace(tzinfo=None)
    return Moment(moment + timedelta(seconds=rest / per_second))


def is_without_year(cell: str) -> bool:
    """Whether a cell that is a time says no year."""
    return (
        not re.search("[0-9]{4}", cell) and re.search("^[^0-9]*[0-9]{1,2}(?:[-/][0-9]{1,2}[ T]|月)", cell) is not None
    )


def _latest(cell: str, reading: Reading) -> Moment | None:
    match = _NO_YEAR.fullmatch(cell)
    assert match is not None
    for year in (reading.modified_at.year, reading.modified_at.year - 1):
        day = f"{year}-{match['month'] or match['month_']}-{match['day'] or match['day_'] or match['day__']}"
        moment = _stamped(f"{day} {match['time'] or ''}".strip(), reading)
        if moment is not None and moment.at <= reading.modified_at + timedelta(days=1):
            return moment
    return None
