"""Days in names that say another order than the files' own times: these decide; where that matters it is told."""

from __future__ import annotations

import pytest

HEADER = "订单号,付款时间,实付金额,买家ID,订单状态\n"


def orders(state: str, amount: str = "10", buyer: str = "u1") -> str:
    return HEADER + f"O1,2026-11-01 10:00:00,{amount},{buyer},{state}\nO2,2026-11-01 11:00:00,5,u2,已完成\n"


def told(merchant):
    return merchant.rows("select path, rows, facts from ops.notices where code = 'days_disagree' order by all")


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("orders/订单_20261102.csv", "orders/订单_20261104.csv"),
        ("orders/2026-11-2.csv", "orders/2026-11-4.csv"),
        ("orders/2026年11月2日.csv", "orders/2026年11月4日.csv"),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_the_later_name_in_the_older_file(merchant, earlier, later, at_once):
    """Copied over one by one, the newest first."""
    merchant.put(later, orders("已完成", "12"), at="2026-11-20 09:00:00")
    if not at_once:
        merchant.run()
    merchant.put(earlier, orders("已完成", "10"), at="2026-11-20 09:00:05")
    merchant.run()
    assert told(merchant) == [(later, 1, f'{{"other": "{earlier}"}}')]
    assert merchant.one("select paid_amount from staging.orders where order_id = 'O1'") == 10


def test_names_and_times_of_one_order(merchant):
    for day in (2, 3, 4):
        merchant.put(f"orders/订单_2026110{day}.csv", orders("已完成", str(day)), at=f"2026-11-20 09:00:0{day}")
    merchant.run()
    assert told(merchant) == []


def test_files_that_tell_other_rows_or_the_same(merchant):
    """A day's export each, fetched in any order; or a cell more that one of them leaves empty."""
    merchant.put("orders/订单_20261104.csv", HEADER + "O9,2026-11-04 10:00:00,7,u1,已完成\n", at="2026-11-20 09:00:01")
    merchant.put("orders/订单_20261103.csv", orders("已完成", buyer=""), at="2026-11-20 09:00:02")
    merchant.put("orders/订单_20261102.csv", orders("已完成"), at="2026-11-20 09:00:03")
    merchant.run()
    assert told(merchant) == []


def test_times_in_names_decide(merchant):
    merchant.put("orders/订单_20261104_1800.csv", orders("已完成", "12"), at="2026-11-20 09:00:00")
    merchant.put("orders/订单_20261102_1800.csv", orders("已完成", "10"), at="2026-11-20 09:00:05")
    merchant.run()
    assert told(merchant) == []
    assert merchant.one("select paid_amount from staging.orders where order_id = 'O1'") == 12


def test_files_of_two_series(merchant):
    merchant.put("orders/一店_20261104.csv", orders("已完成", "12"), at="2026-11-20 09:00:00")
    merchant.put("orders/二店_20261102.csv", orders("已完成", "10"), at="2026-11-20 09:00:05")
    merchant.run()
    assert told(merchant) == []


def test_figures_of_a_day(merchant):
    """Tables in which the newest row stands whole."""
    spend = "日期,账户ID,消耗\n2026-11-01,a1,{}\n"
    merchant.put("orders/a.csv", orders("已完成"))
    merchant.put("ad_spend/消耗20261104.csv", spend.format(70), at="2026-11-20 09:00:00")
    merchant.put("ad_spend/消耗20261102.csv", spend.format(50), at="2026-11-20 09:00:05")
    merchant.run()
    assert told(merchant) == [("ad_spend/消耗20261104.csv", 1, '{"other": "ad_spend/消耗20261102.csv"}')]
