"""Files as they should not be: the run goes on, nothing is lost, and each refusal says where, what and why.

Every `landing.ingest()` asserts that rows read = loaded + superseded + quarantined, in the ledger and in quarantine.
"""

from __future__ import annotations

import gzip
import io
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest import text
from pipelines.ingest.landing import Found
from pipelines.ingest.loading import load_file
from tests.examples import examples
from tests.ingest.conftest import Landing
from tests.ingest.files import csv_text, json_lines, packed, parquet, sheet, workbook

HEADER = "order_id,paid_at,paid_amount,buyer_id,phone\n"
PAID = "2026-03-01 20:15:00"


def order(number: int, buyer: str = "u", amount: str = "5", paid_at: str = PAID, phone: str = "") -> str:
    return f"A{number},{paid_at},{amount},{buyer},{phone}\n"


GOOD = HEADER + order(1) + order(2)


def orders(landing: Landing) -> list[str]:
    return [order_id for (order_id,) in landing.rows("orders", "order_id")]


def refused_whole(landing: Landing) -> list[tuple[Any, ...]]:
    return landing.quarantine("path, reason, line, rows")


# --- whole files ------------------------------------------------------------------------------------------------------

WHOLE = [
    ("empty.csv", b"", "empty_file", 0),
    ("blank.csv", b"\n\n  \n", "empty_file", 0),
    ("packed_empty.csv.gz", gzip.compress(b"", mtime=0), "empty_file", 0),
    ("unknown.csv", b"a,b,c\n1,2,3\n4,5,6\n", "unknown_header", 2),
    ("no_amount.csv", b"order_id,paid_at,buyer_id\nA1,2026-03-01,u\n", "missing_column", 1),
    ("page.html", b"<html><body>please log in</body></html>\n", "wrong_kind", 0),
    ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "wrong_kind", 0),
    ("french.csv", HEADER.encode() + "été,café,naïve,1,2\n".encode("latin-1") * 3, "bad_encoding", 3),
    ("utf32.csv", GOOD.encode("utf-32"), "bad_encoding", 2),
    ("cut.csv.gz", packed(GOOD)[:-12], "truncated_gzip", 1),
    ("wrong_sum.csv.gz", packed(GOOD)[:-8] + b"\1\2\3\4\5\6\7\10", "truncated_gzip", 2),
    ("no_gzip.csv.gz", b"\x1f\x8b and then something else", "truncated_gzip", 0),
    ("no_zip.xlsx", b"PK\x03\x04" + b"\0" * 200, "unreadable", 0),
    ("old.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "unreadable", 0),
    ("empty.xlsx", workbook({"Sheet1": []}), "empty_file", 0),
    ("unknown.xlsx", workbook({"Sheet1": [["a", "b"], [1, 2]]}), "unknown_header", 1),
    ("cut.parquet", parquet([{"order_id": "A1", "paid_at": PAID, "paid_amount": 5}])[:-20], "unreadable", 0),
    ("unknown.parquet", parquet([{"a": 1}]), "unknown_header", 1),
    ("no_json.jsonl", b'{"order_id": \n{"order_id"\n', "bad_json", 2),
    ("unknown.jsonl", b'{"a": 1}\n{"b": 2}\n', "unknown_header", 2),
    ("deep.json", b"[" * 100_000, "bad_json", 1),
]


def test_files_that_cannot_be_taken_are_refused_whole_and_the_run_goes_on(landing: Landing) -> None:
    for name, content, _, _ in WHOLE:
        landing.write(f"inbox/{name}", content)
    landing.write("orders/good.csv", GOOD)
    result = landing.ingest()
    assert orders(landing) == ["A1", "A2"]
    assert result.files[-1].rows_loaded == 2
    expected = [(f"inbox/{name}", reason, None, rows) for name, _, reason, rows in WHOLE]
    assert sorted(refused_whole(landing)) == sorted(expected)
    assert landing.sql("select count(*) as n from ops.files where status = 'quarantined'") == [{"n": len(WHOLE)}]


def test_a_file_without_rows_is_no_fault(landing: Landing) -> None:
    for name, content in {"a.csv": HEADER, "b.xlsx": workbook({"S": [HEADER.strip().split(",")]})}.items():
        file = landing.one(f"orders/{name}", content)
        assert (file.status, file.rows_read, [notice.code for notice in file.notices]) == ("loaded", 0, ["no_rows"])
    assert landing.quarantine() == []


def test_content_counts_not_the_name(landing: Landing) -> None:
    landing.write("orders/text.xlsx", GOOD)
    landing.write("orders/workbook.csv", sheet([{"order_id": "A3", "paid_at": PAID, "paid_amount": 5}]))
    (landing.settings.landing / "orders" / "plain.csv.gz").write_text(HEADER + order(4))
    landing.ingest()
    assert orders(landing) == ["A1", "A2", "A3", "A4"]


def test_a_file_that_went_away_or_may_not_be_read(landing: Landing, tmp_path: Path) -> None:
    gone = Found(tmp_path / "gone.csv", "orders/gone.csv", 10, 1_772_367_300_000_000_000)
    result = load_file(landing.connection, landing.settings, gone, None, tmp_path)
    assert (result.status, result.reason) == ("quarantined", "unreadable")
    assert landing.quarantine("path, reason, found, expected") == [
        ("orders/gone.csv", "unreadable", "FileNotFoundError", "a file that this user may read")
    ]


def test_a_fault_of_ours_is_not_blamed_on_the_file(landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(text, "_counted", full_disk)
    landing.write("orders/a.csv", GOOD)
    with pytest.raises(OSError, match="No space left"):
        landing.ingest()
    monkeypatch.undo()
    landing.ingest()
    assert orders(landing) == ["A1", "A2"]


NAMES = [
    "a'b.csv",
    "a';drop table staging.orders;--.csv",
    'q"q.csv',
    "a*[1]?{x}.csv",
    "$1 %s.csv",
    "a\nb.csv",
    "群.csv",
]


def test_names_that_mean_something_to_programs(landing: Landing, each_way: str) -> None:
    for number, name in enumerate(NAMES):
        landing.one(f"it's; --/{name}", HEADER + order(number) + "short\n")
    assert orders(landing) == [f"A{number}" for number in range(len(NAMES))]
    expected = [(f"it's; --/{name}", 3, "ragged_row") for name in NAMES]
    assert sorted(landing.quarantine("path, line, reason")) == sorted(expected)


@settings(max_examples=examples(12, 60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), ending=st.sampled_from(["csv", "csv.gz", "jsonl", "json", "xlsx", "parquet"]))
def test_a_few_wrong_bytes_never_stop_a_run(
    landing: Landing, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, ending: str
) -> None:
    content = bytearray(WELL_FORMED[ending])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    Landing(tmp_path_factory.mktemp("home"), landing.connection).one(f"orders/a.{ending}", bytes(content))


ROWS = [{"order_id": f"A{n}", "paid_at": PAID, "paid_amount": "5.00", "buyer_id": "买家"} for n in range(4)]
WELL_FORMED = {
    "csv": csv_text(ROWS).encode(),
    "csv.gz": packed(csv_text(ROWS)),
    "jsonl": json_lines(ROWS).encode(),
    "json": b"[" + b",\n".join(json_lines([row]).strip().encode() for row in ROWS) + b"]",
    "xlsx": sheet(ROWS),
    "parquet": parquet(ROWS),
}

# --- encodings --------------------------------------------------------------------------------------------------------


def test_encodings(landing: Landing, each_way: str) -> None:
    encodings = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"]
    for encoding in encodings:
        rows = [{"order_id": f"{ending} {encoding}", "paid_at": PAID, "paid_amount": 5, "buyer_id": "买家一𠮷😀"}
                for ending in ("csv", "gz", "jsonl")]  # fmt: skip
        landing.write(f"orders/{encoding}.csv", csv_text(rows[:1]), encoding=encoding)
        landing.write(f"orders/{encoding}.csv.gz", csv_text(rows[1:2]), encoding=encoding)
        landing.write(f"orders/{encoding}.jsonl", json_lines(rows[2:]), encoding=encoding)
    landing.ingest()
    assert landing.rows("orders", "order_id, buyer_id") == sorted(
        (f"{ending} {encoding}", "买家一𠮷😀") for encoding in encodings for ending in ("csv", "gz", "jsonl")
    )


def test_an_encoding_that_shows_late(landing: Landing, each_way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The beginning is plain ASCII, so it looks like UTF-8."""
    monkeypatch.setattr(text, "SAMPLE", len(HEADER) + 20)
    landing.one("orders/a.csv", GOOD + order(3, buyer="买家"), encoding="gb18030")
    assert landing.rows("orders", "order_id, buyer_id") == [("A1", "u"), ("A2", "u"), ("A3", "买家")]


@pytest.mark.parametrize("wrong", [b"\xff\xfe\xfd", "买家".encode("gb18030"), "买家".encode()[:-1]])
@pytest.mark.parametrize("place", ["early", "late"])
def test_one_line_in_another_encoding(
    landing: Landing, each_way: str, monkeypatch: pytest.MonkeyPatch, wrong: bytes, place: str
) -> None:
    if place == "late":
        monkeypatch.setattr(text, "SAMPLE", 100)
    rows = [{"order_id": f"A{n}", "paid_at": PAID, "paid_amount": 5, "buyer_id": "XX" if n == 3 else "买家"}
            for n in range(1, 6)]  # fmt: skip
    landing.write("orders/a.csv", csv_text(rows).encode().replace(b"XX", wrong))
    landing.write("orders/b.csv.gz", csv_text(rows).replace("A", "B").encode().replace(b"XX", wrong))
    landing.write("orders/c.jsonl", json_lines(rows).replace("A", "C").encode().replace(b"XX", wrong))
    landing.ingest()
    assert orders(landing) == [f"{name}{number}" for name in "ABC" for number in (1, 2, 4, 5)]
    assert {reason for (reason,) in landing.quarantine("reason")} == {"bad_encoding"}
    assert sorted(landing.quarantine("path, line")) == [
        ("orders/a.csv", 4), ("orders/b.csv.gz", 4), ("orders/c.jsonl", 3),
    ]  # fmt: skip


def test_zero_bytes_go(landing: Landing, each_way: str) -> None:
    landing.write("orders/a.csv", HEADER + order(1, buyer="u\0\0v") + "\0\0\0\0\n" + order(2))
    landing.write(
        "orders/b.jsonl", '{"order_id":"B\\u00001","paid_at":"2026-03-01","paid_amount":5,"buyer_id":"u\0v"}\n'
    )
    landing.write("orders/c.parquet", parquet([{"order_id": "C\x001", "paid_at": PAID, "paid_amount": 5}]))
    landing.ingest()
    assert landing.rows("orders", "order_id, buyer_id, file_row") == [
        ("A1", "uv", 2), ("A2", "u", 4), ("B1", "uv", 1), ("C1", None, 1),
    ]  # fmt: skip


def test_invisible_characters_make_no_second_buyer(landing: Landing, each_way: str) -> None:
    buyers = ["u-17", "\u202du-17\u202c", "\u200bu-17", "u\u200f-17", "u-17\ufeff", "\u3000u-17\u00a0"]
    landing.one("orders/a.csv", HEADER + "".join(order(n, buyer) for n, buyer in enumerate(buyers)))
    assert {buyer for (buyer,) in landing.rows("orders", "buyer_id")} == {"u-17"}


# --- lines ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (GOOD, (2, 3)),
        (GOOD.strip(), (2, 3)),
        (GOOD.replace("\n", "\r\n"), (2, 3)),
        (GOOD.replace("\n", "\r"), (2, 3)),
        (HEADER + order(1).replace("\n", "\r\n") + order(2), (2, 3)),
        (HEADER + order(1).replace("\n", "\r") + order(2), (2, 3)),
        (HEADER + order(1) + "\n \n" + order(2) + "\n\n", (2, 5)),
        (HEADER + order(1) + ",,,,\n" + order(2) + ",,,,\n" * 3, (2, 4)),
        ("订单表,,,,\n" + GOOD, (3, 4)),
        (HEADER + order(1, buyer='"u\n\nv"') + order(2), (2, 5)),
    ],
)
def test_line_ends_blank_lines_and_titles(
    landing: Landing, each_way: str, content: str, lines: tuple[int, int]
) -> None:
    landing.one("orders/a.csv", content)
    assert landing.rows("orders", "order_id, file_row") == [("A1", lines[0]), ("A2", lines[1])]
    assert landing.quarantine() == []


def test_delimiters(landing: Landing, each_way: str) -> None:
    for number, delimiter in enumerate(",;\t|"):
        landing.write(f"orders/{number}.csv", (HEADER + order(number)).replace(",", delimiter))
    landing.ingest()
    assert orders(landing) == ["A0", "A1", "A2", "A3"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("A9,2026-03-01 20:15:00\n", "ragged_row"),
        ("A9,2026-03-01 20:15:00,5,u,,surplus,cells\n", "ragged_row"),
        ('A9,2026-03-01 20:15:00,5,"never closed,\n', "unclosed_quote"),
        ('"A9,2026-03-01 20:15:00,5,u,\n', "unclosed_quote"),
        ('A9,2026-03-01 20:15:00,5,"closed"too early,\n', "unclosed_quote"),
        ('"A9"=1,"2026-03-01 20:15:00,5,u,\n', "unclosed_quote"),
        (f"A9,2026-03-01 20:15:00,5,{'x' * (text.LONGEST_LINE + 1)},\n", "line_too_long"),
        (f'A9,2026-03-01 20:15:00,5,"{"x," * (text.LONGEST_LINE // 2)}",\n', "line_too_long"),
    ],
    ids=["short", "long", "unclosed", "unclosed first", "closed early", "both", "very long", "very long and quoted"],
)
def test_a_line_that_is_no_row_costs_only_itself(landing: Landing, each_way: str, line: str, reason: str) -> None:
    for place in range(3):  # first, in the middle, last
        lines = [order(10 * place), order(10 * place + 1, buyer='"u,v"')]
        lines.insert(place, line)
        landing.write(f"orders/{place}.csv", HEADER + "".join(lines))
    landing.ingest()
    assert landing.rows("orders", "order_id, buyer_id") == [
        ("A0", "u"), ("A1", "u,v"), ("A10", "u"), ("A11", "u,v"), ("A20", "u"), ("A21", "u,v"),
    ]  # fmt: skip
    assert landing.quarantine("path, line, column_name, reason, is_cell, rows") == [
        (f"orders/{place}.csv", place + 2, None, reason, False, 1) for place in range(3)
    ]


def test_two_unclosed_quotes_do_not_close_each_other(landing: Landing, each_way: str) -> None:
    lines = [order(1), order(2, buyer='"u'), order(3), order(4, buyer='"u'), order(5)]
    landing.one("orders/a.csv", HEADER + "".join(lines))
    assert orders(landing) == ["A1", "A3", "A5"]
    assert landing.quarantine() == [(3, None, "unclosed_quote"), (5, None, "unclosed_quote")]


def test_a_line_of_json_may_be_long_but_not_endless(landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of API records takes two million bytes; the limit is lowered here, the way is the same."""
    rows = [{"order_id": f"A{n}", "paid_at": PAID, "paid_amount": 5, "note": "x" * n} for n in (1, 1_200_000, 2)]
    landing.one("orders/a.jsonl", json_lines(rows))
    assert orders(landing) == ["A1", "A1200000", "A2"]
    monkeypatch.setattr("pipelines.ingest.formats.json_lines.LONGEST_RECORD", 1_100_000)
    landing.one("orders/b.jsonl", json_lines([row | {"order_id": f"B{n}"} for n, row in enumerate(rows)]))
    assert orders(landing)[3:] == ["B0", "B2"]
    assert landing.quarantine() == [(2, None, "line_too_long")]


# --- JSON Lines -------------------------------------------------------------------------------------------------------


def record(number: int, **other: Any) -> str:
    return json_lines([{"order_id": f"A{number}", "paid_at": PAID, "paid_amount": 5, **other}])


BROKEN = [
    ('{"order_id": "A9", "paid_at"', None, "bad_json"),
    ("null", None, "bad_json"),
    ('"A9"', None, "bad_json"),
    ("[1, 2]", None, "bad_json"),
    ("A9,2026-03-01,5", None, "bad_json"),
    ('{"order_id": "A9", "paid_at": "2026-03-01", "paid_amount": 5, "paid_amount": 6}', None, "repeated_name"),
    (record(9, order_id={"id": "A9"}).strip(), "order_id", "nested_value"),
    (record(9, paid_amount=[5]).strip(), "paid_amount", "bad_amount"),
    (record(9, paid_amount=True).strip(), "paid_amount", "bad_amount"),
    (record(9, paid_amount=None).strip(), "paid_amount", "missing_value"),
    ('{"order_id": 6.917e18, "paid_at": "2026-03-01", "paid_amount": 5}', "order_id", "scientific_notation"),
]


def test_broken_lines_of_json(landing: Landing, each_way: str) -> None:
    """A blank line is none."""
    landing.one("orders/a.jsonl", record(1) + "".join(f"{line}\n\n" for line, _, _ in BROKEN) + record(2))
    assert landing.rows("orders", "order_id, file_row") == [("A1", 1), ("A2", 2 * len(BROKEN) + 2)]
    assert landing.quarantine() == [(2 * n + 2, column, reason) for n, (_, column, reason) in enumerate(BROKEN)]


def test_an_empty_record_is_still_a_row(landing: Landing, each_way: str) -> None:
    landing.one("orders/a.jsonl", record(1) + "{}\n")
    assert landing.quarantine("line, reason, rows") == [
        (2, "missing_value", 1), (2, "missing_value", 0), (2, "missing_value", 0),
    ]  # fmt: skip


# --- workbooks --------------------------------------------------------------------------------------------------------

COLUMNS = ["order_id", "paid_at", "paid_amount", "buyer_id"]


def test_numbers_that_a_workbook_rounded_are_refused_as_ids(landing: Landing, each_way: str) -> None:
    rows = [
        [6917000000000000123, PAID, 5, "u"],
        ["6917000000000000123", PAID, 5, 12345],
        [2316600012345670, PAID, 5, "u"],
        [123456789012345, PAID, 5, "u"],
    ]
    landing.one("orders/a.xlsx", workbook({"S": [COLUMNS, *rows]}))
    assert landing.rows("orders", "order_id, buyer_id") == [
        ("123456789012345", "u"),
        ("6917000000000000123", "12345"),
    ]
    assert landing.quarantine() == [(n, "order_id", "scientific_notation") for n in (2, 4)]


def test_dates_in_a_workbook(landing: Landing, each_way: str) -> None:
    """A cell formatted as a date is one; a bare serial number may be anything."""
    cells = [datetime(2026, 3, 1, 20, 15), date(2026, 3, 1), "2026/3/1 20:15", 46082.84375, time(20, 15), True]
    rows = [[f"A{n}", cell, 5, "u"] for n, cell in enumerate(cells)]
    landing.one("orders/a.xlsx", workbook({"S": [COLUMNS, *rows]}))
    assert landing.rows("orders", "order_id, paid_at") == [
        ("A0", datetime(2026, 3, 1, 20, 15)),
        ("A1", datetime(2026, 3, 1)),
        ("A2", datetime(2026, 3, 1, 20, 15)),
    ]
    reasons = [(5, "serial_date"), (6, "bad_date"), (7, "bad_date")]
    assert landing.quarantine() == [(line, "paid_at", reason) for line, reason in reasons]


def test_amounts_in_a_workbook(landing: Landing, each_way: str) -> None:
    cells = [0.1 + 0.2, "1,200.50", 1e-7, 1e20]
    landing.one("orders/a.xlsx", workbook({"S": [COLUMNS, *[[f"A{n}", PAID, c, "u"] for n, c in enumerate(cells)]]}))
    assert landing.rows("orders", "paid_amount") == [(Decimal("0.00"),), (Decimal("0.30"),), (Decimal("1200.50"),)]
    assert landing.quarantine() == [(5, "paid_amount", "scientific_notation")]


def test_titles_and_blank_rows(landing: Landing, each_way: str) -> None:
    """A blank that nobody merged stays empty: nobody guesses."""
    rows = [["订单", None, None, None], COLUMNS, ["A1", PAID, 5, "u"], [None, PAID, 6, "u"], [None] * 4, [" "] * 4,
            ["A2", PAID, 7, "u", "a note beside"], [None] * 4, [""] * 4]  # fmt: skip
    landing.one("orders/a.xlsx", workbook({"S": rows}, merged=["A1:D1"]))
    assert landing.rows("orders", "order_id, file_row") == [("A1", 3), ("A2", 7)]
    assert landing.quarantine() == [(4, "order_id", "missing_value")]


def test_no_sheet_of_a_workbook_disappears(landing: Landing, each_way: str) -> None:
    """Sheets of one header are one table, whatever the order of its columns; notes are left alone."""
    sheets = {
        "三月": [COLUMNS, ["A1", PAID, 5, "u"]],
        "四月": [COLUMNS, ["A2", PAID, 5, "u"]],
        "五月": [COLUMNS[::-1], ["张三", 6, PAID, "A3"], ["李四", 7, PAID, "A4"]],
        "说明": [["这是说明"], ["请勿修改"]],
        "空": [],
    }
    file = landing.one("orders/a.xlsx", workbook(sheets))
    assert landing.rows("orders", "order_id, buyer_id, file_row") == [
        ("A1", "u", 2), ("A2", "u", 4), ("A3", "张三", 6), ("A4", "李四", 7),
    ]  # fmt: skip
    assert landing.quarantine() == []
    assert [notice.said for notice in file.notices] == [
        "sheet '说明' was left alone: no mapping knows its header (rows: 1)"
    ]


# --- Parquet ----------------------------------------------------------------------------------------------------------


def test_parquet_of_wrong_types(landing: Landing, each_way: str) -> None:
    rows = [
        {"order_id": {"id": 1}, "paid_at": True, "paid_amount": [5.0], "buyer_id": 6917000000000000123.0},
        {"order_id": {"id": 2}, "paid_at": False, "paid_amount": None, "buyer_id": 17850.0},
    ]
    landing.one("orders/a.parquet", parquet(rows))
    assert landing.rows("orders") == []
    assert landing.quarantine() == [
        (1, "paid_amount", "bad_amount"),
        (1, "paid_at", "bad_date"),
        (1, "order_id", "nested_value"),
        (1, "buyer_id", "scientific_notation"),
        (2, "paid_at", "bad_date"),
        (2, "paid_amount", "missing_value"),
        (2, "order_id", "nested_value"),
    ]


def test_parquet_nothings(landing: Landing, each_way: str) -> None:
    rows = [
        {"order_id": f"A{n}", "paid_at": PAID, "paid_amount": amount}
        for n, amount in enumerate([5.0, None, float("nan")])
    ]
    landing.one("orders/a.parquet", parquet(rows))
    assert orders(landing) == ["A0"]
    assert landing.quarantine() == [(2, "paid_amount", "missing_value"), (3, "paid_amount", "missing_value")]


def test_a_parquet_file_that_would_bring_the_database_down(landing: Landing) -> None:
    """A wrong byte in a page's header is a fatal error to DuckDB; the warehouse never meets it."""
    rows = [{"order_id": f"A{n}", "paid_at": PAID, "paid_amount": 5} for n in range(30)]
    sound = parquet(rows)
    for place in range(4, 40):
        landing.write(f"orders/{place}.parquet", sound[:place] + bytes([sound[place] ^ 0xFF]) + sound[place + 1 :])
    landing.write("orders/good.csv", GOOD)
    result = landing.ingest()
    assert {"quarantined"} <= {file.status for file in result.files}
    assert result.files[-1].rows_loaded == 2


def test_a_parquet_file_of_which_one_column_is_damaged(landing: Landing) -> None:
    """It can be opened, counted (from its statistics) and read in part; the error is of no kind of its own."""
    content = parquet([{"order_id": "A1", "paid_at": PAID, "paid_amount": 5}])
    header = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(0).column(2).dictionary_page_offset
    landing.write("orders/a.parquet", content[:header] + b"\xff" * 12 + content[header + 12 :])
    landing.write("orders/good.csv", GOOD)
    landing.ingest()
    assert landing.quarantine() == [(None, None, "unreadable")]
    assert len(orders(landing)) == 2


# --- cells ------------------------------------------------------------------------------------------------------------


NO_DATES = [
    "0001-01-01", "9999-12-31", "1970-01-01", "2026-02-29", "2026-13-01", "2026-03-01 24:00:00", "12/31/2025", "45717",
    "45717.84375", "昨晚", "2026-03-01 20:15:00 xx", "0001-01-01T00:00:00+14:00", "9" * 5000,
]  # fmt: skip


def test_dates_that_are_none(landing: Landing, each_way: str) -> None:
    landing.one("orders/a.csv", HEADER + order(1) + "".join(order(9, paid_at=text) for text in NO_DATES))
    assert orders(landing) == ["A1"]
    said = {"45717": "serial_date", "45717.84375": "serial_date", "9" * 5000: "too_long"}
    said |= dict.fromkeys(["0001-01-01", "1970-01-01"], "missing_value")
    reasons = [said.get(text, "bad_date") for text in NO_DATES]
    assert landing.quarantine() == [(n, "paid_at", reason) for n, reason in enumerate(reasons, start=3)]


def test_a_leap_day_and_the_last_second(landing: Landing, each_way: str) -> None:
    landing.one("orders/a.csv", HEADER + order(1, paid_at="2024-02-29") + order(2, paid_at="2099-12-31 23:59:59"))
    assert landing.rows("orders", "paid_at") == [(datetime(2024, 2, 29),), (datetime(2099, 12, 31, 23, 59, 59),)]


NO_AMOUNTS = [
    ('"12,5"', "bad_amount"),
    ('"1.234,50"', "bad_amount"),
    ("1 234", "bad_amount"),
    ("abc", "bad_amount"),
    ("=1+1", "bad_amount"),
    ("1e5", "scientific_notation"),
    ("1.2E+05", "scientific_notation"),
    ("-5", "impossible_amount"),
    ("-0.01", "impossible_amount"),
    ("100000000.01", "impossible_amount"),
    ("9" * 30, "bad_amount"),
    ("-", "missing_value"),
    ("", "missing_value"),
]


def test_amounts_that_cannot_be(landing: Landing, each_way: str) -> None:
    landing.one("orders/a.csv", HEADER + order(1) + "".join(order(9, amount=amount) for amount, _ in NO_AMOUNTS))
    assert orders(landing) == ["A1"]
    assert landing.quarantine("line, column_name, reason, rows") == [
        (line, "paid_amount", reason, 1) for line, (_, reason) in enumerate(NO_AMOUNTS, start=3)
    ]


def test_every_fault_of_a_row_is_told_and_the_row_counts_once(landing: Landing, each_way: str) -> None:
    landing.one("orders/a.csv", HEADER + "6.9E+18,someday,-1,=1+1,\n")
    assert landing.quarantine("line, column_name, reason, is_cell, rows") == [
        (2, "paid_at", "bad_date", False, 0),
        (2, "buyer_id", "formula", True, 0),
        (2, "paid_amount", "impossible_amount", False, 0),
        (2, "order_id", "scientific_notation", False, 1),
    ]


ACTING = [
    ('=HYPERLINK("http://x.invalid","a")', "formula"),
    ("+cmd|' /C calc'!A0", "formula"),
    ("@SUM(1)", "formula"),
    ("＝1+1", "formula"),
    ("<img src=x onerror=alert(1)>", "html"),
    ("</td><script>", "html"),
    ('{"a": 1}', "nested_value"),
    ("x" * 5000, "too_long"),
]


def test_nicknames_that_act_are_set_aside_and_their_rows_loaded(landing: Landing, each_way: str) -> None:
    rows = [{"live_session_id": f"s{n}", "started_at": PAID, "host_id": name, "viewers": "9"}
            for n, (name, _) in enumerate(ACTING)]  # fmt: skip
    landing.one("live_sessions/a.csv", csv_text(rows))
    assert landing.rows("live_sessions", "host_id, viewers") == [(None, 9)] * len(ACTING)
    assert landing.quarantine("line, column_name, reason, is_cell, rows") == [
        (line, "host_id", reason, True, 0) for line, (_, reason) in enumerate(ACTING, start=2)
    ]


def test_harmless_nicknames_are_kept(landing: Landing, each_way: str) -> None:
    names = ["小林😀", "a < b", "<3", "\u202eabc\u202c", "[热卖]", "+1.5%", "Ünal", "a\tb"]
    rows = [{"live_session_id": f"s{n}", "started_at": PAID, "host_id": name} for n, name in enumerate(names)]
    landing.one("live_sessions/a.csv", csv_text(rows))
    kept = landing.rows("live_sessions", "live_session_id, host_id")
    assert [name for _, name in kept] == ["小林😀", "a < b", "<3", "abc", "[热卖]", "+1.5%", "Ünal", "ab"]
    assert landing.quarantine() == []


# --- the same key twice -----------------------------------------------------------------------------------------------


def test_a_key_twice_in_one_file(landing: Landing, each_way: str) -> None:
    """Equal copies are one; contradicting ones may be parts of one order, so all of them are set aside."""
    lines = [order(1), order(1), order(2, amount="5"), order(2, amount="6"), order(2, amount="7"), order(3)]
    file = landing.one("orders/a.csv", HEADER + "".join(lines))
    assert landing.rows("orders", "order_id, paid_amount, file_row") == [
        ("A1", Decimal("5.00"), 3), ("A3", Decimal("5.00"), 7),
    ]  # fmt: skip
    assert (file.rows_loaded, file.rows_superseded, file.rows_quarantined) == (2, 1, 3)
    assert landing.quarantine("line, reason, raw_text") == [
        (4, "duplicate_key", f"A2,{PAID},5,u,"),
        (5, "duplicate_key", f"A2,{PAID},6,u,"),
        (6, "duplicate_key", f"A2,{PAID},7,u,"),
    ]


def test_a_key_twice_in_one_file_where_nothing_is_summed(landing: Landing, each_way: str) -> None:
    """Of contradicting groups the last counts and the others are set aside."""
    file = landing.one("groups/a.csv", "group_id,name\ng1,红\ng1,蓝\n")
    assert landing.rows("groups", "group_id, name") == [("g1", "蓝")]
    assert (file.rows_loaded, file.rows_superseded, file.rows_quarantined) == (1, 0, 1)


def test_versions_of_a_row_in_one_file_contradict_nothing(landing: Landing, each_way: str) -> None:
    header = "order_id,paid_at,paid_amount,version_at\n"
    versions = ["2026-03-03", "2026-03-01", "2026-03-02"]
    lines = [f"A1,{PAID},{n},{version}\n" for n, version in enumerate(versions)]
    file = landing.one("orders/a.csv", header + "".join(lines))
    assert landing.rows("orders", "paid_amount") == [(Decimal("0.00"),)]
    assert (file.rows_loaded, file.rows_superseded, file.rows_quarantined) == (1, 2, 0)


# --- personal values --------------------------------------------------------------------------------------------------

PHONE, NAME, STREET = "13912345678", "欧阳锋", "文三路二十一号"


def personal_files() -> dict[str, str | bytes]:
    """Every kind of refusal, on lines that hold a phone, a name and an address."""
    header = "主订单编号,子订单编号,订单状态,订单应付金额,订单提交时间,收件人,收件人手机号,详细地址,买家留言\n"

    def line(number: int, state: str = "已完成", amount: str = "5", at: str = PAID, end: str = "") -> str:
        return f"{number},{number}1,{state},{amount},{at},{NAME},{PHONE},{STREET},{NAME}{PHONE}{end}\n"

    faulty = [line(1, at="someday"), line(2, amount="-1"), line(3, state="??"), line(4), line(4, amount="6"),
              line(5, end=",surplus,cells"), line(6, state='"已完成'), line(7, at=f"{NAME}{PHONE}"),
              line(8, amount=PHONE), line(9, state=f"\"{NAME}\"{PHONE}"), f"{NAME},{PHONE}\n"]  # fmt: skip
    text_lines = header + "".join(faulty)
    records = [{"order_id": {"tel": PHONE}, "order_status": 5, "pay_amount": 1, "create_time": 1780473600},
               {"order_id": "2", "order_status": 5, "pay_amount": PHONE, "create_time": 1780473600,
                "encrypt_post_receiver": NAME, "encrypt_post_tel": PHONE}]  # fmt: skip
    return {
        "a.csv": text_lines,
        "b.csv": text_lines.encode("gb18030"),
        "c.csv": text_lines.replace("\n", "\r\n").encode() + b"9,\xff\xff," + f"{NAME},{PHONE}".encode(),
        "d.csv": header + line(10, end=NAME * 400_000),
        "no header.csv": f"{NAME},{PHONE},{STREET}\n{NAME},{PHONE},{STREET}\n",
        "near header.csv": header.replace("订单状态", "状态？") + line(11),
        "cut.csv.gz": packed(text_lines)[:-9],
        "e.jsonl": json_lines(records) + f'{{"order_id": "3", "收件人": "{NAME}", "tel": "{PHONE}"\n{NAME} {PHONE}\n',
        "f.jsonl": json_lines([{"收件人": NAME, "tel": PHONE}]),
        "g.xlsx": sheet([dict(zip(header.strip().split(","), line(12, at="someday").strip().split(","), strict=True))]),
        "h.xlsx": workbook({"基本信息": [["直播时间", "昨晚"], ["主播昵称", f"加{PHONE}"]]}),
        "i.parquet": parquet([{"order_id": {"tel": PHONE}, "paid_at": NAME, "paid_amount": PHONE}]),
    }


def test_no_refusal_shows_a_phone_a_name_or_an_address(
    landing: Landing, each_way: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    for name, content in personal_files().items():
        landing.write(f"inbox/{name}", content)
    result = landing.ingest()
    assert {"bad_date", "impossible_amount", "duplicate_key", "ragged_row", "unclosed_quote", "bad_encoding",
            "line_too_long", "unknown_header", "missing_column", "truncated_gzip", "bad_json", "nested_value",
            "unknown_value"} <= {reason for (reason,) in landing.quarantine("reason")}  # fmt: skip
    said = [repr(result), *capfd.readouterr(), caplog.text]
    tables = landing.sql("select schema_name || '.' || table_name as name from duckdb_tables() where not internal")
    said += [str(landing.connection.execute(f"from {table['name']}").fetchall()) for table in tables]
    for personal in (PHONE, NAME, STREET):
        assert [text[max(text.find(personal) - 100, 0) :][:150] for text in said if personal in text] == []
    assert landing.sql("select count(*) as n from duckdb_tables() where database_name = 'temp'") == [{"n": 0}]


def test_a_number_that_is_not_quite_a_phone_is_hidden_too(landing: Landing, each_way: str) -> None:
    header = "user_id,user_id_type,event,event_at\n"
    landing.one("events/a.csv", header + "1391234567,phone,x,2026-03-01\n")
    assert landing.quarantine("reason, found, raw_text") == [("phone_not_full", "***", "***,phone,x,2026-03-01")]
