"""Days without a year: told whenever one was assumed, refused where the file's name says another."""

from __future__ import annotations

import pytest

HEADER = "订单号,付款时间,实付金额,买家ID\n"
FIRST = HEADER + "O0,2026-11-01 10:00:00,100,b1\n"


@pytest.mark.parametrize("cell", ["11/2 10:00", "11-02 10:00:00", "11月2日 10:00"])
@pytest.mark.parametrize("name", ["orders/b.csv", "orders/2026年/b.csv", "orders/订单202611.csv"])
def test_an_assumed_year_is_told(merchant, cell, name):
    merchant.put("orders/a.csv", FIRST)
    merchant.put(name, HEADER + f"O1,{cell},100,b1\nO2,11/5 10:00,7,b2\n")
    merchant.run()
    assert merchant.one("select count(*) from core.orders") == 3
    assert merchant.says("year_guessed", "2026-11-02", "2026-11-05")


@pytest.mark.parametrize(
    "name", ["orders/2024年.csv", "orders/2024/a.csv", "orders/a_20241130.csv", "orders/202411.csv"]
)
def test_another_year_in_the_name_is_refused(merchant, name):
    merchant.put("orders/a.csv", FIRST)
    merchant.put(name, HEADER + "O1,11/2 10:00,100,b1\n")
    merchant.run()
    assert merchant.one("select count(*) from core.orders") == 1
    assert "year_contradicts" in merchant.told()


def test_years_that_are_written_are_not_told(merchant):
    merchant.put("orders/2024年.csv", FIRST)
    merchant.run()
    assert merchant.told() == set()


def test_a_day_without_year_or_hour(merchant):
    """As lists kept by hand have it: the latest such day before the file, told, and no hour is known."""
    rows = "A1,11月1日,9\nA2,12月4日,9\nA3,11月8号,9\nA4,13月1日,9\n"
    merchant.put("orders/a.csv", "订单号,付款时间,实付金额\n" + rows, at="2026-11-20 09:00:00")
    merchant.run()
    assert merchant.rows("select order_id, paid_at::varchar, paid_at_has_time from staging.orders order by 1") == [
        ("A1", "2026-11-01 00:00:00", False),
        ("A2", "2025-12-04 00:00:00", False),
        ("A3", "2026-11-08 00:00:00", False),
    ]
    assert {"year_guessed", "bad_date"} <= merchant.told()
