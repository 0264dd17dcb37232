"""How the cells of one column are to be read, and the vocabularies that every reading shares.

What belongs here: Reading, Unread, units and limits. What does not: any reading itself (plainly, straight).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

# Zero-width and direction characters: WeChat and Excel copy them along with a number.
INVISIBLE = "".join(map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)))
SPACES = " \t\r\n\v\f\u00a0\u3000" + INVISIBLE
QUOTES = "'\"`\\"
EMPTY = (
    "",
    "-",
    "--",
    "—",
    "——",
    "NULL",
    "null",
    "None",
    "NaN",
    "nan",
    "NaT",
    "N/A",
    "n/a",
    "NA",
    "<NA>",
    "(null)",
    "\\N",
)
# Days on which nothing happened: what programs write for a time that has not come.
NO_DAYS = ("0001-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1969-12-31", "1970-01-01")
EARLIEST, LATEST = datetime(1900, 1, 2), datetime(2100, 1, 1)
PLAIN_SINCE = datetime(1970, 1, 2)  # the fast look leaves older moments to the careful one
LENGTH_OF_DAY = len("2026-03-01")  # a plain moment that is no longer says a day and no hour
LARGEST_NUMBER = 10**15
LARGEST_COUNT = 10**10  # of things: nobody has as many, and a mobile number that slipped there is greater
DIGITS_KEPT = 15  # of a number that a spreadsheet stored
LONGEST_ID = 256
LONGEST_TEXT = 4000
LONGEST_JSON = 200_000
# Factor to the unit the tables keep. Amounts: yuan. Numbers: seconds, or one.
SCALES = {"百": "100", "千": "1000", "万": "10000", "十万": "100000", "百万": "1000000", "千万": "10000000"}
SCALES |= {"亿": "100000000"}
AMOUNT_UNITS = {"yuan": "1", "jiao": "0.1", "fen": "0.01", "milli_fen": "0.00001", **SCALES}
SECONDS = {"second": "1", "s": "1", "ms": "0.001", "minute": "60", "hour": "3600", "day": "86400"}
NUMBER_UNITS = {**SECONDS, **AMOUNT_UNITS, "%": "0.01"}
SECOND_UNITS = set(SECONDS)
EPOCH_UNITS = {"s": 1, "ms": 1000}


@dataclass(frozen=True)
class Reading:
    """How the cells of one column of one file are to be read."""

    kind: str
    timezone: str
    modified_at: datetime  # a date without a year is the latest such day up to a day after it
    unit: str | None = None
    zone: str | None = None  # that the header states of a wall clock; else it is business time
    formats: tuple[str, ...] = ()
    pattern: str | None = None
    words: tuple[tuple[str, str], ...] | None = None  # the platform's words → ours
    default_word: str | None = None
    values: tuple[str, ...] = ()
    strip: str = SPACES + QUOTES
    holds: str = (
        ""  # of an id: "alone", "id", "name" (alone.py), "phone" (phones.py); nothing said: programs write the cells
    )
    names_person: bool = False  # so a star hides a part of a name
    labels: tuple[str, ...] = ()  # the column's own names, which may stand before an id
    customs: tuple[str, ...] = ()  # another country's, that the file was seen to have (customs.py)
    empty: tuple[str, ...] = EMPTY


@dataclass(frozen=True)
class Unread:
    """Why a cell has no reading: a stable code and what was expected."""

    reason: str
    expected: str


INVISIBLE_PATTERN = "\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff"  # INVISIBLE, inside the brackets of a pattern
# Commas belong between groups of three digits: 12,5, 0,125 and 1.234,50 are another country's, not these digits.
GROUPED = r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?"
