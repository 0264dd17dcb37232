"""A column that a file does not have is as if each of its cells were empty, in whatever a mapping makes of it."""

from __future__ import annotations

import pytest

from tests.cases.conftest import yuan

LINES = """订单号,付款时间,商品编码,商品实付金额,买家ID{}
L1,2026-11-18 10:00:00,A,60,u1{}
L1,2026-11-18 10:00:00,B,40,u1{}
"""
SUB_ORDERS = """主订单编号,子订单编号,选购商品,商品数量,订单应付金额,订单提交时间,支付完成时间,订单状态
6925,69251,茶,1,60,2026-11-11 10:00:00,2026-11-11 10:01:00,已发货
6925,69252,杯,1,40,2026-11-11 10:00:00,2026-11-11 10:01:00,已发货
"""
WHOLE = """主订单编号,选购商品,商品数量,订单应付金额,订单提交时间,支付完成时间,订单状态
6925,茶;杯,2,100,2026-11-11 10:00:00,2026-11-11 10:01:00,已完成
6926,茶,1,60,2026-11-18 10:00:00,2026-11-18 10:01:00,已完成
"""


@pytest.mark.parametrize("state", [None, ""])
def test_lines_without_states_are_paid(merchant, state):
    cells = ["", "", ""] if state is None else [",订单状态", ",", ","]
    merchant.put("order_lines/a.csv", LINES.format(*cells))
    merchant.run()
    assert merchant.rows("select order_id, status, paid_amount, refund_amount from core.orders") == [
        ("L1", "paid", yuan("100"), yuan("0"))
    ]


@pytest.mark.parametrize("files", [(SUB_ORDERS, WHOLE), (WHOLE, SUB_ORDERS)])
def test_a_whole_order_and_its_sub_orders_are_not_added(merchant, files):
    for number, content in enumerate(files, start=20):
        merchant.put(f"doudian_orders/{number}.csv", content, at=f"2026-11-{number} 09:00:00")
    merchant.run()
    assert merchant.rows("select order_id, paid_amount from core.orders order by 1") == [
        ("6925", yuan("100")),
        ("6926", yuan("60")),
    ]


def test_a_state_that_a_file_does_not_have_overrules_none(merchant):
    merchant.put("order_lines/a.csv", LINES.format(",订单状态", ",已取消", ",已取消"), at="2026-11-18 09:00:00")
    merchant.put("order_lines/b.csv", LINES.format("", "", ""), at="2026-11-19 09:00:00")
    merchant.run()
    assert merchant.rows("select order_id, status from core.orders") == [("L1", "cancelled")]
