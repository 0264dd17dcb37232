"""Workbooks: read as one record, or as the tables of their sheets.

What belongs here: which of the two. What does not: opening the file (sheets.py), records (form.py), tables (tables.py).
"""

from __future__ import annotations

from pathlib import Path

from pipelines.ingest.formats.form import opened_form
from pipelines.ingest.formats.opened import Opened
from pipelines.ingest.formats.sheets import Sheet, read_workbook
from pipelines.ingest.formats.tables import open_tables
from pipelines.ingest.headers import normalise_header
from pipelines.ingest.recognise import named_by
from pipelines.ingest.sources import load_sources
from pipelines.ingest.text import UnreadableError


def open_workbook(path: Path, folders: tuple[str, ...], scratch: Path) -> Opened:
    """Raises UnreadableError for a workbook that no mapping knows, or that cannot be read."""
    book = read_workbook(path)
    for source in named_by(folders) or load_sources().values():
        if source.recognise.sheets and _has_sheets(book.sheets, source.recognise.sheets):
            opened = opened_form(source, {sheet.name: sheet.rows for sheet in book.sheets}, path, scratch)
            break
    else:
        try:
            opened = open_tables(book.sheets, folders, scratch, "xlsx")
        except UnreadableError as error:
            hidden = ", ".join(map(repr, book.hidden))
            error.expected += f"; hidden sheets are left alone: {hidden}" if hidden else ""
            raise
    opened.notices += book.notices
    return opened


def _has_sheets(sheets: list[Sheet], wanted: tuple[str, ...]) -> bool:
    names = {normalise_header(sheet.name) for sheet in sheets}
    return all(normalise_header(name) in names for name in wanted)
