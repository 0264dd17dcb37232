"""What the values of a column look like: times, amounts, numbers, phones, words.

What belongs here: asking the very readings that a run would use, cell by cell. What does not: those readings
(ingest.cells), and what a look is taken for (fitting.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property, lru_cache

from pipelines.ingest.cells.reading import EMPTY, SPACES, Reading, Unread
from pipelines.ingest.cells.straight import straighten
from pipelines.privacy import mask_text, normalise_phone

ASKED = 200  # values of a column
_PLAIN_NUMBER = re.compile(r"[0-9]+(?:\.0+)?")
_HIDDEN_PHONE = re.compile(r"1[3-9][0-9]\*{4}[0-9]{4}")
_LOST = re.compile(r"[0-9](?:\.[0-9]+)?E\+[0-9]+", re.IGNORECASE)


class Looks:
    """The look of one column's values. What is empty tells nothing."""

    def __init__(self, values: Sequence[str]) -> None:
        self.all = [value.strip(SPACES) for value in values]
        self.filled = [value for value in self.all if value and value not in EMPTY]
        self.asked = self.filled[:ASKED]

    def share(self, kind: str) -> float:
        """Of the filled cells those that a column of this kind would read; 1 where there are none."""
        if not self.asked or kind in ("text", "word", "personal"):
            return 1
        return sum(_reads(value, kind) for value in self.asked) / len(self.asked)

    @cached_property
    def is_time(self) -> bool:
        """Numbers alone may be anything."""
        plain = sum(bool(_PLAIN_NUMBER.fullmatch(value)) for value in self.asked)
        return bool(self.asked) and plain < len(self.asked) / 2 and self.share("timestamp") >= 0.8

    @cached_property
    def is_epoch(self) -> bool:
        """Seconds or milliseconds since 1970."""
        return bool(self.asked) and all(re.fullmatch("1[0-9]{9}(?:[0-9]{3})?", value) for value in self.asked)

    @cached_property
    def is_amount(self) -> bool:
        return bool(self.asked) and self.share("amount") >= 0.8 and not self.has_long_numbers

    @property
    def has_long_numbers(self) -> bool:
        """Of nine digits and more, as ids have."""
        return sum(len(re.sub(r"[^0-9]", "", value.partition(".")[0])) > 8 for value in self.asked) * 2 > len(
            self.asked
        )

    @property
    def is_whole(self) -> bool:
        """Amounts without a sign, a point or a unit: they may be fen."""
        return bool(self.asked) and all(_PLAIN_NUMBER.fullmatch(value) for value in self.asked)

    @property
    def is_unique(self) -> bool:
        return len(set(self.filled)) == len(self.filled)

    @property
    def has_lost_digits(self) -> bool:
        return any(_LOST.fullmatch(value) for value in self.asked)

    @property
    def is_phone(self) -> bool:
        return self._most(lambda value: bool(normalise_phone(value) or _HIDDEN_PHONE.fullmatch(value)))

    @property
    def is_personal(self) -> bool:
        """Phones, national ids, addresses of mail in one cell of two."""
        return self._most(lambda value: mask_text(value) != value)

    def _most(self, test: Callable[[str], bool]) -> bool:
        return bool(self.asked) and sum(map(test, self.asked)) * 2 >= len(self.asked)

    def words(self, most: int = 12) -> list[str]:
        """The different values of a column of words; none of one that says something else in each row."""
        found = list(dict.fromkeys(self.filled))
        return found if len(found) <= most else []


@lru_cache(maxsize=8192)
def _reads(value: str, kind: str) -> bool:
    reading = Reading(kind=kind, timezone="Asia/Shanghai", modified_at=datetime(2100, 1, 1))
    read = straighten(value, reading)
    return read is not None and not isinstance(read, Unread)


def is_value(cell: str) -> bool:
    """Whether a cell is a time, a number or somebody's: no name of a column."""
    return bool(re.search("[0-9]", cell)) and (
        _reads(cell, "timestamp") or _reads(cell, "amount") or mask_text(cell) != cell
    )
