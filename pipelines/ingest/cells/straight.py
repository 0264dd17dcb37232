"""One text cell → its plainest spelling or its fault, for every spelling that the platforms use.

What belongs here: which kind of cell goes to which reading. What does not: the readings themselves (words, moments,
numbers), and what happens to a cell that cannot be read (plan.py, straightening.py).
"""

from __future__ import annotations

import re

from pipelines.ingest.cells.alone import beside, without_label
from pipelines.ingest.cells.customs import doubt_of
from pipelines.ingest.cells.moments import moment_of
from pipelines.ingest.cells.nobody import ERROR, is_starred, names_nobody
from pipelines.ingest.cells.numbers import number_of, rounded
from pipelines.ingest.cells.phones import phone_id_of, phone_of
from pipelines.ingest.cells.reading import (
    EARLIEST,
    INVISIBLE_PATTERN,
    LATEST,
    LONGEST_JSON,
    LONGEST_TEXT,
    SPACES,
    Reading,
    Unread,
)
from pipelines.ingest.cells.words import act_of, id_of, plain_marks, word_of
from pipelines.privacy import mask_text

_CONTROLS = re.compile(f"[\x00-\x1f\x7f{INVISIBLE_PATTERN}]")
_WRAPPED = re.compile(r"\s*[=＝]\s*\"(.*)\"\s*", re.DOTALL)
_EXPECTED = {
    "id": "an id as text: format the column as text and export again, as numbers ids lose digits",
    "word": "a plain word",
    "text": "plain text, no formula and no markup",
    "timestamp": "one time such as 2025-03-31 20:15:00, with no zone or with one behind its seconds",
    "date": "a date such as 2025-03-31",
    "amount": "an amount such as 1234.50",
    "count": "a whole number",
    "number": "a number",
    "boolean": "yes or no (1/0, true/false, 是/否)",
}


def straighten(text: str | None, reading: Reading) -> str | Unread | None:
    """The cell in its plainest spelling (None: it is empty), or why it has no reading."""
    if text is None:
        return None
    strip = SPACES if reading.kind in ("text", "json") else reading.strip
    cell = _unwrapped(text).strip(strip)
    if cell in reading.empty or (reading.kind == "id" and is_nobody(cell, reading)):
        return None
    expected = _EXPECTED.get(reading.kind, "")
    if len(cell) > LONGEST_TEXT and reading.kind not in ("phone", "json"):
        return Unread("too_long", expected)
    if reading.kind not in ("phone", "json") and ERROR.fullmatch(cell):
        return Unread("spreadsheet_error", "a value; the spreadsheet could not compute this cell")
    if reading.pattern and not re.fullmatch(reading.pattern, cell):
        return Unread(act_of(cell) or "bad_pattern", f"text that matches {reading.pattern}")
    doubt = doubt_of(cell, reading) if reading.customs else None
    return doubt or _read(cell, reading, expected)


def is_nobody(cell: str, reading: Reading) -> bool:
    """Whether what stands where an id should is nobody's."""
    return names_nobody(cell) or (reading.names_person and is_starred(cell))


def _unwrapped(text: str) -> str:
    """The text inside ="…", which programs write so that a spreadsheet leaves digits alone."""
    match = _WRAPPED.fullmatch(text)
    return match[1].replace('""', '"') if match else text


def _read(cell: str, reading: Reading, expected: str) -> str | Unread | None:
    match reading.kind:
        case "json":
            return Unread("too_long", f"at most {LONGEST_JSON:,} characters") if len(cell) > LONGEST_JSON else cell
        case "id":
            return _id(cell, reading, expected)
        case "word":
            return word_of(cell, reading, expected)
        case "text":
            return Unread(reason, expected) if (reason := act_of(cell)) else mask_text(_CONTROLS.sub("", cell))
        case "phone":
            return phone_of(cell)
        case "timestamp" | "date":
            return _moment(cell, reading, expected)
        case "boolean":
            return _boolean(cell, expected)
    number = number_of(cell, reading)
    return Unread(number, expected) if isinstance(number, str) else rounded(number, reading.kind, expected)


def _id(cell: str, reading: Reading, expected: str) -> str | Unread | None:
    if reading.labels:
        cell = without_label(cell, reading)
        if cell in reading.empty or is_nobody(cell, reading):
            return None
    if reading.holds == "phone":
        return phone_id_of(cell)
    value = id_of(cell if reading.holds == "name" else plain_marks(cell), expected)
    return value if isinstance(value, Unread) else beside(value, reading) or value


def _moment(cell: str, reading: Reading, expected: str) -> str | Unread | None:
    """A timestamp without an hour is written as the bare day: that is how its column knows."""
    moment = moment_of(cell, reading)
    if moment is None:
        return None
    if isinstance(moment, str):
        return Unread(moment, expected)
    if not EARLIEST <= moment.at < LATEST:
        return Unread("bad_date", expected)
    is_day = reading.kind == "date" or not moment.has_time
    return moment.at.date().isoformat() if is_day else moment.at.isoformat(" ")


def _boolean(cell: str, expected: str) -> str | Unread:
    word = cell.lower()
    if word in ("1", "1.0", "true", "t", "yes", "y", "是", "有", "开启", "开"):
        return "true"
    if word in ("0", "0.0", "2", "false", "f", "no", "n", "否", "无", "关闭", "关"):
        return "false"
    return Unread("bad_boolean", expected)
