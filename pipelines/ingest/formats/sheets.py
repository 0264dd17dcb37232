"""A workbook's file → its visible sheets as rows of values, whatever its suffix says.

What belongs here: opening the file, hidden sheets, values that the reader does not give. What does not: which rows are
a table (tables.py), a workbook that is one record (form.py).
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.ingest.formats.sheet_xml import Hidden, hidden_values
from pipelines.ingest.notices import Notice
from pipelines.ingest.text import UnreadableError


@dataclass
class Sheet:
    """One sheet or table: rows from its first, columns from its first."""

    name: str
    rows: list[list[Any]]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)  # first and last row, first and last column


@dataclass
class Workbook:
    """What a person sees of a workbook, and what is hidden from them."""

    sheets: list[Sheet]
    hidden: list[str] = field(default_factory=list)
    is_binary: bool = False  # of a format in which only the reader can look

    @property
    def notices(self) -> list[Notice]:
        told = [Notice("hidden_sheet", _HIDDEN.format(name), name, None, "aside") for name in self.hidden]
        return [*told, *([Notice("binary_workbook", _BINARY)] if self.is_binary else [])]


_HIDDEN = "sheet {!r} is hidden and was left alone; unhide it and save the workbook if its rows should count"
_BINARY = (
    "an .xls or .xlsb: errors such as #REF! and formulas that nobody computed look like empty cells in it, and units "
    "that a number's format draws cannot be seen; save it as .xlsx if it has any of these"
)


def read_workbook(path: Path) -> Workbook:
    """Every visible sheet. A sheet's hidden rows are data: an export that was filtered is still the whole export."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    try:
        unseen = _unseen(path)
        with open(path, "rb") as file:  # the content decides: given a path, the reader would trust its suffix
            book = CalamineWorkbook.from_filelike(file)
            result = Workbook([], is_binary=unseen is None)
            for about in book.sheets_metadata:
                if about.typ != SheetTypeEnum.WorkSheet:
                    continue
                if about.visible != SheetVisibleEnum.Visible:
                    result.hidden.append(about.name)
                    continue
                sheet = book.get_sheet_by_name(about.name)
                result.sheets.append(_sheet(about.name, sheet, (unseen or {}).get(about.name, Hidden())))
            return result
    except PasswordError as error:
        raise UnreadableError("password", "a workbook without a password: open it, save it without one") from error
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableError(
            "unreadable", "an Excel workbook (.xlsx); this one is damaged or something else"
        ) from error


def _unseen(path: Path) -> dict[str, Hidden] | None:
    if not zipfile.is_zipfile(path):
        return None
    with zipfile.ZipFile(path) as archive:
        return hidden_values(archive)


def _sheet(name: str, sheet: Any, unseen: Hidden) -> Sheet:
    rows = sheet.to_python(skip_empty_area=False)
    for (row, column), value in unseen.cells.items():
        while len(rows) <= row:
            rows.append([])
        rows[row].extend([""] * (column + 1 - len(rows[row])))
        rows[row][column] = value
    ranges = [(r0, r1, c0, c1) for (r0, c0), (r1, c1) in sheet.merged_cell_ranges or []]
    return Sheet(name, rows, ranges or unseen.merged)
