"""What a number's format says beside its digits: 12 is shown as $12.00, 1.2 as 1.2万, 0.12 as 12%, 123 as 000123.

What belongs here: reading a format, and the number as a person sees its unit. What does not: which cell has which
format (sheet_xml.py), what a unit means for a column (cells).

A format only draws; the unit that it draws is the cell's all the same: whoever typed 1.2 under 0.0"万" meant 12,000.
A format that divides (0.0,"千") or puts a point between digits (0!.0000"万") draws a whole number in another unit: the
number itself is the value then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from pipelines.ingest.formats.values import Drawn, text_of
from pipelines.ingest.units import normalise, stated, vocabulary

_TOKEN = re.compile(r'"([^"]*)"|[\\!](.)|[_*].|\[\$([^\]-]*)-?([^\]]*)\]|\[[^\]]*\]|(.)', re.S)
_GENERAL = re.compile("g/通用格式|general", re.I)
_ZEROS = re.compile("0{2,20}")  # the zeros are part of the id that people see
_YEN_OF_JAPAN = ("411", "ja-jp")  # ¥ is yuan elsewhere
_PERCENT = {"9": "0%", "10": "0.00%"}  # formats that need no code


@dataclass(frozen=True)
class Shown:
    """What a format adds to a number."""

    width: int = 0
    currency: str = ""
    unit: str = ""
    is_share: bool = False  # 0.12 is shown as 12%

    def drawn(self, value: str) -> str:
        """The number with its unit, as it would be typed."""
        number = text_of(float(value))
        if self.width:
            return number.zfill(self.width) if number.isdigit() else number
        share = f"{Decimal(number) * 100:f}%"
        return Drawn(share if self.is_share else f"{self.currency}{Decimal(number):f}{self.unit}", number)


def shown_by(code: str, key: str = "") -> Shown | None:
    """What a format adds; None where it only says how many digits are drawn."""
    code = _GENERAL.sub("0", code or _PERCENT.get(key, ""))
    if _ZEROS.fullmatch(code):
        return Shown(width=len(code))
    bare, words, japan = "", [], False
    for quoted, escaped, symbol, place, plain in _TOKEN.findall(_first_section(code)):
        japan = japan or place.lower() in _YEN_OF_JAPAN
        bare += plain or (" " if quoted or escaped else "")
        words.append(quoted or escaped or symbol or ("" if plain in "0#?.,/" else plain))
    if re.search("[ymdhs]", bare, re.I) and not re.search("[0#?]", bare):
        return None  # a time
    if "%" in bare:
        return Shown(is_share=True)
    word = normalise("".join(words))
    return Shown(unit="%") if word == "%" else _unit_in(word, japan, _redrawn(bare))


def _first_section(code: str) -> str:
    return re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code)[0]


def _redrawn(bare: str) -> bool:
    """Whether the digits drawn are those of the number divided."""
    digits = bare.strip()
    return re.search(r"[0#?],+(?![0#?,])", digits) is not None or re.search(r"[0#?] +[0#?]", digits) is not None


def _unit_in(word: str, japan: bool, redrawn: bool) -> Shown | None:
    word = word.strip("+-()")
    if currency := "JPY" if japan and word == "¥" else _currency(word):
        return Shown(currency=currency)
    word = word.strip("¥")
    money, count = stated(word, "amount", None), stated(word, "count", None)
    if redrawn or not (word in vocabulary()["durations"] or (money and money.unit) or (count and count.unit)):
        return None
    return Shown(unit="元" if money and money.unit == "yuan" else word)


def _currency(word: str) -> str:
    """The currency other than yuan that a word names, with a scale or without."""
    words = vocabulary()
    for length in range(len(word), 0, -1):
        for part, rest in ((word[:length], word[length:]), (word[-length:], word[:-length])):
            if part in words["currencies"] and (not rest or rest in words["scales"]):
                return str(words["currencies"][part])
    return ""
