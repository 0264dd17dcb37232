"""One worksheet, written row by row, and how its cells look.

What belongs here: a value in a cell, as what it is. Text is always written as text: a name that looks like a formula or
a link stays a name. What does not: which sheets there are and what stands on them (workbook.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pipelines.report.shapes import IMMATURE, OK, SMALL, Cell, Field
from pipelines.report.words import Words

FONT: dict[str, Any] = {"font_name": "Microsoft YaHei", "font_size": 10}
FORMATS: dict[str, dict[str, Any]] = {
    "count": {"num_format": "#,##0"},
    "number": {"num_format": "#,##0.00"},
    "amount": {"num_format": "¥#,##0.00"},
    "rate": {"num_format": "0.0%"},
    "points_en": {"num_format": '+0.0" pp";-0.0" pp"'},
    "points_zh": {"num_format": '+0.0" 个百分点";-0.0" 个百分点"'},
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
            look = kind if kind in ("amount", "rate", "points", "days", "number") else "count"
            look = f"points_{self.words.language}" if look == "points" else look
            look = "partial" if cell.is_partial and look == "rate" else look
            self.sheet.write_number(self.row, column, cell.value, self.formats[look])

    def table(self, head: int, columns: int, fixed: int) -> None:
        """From its row of headings to the last row written: filters, and headings and names that stay in sight."""
        if self.row - 1 > head:
            self.sheet.autofilter(head, 0, self.row - 1, columns - 1)
        self.sheet.freeze_panes(head + 1, fixed)

    def bars(self, first: int, column: int) -> None:
        """Bars in the cells of a column, as the page has them below its numbers."""
        look = {"type": "data_bar", "bar_solid": True, "bar_color": "#9fcfcb", "min_type": "num", "min_value": 0}
        self.sheet.conditional_format(first, column, max(self.row - 1, first), column, look)

    def shades(self, first: int, left: int, right: int) -> None:
        """The cells of a matrix by their rates, the greater the darker, no darker than black letters can be read on."""
        look = {"type": "2_color_scale", "min_color": "#e6f2f1", "max_color": "#6fb8b3"}
        self.sheet.conditional_format(first, left, max(self.row - 1, first), right, look)

    def chart(self, made: Any, column: int) -> None:
        self.sheet.insert_chart(3, column, made)

    def skip(self) -> None:
        self.row += 1

    def _widen(self, column: int, text: str) -> None:
        width = sum(2 if ord(c) > 0x2E80 else 1 for c in text)
        self.widths[column] = min(max(self.widths.get(column, 9), width + 2), 44)

    def finish(self) -> None:
        for column, width in self.widths.items():
            self.sheet.set_column(column, column, width)
