"""Amounts, counts and durations in every spelling that the platforms use → the unit that the tables keep.

What belongs here: spellings of a number and its unit. What does not: the unit that a header states (headers.py).
"""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from pipelines.ingest.cells.reading import (
    AMOUNT_UNITS,
    GROUPED,
    LARGEST_NUMBER,
    NUMBER_UNITS,
    SECOND_UNITS,
    Reading,
    Unread,
)

_NUMBER = re.compile(
    rf"(?:¥|CNY|RMB)?\s*(?P<sign>[+-]?)\s*¥?\s*(?P<digits>{GROUPED}|[0-9]+\.?[0-9]*|\.[0-9]+)"
    r"(?:[eE](?P<power>[+-]?[0-9]{1,2}))?\s*(?P<scale>[万亿wW%]?)\s*(?:[元人次个条单件]{1,2}|CNY|RMB)?"
)
_SCALES = {"万": "10000", "w": "10000", "W": "10000", "亿": "100000000", "%": "0.01"}
_SPELLED = re.compile(
    r"(?:(?P<h>[0-9]+(?:\.[0-9]+)?) ?(?:小时|时|h))? ?(?:(?P<m>[0-9]+(?:\.[0-9]+)?) ?(?:分钟|分|min|m))? ?"
    r"(?:(?P<s>[0-9]+(?:\.[0-9]+)?) ?(?:秒|s))?"
)
_CLOCK = re.compile(r"(?:(?P<h>\d+):)?(?P<m>\d+):(?P<s>\d{2}(?:\.\d+)?)")


def number_of(cell: str, reading: Reading) -> Decimal | str:
    """The number in the unit that the tables keep, or the reason why it is none.

    A unit that the cell itself states wins over the column's.
    """
    cell = unicodedata.normalize("NFKC", cell)
    match = _NUMBER.fullmatch(cell)
    if match is None:
        seconds = _seconds(cell) if reading.unit in SECOND_UNITS else None
        return seconds if seconds is not None else "bad_amount" if reading.kind == "amount" else "bad_number"
    power = int(match["power"] or 0)
    if power > 0:  # 1.2E+05 was 123456 once
        return "scientific_notation"
    number = Decimal(match["sign"] + match["digits"].replace(",", "")).scaleb(power)
    if match["scale"]:
        return number * Decimal(_SCALES[match["scale"]])
    units = AMOUNT_UNITS if reading.kind == "amount" else NUMBER_UNITS
    return number * Decimal(units[reading.unit] if reading.unit else "1")


def _seconds(cell: str) -> Decimal | None:
    """1分20秒 and 00:01:20."""
    for form in (_SPELLED, _CLOCK):
        match = form.fullmatch(cell)
        if match and any(match.groups()):
            hours, minutes, seconds = (Decimal(match[name] or 0) for name in "hms")
            return hours * 3600 + minutes * 60 + seconds
    return None


def rounded(number: Decimal, kind: str, expected: str) -> str | Unread:
    if kind == "amount":
        fits = abs(number) < 10**16
        return str(number.quantize(Decimal("0.01"), ROUND_HALF_UP)) if fits else Unread("bad_amount", expected)
    if kind == "count":
        whole = number == number.to_integral_value() and abs(number) < LARGEST_NUMBER
        return str(int(number)) if whole else Unread("bad_number", expected)
    return repr(float(number)) if abs(number) < LARGEST_NUMBER else Unread("bad_number", expected)
