"""Where two mechanisms meet: refunds told twice, clocks beside exports. Small worlds, added up by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

LINES = "主订单编号,子订单编号,订单状态,订单应付金额,订单提交时间,支付完成时间,售后状态\n"
CASES = "售后单号,订单号,商品单号,售后状态,售后类型,退商品金额,商家退款时间\n"


def line(item: str, status: str, amount: int, after_sale: str = "", paid: str = "2026-03-01 10:01:00") -> str:
    """# stands for the number of the case."""
    return f"O#,{item}#,{status},{amount},2026-03-01 10:00:00,{paid},{after_sale}\n"


def case(number: str, item: str, amount: int) -> str:
    return f"{number}-#,O#,{item and item + '#'},退款成功,仅退款,{amount},2026-03-03 10:00:00\n"


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


@pytest.mark.parametrize("cases_come", ["first", "last"])
def test_each_line_goes_back_once_whoever_tells_it(merchant, cases_come):
    """Each order by files of its own."""
    files = {"doudian_orders": [LINES + lines for lines, *_ in REFUNDS.values()]}
    files["doudian_aftersales"] = [CASES + cases for _, cases, *_ in REFUNDS.values()]
    for folder in sorted(files, reverse=cases_come == "last"):
        for number, text in enumerate(files[folder]):
            if text != CASES:
                merchant.put(f"{folder}/{number}.csv", text.replace("#", str(number)))
        merchant.run("2026-03-31")
    found = merchant.rows("select order_id, refund_amount, is_kept, is_refund_implied from core.orders")
    assert {name: tuple(row) for name, *row in found} == {
        f"O{number}": (Decimal(refunded), is_kept, is_implied)
        for number, (_, _, refunded, is_kept, is_implied) in enumerate(REFUNDS.values())
    }


def sold(*days: int) -> str:
    rows = "".join(f"o{day},{date(2026, 3, 1) + timedelta(day)} 10:00:00,10,douyin\n" for day in days)
    return "order_id,paid_at,paid_amount,platform\n" + rows


REFUND = "refund_id,order_id,refunded_at,refund_amount,platform\nr1,o0,2026-03-15 10:00:00,5,douyin\n"
EVERY_DAY, NOW_AND_THEN = range(12), (0, 3, 9)


OF_SALES = (
    "paid_orders, paid_buyers, orders, buyers, new_buyers, returning_buyers, paid_amount, refund_amount, net_amount, "
    "identified_amount, private_channel_amount, unknown_channel_amount, member_amount"
)


def unknown_days(merchant) -> list[int]:
    """Of none of them any count or amount is told."""
    days = merchant.metric("daily_summary", f"date, {OF_SALES}", "segment_by = 'all' and not is_sales_known")
    assert all(set(told) == {None} for _, *told in days)
    return [day.day for day, *_ in days]


@pytest.mark.parametrize(
    ("days", "exported", "unknown"),
    [
        (EVERY_DAY, "2026-03-13 09:00:00", [13, 14, 15]),
        (NOW_AND_THEN, "2026-03-13 09:00:00", [13, 14, 15]),
        (NOW_AND_THEN, "2026-03-16 09:00:00", []),
        (NOW_AND_THEN, "2026-03-02 09:00:00", []),  # older than its own rows: its time says nothing
    ],
)
def test_what_came_after_the_newest_export_is_unknown(merchant, days, exported, unknown):
    merchant.put("orders/a.csv", sold(*days), at=exported)
    merchant.put("refunds/r.csv", REFUND, at="2026-03-16 09:00:00")
    merchant.run()
    assert merchant.as_of == date(2026, 3, 15)
    assert unknown_days(merchant) == unknown


@pytest.mark.parametrize("again", [sold(*NOW_AND_THEN), "order_id,paid_at,paid_amount,platform\n", sold(0, 3)])
def test_a_later_export_without_later_rows_says_that_there_were_none(merchant, again):
    """The same bytes once more, a header alone, or old rows only: all of them were asked for after the day."""
    merchant.put("orders/a.csv", sold(*NOW_AND_THEN), at="2026-03-13 09:00:00")
    merchant.put("orders/b.csv", again, at="2026-03-16 09:00:00")
    merchant.put("refunds/r.csv", REFUND, at="2026-03-16 09:00:00")
    assert unknown_days(merchant.run()) == []


def test_a_refused_export_tells_nothing_of_its_days(merchant):
    merchant.put("orders/a.csv", sold(*NOW_AND_THEN), at="2026-03-13 09:00:00")
    merchant.put("orders/b.csv", "number,when\n1,2026-03-14\n", at="2026-03-16 09:00:00")
    merchant.put("refunds/r.csv", REFUND, at="2026-03-16 09:00:00")
    assert unknown_days(merchant.run()) == [13, 14, 15]


def in_two_parts(amount: int, status: str) -> str:
    first = "order_id,paid_at,paid_amount,buyer_id,status\n1,2026-03-01 10:00:00,60,u,paid\n"
    first += "2,2026-03-01 11:00:00,5,u,paid\n"
    return first + f"order_id,paid_at,paid_amount,status\n1,2026-03-01 10:00:00,{amount},{status}\n"


@pytest.mark.parametrize("status", ["paid", "completed"])
def test_an_orders_lines_under_two_headers_are_no_copies(merchant, status):
    merchant.put("orders/a.csv", in_two_parts(40, status))
    merchant.put("orders/other.csv", sold(0))
    merchant.run()
    assert merchant.rows("select order_id from core.orders") == [("o0",)]
    assert merchant.told() == {"parts_contradict"}


def test_copies_under_two_headers_are_one_order(merchant):
    merchant.put("orders/a.csv", in_two_parts(60, "completed"))
    merchant.run()
    found = merchant.rows("select order_id, paid_amount, status from core.orders order by all")
    assert found == [("1", 60, "completed"), ("2", 5, "paid")]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_old_export_that_comes_last_cuts_no_day(merchant, order):
    """Both tell the order of the 1st: one written on that very day, one the day after."""
    text = LINES + (line("a", "已支付", 60) + line("b", "已支付", 40)).replace("#", "1")
    files = [("2026-03-01 12:00:00", text), ("2026-03-02 09:00:00", text.replace("已支付", "已发货"))]
    for number in order:
        merchant.put(f"doudian_orders/{number}.csv", files[number][1], at=files[number][0])
        merchant.run("2026-03-01")
    assert merchant.row("select is_whole, exported_at::varchar from core.source_days") == (True, "2026-03-02 09:00:00")
