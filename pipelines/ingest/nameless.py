"""Cells under no header: nobody knows what they are, so they are in no number, and that is told.

What belongs here: such columns. What does not: columns whose header nobody reads (unread.py), two tables beside each
other (side_by_side.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pipelines.ingest.notices import Notice

_LETTERS = 26
_SAID = "column {} has cells and no header: it is in no number; give it a name, or leave it out"


def told_nameless(header: Sequence[str], rows: Iterable[Sequence[str]], is_whole: bool) -> list[Notice]:
    """One notice for each nameless column with cells. `is_whole`: the rows are all there are, so they are counted."""
    width = len(header)
    nameless = {place for place, text in enumerate(header) if not text.strip()}
    filled: Counter[int] = Counter()
    for row in rows:
        filled.update(
            place for place in (*nameless, *range(width, len(row))) if place < len(row) and row[place].strip()
        )
    return [
        Notice("nameless_column", _SAID.format(name), name, count if is_whole else None, "aside")
        for place, count in sorted(filled.items())
        for name in [_letters(place)]
    ]


def _letters(place: int) -> str:
    """A column as a spreadsheet names it: A, B, …, AA."""
    before, last = divmod(place, _LETTERS)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)
