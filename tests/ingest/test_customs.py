"""Another country's way to write numbers and days: where one cell proves it, others of its file are in doubt."""

from __future__ import annotations

import json

import pytest

from tests.ingest.conftest import Landing
from tests.ingest.files import workbook

HEADER = "order_id;paid_at;paid_amount;discount_amount\n"


def orders(landing: Landing, *amounts: str, discounts: tuple[str, ...] = ()) -> tuple[list, list]:
    """Orders A1, A2 …: those that stand, and what was refused."""
    given = zip(amounts, discounts or ("",) * len(amounts), strict=True)
    rows = [f"A{n};2026-03-01 10:00:00;{paid};{off}\n" for n, (paid, off) in enumerate(given, 1)]
    landing.one("orders/a.csv", HEADER + "".join(rows))
    standing = [(order, str(paid)) for order, paid in landing.rows("orders", "order_id, paid_amount")]
    return standing, landing.quarantine("column_name, reason, found")


@pytest.mark.parametrize("proof", ["12,5", "12,50", "1.234,50", "¥ 12,50", "0,125", "1 234,50", "1.234.567", "12,50元"])
def test_beside_a_decimal_comma_a_group_of_three_may_be_two_numbers(landing, each_way, proof):
    doubtful = ["1,250", "1.250", "￥1,250", "12,500元"]
    standing, refused = orders(landing, *doubtful, proof, "99.90", "1250", "1,250.00", "1,250,000")
    assert standing == [("A6", "99.90"), ("A7", "1250.00"), ("A8", "1250.00"), ("A9", "1250000.00")]
    assert [(column, reason) for column, reason, _ in refused] == [
        *[("paid_amount", "decimal_comma")] * len(doubtful),
        ("paid_amount", "bad_amount"),
    ]


@pytest.mark.parametrize("other", ["1,250.00", "12.5", "12,5/13", "1,2,3", "12,"])
def test_without_one_it_is_a_thousand(landing, each_way, other):
    standing, _ = orders(landing, "1,250", other)
    assert ("A1", "1250.00") in standing


def test_all_amounts_of_a_file_are_written_by_one_custom(landing, each_way):
    standing, refused = orders(landing, "1,250", "8.00", discounts=("0,00", "0.10"))
    assert standing == [("A2", "8.00")]
    assert ("paid_amount", "decimal_comma", "1,250") in refused


def test_and_those_of_another_file_by_their_own(landing, each_way):
    orders(landing, "1,250", "12,5")
    landing.one("orders/b.csv", HEADER + "B1;2026-03-01 10:00:00;1,250;\n")
    assert landing.rows("orders", "order_id") == [("B1",)]


def test_among_many_rows_the_proof_may_come_last(landing):
    amounts = [f"{n}.00" for n in range(1, 600)]
    standing, refused = orders(landing, "1,250", *amounts, "12,5")
    assert len(standing) == 599
    assert ("paid_amount", "decimal_comma", "1,250") in refused


def test_a_list_of_counts_proves_nothing(landing, each_way):
    header = "live_session_id,started_at,viewers,paid_amount\n"
    landing.one("live_sessions/a.csv", header + 'L1,2026-03-01 20:00:00,"1,2","1,250"\n')
    assert [str(amount) for (amount,) in landing.rows("live_sessions", "paid_amount")] == ["1250.00"]


@pytest.mark.parametrize(("cell", "viewers"), [("9,000", 9000), ("9.000", None), ("9000", 9000)])
def test_of_a_count_only_the_point_is_in_doubt(landing, each_way, cell, viewers):
    header = "live_session_id,started_at,viewers,paid_amount\n"
    landing.one("live_sessions/a.csv", header + f'L1,2026-03-01 20:00:00,"{cell}","12,50"\n')
    assert landing.rows("live_sessions", "viewers") == [(viewers,)]


@pytest.mark.parametrize("form", ["jsonl", "xlsx"])
def test_whatever_the_file_is(landing, each_way, form):
    rows = [["A1", "2026-03-01 10:00:00", "1,250"], ["A2", "2026-03-01 10:00:00", "12,5"]]
    header = ["order_id", "paid_at", "paid_amount"]
    lines = "\n".join(json.dumps(dict(zip(header, row, strict=True))) for row in rows)
    landing.one(f"orders/a.{form}", lines if form == "jsonl" else workbook({"Sheet1": [header, *rows]}))
    assert landing.rows("orders") == []
    assert landing.quarantine("reason") == [("decimal_comma",), ("bad_amount",)]


@pytest.mark.parametrize("proof", ["25/04 20:00", "25-4 20:00", "25/04/2026", "31.12.2025 10:00"])
def test_beside_a_day_before_its_month_a_day_without_a_year_may_be_two(landing, each_way, proof):
    days = ["03/04 20:00", proof, "03/03 20:00", "4月3日 20:00", "2026/4/3 20:00"]
    rows = [f"A{n},{day},5.00\n" for n, day in enumerate(days, 1)]
    landing.one("orders/a.csv", "order_id,paid_at,paid_amount\n" + "".join(rows))
    assert landing.rows("orders", "order_id") == [("A3",), ("A4",), ("A5",)]
    assert landing.quarantine("line, reason") == [(2, "day_first"), (3, "bad_date")]


@pytest.mark.parametrize("other", ["04/25 20:00", "昨天", "26/3/1 20:00"])
def test_without_one_the_month_comes_first(landing, each_way, other):
    landing.one("orders/a.csv", f"order_id,paid_at,paid_amount\nA1,03/04 20:00,5.00\nA2,{other},5.00\n")
    assert ("2026-03-04 20:00:00",) in landing.rows("orders", "paid_at::varchar")


def test_small_files_that_are_read_together_speak_each_for_itself(landing):
    """Files of one header go through one plan: what one proves, repeats or leaves out is not the others'."""
    header = "订单号,付款时间,实付金额\n"
    landing.write("orders/a.csv", header + 'A1,2026-03-01 10:00:00,"1,250"\n')
    landing.write("orders/b.csv", header + 'B1,2026-03-01 10:00:00,"1,250"\nB2,2026-03-01 10:00:00,"12,5"\n')
    landing.write("orders/c.csv", header + "C1,2026/3/1 0:00,3\n")
    landing.write("orders/d.csv", header + "订单号：D1,2026-03-01 00:00:00,4\nD2,2026-03-01 10:00:00,4\n")
    landing.ingest()
    assert [(order, hour) for order, hour in landing.rows("orders", "order_id, paid_at_has_time")] == [
        ("A1", True),
        ("C1", False),
        ("D1", True),
        ("D2", True),
    ]
    assert landing.quarantine("path, reason") == [("orders/b.csv", "decimal_comma"), ("orders/b.csv", "bad_amount")]
    told = landing.sql("select path, code from ops.notices where code in ('label_taken_off', 'days_as_midnight')")
    assert sorted((row["path"], row["code"]) for row in told) == [
        ("orders/c.csv", "days_as_midnight"),
        ("orders/d.csv", "label_taken_off"),
    ]
