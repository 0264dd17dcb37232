"""Labels of a sheet and their values: in one cell with a colon, beside each other, or one above the other.

What belongs here: deciding which cell is a label's one value, and that there is none. What does not: which sheets hold
labels (the mapping says so), and what a value means.

A table is no form: where a label has several values under it, none of them is the record's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.ingest.cells.reading import EMPTY
from pipelines.ingest.grammar import Source
from pipelines.ingest.headers import known_columns

_DIGIT = re.compile(r"\d")
_TEXTS = ("id", "word", "text", "timestamp")  # their values need not hold a digit


class LabelSheet:
    """One sheet (or its first rows) as text."""

    def __init__(self, source: Source, grid: list[list[str]]) -> None:
        self.source = source
        self.grid = grid
        self.kinds: dict[str, str | None] = {}
        self.unknown: list[str] = []  # labels that no column of the mapping has

    def values(self) -> Iterator[tuple[str, str | None]]:
        """Each known label with its value; None where there is none that is surely its own."""
        for r, row in enumerate(self.grid):
            above = self._is_row_of_labels(r)
            for c, text in enumerate(row):
                head, colon, tail = text.replace("：", ":", 1).partition(":")
                if colon and tail.strip() and self._kind(head):
                    yield head, tail
                elif self._kind(text):
                    yield text, self._value(r, c, above)
                elif above and self._is_unknown_label(r, c):
                    self.unknown.append(text)

    def _value(self, r: int, c: int, above: bool) -> str | None:
        label, beside, below = self.grid[r][c], self._cell(r, c + 1), self._cell(r + 1, c)
        beside_fits = not above and self._is_value_of(label, beside)
        if beside_fits and self._is_stacked(c):
            return beside
        below_fits = self._is_value_of(label, below) and not self._is_value_of(label, self._cell(r + 2, c))
        if beside_fits and below_fits and self._kind(label) in _TEXTS and not self._has_labels(r + 1):
            return None  # a name beside it and a name below it
        return beside if beside_fits else below if below_fits else None

    def _is_stacked(self, c: int) -> bool:
        """Whether labels stand one below the other in this column: then their values are beside them."""
        return sum(self._is_label(self._cell(r, c)) for r in range(len(self.grid))) > 1

    def _cell(self, r: int, c: int) -> str:
        return self.grid[r][c] if r < len(self.grid) and c < len(self.grid[r]) else ""

    def _kind(self, text: str) -> str | None:
        """The type of the column that a text is a label of; None: it is no label that we know."""
        if text not in self.kinds:
            names = known_columns(self.source, text) if text.strip() else []
            self.kinds[text] = self.source.columns[names[0]].type if names else None
        return self.kinds[text]

    def _is_label(self, text: str) -> bool:
        """Whether a cell is a label we know, alone or with its value behind a colon."""
        return bool(self._kind(text) or self._kind(text.replace("：", ":", 1).partition(":")[0]))

    def _has_labels(self, r: int) -> bool:
        return r < len(self.grid) and any(map(self._is_label, self.grid[r]))

    def _is_row_of_labels(self, r: int) -> bool:
        """A row of labels has its values below, even where the cell beside is no label we know."""
        return sum(map(bool, map(self._kind, self.grid[r]))) > 1 and not self._has_labels(r + 1)

    def _is_value_of(self, label: str, text: str) -> bool:
        """A label that we do not know may stand where a value is looked for, but it holds no digit."""
        if not text.strip() or self._is_label(text):
            return False
        return self._kind(label) in _TEXTS or text in EMPTY or bool(_DIGIT.search(text))

    def _is_unknown_label(self, r: int, c: int) -> bool:
        """Only in a row of labels: elsewhere a text may as well be a value, and a person's name."""
        text = self.grid[r][c]
        return (
            bool(text.strip()) and text not in EMPTY and not _DIGIT.match(text) and bool(self._cell(r + 1, c).strip())
        )
