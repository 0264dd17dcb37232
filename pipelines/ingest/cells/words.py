"""Ids, words and text: what is taken off them, and what is no word.

What belongs here: formulas, markup, nested values, lost digits. What does not: times and numbers.
"""

from __future__ import annotations

import json
import re

from pipelines.ingest.cells.reading import INVISIBLE_PATTERN, LONGEST_ID, Reading, Unread

HIDDEN = re.compile(f"[{INVISIBLE_PATTERN}]")
_SCIENTIFIC = re.compile(r"[0-9]\.[0-9]*[eE]\+?[0-9]+|[0-9]+[eE]\+[0-9]+|[0-9]{16,}\.[0-9]+")
_FORMULA = re.compile(r"[=+\-@＝＋－＠]")
_SIGNED_NUMBER = re.compile(r"[+\-][0-9.,]+[%％]?")
_MARKUP = re.compile(r"<[A-Za-z/!?]")
_BRACKETED_END = re.compile(r"[\s]|[（(].*[）)]$")


def id_of(cell: str, expected: str) -> str | Unread:
    cell = HIDDEN.sub("", cell)
    if _SCIENTIFIC.fullmatch(cell):
        return Unread("scientific_notation", expected)
    if cell.endswith(".0") and cell[:-2].isdigit():  # a spreadsheet shows 12345 as 12345.0
        cell = cell[:-2]
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
        bare = {raw.lower(): word for raw, word in known.items()}
        found = known.get(cell) or bare.get(_BRACKETED_END.sub("", cell).lower()) or reading.default_word
        return found or Unread(act_of(cell) or "unknown_value", "one of " + ", ".join(known))
    reason = act_of(cell) or ("too_long" if len(cell) > LONGEST_ID else None)
    return Unread(reason, expected) if reason else cell


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
