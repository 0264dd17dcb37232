"""A ready file for each canonical table and each sheet that teams keep by hand: Chinese headers and one example row, as
CSV and as a workbook.

What belongs here: making these files of assets/new_home.yaml. What does not: which headers a table takes
(assets/headers.yaml) or a sheet has (assets/sources), reading what people make of them (ingest).
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipelines.ingest.grammar import Source
from pipelines.ingest.sources import shipped_sources
from pipelines.ingest.staging import StagingTable, load_staging
from pipelines.ingest.synonyms import TableHeaders, load_headers
from pipelines.spec.nearest import hint
from pipelines.spec.reading import SpecError, Strict, read

FILE = Path(__file__).parents[2] / "assets" / "new_home.yaml"
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_NUMBERS = {"amount", "count", "number"}
_WIDTH = 20


class NewHome(Strict):
    """assets/new_home.yaml; what its keys mean stands there."""

    folders: tuple[str, ...]
    platforms: tuple[str, ...]
    templates: dict[str, dict[str, str | int | float]]


@dataclass(frozen=True)
class Cell:
    """One column of a template: its header, its example, what it is."""

    header: str
    example: str
    type: str
    about: str


@dataclass(frozen=True)
class Template:
    """The file of one canonical table, or of one mapping's sheet."""

    name: str
    title: dict[str, str]
    cells: tuple[Cell, ...]

    @property
    def file_name(self) -> str:
        return f"{self.title['zh']}_{self.name}"

    def write_csv(self, path: Path) -> None:
        """With the mark by which Excel knows UTF-8."""
        with open(path, "x", encoding="utf-8-sig", newline="") as file:
            out = csv.writer(file, lineterminator="\r\n")
            out.writerow(cell.header for cell in self.cells)
            out.writerow(cell.example for cell in self.cells)

    def write_xlsx(self, path: Path) -> None:
        """Ids and times are text, so that no spreadsheet program takes them for its own numbers; notes say the rest."""
        import xlsxwriter

        with open(path, "xb") as file, xlsxwriter.Workbook(file, {"in_memory": True}) as book:
            sheet = book.add_worksheet(self.title["zh"])
            head, text = book.add_format({"bold": True, "num_format": "@"}), book.add_format({"num_format": "@"})
            sheet.freeze_panes(1, 0)
            for place, cell in enumerate(self.cells):
                is_number = cell.type in _NUMBERS
                sheet.set_column(place, place, _WIDTH, None if is_number else text)
                sheet.write_string(0, place, cell.header, head)
                sheet.write_comment(0, place, cell.about)
                if is_number and cell.example:
                    sheet.write_number(1, place, float(cell.example))
                elif cell.example:
                    sheet.write_string(1, place, cell.example, text)


@cache
def new_home() -> NewHome:
    """Raises SpecError naming the file and the key."""
    return read(FILE, NewHome)


@cache
def load_templates() -> dict[str, Template]:
    """By canonical table or mapping, in the order of assets/new_home.yaml. Raises SpecError."""
    return {name: _template(name, cells) for name, cells in new_home().templates.items()}


def _template(name: str, cells: dict[str, str | int | float]) -> Template:
    tables, sources = load_staging(), shipped_sources()
    if name in tables:
        headers = load_headers().get(name, TableHeaders())
        made = tuple(_cell(tables[name], headers, *cell) for cell in cells.items())
        return Template(name, {"zh": tables[name].title["zh"], "en": tables[name].title["en"]}, made)
    if name in sources:
        return Template(name, sources[name].title, tuple(_sheet_cell(sources[name], *cell) for cell in cells.items()))
    known = hint(name, [*tables, *sources])
    raise SpecError(f"{FILE}: templates.{name}: there is no such table or mapping; {known}")


def _sheet_cell(source: Source, key: str, example: str | int | float) -> Cell:
    """`key`: a column of the mapping. What it is stands at the canonical column that it becomes."""
    column, becomes = source.columns.get(key), source.becomes.get(key, ())
    header = next((name for name in column.names if _CHINESE.search(name)), None) if column else None
    if column is None or header is None or not becomes:
        raise SpecError(
            f"{FILE}: templates.{source.name}.{key}: no column of the mapping with a Chinese name, or unused"
        )
    table, canonical = becomes[0].split(".")
    said = load_staging()[table].columns[canonical]
    words = "、".join(word for word in column.map or {} if _CHINESE.search(word)) if key != "platform" else ""
    about = f"{said.zh}{'（必填）' if column.required else ''}\n{words or said.description}"
    return Cell(header, _shown(column.type, example), column.type, about)


def _cell(table: StagingTable, headers: TableHeaders, key: str, example: str | int | float) -> Cell:
    """`key`: a column of the table, or one that stands instead of one."""
    also = headers.also.get(key)
    names = also.names if also else headers.of(key).names
    column = table.columns.get(also.instead_of if also else key)
    header = next((name for name in names if _CHINESE.search(name)), None)
    if column is None or header is None:
        raise SpecError(f"{FILE}: templates.{table.name}.{key}: no column with a Chinese name; see assets/headers.yaml")
    needed = "（必填）" if column.required and not column.hash_of else ""
    return Cell(header, _shown(column.type, example), column.type, f"{column.zh}{needed}\n{column.description}")


def _shown(kind: str, example: str | int | float) -> str:
    return f"{example:.2f}" if kind == "amount" and example != "" else str(example)
