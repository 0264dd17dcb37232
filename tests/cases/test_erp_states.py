"""The states of an ERP's orders, where the word is plain; the others are refused by name."""

from __future__ import annotations

import pytest

FOLDERS = {
    "orders": "订单号,付款时间,实付金额,状态\nA1,2026-11-01 10:00:00,5,{}\n",
    "order_lines": "订单号,付款时间,商品实付金额,商品编码,状态\nA1,2026-11-01 10:00:00,5,x,{}\n",
}
PLAIN = {"取消": "cancelled", "已作废": "cancelled", "作废": "cancelled", "已付款待审核": "paid", "待审核": "paid"}


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize(("word", "state"), PLAIN.items())
def test_a_plain_word_is_a_state(merchant, folder, word, state):
    merchant.put(f"{folder}/a.csv", FOLDERS[folder].format(word))
    merchant.run(as_of="2026-11-19")
    assert merchant.rows("select order_id, status from staging.orders") == [("A1", state)]


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("word", ["换货", "已退款", "被合并", "异常"])
def test_a_word_that_may_mean_several_things_is_refused(merchant, folder, word):
    merchant.put(f"{folder}/a.csv", FOLDERS[folder].format(word))
    merchant.run(as_of="2026-11-19")
    assert merchant.rows("select column_name, reason from ops.quarantine") == [("状态", "unknown_value")]


@pytest.mark.parametrize("word", ["已作废", "作废"])
def test_a_refund_that_was_voided_is_none(merchant, word):
    merchant.put("orders/a.csv", "订单号,付款时间,实付金额\nA1,2026-11-01 10:00:00,5\n")
    merchant.put("refunds/a.csv", f"售后单号,订单号,退款时间,退款金额,售后状态\nS1,A1,2026-11-02,5,{word}\n")
    merchant.run(as_of="2026-11-19")
    assert merchant.rows("select net_amount::int from core.orders") == [(5,)]
