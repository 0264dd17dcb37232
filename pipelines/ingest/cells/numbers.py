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
    LARGEST_COUNT,
    LARGEST_NUMBER,
    NUMBER_UNITS,
    SECOND_UNITS,
    Reading,
    Unread,
)

_DIGITS = rf"{GROUPED}|[0-9]+\.?[0-9]*|\.[0-9]+"
_NUMBER = re.compile(
    rf"(?P<mark>CN¥|¥|CNY|RMB|人民币)?\s*(?P<sign>[+-]?)\s*¥?\s*(?P<digits>{_DIGITS})(?:[eE](?P<power>[+-]?[0-9]{{1,2}}))?"
    r"\s*(?P<scale>百万|千万|[千万亿wWkK%]?)\s*(?P<yuan>元|块|CNY|RMB|人民币)?(?:[人次个条单件]{1,2})?"
)
_SCALES = {"千": 10**3, "k": 10**3, "万": 10**4, "w": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_OTHER_MONEY = (
    r"(?:US|HK|NT|A|C|S|MO|AU|CA|SG)?\$|JP¥|[€£₩₽฿₫₹]|USD|HKD|MOP|TWD|JPY|EUR|GBP|KRW|SGD|AUD|CAD|MYR|THB|VND|RUB"
    r"|美元|美金|港币|港元|台币|新台币|澳门元|日元|日币|円|欧元|英镑|韩元|卢布|泰铢|新加坡元|澳元|加元"
)
_FOREIGN = re.compile(rf"(?:{_OTHER_MONEY})\s*[+-]?(?:{_DIGITS}).*|[+-]?(?:{_DIGITS}).{{0,3}}?(?:{_OTHER_MONEY})", re.I)
_SPELLED = re.compile(
    r"(?:(?P<d>[0-9]+) ?天)? ?(?:(?P<h>[0-9]+(?:\.[0-9]+)?) ?(?:小时|时|h))? ?"
    r"(?:(?P<m>[0-9]+(?:\.[0-9]+)?) ?(?:分钟|分|min|m))? ?(?:(?P<s>[0-9]+(?:\.[0-9]+)?) ?(?:秒|s))?"
)
_ISO = re.compile(r"P(?:(?P<d>[0-9]+)D)?(?:T(?:(?P<h>[0-9]+)H)?(?:(?P<m>[0-9]+)M)?(?:(?P<s>[0-9]+(?:\.[0-9]+)?)S)?)?")
_CLOCK = re.compile(r"(?P<d>(?!))?(?:(?P<h>[0-9]+):)?(?P<m>[0-9]+):(?P<s>[0-5][0-9](?:\.[0-9]+)?)")


def number_of(cell: str, reading: Reading) -> Decimal | str:
    """The number in the unit that the tables keep, or the reason why it is none.

    A unit that the cell itself states wins over the column's.
    """
    cell = unicodedata.normalize("NFKC", cell)
    match = _NUMBER.fullmatch(cell)
    if match is None:
        return _other(cell, reading)
    power = int(match["power"] or 0)
    if power > 0:  # 1.2E+05 was 123456 once
        return "scientific_notation"
    number = Decimal(match["sign"] + match["digits"].replace(",", "")).scaleb(power)
    if match["scale"] == "%":
        is_share = reading.kind != "amount" and reading.unit in (None, "%")
        return number / 100 if is_share else "percent_amount" if reading.kind == "amount" else "bad_number"
    if match["scale"]:
        return number * _SCALES[match["scale"].lower()]
    units = AMOUNT_UNITS if reading.kind == "amount" else NUMBER_UNITS
    if match["yuan"] and reading.unit:  # 12元 in a column of fen
        return number if reading.kind == "amount" else "bad_number"
    if match["mark"] and reading.unit in ("fen", "milli_fen"):  # ¥12: one of the two is wrong
        return "bad_amount"
    return number * Decimal(units[reading.unit] if reading.unit else "1")


def _other(cell: str, reading: Reading) -> Decimal | str:
    seconds = _seconds(cell, reading.unit) if reading.unit in SECOND_UNITS else None
    if seconds is not None:
        return seconds
    if _FOREIGN.fullmatch(cell):
        return "other_currency"
    return "bad_amount" if reading.kind == "amount" else "bad_number"


def _seconds(cell: str, unit: str | None) -> Decimal | None:
    """1分20秒, PT1M20S and 00:01:20; two parts are minutes and seconds, and nothing where they may be hours."""
    for form in (_SPELLED, _ISO, _CLOCK):
        match = form.fullmatch(cell)
        if match is None or not any(match.groups()):
            continue
        if form is _CLOCK and (
            (match["h"] and int(match["m"]) > 59) or (not match["h"] and unit in ("minute", "hour"))
        ):
            return None
        days, hours, minutes, seconds = (Decimal(match[name] or 0) for name in "dhms")
        return days * 86400 + hours * 3600 + minutes * 60 + seconds
    return None


def rounded(number: Decimal, kind: str, expected: str) -> str | Unread:
    if kind == "amount":
        fits = abs(number) < 10**16
        return str(number.quantize(Decimal("0.01"), ROUND_HALF_UP)) if fits else Unread("bad_amount", expected)
    if kind == "count":
        whole = number == number.to_integral_value() and abs(number) < LARGEST_COUNT
        return str(int(number)) if whole else Unread("bad_number", expected)
    return repr(float(number)) if abs(number) < LARGEST_NUMBER else Unread("bad_number", expected)
