"""A spreadsheet's values as text.

What belongs here: what a cell's Python value says. What does not: where cells stand (workbook.py, form.py).
"""

from __future__ import annotations

import datetime as dt
from typing import Any


def text_of(value: Any) -> str:
    """A workbook's value as text. A number beyond 2^53 is shown as the damage it is: in scientific notation."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value.is_integer():
            return str(int(value)) if abs(value) < 2**53 else f"{value:e}"
        return repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, dt.timedelta):
        return str(value.total_seconds())
    return str(value).replace("\0", "")
