"""Rows without an id of their own that one file tells twice: under a header repeated, on two sheets, or as they are."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.ingest.conftest import Landing
from tests.ingest.files import workbook

LINES = ["订单号,付款时间,商品编码,商品实付金额", "L1,2026-10-18 10:00:00,A,60", "L1,2026-10-18 10:00:00,B,40"]
OTHER = "L2,2026-10-19 10:00:00,A,60"
REFUNDS = ["订单号,退款时间,退款金额", "R1,2026-10-16 10:00:00,30", "R2,2026-10-17 10:00:00,5"]


def told(landing: Landing) -> list[tuple[str, int]]:
    return [tuple(row.values()) for row in landing.sql("select code, rows from ops.notices order by all")]  # type: ignore[misc]


def sheet(lines: list[str]) -> list[list[str]]:
    return [line.split(",") for line in lines]


def paid(landing: Landing) -> list[tuple[str, Decimal]]:
    return landing.rows("orders", "order_id, paid_amount")


def test_an_export_pasted_below_itself_counts_once(landing: Landing, each_way: str) -> None:
    file = landing.one("order_lines/a.csv", "\n".join([*LINES, OTHER, *LINES, OTHER]) + "\n")
    assert paid(landing) == [("L1", Decimal(100)), ("L2", Decimal(60))]
    assert (file.rows_loaded, file.rows_superseded) == (3, 3)
    assert told(landing) == [("part_repeated", 3)]


def test_refunds_pasted_below_a_longer_list_of_them_count_once(landing: Landing, each_way: str) -> None:
    landing.one("refunds/a.csv", "\n".join([*REFUNDS[:2], *REFUNDS]) + "\n")
    assert landing.rows("refunds", "order_id, refund_amount") == [("R1", Decimal(30)), ("R2", Decimal(5))]
    assert told(landing) == [("part_repeated", 1)]


def test_a_sheet_of_everything_beside_the_sheet_of_a_month_counts_once(landing: Landing, each_way: str) -> None:
    landing.one("order_lines/a.xlsx", workbook({"10月": sheet(LINES), "全年": sheet([*LINES, OTHER])}))
    assert paid(landing) == [("L1", Decimal(100)), ("L2", Decimal(60))]
    assert told(landing) == [("part_repeated", 2)]


def test_a_line_twice_in_each_part_is_two_lines(landing: Landing) -> None:
    landing.one("order_lines/a.csv", "\n".join([*LINES, LINES[2], *LINES, LINES[2]]) + "\n")
    assert paid(landing) == [("L1", Decimal(140))]
    assert told(landing) == [("equal_rows", 1), ("part_repeated", 3)]


def test_parts_that_only_overlap_count_and_are_told(landing: Landing) -> None:
    """Which of them is a copy nobody can know."""
    landing.one("refunds/a.csv", "\n".join([*REFUNDS, REFUNDS[0], REFUNDS[2], "R3,2026-10-18 10:00:00,7"]) + "\n")
    assert landing.rows("refunds", "sum(refund_amount)") == [(Decimal(47),)]
    assert ("parts_overlap", 1) in told(landing)
    assert landing.sql("select facts from ops.notices where code = 'parts_overlap'")[0]["facts"] == '{"amount": "5.00"}'


@pytest.mark.parametrize("name", ["one", "two"])
def test_equal_rows_of_one_list_count_and_are_told(landing: Landing, each_way: str, name: str) -> None:
    landing.one(f"refunds/{name}.csv", "\n".join([*REFUNDS, REFUNDS[1], REFUNDS[1]]) + "\n")
    assert landing.rows("refunds", "sum(refund_amount)") == [(Decimal(95),)]
    assert told(landing) == [("equal_rows", 2)]


def test_months_on_sheets_of_their_own_are_nothing_to_tell(landing: Landing) -> None:
    landing.one("order_lines/a.xlsx", workbook({"10月": sheet(LINES), "11月": sheet([LINES[0], OTHER])}))
    assert told(landing) == []
