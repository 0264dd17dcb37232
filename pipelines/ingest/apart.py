"""Times that have no cell of their own: a date beside its hour, and the two ends of a range in one cell.

What belongs here: putting together and taking apart. What does not: spellings of a moment (cells/moments.py).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from pipelines.ingest.cells.reading import Reading, Unread
from pipelines.ingest.cells.straight import straighten
from pipelines.spec.literals import quoted

# One text for RE2 (DuckDB) and for Python's re.
_CLOCK = "[0-9]{1,2}[:：时点][0-9]{1,2}分?(?:[:：]?[0-9]{1,2}秒?)?(?:[.][0-9]+)?"
_MIDNIGHT = "[ T]00:00(?::00)?(?:[.]0+)?$"
_DIGITS = "^([0-9]{4})([0-9]{2})([0-9]{2})$"
_DAY = r"(?:[0-9]{4}[-/.年])?[0-9]{1,2}[-/.月][0-9]{1,2}日?"
_TIME = r"[0-9]{1,2}[:：\-时点][0-9]{1,2}分?(?:[:：\-][0-9]{1,2}秒?)?"
_RANGE = re.compile(rf"({_DAY})[T _]*({_TIME})\s*[-~～—–至到]+\s*(?:({_DAY})[T _]*)?({_TIME})")


def joined_sql(date: str, clock: str) -> str:
    """SQL: the time of day on its date; a cell that is a whole time already stands alone."""
    day = f"regexp_replace(regexp_replace({date}, '{_MIDNIGHT}', ''), '{_DIGITS}', '\\1-\\2-\\3')"
    return (
        f"case when {clock} is null then {date} when {date} is null "
        f"or not regexp_full_match({clock}, {quoted(_CLOCK)}) then {clock} else concat({day}, ' ', {clock}) end"
    )


def joined(date: str | None, clock: str | None, strip: str) -> str | None:
    """The Python twin of `joined_sql`, for cells in any wrapping."""
    date, clock = (text.strip(strip) if text is not None else None for text in (date, clock))
    if not clock:
        return date
    if not date or not re.fullmatch(_CLOCK, clock):
        return clock
    return re.sub(_DIGITS, r"\1-\2-\3", re.sub(_MIDNIGHT, "", date)) + " " + clock


def range_sql(cell: str) -> str:
    """SQL: something that is no time, so that every range gets the second look; files with ranges are small."""
    return f"concat('~', {cell})"


def end_of_range(cell: str | None, part: str, reading: Reading) -> str | Unread | None:
    """The start or the end of a range; a single time is a start without an end."""
    text = (cell or "").strip(reading.strip)
    match = _RANGE.fullmatch(text)
    if match is None:
        return straighten(cell, reading) if part == "start" else None
    start = straighten(f"{match[1]} {match[2]}", reading)
    if part == "start" or not isinstance(start, str):
        return start
    end = straighten(f"{match[3] or match[1]} {match[4]}", reading)
    if isinstance(end, str) and end < start:  # both are spelled alike by now
        if match[3]:
            return Unread("bad_date", "an end after the beginning")
        return (datetime.fromisoformat(end) + timedelta(days=1)).isoformat(" ")
    return end
