"""A workbook that is one record: labels beside or above their values, and nested tables to sum.

What belongs here: finding labels and values. What does not: opening the workbook (workbook.py).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.ingest.cells.reading import EMPTY, Reading, Unread
from pipelines.ingest.cells.straight import straighten
from pipelines.ingest.formats.opened import Opened, csv_relation
from pipelines.ingest.formats.values import text_of
from pipelines.ingest.headers import Missing, match_header, normalise_header
from pipelines.ingest.recognise import refusal
from pipelines.ingest.sources import Form, Source

_DIGIT = re.compile(r"\d")


def opened_form(source: Source, sheets: dict[str, list[list[Any]]], path: Path, scratch: Path) -> Opened:
    """A workbook read as one record: its labelled values, the sums of its nested tables, and its file name."""
    kinds: dict[str, str] = {
        normalise_header(name): column.type for column in source.columns.values() for name in column.names
    }
    record: dict[str, str] = {}
    form = source.form or Form(labels={})
    for name, rows in sheets.items():
        for prefix, first in form.labels.items():
            if name.startswith(prefix):
                for label, value in _labelled(rows[: first or None], kinds):
                    record.setdefault(label, value)
        for prefix, headers in form.sums.items():
            if name.startswith(prefix):
                record |= {f"sum({header})": value for header, value in _sums(rows, headers).items()}
    record["file_name"] = path.name
    verdict = match_header(source, list(record))
    if isinstance(verdict, Missing):
        raise refusal(verdict, list(record), 1)
    target = scratch / "form.csv"
    with open(target, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow([1, *record.values()])
    relation = csv_relation(target, len(record), ",", 0, numbered=True)
    return Opened(match=verdict, encoding="xlsx", relation=relation, numbered=True, expected=1)


def _labelled(rows: list[list[Any]], kinds: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Label and value: in one cell with a colon, else beside each other, else one above the other."""
    grid = [[text_of(value) for value in row] for row in rows]

    def is_label(text: str) -> bool:
        return normalise_header(text) in kinds

    def is_value_of(label: str, text: str) -> bool:
        """A label that we do not know may stand where a value is looked for, but it holds no digit."""
        is_number = kinds[normalise_header(label)] in ("count", "amount", "number")
        return (
            bool(text.strip()) and not is_label(text) and (not is_number or text in EMPTY or bool(_DIGIT.search(text)))
        )

    for r, row in enumerate(grid):
        for c, text in enumerate(row):
            head, colon, tail = text.replace("：", ":", 1).partition(":")
            if colon and is_label(head) and tail.strip():
                yield head, tail
                continue
            if not is_label(text):
                continue
            beside = row[c + 1] if c + 1 < len(row) else ""
            below = grid[r + 1][c] if r + 1 < len(grid) and c < len(grid[r + 1]) else ""
            # A row of labels has its values below, even where the cell beside is no label we know.
            in_row_of_labels = sum(map(is_label, row)) > 1 and not any(
                map(is_label, grid[r + 1] if r + 1 < len(grid) else [])
            )
            order = (below, beside) if in_row_of_labels else (beside, below)
            value = next((v for v in order if is_value_of(text, v)), None)
            if value is not None:
                yield text, value


def _sums(rows: list[list[Any]], headers: tuple[str, ...]) -> dict[str, str]:
    """Sums of columns over a nested table's top-level rows: rows of details under them begin with `-` or nothing.

    A cell that is no amount stands for the whole sum, so that it is found and refused.
    """
    wanted = {normalise_header(header): header for header in headers}
    how = Reading("amount", "UTC", datetime.min)
    sums: dict[str, Decimal | str] = {}
    places: dict[str, int] = {}
    for row in rows:
        cells = [text_of(value) for value in row]
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
