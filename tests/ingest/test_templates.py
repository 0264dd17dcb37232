"""Each template is a file that its table really takes: whole, and nothing of it is left unread."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pipelines.ingest.synonyms import TableHeaders, load_headers
from pipelines.new_home import load_templates
from tests.ingest.conftest import Landing


def test_every_table_that_people_fill_has_one() -> None:
    assert sorted(load_templates()) == sorted(load_headers())


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize("table", list(load_templates()))
def test_it_loads_back(landing: Landing, tmp_path: Path, table: str, suffix: str) -> None:
    template, file = load_templates()[table], tmp_path / f"template.{suffix}"
    getattr(template, f"write_{suffix}")(file)
    result = landing.one(f"{table}/{file.name}", file.read_bytes())
    assert (result.status, result.rows_read, result.rows_loaded) == ("loaded", 1, 1)
    assert [notice.said for notice in result.notices] == []
    assert landing.quarantine() == []
    given = [name for name in template_columns(table) if name[1] != ""]
    row = landing.sql(f"select * from staging.{table}")[0]
    assert [name for name, _ in given if row[name] is None] == []


def template_columns(table: str) -> list[tuple[str, str]]:
    """Canonical columns of a template that a row has as they are told, with their examples."""
    from pipelines.new_home.templates import new_home

    also = load_headers().get(table, TableHeaders()).also
    cells = new_home().templates[table].items()
    return [(also[name].instead_of if name in also else name, str(example)) for name, example in cells]


def test_excel_opens_the_csv_as_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    load_templates()["orders"].write_csv(file)
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    header, example = csv.reader(file.read_text(encoding="utf-8-sig").splitlines())
    assert (header[:3], example[:3]) == (["平台", "店铺ID", "订单号"], ["微信", "一店", "示例1001"])


def test_ids_and_times_are_text_in_the_workbook(tmp_path: Path) -> None:
    import openpyxl

    file = tmp_path / "t.xlsx"
    load_templates()["orders"].write_xlsx(file)
    sheet = openpyxl.load_workbook(file).active
    cells = {cell.value: sheet.cell(2, cell.column) for cell in sheet[1]}
    assert (cells["订单号"].number_format, cells["付款时间"].number_format) == ("@", "@")
    assert (cells["实付金额"].value, cells["付款时间"].value) == (129, "2026-03-01 20:15:00")
    assert "必填" in sheet["C1"].comment.text
