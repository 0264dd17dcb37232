"""A file that is kept and written over: rows that are no longer in it still count, and that is told."""

from __future__ import annotations

import pytest

HEADER = "订单号,付款时间,实付金额,买家ID\n"
ROWS = [f"O{day},2026-11-{day:02} 10:00:00,10,u1\n" for day in range(1, 5)]
SPEND = "日期,消耗\n2026-11-01,70\n{},100\n2026-11-05,9\n"


def gone(merchant):
    return merchant.rows("select path, subject, rows from ops.notices where code = 'rows_gone' order by all")


def test_a_row_that_was_deleted(merchant):
    merchant.put("orders/a.csv", HEADER + "".join(ROWS), at="2026-11-05 09:00:00")
    merchant.run()
    merchant.put("orders/a.csv", HEADER + "".join(ROWS[:1] + ROWS[2:]), at="2026-11-06 09:00:00")
    merchant.run()
    assert gone(merchant) == [("orders/a.csv", "orders", 1)]


def test_a_day_that_was_mended(merchant):
    merchant.put("orders/a.csv", HEADER + ROWS[0], at="2026-11-05 09:00:00")
    merchant.put("ad_spend/a.csv", SPEND.format("2026-11-03"), at="2026-11-06 09:00:00")
    merchant.run()
    merchant.put("ad_spend/a.csv", SPEND.format("2026-11-04"), at="2026-11-07 09:00:00")
    merchant.run()
    assert gone(merchant) == [("ad_spend/a.csv", "ad_spend", 1)]


@pytest.mark.parametrize("later", [ROWS[1:], ROWS, [*ROWS, "O5,2026-11-05 10:00:00,10,u1\n"]])
def test_the_last_days_say_nothing_of_those_before(merchant, later):
    merchant.put("orders/a.csv", HEADER + "".join(ROWS), at="2026-11-05 09:00:00")
    merchant.run()
    merchant.put("orders/a.csv", HEADER + "".join(later), at="2026-11-06 09:00:00")
    merchant.run()
    assert gone(merchant) == []


def again(merchant):
    return [(one.rows, one.names) for one in merchant.found("content_again")]


def test_older_content_again_in_its_place(merchant):
    """Bytes that were read before are not read again, so what stood there in between still counts."""
    old, new = HEADER + ROWS[0], HEADER + ROWS[0].replace(",10,", ",12,")
    for hour, content in enumerate((old, new, old)):
        merchant.put("orders/a.csv", content, at=f"2026-11-05 0{hour}:00:00")
        merchant.put("orders/b.csv", HEADER + ROWS[1], at=f"2026-11-05 0{hour}:00:00")
        merchant.run()
        assert again(merchant) == ([(1, ("orders/a.csv",))] if hour == 2 else [])
    assert merchant.one("select paid_amount from staging.orders where order_id = 'O1'") == 12


def test_a_copy_under_another_name_is_nothing_to_tell(merchant):
    merchant.put("orders/a.csv", HEADER + ROWS[0])
    merchant.run()
    merchant.put("orders/b.csv", HEADER + ROWS[1])
    merchant.run()
    merchant.put("orders/c.csv", HEADER + ROWS[0])
    merchant.run()
    assert again(merchant) == []
