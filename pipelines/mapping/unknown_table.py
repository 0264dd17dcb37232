"""The header and the first rows of a file that no mapping knows.

What belongs here: finding the header by its looks. What does not: bytes, encodings and workbooks (ingest.text,
ingest.formats), and what a header means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipelines.ingest.bounded import bounded
from pipelines.ingest.formats.csv import DELIMITERS
from pipelines.ingest.formats.encrypted import open_ole
from pipelines.ingest.formats.kinds import kind_of
from pipelines.ingest.formats.opened import HEADER_WITHIN
from pipelines.ingest.formats.sheets import read_workbook
from pipelines.ingest.formats.values import Drawn, text_of
from pipelines.ingest.headers import normalise_header, without_unit
from pipelines.ingest.records import split_line
from pipelines.ingest.table_noise import known_names, says_totals
from pipelines.ingest.text import head_of, open_text
from pipelines.mapping.looks import is_value
from pipelines.mapping.words import words
from pipelines.settings import Settings

ROWS = 500  # that are looked at
Rows = list[list[str]]


class NoHeader(ValueError):
    """A file without anything that looks like a header over rows, or of a kind that is not looked into."""


@dataclass(frozen=True)
class UnknownTable:
    """What a person sees of a table: its header and first rows, and what stood above."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    line: int  # of the header; 1 = first
    kind: str  # csv or xlsx
    sheet: str = ""
    others: tuple[str, ...] = ()  # further sheets with a table

    def values(self, place: int) -> list[str]:
        """What stands in a column, row by row; '' where nothing does."""
        return [row[place] if place < len(row) else "" for row in self.rows]


def read_unknown(file: Path, scratch: Path, settings: Settings) -> UnknownTable:
    """Raises UnreadableError for what cannot be read, and NoHeader."""
    kind = kind_of(file)
    if kind in ("zip", "ole"):
        import msoffcrypto  # noqa: F401  (what every such process needs is no part of what a file may take)
        import python_calamine  # noqa: F401

        work = partial(sheets_of, file, scratch, settings.reading.password_texts)
        return _of_sheets(bounded(work, settings.reading))
    if kind == "empty":
        raise NoHeader("the file is empty: export it again")
    if kind not in ("text", "gzip"):
        raise NoHeader(
            f"a mapping is proposed for CSV and workbooks, and this is another kind ({kind}): save it as .xlsx"
        )
    lines = head_of(open_text(file, scratch, settings.reading), HEADER_WITHIN + ROWS)
    if next((line for line in lines if line.strip()), "").lstrip()[:1] in ("{", "["):
        raise NoHeader("this is JSON; a mapping is proposed for CSV and workbooks, one of records is written by hand")
    tables = [_table([split_line(line, mark) for line in lines], "csv") for mark in DELIMITERS]
    found = [table for table in tables if table is not None]
    if not found:
        raise NoHeader(_EXPECTED)
    return max(found, key=lambda one: _likeness(one.header, [list(row) for row in one.rows]))


_EXPECTED = "nothing in its first lines looks like a header over rows: a line of two names at least, with cells below"


def sheets_of(file: Path, scratch: Path, passwords: tuple[str, ...]) -> list[tuple[str, Rows]]:
    """The visible sheets as text."""
    file = open_ole(file, scratch, passwords) if kind_of(file) == "ole" else file
    return [
        (sheet.name, [[_text(value) for value in row] for row in sheet.rows[: HEADER_WITHIN + ROWS]])
        for sheet in read_workbook(file).sheets
    ]


def _text(value: object) -> str:
    return text_of(value.number if isinstance(value, Drawn) else value)


def _of_sheets(sheets: list[tuple[str, Rows]]) -> UnknownTable:
    """The table of the sheet that says most; the others are named."""
    tables = [(name, table) for name, rows in sheets if (table := _table(rows, "xlsx")) is not None]
    if not tables:
        raise NoHeader(_EXPECTED)
    name, best = max(tables, key=lambda one: _likeness(one[1].header, [list(row) for row in one[1].rows]))
    others = tuple(other for other, _ in tables if other != name)
    return UnknownTable(best.header, best.rows, best.line, "xlsx", name, others)


def _table(rows: Rows, kind: str) -> UnknownTable | None:
    """The line that looks most like a header, and what stands below."""
    best: tuple[float, int] = (0, -1)
    for number, row in enumerate(rows[:HEADER_WITHIN]):
        likeness = _likeness(row, rows[number + 1 :])
        best = max(best, (likeness, -number)) if likeness > best[0] else best
    if best[0] <= 0:
        return None
    number = -best[1]
    header = [cell.strip() for cell in rows[number]]
    while header and not header[-1]:
        header.pop()
    below = [tuple(row) for row in rows[number + 1 :] if any(map(str.strip, row)) and not _is_total(row)]
    return UnknownTable(tuple(header), tuple(below[:ROWS]), number + 1, kind)


def _is_total(row: Sequence[str]) -> bool:
    return says_totals(next((cell.strip() for cell in row if cell.strip()), ""))


def _likeness(header: Sequence[str], below: Rows) -> float:
    """How much a line looks like a header: names that are known, words, and rows as wide as it is."""
    filled = [cell.strip() for cell in header if cell.strip()]
    if len(filled) < 2 or not any(sum(1 for cell in row if cell.strip()) * 2 >= len(filled) for row in below[:20]):
        return 0
    values = sum(1 for cell in filled if is_value(cell))
    return 3 * sum(map(_is_known, filled)) + len(set(filled)) - 3 * values


def _is_known(cell: str) -> bool:
    names = {normalise_header(cell), without_unit(cell)}
    return bool(names & known_names()) or any(part in cell for part in words().parts if len(part) > 1)
