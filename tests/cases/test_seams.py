"""Where two mechanisms meet: refunds told twice, clocks beside exports. Each world is small enough to add up by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

LINES = "主订单编号,子订单编号,订单状态,订单应付金额,订单提交时间,支付完成时间,售后状态\n"
CASES = "售后单号,订单号,商品单号,售后状态,售后类型,退商品金额,商家退款时间\n"


def line(item: str, status: str, amount: int, after_sale: str = "", paid: str = "2026-03-01 10:01:00") -> str:
    return f"O1,{item},{status},{amount},2026-03-01 10:00:00,{paid},{after_sale}\n"


def case(number: str, item: str, amount: int) -> str:
    return f"{number},O1,{item},退款成功,仅退款,{amount},2026-03-03 10:00:00\n"


REFUNDED = line("a", "已完成", 60, "退款成功") + line("b", "已完成", 40, "退款成功")
ONE_CLOSED = line("a", "已完成", 60) + line("b", "已关闭", 40)
BOTH_CLOSED = line("a", "已关闭", 60) + line("b", "已关闭", 40)
REFUNDS = {
    "both lines by their own word": (REFUNDED, "", "100", False, False),
    "the after-sale file has one of the two": (REFUNDED, case("1", "a", 60), "100", False, False),
    "it has one of the two, and says less": (REFUNDED, case("1", "a", 20), "60", True, False),
    "it has both": (REFUNDED, case("1", "a", 60) + case("2", "b", 40), "100", False, False),
    "a case that names no line speaks for the order": (REFUNDED, case("1", "", 30), "30", True, False),
    "a line closed after it was paid": (ONE_CLOSED, "", "40", True, True),
    "a line closed after it was paid, told": (ONE_CLOSED, case("1", "b", 35), "35", True, False),
    "a line closed after it was paid, another one told": (ONE_CLOSED, case("1", "a", 10), "50", True, True),
    "a line closed and never paid": (
        line("a", "已完成", 60) + line("b", "已关闭", 40, paid=""), "", "0", True, False
    ),
    "closed whole, one line by its own word": (
        line("a", "已关闭", 60, "退款成功") + line("b", "已关闭", 40), "", "100", False, True
    ),
    "closed whole, the after-sale file has one line": (BOTH_CLOSED, case("1", "a", 60), "100", False, True),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUNDS)
@pytest.mark.parametrize("cases_come", ["first", "last"])
def test_each_line_goes_back_once_whoever_tells_it(merchant, name, cases_come):
    lines, cases, refunded, is_kept, is_implied = REFUNDS[name]
    files = [("doudian_orders/a.csv", LINES + lines)] + [("doudian_aftersales/b.csv", CASES + cases)] * bool(cases)
    for path, text in reversed(files) if cases_come == "first" else files:
        merchant.put(path, text)
        merchant.run("2026-03-31")
    found = merchant.row("select refund_amount, is_kept, is_refund_implied from core.orders")
    assert found == (Decimal(refunded), is_kept, is_implied)
