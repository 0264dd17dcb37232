"""One more of its kind in the same spelling: another id, another phone number, the same moment some time later.

What belongs here: how a cell's text changes. What does not: which cells do (patterns.py).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

STEP = 1000  # between the numbers of two copies, so that the numbers inside one copy do not meet
LONG = 12  # an id of so many characters keeps its length
_AROUND = re.compile(r"""^[\s'"=`]*(.*?)[\s'"]*$""", re.DOTALL)
_PHONE = re.compile(r"\+?(?:86)?1[3-9]\d{9}")
_LAST_DIGITS = re.compile(r"\d+(?=\D*$)")
_MOMENT = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:([ T])(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_SHORT_MOMENT = re.compile(r"2\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])[0-5]\d([0-5]\d)?")
_EPOCH = re.compile(r"1[5-9]\d{8}(\d{3})?")


def bare(cell: str) -> str:
    """An id without what spreadsheets and exports put around it: `="261"` is 261."""
    found = _AROUND.match(cell)
    return found[1] if found else cell


def is_id(text: str) -> bool:
    """Whether it names anybody or anything; a masked one does not."""
    return bool(re.search(r"[^\W_0]", text)) and "*" not in text


def is_phone(text: str) -> bool:
    return bool(_PHONE.fullmatch(text))


def other_id(old: str, number: int) -> str:
    """The id of copy `number`, as long and of the same signs where it is a long one.

    >>> other_id("2606000000000001", 7), other_id("@g1==", 7), other_id("小鹿", 7), other_id("13800001234", 7)
    ('2606000000007001', '@g7001==', '小鹿7', '13800071234')
    """
    if is_phone(old):
        return f"{old[:-8]}{number:04d}{old[-4:]}"
    digits = _LAST_DIGITS.search(old)
    if digits and len(digits[0]) < 4 and len(old) >= LONG:
        return f"{old[:-5]}{number:03d}{old[-2:]}"
    if digits:
        more = str(int(digits[0]) + number * STEP).zfill(len(digits[0]))
        return old[: digits.start()] + more + old[digits.end() :]
    end = len(old.rstrip("="))
    return f"{old[:end]}{number}{old[end:]}"


def moved(text: str, by: timedelta) -> str:
    """The text with each date, and the time behind it, so much later.

    >>> moved("2026/3/1 20:01", timedelta(days=31)), moved("2026-03-01", timedelta(days=1))
    ('2026/4/1 20:01', '2026-03-02')
    """
    return _MOMENT.sub(lambda found: _spelled(found, by), text)


def _spelled(found: re.Match[str], by: timedelta) -> str:
    year, between, month, day, before_time, hour, minute, second = found.groups()
    if not (int(year) and int(month) and int(day)):
        return found[0]  # 0000-00-00, which some databases write for no moment
    moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0)) + by
    width = 1 if "1" in {str(len(part)) for part in (month, day)} else 2
    said = f"{moment.year}{between}{moment.month:0{width}d}{between}{moment.day:0{width}d}"
    if before_time:
        said += f"{before_time}{moment.hour:0{len(hour)}d}:{moment.minute:02d}"
    return said + (f":{moment.second:02d}" if second else "")


def first_moment(text: str) -> str:
    """The first date in a text, with the time behind it, as 2026-03-01 20:01:00; empty where there is none."""
    found = _MOMENT.search(text)
    if not found:
        return ""
    year, _, month, day, _, hour, minute, second = found.groups()
    return f"{year}-{int(month):02d}-{int(day):02d} {int(hour or 0):02d}:{minute or '00'}:{second or '00'}"


def moved_digits(text: str, by: timedelta) -> str:
    """A moment of a time column that is digits alone: 20260301, 2603012001 (year to minute), seconds since 1970."""
    if re.fullmatch(r"20\d{6}", text):
        return f"{datetime.strptime(text, '%Y%m%d') + by:%Y%m%d}"
    if _SHORT_MOMENT.fullmatch(text):
        known = "%y%m%d%H%M%S"[: len(text)]
        return f"{datetime.strptime(text, known) + by:{known}}"
    return str(moved_epoch(int(text), by)) if _EPOCH.fullmatch(text) else text


def moved_epoch(value: int, by: timedelta) -> int:
    """Seconds or milliseconds since 1970, so much later."""
    return value + by // (timedelta(milliseconds=1) if value >= 10**12 else timedelta(seconds=1))


def is_epoch(value: object) -> bool:
    return isinstance(value, int) and bool(_EPOCH.fullmatch(str(value)))


def moved_stamp(text: str, by: timedelta) -> str:
    """A moment of fourteen digits, so much later."""
    return re.sub(r"\D", "", moved(f"{text[:4]}-{text[4:6]}-{text[6:8]} {text[8:10]}:{text[10:12]}:{text[12:]}", by))
