"""Workbooks: sheets, the tables in them, and a spreadsheet's values as text.

What belongs here: sheets and their cells. What does not: workbooks read as one record (form.py).
"""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path
from typing import Any

from pipelines.ingest.formats.form import opened_form
from pipelines.ingest.formats.opened import HEADER_WITHIN, Opened, csv_relation
from pipelines.ingest.formats.values import text_of
from pipelines.ingest.headers import Match, Missing, normalise_header
from pipelines.ingest.notices import Notice
from pipelines.ingest.recognise import choose, refusal
from pipelines.ingest.records import Refused
from pipelines.ingest.sources import load_sources
from pipelines.ingest.text import UnreadableError
from pipelines.privacy import mask_letters, mask_text

LARGEST_WORKBOOK = 2 << 30  # bytes of a workbook once unpacked


def open_workbook(path: Path, folders: tuple[str, ...], scratch: Path) -> Opened:
    sheets = _sheets(path)
    for source in load_sources().values():
        if source.recognise.sheets and _has_sheets(sheets, source.recognise.sheets):
            return opened_form(source, sheets, path, scratch)
    return _opened_tables(sheets, folders, scratch)


def _sheets(path: Path) -> dict[str, list[list[Any]]]:
    """Every sheet as rows of Python values; numbers of more than 15 digits have already lost the rest."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > LARGEST_WORKBOOK:
                    raise UnreadableError(
                        "too_large", f"a workbook of at most {LARGEST_WORKBOOK >> 30} GB; export as CSV"
                    )
        workbook = CalamineWorkbook.from_path(str(path))
        return {
            name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in workbook.sheet_names
        }
    except PasswordError as error:
        raise UnreadableError("unreadable", "a workbook without a password") from error
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableError(
            "unreadable", "an Excel workbook (.xlsx); this one is damaged or something else"
        ) from error


def _has_sheets(sheets: dict[str, list[list[Any]]], wanted: tuple[str, ...]) -> bool:
    names = {normalise_header(name) for name in sheets}
    return all(normalise_header(name) in names for name in wanted)


def _opened_tables(sheets: dict[str, list[list[Any]]], folders: tuple[str, ...], scratch: Path) -> Opened:
    """All sheets whose header is that of the first recognised one; lines of later sheets are counted on."""
    verdicts = {name: _header_row(rows, folders) for name, rows in sheets.items()}
    match = next((verdict for _, verdict, _ in verdicts.values() if isinstance(verdict, Match)), None)
    if match is None:
        raise _refuse_workbook(sheets, [(verdict, header) for _, verdict, header in verdicts.values()], folders)
    opened = Opened(match, "xlsx", csv_relation(scratch / "sheet.csv", len(match.header), ",", 0, True), True)
    above = opened.expected = 0
    with open(scratch / "sheet.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        for name, rows in sheets.items():
            found, verdict, _ = verdicts[name]
            start = (found or 0) + 1 + match.source.skip_after_header
            numbered = enumerate(([text_of(value) for value in row] for row in rows[start:]), above + start + 1)
            filled = [(number, cells) for number, cells in numbered if any(cells)]
            if not isinstance(verdict, Match):
                said = f"sheet {mask_text(name)!r} was left alone: no mapping knows its header (rows: {len(filled)})"
                opened.notices += [Notice("sheet_left", said, name, len(filled), "aside")] if filled else []
            elif (verdict.source, verdict.header) != (match.source, match.header):
                opened.refused += [Refused(n, "other_header", mask_letters(",".join(cells))) for n, cells in filled]
            else:
                width = len(match.header)
                filled = [(n, cells[:width]) for n, cells in filled if any(cells[:width])]
                out.writerows([n, *cells, *[""] * (width - len(cells))] for n, cells in filled)
                opened.expected += len(filled)
            above += len(rows)
    return opened


def _refuse_workbook(
    sheets: dict[str, list[list[Any]]], verdicts: list[tuple[Any, list[str]]], folders: tuple[str, ...]
) -> UnreadableError:
    seen = [(verdict, header) for verdict, header in verdicts if header]
    if not seen:
        return UnreadableError("empty_file", "a workbook with a header and rows; this one is empty: export it again")
    near, header = next((entry for entry in seen if isinstance(entry[0], Missing)), (None, seen[0][1]))
    return refusal(near, header, max(sum(map(len, sheets.values())) - 1, 0), folders)


def _header_row(rows: list[list[Any]], folders: tuple[str, ...]) -> tuple[int | None, Any, list[str]]:
    best: Missing | None = None
    seen: list[str] = []
    for number, row in enumerate(rows[:HEADER_WITHIN]):
        header = [text_of(value) for value in row]
        while header and not header[-1].strip():
            header.pop()
        if not header:
            continue
        seen = seen or header
        verdict = choose(header, folders, "xlsx")
        if isinstance(verdict, Match):
            return number, verdict, header
        best = best or (verdict if isinstance(verdict, Missing) else None)
    return None, best, seen
