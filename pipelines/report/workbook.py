"""A report as one workbook: the same cells as the page, with number formats, and a sheet of definitions.

What belongs here: placing cells on sheets. Text is always written as text: a name that looks like a formula or a link
stays a name. What does not: any value.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipelines.report.model import (
    EMPTY,
    IMMATURE,
    OK,
    SMALL,
    Block,
    Cell,
    Field,
    Grid,
    Ladder,
    Matrix,
    Picture,
    Report,
    Section,
    Tile,
    Told,
)
from pipelines.report.words import Words, day, load_words, moment, span

_FORMATS: dict[str, dict[str, Any]] = {
    "count": {"num_format": "#,##0"},
    "number": {"num_format": "#,##0.00"},
    "amount": {"num_format": "¥#,##0.00"},
    "rate": {"num_format": "0.0%"},
    "days": {"num_format": "0.0"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm", "align": "left"},
    "month": {"num_format": "yyyy-mm", "align": "left"},
    "date": {"num_format": "yyyy-mm-dd", "align": "left"},
    "text": {"align": "left"},
    "title": {"bold": True, "font_size": 13, "font_color": "#0e6a70"},
    "note": {"font_color": "#5c6874", "italic": True},
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#e6f2f1"},
    "bad": {"bold": True, "font_color": "#9a3412"},
    "partial": {"num_format": "0.0%", "italic": True, "font_color": "#5c6874"},
    SMALL: {"font_color": "#8a949d", "align": "right"},
    IMMATURE: {"font_color": "#5c6874", "align": "right", "pattern": 17, "fg_color": "#c9cfce", "bg_color": "#ffffff"},
    "empty": {"font_color": "#8a949d", "align": "right"},
    "wrap": {"text_wrap": True, "valign": "top"},
}
TOLD = 3  # of what to know of the data, on the first sheet
_FONT: dict[str, Any] = {"font_name": "Microsoft YaHei", "font_size": 10}


@dataclass
class Sheet:
    """A worksheet and the next free row of it."""

    sheet: Any
    formats: dict[str, Any]
    words: Words
    row: int = 0
    widths: dict[int, int] = field(default_factory=dict)

    def text(self, value: str, look: str = "text", column: int = 0) -> None:
        """One line of text on a row of its own."""
        self.sheet.write_string(self.row, column, value, self.formats[look])
        self.row += 1

    def head(self, fields: Sequence[Field], names: Sequence[str] = ()) -> None:
        """Column headings, each with its definition as a note."""
        for column, one in enumerate(fields):
            label = names[column] if names else one.label
            self.sheet.write_string(self.row, column, label, self.formats["head"])
            if one.definition:
                known = one.definition
                note = f"{known.variant or known.id}\n{known.meaning}\n{known.table}.{known.column}"
                self.sheet.write_comment(self.row, column, note, {"x_scale": 2})
            self._widen(column, label)
        self.row += 1

    def cells(self, fields: Sequence[Field], cells: Sequence[Cell]) -> None:
        """One row of values."""
        for column, (one, cell) in enumerate(zip(fields, cells, strict=True)):
            self.cell(column, one.kind, cell)
        self.row += 1

    def cell(self, column: int, kind: str, cell: Cell) -> None:
        """One value: a number or a date as such, anything else as text."""
        self._widen(column, cell.text)
        if cell.state != OK:
            self.sheet.write_string(self.row, column, cell.text, self.formats[cell.state])
        elif isinstance(cell.value, bool | str):
            self.sheet.write_string(self.row, column, cell.text, self.formats["text"])
        elif isinstance(cell.value, date):
            look = "moment" if isinstance(cell.value, datetime) else "month" if kind == "month" else "date"
            self.sheet.write_datetime(self.row, column, cell.value, self.formats[look])
        else:
            look = kind if kind in ("amount", "rate", "days", "number") else "count"
            look = "partial" if cell.is_partial and look == "rate" else look
            self.sheet.write_number(self.row, column, cell.value, self.formats[look])

    def skip(self) -> None:
        self.row += 1

    def _widen(self, column: int, text: str) -> None:
        width = sum(2 if ord(c) > 0x2E80 else 1 for c in text)
        self.widths[column] = min(max(self.widths.get(column, 9), width + 2), 44)

    def finish(self) -> None:
        for column, width in self.widths.items():
            self.sheet.set_column(column, column, width)


def write(report: Report, path: Path) -> None:
    """Writes the workbook: overview, a sheet per section, definitions."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    words = load_words(report.language)
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": f"{report.merchant} {report.title}", "created": report.generated_at})
        formats = {name: book.add_format({**_FONT, **look}) for name, look in _FORMATS.items()}
        for title, fill in _sheets(report, words):
            sheet = Sheet(book.add_worksheet(title), formats, words)
            sheet.sheet.set_landscape()
            sheet.sheet.set_paper(9)
            sheet.sheet.fit_to_pages(1, 0)
            fill(sheet)
            sheet.finish()


def _sheets(report: Report, words: Words) -> Iterator[tuple[str, Callable[[Sheet], None]]]:
    yield words("report.overview"), lambda sheet: _overview(sheet, report)
    for section in report.sections:
        yield section.title[:31], functools.partial(_section, section=section)
    yield words("report.definitions"), lambda sheet: _definitions(sheet, report)


def _section(sheet: Sheet, section: Section) -> None:
    for block in section.blocks:
        _block(sheet, block)


def _overview(sheet: Sheet, report: Report) -> None:
    words, language = sheet.words, report.language
    sheet.text(f"{report.merchant} · {report.title}", "title")
    sheet.text(f"{words('report.as_of')} {day(report.as_of, language, weekday=True)}")
    sheet.text(f"{words('report.period')} {span(report.period.current.first, report.period.current.last, language)}")
    sheet.text(f"{words('report.generated')} {moment(report.generated_at)}")
    for check in (*report.unpublished, *report.failed):
        said = f"{words('quality.observed')} {check.observed} · {words('quality.expected')} {check.expected}"
        sheet.text(f"✗ {check.table}.{check.name} · {said}", "bad")
    if report.failed:
        sheet.text(words("quality.failed", failed=len(report.failed), n=len(report.checks)), "bad")
    elif report.checks:
        sheet.text(words(f"quality.passed_{report.mood}", n=len(report.checks)))
    for told in report.quality.findings[:TOLD]:
        sheet.text(told.text[language], "bad" if told.severity == "refused" else "note")
    for line in (*report.facts, *report.warnings):
        sheet.text(line, "note")
    sheet.skip()
    _tiles(sheet, report.tiles)
    sheet.skip()
    sheet.text(words("report.findings"), "title")
    for finding in report.findings:
        sheet.text(finding.text)


def _tiles(sheet: Sheet, tiles: Sequence[Tile]) -> None:
    """A row per tile and comparison: value, days, earlier value, its days, change."""
    words = sheet.words
    keys = ("number", "value", "days", "compared", "before", "before_days", "change")
    names = [words(f"workbook.{key}") for key in keys]
    for column, name in enumerate((*names, words("report.variant"), words("workbook.note"))):
        sheet.sheet.write_string(sheet.row, column, name, sheet.formats["head"])
    sheet.row += 1
    for tile in tiles:
        for compared in tile.comparisons or (None,):
            _tile(sheet, tile, compared)


def _tile(sheet: Sheet, tile: Tile, compared: Any) -> None:
    definition = tile.field.definition
    text = lambda value: Cell(value, value)  # noqa: E731
    sheet.cell(0, "text", text(tile.label))
    sheet.cell(1, tile.field.kind, tile.cell)
    sheet.cell(2, "text", text(tile.span))
    if compared is not None:
        sheet.cell(3, "text", text(compared.label))
        sheet.cell(4, tile.field.kind, compared.cell)
        sheet.cell(5, "text", text(compared.span))
        if compared.change is not None:
            sheet.cell(6, compared.kind, Cell(compared.change, compared.text))
    sheet.cell(7, "text", text((definition.variant or definition.id) if definition else ""))
    sheet.cell(8, "text", text(tile.note))
    sheet.row += 1


def _block(sheet: Sheet, block: Block) -> None:
    sheet.text(block.title, "title")
    if block.note:
        sheet.text(block.note, "note")
    sheet.text(f"{sheet.words('report.table')} {block.source}", "note")
    if isinstance(block, Matrix):
        _matrix(sheet, block)
    else:
        _grid(sheet, block.grid if isinstance(block, Picture | Told) else block)
    sheet.skip()


def _grid(sheet: Sheet, grid: Grid | Ladder) -> None:
    """A table; a rate's numerator and denominator stand in columns of their own beside it."""
    fields = [one for field in grid.fields for one in (field, *field.behind)]
    sheet.head(fields)
    for row in grid.rows:
        sheet.cells(fields, [one for field, cell in zip(grid.fields, row, strict=True) for one in _spread(field, cell)])


def _spread(field: Field, cell: Cell) -> tuple[Cell, ...]:
    """A cell and what is behind it; nothing is, where the cell itself says nothing."""
    return (cell, *(cell.behind or (Cell(None, "", EMPTY),) * len(field.behind)))


def _matrix(sheet: Sheet, matrix: Matrix) -> None:
    """The rates, then the numerators and denominators, each in the same places."""
    _face(sheet, matrix, matrix.value, lambda cell: cell)
    for place, part in enumerate(matrix.value.behind):
        _face(sheet, matrix, part, functools.partial(_part, place=place))


def _part(cell: Cell, place: int) -> Cell:
    return cell.behind[place] if cell.behind else Cell(None, "", EMPTY)


def _face(sheet: Sheet, matrix: Matrix, shown: Field, pick: Callable[[Cell], Cell]) -> None:
    lead = (matrix.row, matrix.count) if matrix.shows_size else (matrix.row,)
    fields = [*lead, *[shown] * len(matrix.heads)]
    sheet.text(shown.label, "note")
    sheet.head(fields, [*(one.label for one in lead), *(head.text for head in matrix.heads)])
    for name, size, cells in matrix.lines:
        sheet.cells(fields, [*(name, size)[: len(lead)], *map(pick, cells)])


def _definitions(sheet: Sheet, report: Report) -> None:
    words = sheet.words
    heads = ("report.variant", "workbook.number", "workbook.meaning", "report.unit", "report.table", "report.about")
    for column, key in enumerate(heads):
        sheet.sheet.write_string(sheet.row, column, words(key), sheet.formats["head"])
    sheet.row += 1
    for one in report.definitions:
        given = (one.variant or one.id, one.label, one.meaning, one.unit, f"{one.table}.{one.column}", one.about)
        for column, text in enumerate(given):
            sheet.sheet.write_string(sheet.row, column, text, sheet.formats["wrap"])
        sheet.row += 1
    sheet.widths.update({0: 30, 1: 22, 2: 60, 3: 8, 4: 40, 5: 60})
    sheet.sheet.freeze_panes(1, 0)
