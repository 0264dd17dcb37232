"""Ids, words and text: what is taken off them, and what is no word.

What belongs here: formulas, markup, nested values, lost digits. What does not: times and numbers.
"""

from __future__ import annotations

import json
import re
import unicodedata

from pipelines.ingest.cells.nobody import DATE_AS_ID
from pipelines.ingest.cells.reading import DIGITS_KEPT, INVISIBLE_PATTERN, LONGEST_ID, Reading, Unread

HIDDEN = re.compile(f"[{INVISIBLE_PATTERN}]")
_SCIENTIFIC = re.compile(r"[0-9]\.[0-9]*[eE]\+?[0-9]+|[0-9]+[eE]\+[0-9]+|[0-9]{16,}\.[0-9]+")
# How a spreadsheet shows the number 1234567; what stands behind a point other than zeros is no id's.
_SHOWN = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.0+)?")
_DAY = re.compile(DATE_AS_ID)
_WIDE = {wide: wide - 0xFEE0 for wide in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_TYPOGRAPHIC = {**dict.fromkeys(map(ord, "‐‑‒–—−－"), "-"), **dict.fromkeys(map(ord, "‘’＇"), "'")}
_FORMULA = re.compile(r"[=+\-@＝＋－＠]")
_SIGNED_NUMBER = re.compile(r"[+\-][0-9.,]+[%％]?")
_MARKUP = re.compile(r"<[A-Za-z/!?]")
_SPACE = re.compile(r"\s")
_BRACKETED_END = re.compile(r"\(([^()]*)\)$")


def plain_marks(cell: str) -> str:
    """An id of letters and digits with the marks that a keyboard has: word processors write A–1001 and ’A1001."""
    plain = cell.translate(_TYPOGRAPHIC)
    return plain.lstrip("'") if plain != cell and plain.isascii() else cell


def id_of(cell: str, expected: str) -> str | Unread:
    cell = HIDDEN.sub("", cell).translate(_WIDE)
    if _SCIENTIFIC.fullmatch(cell):
        return Unread("scientific_notation", expected)
    if _DAY.fullmatch(cell):
        return Unread("date_as_id", expected)
    if shown := _SHOWN.fullmatch(cell):
        digits = shown[1].replace(",", "")
        is_lost = cell != digits and len(digits) > DIGITS_KEPT
        return Unread("scientific_notation", expected) if is_lost else digits
    if cell.startswith(("=", "＝")):
        return Unread("formula", expected)
    if "<" in cell:
        return Unread("html", expected)
    if is_nested(cell):
        return Unread("nested_value", expected)
    return Unread("too_long", expected) if len(cell) > LONGEST_ID else cell


def word_of(cell: str, reading: Reading, expected: str) -> str | Unread:
    if reading.words is not None or reading.values:
        known = dict(reading.words) if reading.words is not None else {value: value for value in reading.values}
        found = known.get(cell) or _known_word(cell, known, reading.default_word)
        return found or Unread(act_of(cell) or "unknown_value", "one of " + ", ".join(known))
    reason = act_of(cell) or ("too_long" if len(cell) > LONGEST_ID else None)
    return Unread(reason, expected) if reason else cell


def _known_word(cell: str, known: dict[str, str], default: str | None) -> str | None:
    """The meaning of a word in any width and case. What stands in its bracket may change it: 已完成（退款成功）."""
    bare = {_plain(raw): word for raw, word in known.items()}
    text = _plain(cell)
    found, bracket = bare.get(text), _BRACKETED_END.search(text)
    if found or bracket is None:
        return found or default
    found = bare.get(text[: bracket.start()])
    if default is not None:
        return found or default
    return found if found and bare.get(bracket[1]) == found else None


def _plain(word: str) -> str:
    return _SPACE.sub("", unicodedata.normalize("NFKC", word)).lower()


def act_of(cell: str) -> str | None:
    """Whether a spreadsheet would compute it or a browser draw it."""
    if _FORMULA.match(cell) and not _SIGNED_NUMBER.fullmatch(cell):
        return "formula"
    if _MARKUP.search(cell):
        return "html"
    if is_nested(cell):
        return "nested_value"
    return None


def is_nested(cell: str) -> bool:
    """Whether a whole record or list stands where one value should: its parts were never looked at."""
    if not (cell.startswith(("{", "[")) and cell.endswith(("}", "]"))):
        return False
    try:
        return isinstance(json.loads(cell), (dict, list))
    except (ValueError, RecursionError):
        return False
