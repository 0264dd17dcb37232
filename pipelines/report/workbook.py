"""A report as one workbook: the same cells as the page, with number formats, and a sheet of definitions.

What belongs here: placing cells on sheets. What does not: any value, and how one is written (sheet.py).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pipelines.report import charts
from pipelines.report.model import Report, Tile
from pipelines.report.shapes import EMPTY, Block, Cell, Field, Grid, Ladder, Matrix, Picture, Told
from pipelines.report.sheet import FONT, FORMATS, Sheet
from pipelines.report.sheet_chart import ChartData, chart_of
from pipelines.report.words import Words, day, load_words, moment, span

TOLD = 3  # of what to know of the data, on the first sheet


def write(report: Report, path: Path) -> None:
    """Writes the workbook: overview, a sheet per table, definitions."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    words = load_words(report.language)
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": f"{report.merchant} {report.title}", "created": report.generated_at})
        formats = {name: book.add_format({**FONT, **look}) for name, look in FORMATS.items()}
        taken: set[str] = set()
        data = ChartData(book, words("workbook.charts"), formats)
        for title, fill in _sheets(report, words, data):
            sheet = Sheet(book.add_worksheet(_free_name(title, taken)), formats, words)
            sheet.sheet.set_landscape()
            sheet.sheet.set_paper(9)
            sheet.sheet.fit_to_pages(1, 0)
            fill(sheet)
            sheet.finish()


def _sheets(report: Report, words: Words, data: ChartData) -> Iterator[tuple[str, Callable[[Sheet], None]]]:
    yield words("report.overview"), lambda sheet: _overview(sheet, report)
    for section in report.sections:
        for block in section.blocks:
            yield block.title, functools.partial(_block, block=block, data=data)
    yield words("report.definitions"), lambda sheet: _definitions(sheet, report)


def _free_name(title: str, taken: set[str]) -> str:
    """A title as a sheet may be called: 31 letters, none of []:*?/\\, and no two alike."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", title).strip("' ")[:31].rstrip("' ")
    name, number = plain, 2
    while name.casefold() in taken:
        name, number = f"{plain[:28].rstrip()} {number}", number + 1
    taken.add(name.casefold())
    return name


def _overview(sheet: Sheet, report: Report) -> None:
    words, language = sheet.words, report.language
    sheet.text(f"{report.merchant} · {report.title}", "title")
    sheet.text(f"{words('report.as_of')} {day(report.as_of, language, weekday=True)}")
    sheet.text(f"{words('report.period')} {span(report.period.current.first, report.period.current.last, language)}")
    sheet.text(f"{words('report.generated')} {moment(report.generated_at)} · {report.chip.text}")
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
    if report.day:
        sheet.text(report.day, "note")
    for finding in report.findings:
        slot = words.get(f"report.slots.{finding.slot}")
        sheet.text(f"{slot} · {finding.text}" if slot else finding.text)


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
            sheet.cell(6, compared.kind, Cell(compared.shown, compared.text))
    sheet.cell(7, "text", text((definition.variant or definition.id) if definition else ""))
    sheet.cell(8, "text", text(tile.note))
    sheet.row += 1


def _block(sheet: Sheet, block: Block, data: ChartData) -> None:
    """One table on its sheet: its head stays where it is while the rest is scrolled, its rows can be filtered."""
    sheet.text(block.title, "title")
    if block.note:
        sheet.text(block.note, "note")
    sheet.text(f"{sheet.words('report.table')} {block.source}", "note")
    if isinstance(block, Matrix):
        _matrix(sheet, block)
        return
    grid = block.grid if isinstance(block, Picture | Told) else block
    columns = _grid(sheet, grid)
    if isinstance(block, Picture):
        shown = grid.fields[2 if "split" in charts.definition(block.id) else 1]
        sheet.chart(chart_of(data, block, FORMATS.get(shown.kind, FORMATS["count"])["num_format"]), columns + 1)
    if isinstance(block, Ladder) and block.strict:
        sheet.text(block.strict.title, "note")
        _grid(sheet, block.strict)


def _grid(sheet: Sheet, grid: Grid | Ladder) -> int:
    """A table; a rate's numerator and denominator stand in columns of their own beside it. How many columns it has."""
    fields = [one for field in grid.fields for one in (field, *field.behind)]
    sheet.head(fields)
    head = sheet.row - 1
    for row in grid.rows:
        sheet.cells(fields, [one for field, cell in zip(grid.fields, row, strict=True) for one in _spread(field, cell)])
    if isinstance(grid, Grid):
        sheet.table(head, len(fields), grid.fixed)
        for place, field in enumerate(fields):
            if field.name in grid.bars:
                sheet.bars(head + 1, place)
    return len(fields)


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
    head = sheet.row - 1
    for name, size, cells in matrix.lines:
        sheet.cells(fields, [*(name, size)[: len(lead)], *map(pick, cells)])
    if shown is matrix.value:
        skipped = [head.value for head in matrix.heads].count(charts.definition(matrix.id).get("unshaded"))
        sheet.sheet.freeze_panes(head + 1, len(lead))
        sheet.shades(head + 1, len(lead) + skipped, len(fields) - 1)


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
