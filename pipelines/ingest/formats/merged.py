"""Merged cells over several rows: what is written once counts for each of them, but a number is not multiplied.

What belongs here: filling down. What does not: blanks that nobody merged; they stay empty, nobody guesses.
"""

from __future__ import annotations

from typing import Any

from pipelines.ingest.formats.sheets import Sheet
from pipelines.ingest.headers import Match
from pipelines.ingest.layout import key_places
from pipelines.ingest.notices import Notice
from pipelines.privacy import mask_text

_NUMBERS = ("amount", "count", "number")


class Merged:
    """The merged cells of one sheet, under one header.

    Ids, times and words go down to each row. A number that stands for several rows is their sum, unless the rows are
    one record, their key merged over the same rows: then it goes down, too. Else it counts once, at the first row.
    """

    def __init__(self, sheet: Sheet, match: Match) -> None:
        self.rows = sheet.rows
        self.starts = {
            (row, c): r0 for r0, r1, c, _ in sheet.merged for row in range(r0 + 1, min(r1 + 1, len(self.rows)))
        }
        columns = match.source.all_columns
        self.numbers = {p for name, at in match.positions.items() if columns[name].type in _NUMBERS for p in at}
        self.key = key_places(match)
        self.header = match.header
        self.once: dict[int, set[int]] = {}  # place → first rows of merged numbers

    def filled(self, number: int, row: list[Any]) -> list[Any]:
        """The row with what goes down to it."""
        starts = {c: start for c in range(len(row)) if (start := self.starts.get((number, c))) is not None}
        if not starts:
            return row
        values = list(row)
        for c, start in starts.items():
            if c not in self.numbers and c < len(self.rows[start]):
                values[c] = self.rows[start][c]
        for c, start in starts.items():
            if c in self.numbers:
                if self._is_one_record(values, start):
                    values[c] = self.rows[start][c]
                else:
                    self.once.setdefault(c, set()).add(start)
        return values

    def _is_one_record(self, values: list[Any], start: int) -> bool:
        first = self.filled(start, self.rows[start])
        keys = [(values[c], first[c]) for c in self.key if c < min(len(values), len(first))]
        return any(value not in (None, "") for value, _ in keys) and all(value == other for value, other in keys)

    @property
    def notices(self) -> list[Notice]:
        return [
            Notice(
                "merged_number",
                _SAID.format(mask_text(self.header[place]), len(starts)),
                self.header[place],
                facts={"cells": len(starts)},
            )
            for place, starts in self.once.items()
            if place < len(self.header)
        ]


_SAID = (
    "column {}: {} cells merged over several rows hold a number that is theirs together; it counts once, at the first "
    "of them: write each row's own number"
)
