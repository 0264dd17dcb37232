"""Rows of a workbook's sheets, or of the tables of a web page → the tables in them, each with its own header.

What belongs here: where headers are, merged cells, which rows belong together. What does not: opening the file
(sheets.py, web_page.py, spreadsheet_xml.py).

A header met further down is a header again. Tables of the same columns are one part of the file, whatever the order of
the columns; others are parts of their own, loaded in the same transaction.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.ingest.formats.merged import Merged
from pipelines.ingest.formats.opened import HEADER_WITHIN, Opened, csv_relation
from pipelines.ingest.formats.sheets import Sheet
from pipelines.ingest.formats.values import Drawn, Uncomputed, text_of
from pipelines.ingest.headers import Match, Missing
from pipelines.ingest.layout import layout_of, places_in
from pipelines.ingest.nameless import told_nameless
from pipelines.ingest.notices import Notice
from pipelines.ingest.recognise import choose, refusal
from pipelines.ingest.refused_lines import RefusedFile
from pipelines.ingest.sheet_names import is_uncounted, left_out
from pipelines.ingest.side_by_side import refuse_apart, refuse_two_headers
from pipelines.ingest.table_noise import is_header_like
from pipelines.ingest.text import UnreadableError
from pipelines.ingest.titles import refuse_other_unit, refuse_unit_in_name
from pipelines.ingest.unit_rows import UNITS_WITHIN, with_units
from pipelines.ingest.years import needs_year_of
from pipelines.privacy import mask_letters, mask_text

Line = tuple[int, list[Any]]  # its number, counted on over sheets, and its values


@dataclass
class _Table:
    """Rows under one header; without a match, under a header that no mapping of this folder knows."""

    match: Match | None
    header: list[str]
    lines: list[Line] = field(default_factory=list)
    sheet: str = ""  # whose name says the year of days that have none: a part of its own


@dataclass(frozen=True)
class _Fit:
    """A sheet whose header a mapping knows."""

    sheet: Sheet
    match: Match
    found: int  # row of the header
    above: int  # lines of the sheets before

    @property
    def rows(self) -> int:
        return sum(1 for row in self.sheet.rows[self.found + 1 :] if any(map(text_of, row)))


def open_tables(sheets: list[Sheet], folders: tuple[str, ...], scratch: Path, encoding: str) -> Opened:
    """Every table of every sheet whose header is recognised. Raises UnreadableError where none is."""
    notices: list[Notice] = []
    fits, near = _fits(sheets, folders, notices)
    aside, told = left_out({fit.sheet.name: fit.rows for fit in fits})
    notices += told
    parts: dict[Any, list[_Table]] = {}
    refused: list[Path] = []
    for fit in fits:
        if fit.sheet.name not in aside:
            for table in _tables_of(fit, folders, notices):
                if table.match is None:
                    refused += _refused(table, scratch / f"refused-{len(refused)}.csv")
                else:
                    parts.setdefault((layout_of(table.match), table.sheet), []).append(table)
    if not parts:
        raise _refuse(sheets, near, folders)
    first, *others = [_part(group, scratch, number, encoding) for number, group in enumerate(parts.values())]
    first.notices, first.refused, first.parts = first.notices + notices, first.refused + refused, others
    for part in (first, *others):  # where a line of the file is another number than the row of its sheet
        part.sheets = tuple((fit.sheet.name, fit.above) for fit in fits) if any(fit.above for fit in fits) else ()
    return first


def _fits(
    sheets: list[Sheet], folders: tuple[str, ...], notices: list[Notice]
) -> tuple[list[_Fit], list[tuple[Missing | None, list[str]]]]:
    """The sheets that a mapping knows, and what the headers of the others come near; these are told."""
    fits: list[_Fit] = []
    near: list[tuple[Missing | None, list[str]]] = []
    above = 0
    for sheet in sheets:
        found, verdict, header = _first_header(sheet.rows, folders)
        if isinstance(verdict, Match):
            fits.append(_Fit(sheet, verdict, found or 0, above))
        else:
            if verdict is not None and not is_uncounted(sheet.name):
                refuse_two_headers(header, folders, "xlsx", sheet.name)
            near.append((verdict, header))
            notices += _left(sheet)
        above += len(sheet.rows)
    return fits, near


def _tables_of(fit: _Fit, folders: tuple[str, ...], notices: list[Notice]) -> list[_Table]:
    """The tables of one sheet. Raises UnreadableError where its shape or its name leaves in doubt what cells mean."""
    sheet, rows = fit.sheet, len(fit.sheet.rows) - fit.found - 1
    refuse_two_headers(fit.match.header, folders, "xlsx", sheet.name)
    refuse_other_unit(fit.match, [list(map(text_of, row)) for row in sheet.rows[: fit.found]], rows)
    refuse_unit_in_name(fit.match, sheet.name, rows)
    tables = list(_tables(sheet, fit.found, fit.match, folders, fit.above, notices))
    for table in tables:
        if table.match is not None:
            cells = [list(map(text_of, row)) for _, row in table.lines]
            refuse_apart(table.match, cells, sheet.name)
            notices += told_nameless(table.match.header, cells, is_whole=True)
            table.sheet = sheet.name if needs_year_of(sheet.name, table.match, cells) else ""
    return tables


def _first_header(rows: list[list[Any]], folders: tuple[str, ...]) -> tuple[int | None, Any, list[str]]:
    best: Missing | None = None
    seen: list[str] = []
    for number, row in enumerate(rows[:HEADER_WITHIN]):
        header = _trimmed([text_of(value) for value in row])
        if not header:
            continue
        seen = seen or header
        verdict = choose(header, folders, "xlsx")
        if isinstance(verdict, Match):
            return number, verdict, header
        best = best or (verdict if isinstance(verdict, Missing) else None)
    return None, best, seen


def _trimmed(header: list[str]) -> list[str]:
    while header and not header[-1].strip():
        header.pop()
    return header


def _tables(
    sheet: Sheet, start: int, match: Match, folders: tuple[str, ...], above: int, notices: list[Notice]
) -> Iterator[_Table]:
    """One sheet cut at each of its headers. What stood above the first may stand above the next one, too."""
    titles = [row for row in sheet.rows[:start] if any(map(text_of, row))]
    names = frozenset(match.header)
    match, skip = _with_units(match, sheet.rows[start + 1 :], folders)
    table, merged = _Table(match, list(match.header)), Merged(sheet, match)
    for number, row in enumerate(sheet.rows[start + 1 :], start + 1):
        texts = [text_of(value) for value in row]
        if is_header_like(texts, names):
            while table.lines and table.lines[-1][1] in titles:
                table.lines.pop()
            notices += merged.notices
            yield table
            header = _trimmed(texts)
            verdict, skip = choose(header, folders, "xlsx"), 0
            if isinstance(verdict, Match):
                verdict, skip = _with_units(verdict, sheet.rows[number + 1 :], folders)
            table = _Table(verdict if isinstance(verdict, Match) else None, header)
            merged = Merged(sheet, verdict if isinstance(verdict, Match) else match)
        elif skip:
            skip -= 1
        elif any(texts):
            table.lines.append((above + number + 1, merged.filled(number, row)))
    notices += merged.notices
    yield table


def _with_units(match: Match, below: list[list[Any]], folders: tuple[str, ...]) -> tuple[Match, int]:
    rows = [[text_of(value) for value in row] for row in below[:UNITS_WITHIN]]
    return with_units(match, rows, folders, "xlsx")


def _part(tables: list[_Table], scratch: Path, number: int, encoding: str) -> Opened:
    """Tables of the same columns as one relation, in the order of the first one's header."""
    match = tables[0].match
    assert match is not None
    target, width, written = scratch / f"table-{number}.csv", len(match.header), 0
    uncomputed: dict[int, int] = {}
    ids = _ids_of(match)
    with open(target, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        for table in tables:
            assert table.match is not None
            places = places_in(match, table.match)
            for line, row in table.lines:
                values = [row[p] if p is not None and p < len(row) else "" for p in places]
                cells = [text_of(_bare(value) if p in ids else value) for p, value in enumerate(values)]
                if not any(cells):
                    continue
                for place, value in enumerate(values):
                    if isinstance(value, Uncomputed):
                        uncomputed[place] = uncomputed.get(place, 0) + 1
                out.writerow([line, *cells])
                written += 1
    opened = Opened(match, encoding, csv_relation(target, width, ",", 0, True), True, records=target, expected=written)
    opened.blocks = tuple(table.lines[0][0] for table in tables if table.lines)
    opened.sheet = tables[0].sheet
    opened.notices += [_uncomputed(match.header[place], n) for place, n in uncomputed.items() if place in match.places]
    return opened


def _ids_of(match: Match) -> set[int]:
    columns = match.source.columns
    return {p for name, places in match.positions.items() if columns[name].type in ("id", "phone") for p in places}


def _bare(value: Any) -> Any:
    return value.number if isinstance(value, Drawn) else value


def _uncomputed(header: str, rows: int) -> Notice:
    said = (
        f"column {mask_text(header)}: {rows} cells are formulas that nobody has computed; they are no values. Open the "
        "workbook in a spreadsheet program, save it, and put it in again"
    )
    return Notice("uncomputed_formula", said, header, rows, "aside")


def _left(sheet: Sheet) -> list[Notice]:
    rows = sum(1 for row in sheet.rows[1:] if any(map(text_of, row)))
    said = f"sheet {mask_text(sheet.name)!r} was left alone: no mapping knows its header (rows: {rows})"
    return [Notice("sheet_left", said, sheet.name, rows, "aside")] if rows else []


def _refused(table: _Table, target: Path) -> list[Path]:
    with RefusedFile(target) as file:
        for line, row in table.lines:
            file.add(line, "other_header", mask_letters(",".join(map(text_of, row))))
    return [target] if file.count else []


def _refuse(
    sheets: list[Sheet], near: list[tuple[Missing | None, list[str]]], folders: tuple[str, ...]
) -> UnreadableError:
    seen = [(verdict, header) for verdict, header in near if header]
    if not seen:
        return UnreadableError("empty_file", "a workbook with a header and rows; this one is empty: export it again")
    best, header = next((entry for entry in seen if entry[0] is not None), (None, seen[0][1]))
    longest = max(len(sheet.rows) for sheet in sheets)
    error = refusal(best, header, max(sum(len(sheet.rows) for sheet in sheets) - 1, 0), folders)
    return error.looked_within(HEADER_WITHIN) if longest > HEADER_WITHIN else error
