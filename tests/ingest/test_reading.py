"""Small files are looked at row by row, large ones by DuckDB's reader: rows and quarantine must come out the same."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipelines.ingest.csv_rows import CsvReader
from tests.examples import examples
from tests.ingest.conftest import Landing
from tests.ingest.files import json_lines, parquet, workbook

FAST = settings(
    max_examples=examples(6, 25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

NAMES = ["order_id", "paid_at", "paid_amount", "buyer_id", "status", "phone", "note"]
CELLS = [
    st.sampled_from(
        ["A1", "A2", " A3 ", "\tA4", "'A5", "6.9E+18", "", "用户", "A1.0", "13800138006", "=1", "A\u200b7"]
    ),
    st.sampled_from(["2026-03-01 20:15:00", "2026/3/1 20:15", "1772367300", "2026-02-30", "", "2026-03-01T12:15:00Z"]),
    st.sampled_from(["5", "5.00", "1,234.50", " 7 ", "12,5", "-1", "1e5", "", "1.2万", "¥9", "0x1F", "5."]),
    st.sampled_from(["u", "u ", " ", "-", "NULL", "小林", "<b>", "u\nv", 'u"v', "86 13800138006", "x" * 300]),
    st.sampled_from(["paid", "PAID", "", "lost", "paid ", "unpaid", "'paid"]),
    st.sampled_from(["13800138006", "138****8000", "13800138006-1", "", "+86 13800138006", "##x13800138006##"]),
    st.sampled_from(["", "hello", "a;b", "tab\there", '"', "a,b", "x\r\ny", "\ufffd"]),
]
DIRT = st.sampled_from(
    ["", "", "", "", "\n", ",,,,,,\n", "A9,2026-03-01\n", "A9,2026-03-01,5,u,paid,,,,\n",
     'A9,"2026-03-01,5,u,paid,,\n', 'A9,"2026-03-01"x,5,u,paid,,\n', 'A9,2026-03-01,5,u"u,paid,,\n',
     'A9,2026-03-01,5,"u\nu",paid,,\n', '"\n', "\0\n",
     'A9,2026-03-01,5,"u""u",paid,,\n', 'A9,2026-03-01,5,"u,paid,,"\n', "A9,2026-03-01,5,u,paid,,\r"]
)  # fmt: skip


@st.composite
def line(draw: st.DrawFn) -> str:
    """One row as somebody writes it: quoted where it must be, sometimes where it need not be, sometimes not at all."""
    cells = [draw(cell) for cell in CELLS]
    quoting = draw(st.sampled_from(["needed", "needed", "needed", "all", "none"]))
    texts = []
    for cell in cells:
        needed = any(mark in cell for mark in ',"\n\r')
        quotes = quoting == "all" or (quoting == "needed" and needed)
        texts.append('"' + cell.replace('"', '""') + '"' if quotes else cell)
    return ",".join(texts) + draw(st.sampled_from(["\n", "\n", "\n", "\r\n"]))


@st.composite
def csv_file(draw: st.DrawFn) -> str:
    lines = draw(st.lists(st.one_of(line(), line(), DIRT), min_size=1, max_size=8))
    return ",".join(NAMES) + "\n" + "".join(lines)


def both(landing: Landing, tmp: Path, name: str, content: str | bytes) -> list[Any]:
    """What one file comes to, looked at row by row and by DuckDB."""
    seen = []
    for few in (400, 0):
        merchant = Landing(tmp / str(few), landing.connection)
        merchant.settings.home.mkdir()
        merchant.settings.key_path.write_text("00" * 32)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("pipelines.ingest.rows.FEW", few)
            file = merchant.one(f"orders/{name}", content)
        shutil.rmtree(merchant.settings.home)
        kept = merchant.rows("orders", "* exclude (file_id)")
        refused = merchant.quarantine("line, column_name, reason, found, expected, raw_text, is_cell, rows")
        counts = (file.status, file.rows_read, file.rows_loaded, file.rows_superseded, file.rows_quarantined)
        seen.append((counts, kept, sorted(refused, key=str), file.notices))
    return seen


@FAST
@given(content=csv_file())
@example(",".join(NAMES) + "\n" + 'A1,2026-03-01,5,"u,paid,,\nA2,2026-03-01,5,"u",paid,,\n')
@example(",".join(NAMES) + "\n" + 'A1,2026-03-01,5,"u\n\nu",paid,,\nA2,2026-03-01,5,u,paid,,')
@example(",".join(NAMES) + "\n" + 'A1,2026-03-01,5,u,paid,,"\ufffd"\n\nA2,2026-03-01,5,u,paid,,\n')
def test_csv(landing: Landing, tmp_path_factory: pytest.TempPathFactory, content: str) -> None:
    row_by_row, by_the_reader = both(landing, tmp_path_factory.mktemp("both"), "a.csv", content)
    assert row_by_row == by_the_reader


@FAST
@given(rows=st.lists(st.tuples(*CELLS), min_size=1, max_size=8), ending=st.sampled_from(["jsonl", "xlsx", "parquet"]))
def test_other_formats(
    landing: Landing, tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], ending: str
) -> None:
    named = [dict(zip(NAMES, row, strict=True)) for row in rows]
    content = {"jsonl": json_lines, "parquet": parquet, "xlsx": lambda _: workbook({"S": [NAMES, *rows]})}[ending](
        named
    )
    row_by_row, by_the_reader = both(landing, tmp_path_factory.mktemp("both"), f"a.{ending}", content)
    assert row_by_row == by_the_reader


def test_thousands_of_rows_with_all_kinds_of_dirt_among_them(landing: Landing) -> None:
    """Long enough for the reader of its own accord; every row is known by its line, refused ones too."""
    lines = [f"A{n},2026-03-01 20:15:00,{n % 7}.00,u{n % 50},paid,,\n" for n in range(3000)]
    lines[100] = "A100,2026-03-01\n"
    lines[700] = 'A700,2026-03-01,"5,u,paid,,\n'
    lines[1500] = "A1500,someday,5,u,paid,,\n"
    lines[2000] = 'A2000,2026/3/1,"1,234.50","u\n2",paid,,\n'
    lines[2999] = "A2999,2026-03-01,5,u,paid,,,surplus\n"
    file = landing.one("orders/a.csv", ",".join(NAMES) + "\n" + "".join(lines))
    assert (file.rows_read, file.rows_loaded) == (3000, 2996)
    # A line break inside a cell moves the lines after it down by one.
    expected = [(102, "ragged_row"), (702, "unclosed_quote"), (1502, "bad_date"), (3002, "ragged_row")]
    assert landing.quarantine("line, reason") == expected
    wrong = "file_row <> substr(order_id, 2)::int + 2 + (substr(order_id, 2)::int > 2000)::int"
    assert landing.rows("orders", "order_id", wrong) == []
    assert landing.rows("orders", "paid_amount::varchar, buyer_id", "order_id = 'A2000'") == [("1234.50", "u\n2")]


@pytest.mark.parametrize("order", ["rowid", "rowid desc"])
def test_rows_out_of_file_order_are_noticed(landing: Landing, monkeypatch: pytest.MonkeyPatch, order: str) -> None:
    """A row's place says its line; where a doubted line is not the row that was doubted, the file is read with care."""
    create, calm = CsvReader._create_fast, CsvReader._read_with_care
    cared: list[str] = []

    def disturbed(self: CsvReader, *given: Any) -> int:
        count = create(self, *given)
        self.connection.execute(
            f"create or replace temp table {self.name}_fast as select * from {self.name}_fast order by {order}"
        )
        return count

    def with_care(self: CsvReader) -> None:
        cared.append(self.name)
        monkeypatch.setattr(CsvReader, "_create_fast", create)
        calm(self)

    monkeypatch.setattr("pipelines.ingest.rows.FEW", 0)
    monkeypatch.setattr(CsvReader, "_create_fast", disturbed)
    monkeypatch.setattr(CsvReader, "_read_with_care", with_care)
    lines = [f"A{n},2026-03-01 20:15:00,5,u{n},paid,,\n" for n in range(6)]
    lines[1] = "A1,2026-03-01 20:15:00,¥5,u1,paid,,\n"
    lines[3] = "A3,2026-03-01 20:15:00,¥5,u3,paid,,\n"
    landing.one("orders/a.csv", ",".join(NAMES) + "\n" + "".join(lines))
    assert cared == ([] if order == "rowid" else ["part_0"])
    assert landing.rows("orders", "order_id, file_row") == [(f"A{n}", n + 2) for n in range(6)]


# --- lines that are none of the rows ----------------------------------------------------------------------------------

HEADER = "order_id,paid_at,paid_amount"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [("A,2026-03-01,1.00,more,still more", "ragged_row"), ("A", "ragged_row"), ('"A', "unclosed_quote")],
)
@pytest.mark.parametrize("share", [2, 400])
def test_every_line_that_is_none_is_refused_and_every_row_loaded(
    landing: Landing, bad: str, reason: str, share: int
) -> None:
    """Many of them, or a few: they are looked at in two ways."""
    lines = [bad if n % share == 0 else f"A{n},2026-03-01 10:00:00,1.00" for n in range(3_000)]
    wrong = lines.count(bad)
    file = landing.one("orders/a.csv", "\n".join([HEADER, *lines]) + "\n")
    assert (file.rows_read, file.rows_loaded, file.rows_quarantined) == (3_000, 3_000 - wrong, wrong)
    assert landing.quarantine("line, reason") == [(n + 2, reason) for n in range(0, 3_000, share)]


def test_orders_wait_for_every_line_that_is_none(landing: Landing) -> None:
    """Beyond the first page of them, too: an order without one of its lines has no total."""
    header = "主订单编号,子订单编号,订单状态,订单应付金额,订单提交时间,支付完成时间"
    moments = "2026-03-01 09:59:00,2026-03-01 10:00:00"
    good = [f"69170000138{n:08d},69170000139{n:08d},已完成,1.00,{moments}" for n in range(12_000)]
    torn = [f"69170000138{n:08d},69170000140{n:08d},已完成,1.00,{moments},too,many" for n in range(12_000)]
    landing.one("doudian_orders/a.csv", "\n".join([header, *good, *torn]) + "\n")
    assert landing.sql("select count(distinct order_id) as orders from ops.waiting") == [{"orders": 12_000}]
    assert landing.sql("select count(*) as n from staging.orders") == [{"n": 0}]
