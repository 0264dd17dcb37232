"""Another country's way to write numbers and days: one cell proves it, and then others of its file may mean two things.

What belongs here: what proves such a custom, and which cells are in doubt because of it. What does not: reading a file
again once one was met (loading.py), and cells that are in doubt by themselves (numbers.py, moments.py).

Once 12,5 was met in a file, its 1,250 may be 1.25 and its 1.250 may be 1250. Once 25/4 20:00 was met, its 3/4 20:00 may
be in April.
"""

from __future__ import annotations

import re
import unicodedata

from pipelines.ingest.cells.reading import Reading, Unread
from pipelines.spec.literals import quoted

NUMBERS, DAYS = ("amount", "number"), ("timestamp", "date")
_COMMA_PROOF = re.compile(
    r"[^0-9.,]*(?:[0-9]+,[0-9]{1,2}|0[0-9]*,[0-9]+|[0-9]+,[0-9]{4,}"
    r"|[0-9]{1,3}(?:[. '][0-9]{3})+,[0-9]+|[0-9]{1,3}(?:\.[0-9]{3}){2,})[^0-9.,]*"
)
# One text for RE2 and Python: one mark, and three digits behind it.
_COMMA_DOUBT = "[^0-9]*[1-9][0-9]{0,2}[.,][0-9]{3}[^0-9]*"
_COUNT_DOUBT = r"[^0-9]*[1-9][0-9]{0,2}\.[0-9]{3}[^0-9]*"  # 9,000 people are 9000 in any country
_DAY_PROOF = re.compile(r"(?:1[3-9]|2[0-9]|3[01])[-/.](?:0?[1-9]|1[0-2])(?:[-/.](?:19|20)[0-9]{2})?(?:[ T].*)?")
_DAY_DOUBT = re.compile(r"0?([1-9]|1[0-2])[-/]0?(?!\1[ T])(?:[1-9]|1[0-2])[ T].*")
_EXPECTED = {
    "decimal_comma": "a number with a point, such as 1250.00: another cell of this file has a decimal comma, as 12,5 "
    "has, so this one may be a thousand times more or less",
    "day_first": "a day with its year first, such as 2026-03-04: another cell of this file has the day before the "
    "month, so this one may be in either month",
}


def custom_proved(cell: str | None, reading: Reading) -> str | None:
    """The custom that an unreadable cell is written by, if any. A count has no decimals: 1,2 there is a list."""
    text = _plain(cell or "")
    if reading.kind in NUMBERS and _COMMA_PROOF.fullmatch(text):
        return "decimal_comma"
    if reading.kind in DAYS and not reading.formats and _DAY_PROOF.fullmatch(text):
        return "day_first"
    return None


def doubt_of(cell: str, reading: Reading) -> Unread | None:
    """Why a cell may mean two things, by the customs that its file was seen to have."""
    text = _plain(cell)
    for custom in reading.customs:
        if custom == "decimal_comma":
            doubt = {"amount": _COMMA_DOUBT, "number": _COMMA_DOUBT, "count": _COUNT_DOUBT}.get(reading.kind)
            is_doubtful = doubt is not None and re.fullmatch(doubt, text) is not None
        else:
            is_doubtful = reading.kind in DAYS and not reading.formats and _DAY_DOUBT.fullmatch(text) is not None
        if is_doubtful:
            return Unread(custom, _EXPECTED[custom])
    return None


def doubts_sql(x: str, reading: Reading) -> str | None:
    """SQL: cells that a plain look would read although they are in doubt. It takes no day without a year for plain."""
    if "decimal_comma" in reading.customs and reading.kind in NUMBERS:
        return f"regexp_full_match({x}, {quoted(_COMMA_DOUBT)})"
    return None


def _plain(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).strip("\"'= \t\r\n")
