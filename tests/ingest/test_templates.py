"""Each template is a file that its table or mapping really takes: whole, and nothing of it is left unread."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pipelines.ingest.sources import shipped_sources
from pipelines.ingest.staging import load_staging
from pipelines.ingest.synonyms import TableHeaders, load_headers
from pipelines.new_home import load_templates
from pipelines.new_home.templates import new_home
from tests.ingest.conftest import Landing

TABLES = [name for name in load_templates() if name in load_staging()]
SHEETS = [name for name in load_templates() if name not in TABLES]


def test_every_table_that_people_fill_has_one() -> None:
    assert sorted(TABLES) == sorted(load_headers())


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize("folder", ["", "inbox"])
@pytest.mark.parametrize("sheet", SHEETS)
def test_a_sheet_that_teams_keep_by_hand_loads_back(
    landing: Landing, tmp_path: Path, sheet: str, folder: str, suffix: str
) -> None:
    """In its own folder and, as its header is its own, in any other."""
    template, file = load_templates()[sheet], tmp_path / f"template.{suffix}"
    getattr(template, f"write_{suffix}")(file)
    result = landing.one(f"{folder or sheet}/{file.name}", file.read_bytes())
    assert (result.status, result.source, result.rows_read, result.rows_loaded) == ("loaded", sheet, 1, 1)
    assert [notice.said for notice in result.notices] == []
    assert landing.quarantine() == []
    source = shipped_sources()[sheet]
    (table,) = source.loads
    given = [column for column, example in new_home().templates[sheet].items() if example != ""]
    made = [name.partition(".")[2] for column in given for name in source.becomes[column]]
    row = landing.sql(f"select * from staging.{table}")[0]
    assert [name for name in made if row[name] is None] == []


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize("table", TABLES)
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


def test_the_words_of_a_closed_column_stand_in_its_note(tmp_path: Path) -> None:
    import openpyxl

    file = tmp_path / "t.xlsx"
    load_templates()["group_play"].write_xlsx(file)
    notes = {cell.value: cell.comment.text for cell in openpyxl.load_workbook(file).active[1]}
    assert "消息类型（必填）" in notes["玩法"]
    assert "连麦" in notes["玩法"]
    assert "截图分享" in notes["玩法"]
