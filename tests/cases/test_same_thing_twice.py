"""One thing told by two files, by one of them with less of what makes it its own: it counts once, and that is told."""

from __future__ import annotations

import itertools
import re

import pytest

from tests.cases.conftest import yuan

ORDERS = "订单号,付款时间,实付金额,买家ID\nO1,2026-11-01 10:00:00,100,b1\nO2,2026-11-01 10:00:00,100,b2\n"
REFUNDS = {
    "plain": "订单号,退款时间,退款金额\nO1,2026-11-03 10:00:00,30\n",
    "day": "订单号,退款日期,退款金额\nO1,2026-11-03,30\n",
    "number": "退款单号,订单号,退款时间,退款金额\nR1,O1,2026-11-03 10:00:00,30\n",
    "item": "子订单号,订单号,退款时间,退款金额\nI1,O1,2026-11-03 10:00:00,30\n",
    "both": "退款单号,子订单号,订单号,退款时间,退款金额\nR1,I1,O1,2026-11-03 10:00:00,30\n",
    "shop": "店铺名称,订单号,退款时间,退款金额\n一店,O1,2026-11-03 10:00:00,30\n",
}


def refunded(merchant):
    return merchant.rows("select refund_amount from core.refunds where order_id = 'O1' order by all")


def held(merchant):
    return merchant.rows("select kind, rows from core.unmatched where why = 'same_thing_twice' order by all")


PAIRS = [pair for pair in itertools.combinations(REFUNDS, 2) if set(pair) not in ({"item", "shop"}, {"number", "both"})]


def test_a_refund_told_with_less_and_with_more_is_one(merchant):
    """Each pair in files of its own."""
    orders = "".join(f"O1{n},2026-11-01 10:00:00,100,b1\n" for n in range(len(PAIRS)))
    merchant.put("orders/a.csv", f"订单号,付款时间,实付金额,买家ID\n{orders}")
    for n, names in enumerate(PAIRS):
        for name, day in zip(names, (19, 20), strict=True):
            text = re.sub("([ORI]1),", rf"\g<1>{n},", REFUNDS[name])
            merchant.put(f"refunds/{n}-{name}.csv", text, at=f"2026-11-{day} 09:00:00")
    merchant.run()
    once = [(f"O1{n}", yuan("30.00")) for n in range(len(PAIRS))]
    assert sorted(merchant.rows("select order_id, refund_amount from core.refunds")) == sorted(once)
    assert held(merchant) == [("refunds", len(PAIRS))]


def test_in_two_runs_too(merchant):
    merchant.put("orders/a.csv", ORDERS)
    merchant.put("refunds/a.csv", REFUNDS["plain"], at="2026-11-19 09:00:00")
    merchant.run()
    merchant.put("refunds/b.csv", REFUNDS["number"])
    merchant.run()
    assert refunded(merchant) == [(yuan("30.00"),)]


@pytest.mark.parametrize(
    "row", ["R1,O1,2026-11-03 11:00:00,30", "R1,O1,2026-11-03 10:00:00,31", "R1,O2,2026-11-03 10:00:00,30"]
)
def test_another_time_amount_or_order_is_another_refund(merchant, row):
    merchant.put("orders/a.csv", ORDERS)
    merchant.put("refunds/a.csv", REFUNDS["plain"], at="2026-11-19 09:00:00")
    merchant.put("refunds/b.csv", f"退款单号,订单号,退款时间,退款金额\n{row}\n")
    merchant.run()
    assert merchant.one("select count(*) from core.refunds") == 2
    assert held(merchant) == []


def test_of_two_equal_refunds_one_finer_row_is_one_of_them(merchant):
    merchant.put("orders/a.csv", ORDERS)
    twice = REFUNDS["plain"] + "O1,2026-11-03 10:00:00,30\n"
    merchant.put("refunds/a.csv", twice, at="2026-11-19 09:00:00")
    merchant.put("refunds/b.csv", REFUNDS["number"])
    merchant.run()
    assert merchant.one("select sum(refund_amount) from core.refunds") == yuan("60.00")


SPEND = {
    "day": "日期,消耗\n2026-11-03,30\n",
    "account": "账户ID,日期,消耗\nA1,2026-11-03,30\n",
    "plan": "计划ID,日期,消耗\nP1,2026-11-03,10\nP2,2026-11-03,20\n",
    "both": "账户ID,计划ID,日期,消耗\nA1,P1,2026-11-03,10\nA1,P2,2026-11-03,20\n",
}


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(SPEND, 2)))
def test_one_days_spend_cut_in_two_ways_is_refused(merchant, first, second):
    merchant.put("orders/a.csv", ORDERS)
    merchant.put("ad_spend/a.csv", SPEND[first], at="2026-11-19 09:00:00")
    merchant.put("ad_spend/b.csv", SPEND[second])
    merchant.run()
    assert merchant.one("select sum(cost_amount) from staging.ad_spend") == yuan("30.00")
    assert merchant.rows("select path, reason from ops.quarantine") == [("ad_spend/b.csv", "same_thing_twice")]


@pytest.mark.parametrize(("first", "second"), [("", "A1"), ("A1", "")])
def test_files_of_one_header_too(merchant, first, second):
    """They are read together, so neither stands when the other comes."""
    merchant.put("orders/a.csv", ORDERS)
    merchant.put("ad_spend/a.csv", f"账户ID,日期,消耗\n{first},2026-11-03,30\n", at="2026-11-19 09:00:00")
    merchant.put("ad_spend/b.csv", f"账户ID,日期,消耗\n{second},2026-11-03,30\n")
    merchant.run()
    assert merchant.one("select sum(cost_amount) from staging.ad_spend") == yuan("30.00")
    assert merchant.rows("select path, reason from ops.quarantine") == [("ad_spend/b.csv", "same_thing_twice")]


def test_other_days_and_other_accounts_stand_beside_each_other(merchant):
    merchant.put("orders/a.csv", ORDERS)
    merchant.put("ad_spend/a.csv", SPEND["both"], at="2026-11-19 09:00:00")
    merchant.put("ad_spend/b.csv", "账户ID,日期,消耗\nA2,2026-11-03,5\nA1,2026-11-04,6\n")
    merchant.run()
    assert merchant.one("select sum(cost_amount) from staging.ad_spend") == yuan("41.00")
    assert merchant.rows("select reason from ops.quarantine") == []


@pytest.mark.parametrize(
    "rows",
    [
        ("账户ID,日期,消耗", ",2026-11-03,30", "A1,2026-11-03,10", "A2,2026-11-03,20"),
        ("账户ID,日期,消耗", "A1,2026-11-03,30", "-,2026-11-03,30"),
        ("账户ID,计划ID,日期,消耗", "A1,,2026-11-03,30", "A1,P1,2026-11-03,10", "A1,P2,2026-11-03,20"),
        ("账户ID,计划ID,日期,消耗", "A1,,2026-11-03,30", ",P1,2026-11-03,10", ",P2,2026-11-03,20"),
    ],
)
def test_a_day_and_its_parts_in_one_file_are_refused(merchant, rows):
    merchant.put("orders/a.csv", ORDERS)
    merchant.put("ad_spend/a.csv", "\n".join(rows) + "\n")
    merchant.run()
    assert merchant.one("select count(*) from staging.ad_spend") == 0
    assert merchant.rows("select path, reason from ops.quarantine") == [("ad_spend/a.csv", "whole_beside_parts")]


def test_an_account_told_whole_beside_another_told_by_plan(merchant):
    rows = (
        "账户ID,计划ID,日期,消耗",
        "A1,,2026-11-03,30",
        "A2,P1,2026-11-03,10",
        "A2,P2,2026-11-03,20",
        ",,2026-11-04,7",
    )
    merchant.put("orders/a.csv", ORDERS)
    merchant.put("ad_spend/a.csv", "\n".join(rows) + "\n")
    merchant.run()
    assert merchant.one("select sum(cost_amount) from staging.ad_spend") == yuan("67.00")
    assert merchant.told() == set()
