"""Rows walked over one by one, looked at by DuckDB, or straightened column by column: the same comes out."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.ingest.conftest import WAYS, Landing, take_way
from tests.ingest.dirt import dirty_files

# What people write where something else should stand, words of totals and names of columns among it.
CELLS = [
    "",
    " ",
    "\u3000",
    "-",
    "abc",
    "张三 13800138000",
    "合计",
    "小计：3单",
    "全部",
    "实付金额",
    "订单号",
    "=1+1",
    "#REF!",
    "<b>",
    "a\rb",
]
CELLS += [
    "¥12.50",
    "1.2万",
    "2026年3月1日 10:20",
    "3月1日",
    "2026-03-01",
    "12,5",
    "1,234.50",
    "1.5e+16",
    "3.17E+15",
    "订单号A1",
    "小*",
    "139****8000",
]
HEADERS = {
    "order_id": "订单号",
    "paid_at": "付款时间",
    "paid_amount": "实付金额",
    "buyer_id": "买家ID",
    "phone": "手机号",
    "source": "来源",
    "note": "备注",
}
PLAIN = {"paid_at": "2026-03-01 10:00:00", "paid_amount": "5.00", "buyer_id": "u1", "phone": "13900000001"}
PLAIN |= {"source": "直播间", "note": "x"}


@st.composite
def odd_orders(draw: Any) -> str:
    """Orders of which some cells are anything."""
    lines = [list(HEADERS.values())]
    for number in range(draw(st.integers(1, 12))):
        row = {"order_id": f"A{number}"} | PLAIN
        odd = st.sampled_from(CELLS) | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
        row |= draw(st.dictionaries(st.sampled_from(list(row)), odd, max_size=3))
        lines.append([row[name] for name in HEADERS])
    return "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in line) + "\n" for line in lines)


def everything(landing: Landing) -> dict[str, list[Any]]:
    """All that a file came to."""
    asked = {
        "staging": "select * exclude (file_id, version_at) from staging.orders order by all",
        "quarantine": "select * exclude (file_id, quarantined_at) from ops.quarantine order by all",
        "notices": "select code, subject, rows, said from ops.notices order by all",
        "ledger": "select rows_read, rows_loaded, rows_superseded, rows_quarantined, status from ops.files",
    }
    return {name: landing.sql(sql) for name, sql in asked.items()}


def in_each_way(warehouse: Any, folders: Any, path: str, content: bytes) -> list[dict[str, list[Any]]]:
    told = []
    for way in WAYS:
        with pytest.MonkeyPatch.context() as patch:
            take_way(patch, way)
            landing = Landing(folders.mktemp("way"), warehouse)
            (landing.settings.home / "secret.key").write_text("5a" * 32, encoding="ascii")  # the same people
            (landing.settings.home / "secret.key").chmod(0o600)
            landing.one(path, content)
            told.append(everything(landing))
    return told


CHECKED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=examples(6, 30), deadline=None, suppress_health_check=CHECKED)
@given(text=odd_orders())
def test_orders_with_anything_in_their_cells(warehouse: Any, tmp_path_factory: Any, text: str) -> None:
    few, many, columns = in_each_way(warehouse, tmp_path_factory, "orders/a.csv", text.encode())
    assert many == few
    assert columns == few


@settings(max_examples=examples(4, 20), deadline=None, suppress_health_check=CHECKED)
@given(sheet=dirty_files())
def test_dirty_files(warehouse: Any, tmp_path_factory: Any, sheet: Any) -> None:
    few, many, columns = in_each_way(warehouse, tmp_path_factory, f"{sheet.folder}/a.{sheet.form}", sheet.content())
    assert many == few
    assert columns == few


def test_a_line_of_blanks_is_what_python_calls_one(warehouse: Any) -> None:
    from pipelines.ingest.line_noise import BLANKS

    letters = [chr(code) for code in range(1, sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    asked = f"select list(c) from (select unnest($1) as c) where regexp_full_match(c, '{BLANKS}')"
    [[found]] = warehouse.execute(asked, [letters]).fetchall()
    assert sorted(found) == [letter for letter in letters if letter.isspace()]
