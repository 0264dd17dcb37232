"""A phone's cell: the one number that it tells, whatever stands beside it.

What belongs here: which number is meant, and cells that tell another or a broken one. What does not: what a number
looks like and its key (privacy.py).

A number with an extension is a platform's virtual one, that tomorrow is somebody else's: it identifies nobody, as a
masked one does.
"""

from __future__ import annotations

import re

from pipelines.ingest.cells.reading import Reading, Unread
from pipelines.privacy import is_filler, normalise_phone, phones_in

_FULL = "1[3-9][0-9]{9}"
_EXTENSION = re.compile(
    r"\s*(?:[-－—,，;；+＋_ ]|转|分机|ext\.?|x|\[|【|\(|（)[\s:：号]*[0-9]{1,6}[\s\])）】]*", re.IGNORECASE
)
_HIDING = "*#$"  # masked, or ciphertext
_NEARLY = re.compile(r"(?:\+?(?:00)?86)?1[3-9][0-9]{6,14}")
_EXPECTED = "one full mainland mobile number and no other digits"


def phone_of(cell: str) -> str | Unread | None:
    """The cell's number in 11 digits; None where it identifies nobody."""
    if found := normalise_phone(cell):
        return found
    if any(mark in cell for mark in _HIDING):
        return None
    numbers, beside = phones_in(cell)
    real = [number for number in numbers if not is_filler(number)]
    if len(real) > 1:
        return Unread("several_ids", _EXPECTED)
    if not numbers:
        return Unread("phone_not_full", _EXPECTED) if _NEARLY.fullmatch(re.sub(r"[\s\-]", "", beside)) else None
    if _EXTENSION.fullmatch(beside) or not real:
        return None
    return Unread("id_with_note", _EXPECTED) if re.search("[0-9]", beside) else real[0]


def phone_id_of(cell: str) -> str | Unread:
    """The same where the number is the person's id, and no person is a fault."""
    return phone_of(cell) or Unread("phone_not_full", "a full mainland mobile number")


def odd_phone_id_sql(p: str, reading: Reading) -> list[str]:
    """SQL: an id that is to be a phone, in another spelling than the plain one."""
    return [f"not regexp_full_match({p}, '{_FULL}')"] if reading.holds == "phone" else []
