"""A spreadsheet's values as text.

What belongs here: what a cell's Python value says. What does not: where cells stand (tables.py, form.py).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

MOST_DIGITS = 15  # that a spreadsheet keeps of a number


class Uncomputed(str):
    """A formula that nobody has computed: its own text stands for the value that it does not have."""


class Drawn(str):
    """A number with the unit that its format draws; an id is the number all the same."""

    number: str

    def __new__(cls, text: str, number: str) -> Drawn:
        self = super().__new__(cls, text)
        self.number = number
        return self


def text_of(value: Any) -> str:
    """A workbook's value as text. A number of more digits than are kept is shown as the damage it is: 2.3166e+15."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        if isinstance(value, int) or value.is_integer():
            return str(int(value)) if abs(value) < 10**MOST_DIGITS else f"{float(value):e}"
        return repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, dt.timedelta):
        return str(value.total_seconds())
    return plain_breaks(str(value).replace("\0", ""))


def plain_breaks(text: str) -> str:
    """Line breaks as one character: a bare carriage return unsettles every reader of the CSV that a cell goes into."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
