"""A chart of the page as a chart of the workbook's own: drawn by the spreadsheet from numbers that stand in it.

What belongs here: which cells a chart is drawn from, and its look. What does not: the table beside it (workbook.py).
Cells that may not be told hold a mark, which a spreadsheet would draw as nothing sold; so a chart has numbers of its
own, on a hidden sheet, with gaps where there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from pipelines.report import charts
from pipelines.report.shapes import OK, Cell, Picture

SIZE = {"width": 760, "height": 320}
Column = tuple[str, Sequence[Any], str]  # its name, values, colour


@dataclass
class ChartData:
    """The hidden sheet, and its next free column."""

    book: Any
    title: str
    formats: dict[str, Any]
    column: int = 0

    @cached_property
    def sheet(self) -> Any:
        """Made once a chart asks for it; where it stands among the others nobody sees."""
        made = self.book.add_worksheet(self.title)
        made.hide()
        return made

    def add(self, name: str, values: Sequence[Any]) -> list[Any]:
        """A column of values below its name; where they stand, as xlsxwriter refers to cells."""
        place, self.column = self.column, self.column + 1
        self.sheet.write_string(0, place, name)
        for row, value in enumerate(values, 1):
            if isinstance(value, date):
                look = "moment" if isinstance(value, datetime) else "date"
                self.sheet.write_datetime(row, place, value, self.formats[look])
            elif isinstance(value, int | float):
                self.sheet.write_number(row, place, value)
            elif value is not None:
                self.sheet.write_string(row, place, str(value))
        return [self.sheet.get_name(), 1, place, max(len(values), 1), place]


def chart_of(data: ChartData, picture: Picture, number_format: str) -> Any:
    """The chart of a picture, not yet on a sheet."""
    spec = charts.definition(picture.id)
    palette = charts.definitions()["palette"]
    xs, columns = (_stacked if spec["kind"] == "bars" else _single)(picture, spec, palette)
    made = data.book.add_chart(_KINDS[spec["kind"]])
    across = data.add(picture.title, xs)
    for name, values, colour in columns:
        line = {"color": colour, "width": 0.75 if colour == palette["muted"] else 2.25}
        look: dict[str, Any] = {"fill": {"color": colour}} if spec["kind"] == "bars" else {"line": line}
        if spec["kind"] == "dots":
            look["marker"] = {"type": "circle", "size": 5, "fill": {"color": colour}, "border": {"color": colour}}
        made.add_series({"name": name, "categories": across, "values": data.add(name, values), "gap": 40, **look})
    made.set_title({"name": picture.title, "name_font": {"size": 12}})
    is_days = any(isinstance(x, date) for x in xs)
    made.set_x_axis({"date_axis": True, "num_format": "mm-dd"} if is_days else {"name": picture.axis, "min": 0})
    made.set_y_axis({"num_format": number_format, "min": 0, "major_gridlines": {"visible": True}})
    made.set_legend({"position": "bottom"} if len(columns) > 1 else {"none": True})
    made.set_size(SIZE)
    made.show_blanks_as("gap")
    return made


_KINDS = {
    "bars": {"type": "column", "subtype": "stacked"},
    "dots": {"type": "line"},
    "curve": {"type": "scatter", "subtype": "straight"},
}


def _single(picture: Picture, spec: dict[str, Any], palette: dict[str, str]) -> tuple[list[Any], list[Column]]:
    """One number by place, with the ends of its interval."""
    names = [field.name for field in picture.grid.fields]
    columns: list[Column] = []
    for key, colour in (("y", palette[spec["colour"]]), ("low", palette["muted"]), ("high", palette["muted"])):
        if key in spec:
            place = names.index(spec[key])
            column = [_value(row[place]) for row in picture.grid.rows]
            columns.append((picture.grid.fields[place].label, column, colour))
    return [_value(row[0]) for row in picture.grid.rows], columns


def _stacked(picture: Picture, _: dict[str, Any], palette: dict[str, str]) -> tuple[list[Any], list[Column]]:
    """A column of numbers for each part, by place; the third field of the grid is what is drawn."""
    xs = list(dict.fromkeys(_value(row[0]) for row in picture.grid.rows))
    found = {(_value(row[0]), row[1].text): _value(row[2]) for row in picture.grid.rows}
    told = {label for _, label in found}
    parts = [(label, palette[colour]) for colour, label in picture.legend if label in told]
    columns: list[Column] = [(label, [found.get((x, label)) for x in xs], colour) for label, colour in parts]
    return xs, columns


def _value(cell: Cell) -> Any:
    return cell.value if cell.state == OK else None
