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
    Where every column that is read is merged over the same rows, an amount among them, the rows are one record, once:
    the others become copies of the first, whatever stands in columns that nobody reads.
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
        self.read = match.places
        self.once: dict[int, set[int]] = {}  # place → first rows of merged numbers
        self.copies: dict[int, int] = {}  # first row of a record merged over several → how many rows say it again

    def filled(self, number: int, row: list[Any]) -> list[Any]:
        """The row with what goes down to it."""
        starts = {c: start for c in range(len(row)) if (start := self.starts.get((number, c))) is not None}
        if not starts:
            return row
        if (first := self._copied(row, starts)) is not None:
            self.copies[first] = self.copies.get(first, 0) + 1
            return self.rows[first]
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

    def _copied(self, row: list[Any], starts: dict[int, int]) -> int | None:
        """The first row of the record that this row is merged into with everything that is read; None: it is not."""
        first = starts.get(min(self.key, default=-1))
        if first is None or not any(starts.get(place) == first for place in self.numbers):
            return None
        own = [place for place in self.read if starts.get(place) != first]
        if any(_at(line, place) not in (None, "") for place in own for line in (row, self.rows[first])):
            return None
        return first

    def _is_one_record(self, values: list[Any], start: int) -> bool:
        first = self.filled(start, self.rows[start])
        keys = [(values[c], first[c]) for c in self.key if c < min(len(values), len(first))]
        return any(value not in (None, "") for value, _ in keys) and all(value == other for value, other in keys)

    @property
    def notices(self) -> list[Notice]:
        return [*self._numbers_told(), *self._copies_told()]

    def _copies_told(self) -> list[Notice]:
        rows, header = sum(self.copies.values()), self.header[min(self.key, default=0)]
        facts = {"records": len(self.copies)}
        said = _COPIES.format(mask_text(header), len(self.copies), rows)
        return [Notice("merged_copies", said, header, rows, facts=facts)] if rows else []

    def _numbers_told(self) -> list[Notice]:
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


def _at(row: list[Any], place: int) -> Any:
    return row[place] if place < len(row) else None


_COPIES = (
    "column {}: {} of its cells are merged over several rows with all that is read, the amount too: each is one row "
    "that counts once, and {} further rows of them are copies; what these say in other columns is in no number"
)
_SAID = (
    "column {}: {} cells merged over several rows hold a number that is theirs together; it counts once, at the first "
    "of them: write each row's own number"
)
