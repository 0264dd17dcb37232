"""Times and dates in every spelling that the platforms use → business time.

What belongs here: spellings of a moment. What does not: which moments a table accepts.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pipelines.ingest.cells.reading import EPOCH_UNITS, Reading

_STAMP = re.compile(
    r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"
    r"(?:[T _]*(?P<hour>\d{1,2})[:：\-时点](?P<minute>\d{1,2})分?(?:[:：\-]?(?P<second>\d{1,2})秒?)?"
    r"(?:\.(?P<part>\d{1,9}))?)?"
    r"\s*(?P<zone>Z|z|UTC|[+-]\d{2}(?::?\d{2})?)?"
)
_NO_YEAR = re.compile(r"\d{1,2}[-/]\d{1,2}[ T]\d{1,2}:.*")


def moment_of(cell: str, reading: Reading) -> datetime | None:
    """Business time: an offset or an epoch is converted, a bare wall clock is of the header's zone, or taken as is."""
    zone = ZoneInfo(reading.timezone)
    cell = unicodedata.normalize("NFKC", cell)
    for form in reading.formats:
        try:
            return _of_zone(datetime.strptime(cell, form), reading)
        except ValueError:
            continue
    if reading.formats:
        return None
    if re.fullmatch("[0-9]{1,16}", cell):
        return _from_digits(cell, reading, zone)
    if _NO_YEAR.fullmatch(cell):
        return _latest(cell, reading)
    if (match := _STAMP.fullmatch(cell)) is None:
        return None
    parts = match.groupdict()
    year, month, day, hour, minute, second = (
        int(parts[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")
    )
    micros = int((parts["part"] or "0").ljust(6, "0")[:6])
    try:
        moment = datetime(year, month, day, hour, minute, second, micros)
    except ValueError:
        return None
    return _converted(moment, parts["zone"], zone) if parts["zone"] else _of_zone(moment, reading)


def _of_zone(clock: datetime, reading: Reading) -> datetime:
    """A wall clock of the zone that the header states, in business time."""
    if reading.zone is None:
        return clock
    there = clock.replace(tzinfo=ZoneInfo(reading.zone))
    try:
        return there.astimezone(ZoneInfo(reading.timezone)).replace(tzinfo=None)
    except OverflowError:  # in the year 1 or 9999
        return clock


def _converted(moment: datetime, offset: str, zone: ZoneInfo) -> datetime | None:
    sign = -1 if offset.startswith("-") else 1
    digits = re.sub(r"\D", "", offset).ljust(4, "0")
    shift = sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    try:
        return (moment - shift).replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None)
    except OverflowError:  # in the year 1 or 9999
        return None


def _from_digits(cell: str, reading: Reading, zone: ZoneInfo) -> datetime | None:
    if reading.unit in EPOCH_UNITS or len(cell) in (10, 13):
        per_second = EPOCH_UNITS.get(reading.unit or "", 1000 if len(cell) == 13 else 1)
        seconds, rest = divmod(int(cell), per_second)
        if seconds > 10**11:
            return None
        moment = datetime.fromtimestamp(seconds, zone).replace(tzinfo=None)
        return moment + timedelta(seconds=rest / per_second)
    form = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}.get(len(cell))
    try:
        return _of_zone(datetime.strptime(cell, form), reading) if form else None
    except ValueError:
        return None


def _latest(cell: str, reading: Reading) -> datetime | None:
    for year in (reading.modified_at.year, reading.modified_at.year - 1):
        moment = moment_of(f"{year}-{cell.replace('/', '-')}", reading)
        if moment is not None and moment <= reading.modified_at + timedelta(days=1):
            return moment
    return None
