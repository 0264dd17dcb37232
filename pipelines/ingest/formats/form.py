"""A workbook that is one record: labels beside or above their one value, rows of tables, and nested tables to sum.

What belongs here: which sheet is read how. What does not: opening the workbook (workbook.py), finding a label's value
(labels.py).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from pipelines.ingest.cells.reading import Reading, Unread
from pipelines.ingest.cells.straight import straighten
from pipelines.ingest.formats.labels import LabelSheet
from pipelines.ingest.formats.opened import Opened, csv_relation
from pipelines.ingest.formats.values import text_of
from pipelines.ingest.grammar import Form, Source
from pipelines.ingest.headers import Missing, known_columns, match_header, normalise_header
from pipelines.ingest.notices import Notice
from pipelines.ingest.recognise import refusal
from pipelines.ingest.unread import unread_notices

Grid = list[list[str]]
How = TypeVar("How")


def opened_form(source: Source, sheets: dict[str, list[list[Any]]], path: Path, scratch: Path) -> Opened:
    """A workbook read as one record: its labelled values, the rows and sums of its tables."""
    reader = _FormReader(source)
    for name, rows in sheets.items():
        reader.read(name, [[text_of(value) for value in row] for row in rows])
    record = reader.record
    verdict = match_header(source, list(record))
    if isinstance(verdict, Missing):
        raise refusal(verdict, list(record), 1)
    target = scratch / "form.csv"
    with open(target, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow([1, *record.values()])
    relation = csv_relation(target, len(record), ",", 0, numbered=True)
    own = [notice for notice in verdict.notices if not (notice.subject or "").startswith(("sum(", "row("))]
    verdict = replace(
        verdict, notices=(*own, *reader.notices, *unread_notices(verdict, reader.unknown)), why="its sheets"
    )
    return Opened(match=verdict, encoding="xlsx", relation=relation, numbered=True, records=target, expected=1)


class _FormReader:
    """Collects the record, sheet by sheet; of two values for one label the first counts, and both are told."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.form = source.form or Form(labels={})
        self.record: dict[str, str] = {}
        self.notices: list[Notice] = []
        self.unknown: list[str] = []

    def read(self, name: str, grid: Grid) -> None:
        """One sheet, in each of the ways that the mapping names for it."""
        ways = 0
        if (first := _of_sheet(self.form.labels, name)) is not None:
            ways += 1
            self._read_labels(name, grid[: first or None])
        if (wanted := _of_sheet(self.form.rows, name)) is not None:
            ways += 1
            self._read_row(name, grid, *wanted)
        if (headers := _of_sheet(self.form.sums, name)) is not None:
            ways += 1
            for header, value in _sums(grid, headers).items():
                self._keep(f"sum({header})", value, name)
        filled = sum(any(cell.strip() for cell in row) for row in grid)
        if not ways and filled and _of_sheet(dict.fromkeys(self.form.ignore, True), name) is None:
            said = f"sheet {name!r} was left alone: the mapping does not name it (rows: {filled})"
            self.notices.append(Notice("sheet_left", said, name, filled, "aside"))

    def _read_labels(self, name: str, grid: Grid) -> None:
        sheet = LabelSheet(self.source, grid)
        for label, value in sheet.values():
            if value is None:
                said = f"{label} (sheet {name}): no value beside or below it that is surely its own; it is in no number"
                self.notices.append(Notice("label_without_value", said, label, None, "aside", {"sheet": name}))
            else:
                self._keep(label, value, name)
        self.unknown += sheet.unknown

    def _read_row(self, name: str, grid: Grid, key: str, word: str) -> None:
        table = list(_table(grid, key))
        found = [row for row in table if row.get(normalise_header(key), "").strip() == word]
        if len(found) != 1:
            said = f"sheet {name!r}: {len(found)} rows where {key} is {word}, expected one; none of its figures is used"
            self.notices.append(Notice("label_without_value", said, name, severity="aside"))
            return
        for header, value in found[0].items():
            label = f"row({header})"
            if value.strip() and known_columns(self.source, label):
                self._keep(label, value, name)
            elif value.strip() and header != normalise_header(key):
                self.unknown.append(header)

    def _keep(self, label: str, value: str, sheet: str) -> None:
        standing = self.record.setdefault(label, value)
        if standing != value:
            facts = {"used": standing, "other": value, "sheet": sheet}
            said = f"{label}: {standing} was used, but sheet {sheet} says {value}"
            self.notices.append(Notice("labels_disagree", said, label, facts=facts))


def _of_sheet(ways: dict[str, How], name: str) -> How | None:
    """What the mapping says of a sheet: by its whole name, or by its beginning and `*`."""
    if name in ways:
        return ways[name]
    begun = [entry for entry in ways if entry.endswith("*") and name.startswith(entry[:-1])]
    return ways[max(begun, key=len)] if begun else None


def _table(grid: Grid, key: str) -> Iterator[dict[str, str]]:
    """The rows under the header that has the key column, by header."""
    header: list[str] = []
    for row in grid:
        if not header and normalise_header(key) in map(normalise_header, row):
            header = [normalise_header(text) for text in row]
        elif header:
            yield dict(zip(header, row, strict=False))


def _sums(grid: Grid, headers: tuple[str, ...]) -> dict[str, str]:
    """Sums of columns over a nested table's top-level rows: rows of details under them begin with `-` or nothing.

    A cell that is no amount stands for the whole sum, so that it is found and refused.
    """
    wanted = {normalise_header(header): header for header in headers}
    how = Reading("amount", "UTC", datetime.min)
    sums: dict[str, Decimal | str] = {}
    places: dict[str, int] = {}
    for cells in grid:
        found = {wanted[n]: c for c, text in enumerate(cells) if (n := normalise_header(text)) in wanted}
        if found and not places:
            places = found
        elif places and cells and cells[0].strip() not in ("", "-", "--"):
            for header, c in places.items():
                value = straighten(cells[c], how) if c < len(cells) else None
                standing = sums.get(header, Decimal(0))
                if isinstance(value, Unread):
                    sums[header] = cells[c]
                elif value is not None and isinstance(standing, Decimal):
                    sums[header] = standing + Decimal(value)
    return {header: str(value).removesuffix(".00") for header, value in sums.items()}
