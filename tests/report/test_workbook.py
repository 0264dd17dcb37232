"""The workbook as a workbook: a sheet per table, heads that stay, filters, charts of its own drawn from its numbers."""

from __future__ import annotations

import re
import zipfile
from types import SimpleNamespace

import openpyxl
import pytest

from pipelines.report.workbook import _free_name
from tests.report.reading import Node


@pytest.fixture(scope="module")
def book(weekly: SimpleNamespace) -> openpyxl.Workbook:
    return openpyxl.load_workbook(weekly.files.workbook)


def test_each_table_has_a_sheet_called_after_it(book: openpyxl.Workbook, weekly: SimpleNamespace) -> None:
    titles = [n.all("h3")[0].text for n in weekly.page.walk() if "block" in n.classes]
    sheets = [sheet["A1"].value for sheet in book.worksheets if sheet.sheet_state == "visible"]
    assert sheets[1:-1] == titles
    assert all(len(name) <= 31 for name in book.sheetnames)


def test_heads_stay_and_rows_can_be_filtered(book: openpyxl.Workbook) -> None:
    sheet = book["各渠道成交"]
    head = next(row for row in range(1, 9) if sheet.cell(row, 1).value == "渠道")
    assert sheet.freeze_panes == f"B{head + 1}"
    assert sheet.auto_filter.ref.startswith(f"A{head}:")


def test_names_of_sheets() -> None:
    taken: set[str] = set()
    assert _free_name("a/b: [c]*?", taken) == "a b   c"
    assert _free_name("A b   c", taken) == "A b   c 2"
    assert len(_free_name("长" * 40, taken)) == 31


def test_charts_are_drawn_from_what_the_page_shows(book: openpyxl.Workbook, weekly: SimpleNamespace) -> None:
    """Every chart of the page; each series refers to cells of the hidden sheet, which hold numbers of the page."""
    pictures = [n for n in weekly.page.walk() if "block" in n.classes and n.all("svg", class_="plot")]
    with zipfile.ZipFile(weekly.files.workbook) as archive:
        drawn = [archive.read(name).decode() for name in sorted(archive.namelist()) if "charts/chart" in name]
    assert len(drawn) == len(pictures) > 2
    data = book["图表数据"]
    assert data.sheet_state == "hidden"
    for picture, chart in zip(pictures, drawn, strict=True):
        references = re.findall(r"<c:val>.*?<c:f>(.*?)</c:f>|<c:yVal>.*?<c:f>(.*?)</c:f>", chart, re.DOTALL)
        cells = [one for pair in references for one in data[_place("".join(pair))]]
        told = {cell.value for (cell,) in cells if cell.value is not None}
        assert told, picture["id"]
        assert told <= set(_numbers(picture)), picture["id"]


def _place(reference: str) -> str:
    return reference.rpartition("!")[2].replace("$", "")


def _numbers(picture: Node) -> list[float]:
    return [float(f"{value:.16G}") for value in picture.numbers()]


def test_retention_is_shaded(book: openpyxl.Workbook) -> None:
    rules = [rule.type for ranges in book["私域周留存"].conditional_formatting for rule in ranges.rules]
    assert rules == ["colorScale"]
