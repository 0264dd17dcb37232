"""One landing file in memory, and how it reaches the disk with its bytes and its time decided.

What belongs here: encoding, compression, line ends, modification times, the record of what is dirty. What does not: any
platform's columns (`*_files.py`).
"""

from __future__ import annotations

import csv
import gzip
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

# Business time is Shanghai's; the clock of a file counts from 1970 in Greenwich.
EPOCH = datetime(1970, 1, 1, 8)


@dataclass
class File:
    """A file to be written: its header and data lines, or its bytes where it is no text.

    `modified_at` is business time. `dirty` counts the lines planted to be refused, by reason; `dirty_cells` those of
    which one cell must be set aside, or that must be remarked on, while the row stays; `repeated` exact copies of other
    lines of the file. `refused` says why not a row of the file can be loaded.
    """

    folder: str
    name: str
    modified_at: datetime
    header: str | None = None
    lines: list[str] = field(default_factory=list)
    encoding: str = "utf-8"
    content: bytes | None = None
    rows: int | None = None
    refused: str | None = None
    is_duplicate: bool = False
    dirty: dict[str, int] = field(default_factory=dict)
    dirty_cells: dict[str, int] = field(default_factory=dict)
    repeated: int = 0

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}"

    def encoded(self) -> bytes:
        if self.content is not None:
            return self.content
        lines = self.lines if self.header is None else [self.header, *self.lines]
        content = "".join(line + "\n" for line in lines).encode(self.encoding)
        return gzip.compress(content, 6, mtime=0) if self.name.endswith(".gz") else content

    def told(self, written: int) -> dict[str, Any]:
        """What truth.json says about this file."""
        return {
            "rows": len(self.lines) if self.rows is None else self.rows,
            "bytes": written,
            "encoding": self.encoding if self.content is None else None,
            "modified_at": self.modified_at.isoformat(sep=" "),
            "refused": self.refused,
            "is_duplicate": self.is_duplicate,
            "dirty_rows": dict(sorted(self.dirty.items())),
            "dirty_cells": dict(sorted(self.dirty_cells.items())),
            "repeated_rows": self.repeated,
        }


def write(landing: Path, files: Iterable[File]) -> dict[str, dict[str, Any]]:
    """Write the files and set their times; what was written, by path relative to landing, in order of path."""
    told = {}
    for file in files:
        target = landing / file.folder / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        content = file.encoded()
        target.write_bytes(content)
        seconds = (file.modified_at - EPOCH) / timedelta(seconds=1)
        os.utime(target, (seconds, seconds))
        told[file.path] = file.told(len(content))
    return dict(sorted(told.items()))


def cells(line: str) -> list[str]:
    """The cells of one CSV line."""
    return next(csv.reader([line]))


def line(values: Iterable[str]) -> str:
    """One CSV line, quoted where it must be."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(values)
    return text.getvalue()


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]], made: datetime, title: str) -> bytes:
    """A workbook of these cells, text as text. It holds no clock of its own: the same rows give the same bytes."""
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": made, "title": title})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    book.close()
    return target.getvalue()
