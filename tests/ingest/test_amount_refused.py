"""How much money stands in refused rows: as far as their amount could be read."""

from __future__ import annotations

from decimal import Decimal

from tests.ingest.conftest import Landing


def amounts(landing: Landing) -> list[tuple]:
    return landing.quarantine("line, reason, is_cell, rows, amount")


def test_a_refused_order_tells_its_amount_and_a_cell_set_aside_none(landing):
    landing.one(
        "orders/a.csv",
        "order_id,paid_at,paid_amount,freight_amount\nA1,昨天,129.00,\nA2,2026-03-01 10:00:00,1.00,$5\n"
        "A3,2026-03-01 10:00:00,$9,\n",
    )
    assert amounts(landing) == [
        (2, "bad_date", False, 1, Decimal("129.00")),
        (3, "other_currency", True, 0, None),
        (4, "other_currency", False, 1, None),
    ]


def test_lines_given_as_orders_tell_the_amount_of_each(landing):
    landing.one(
        "orders/a.csv",
        "order_id,paid_at,paid_amount,product_name\n"
        "L1,2026-03-03 10:00:00,100.00,裙\nL1,2026-03-03 10:00:00,50.00,衫\n",
    )
    assert [row[4] for row in amounts(landing)] == [Decimal("100.00"), Decimal("50.00")]


def test_an_orders_amount_repeated_on_its_lines_is_told_once(landing):
    landing.one(
        "orders/a.csv",
        "order_id,paid_at,paid_amount,product_name\n"
        "L1,2026-03-03 10:00:00,188.00,裙\nL2,2026-03-03 10:00:00,188.00,衫\nL1,2026-03-03 10:00:00,188.00,衫\n"
        "L2,2026-03-03 10:00:00,188.00,帽\nL3,2026-03-03 10:00:00,188.00,帽\n",
    )
    assert [(row[0], row[4]) for row in amounts(landing)] == [
        (2, Decimal("188.00")),
        (3, Decimal("188.00")),
        (4, None),
        (5, None),
    ]


def test_it_is_told_once_too_where_its_lines_cannot_be_read(landing):
    """Rows whose number is lost may be of any order, and equal lines are two."""
    landing.write(
        "orders/a.csv",
        "order_id,paid_at,paid_amount\nL1,昨天,9.00\nL1,昨天,9.00\nL1,昨天,8.00\n,昨天,9.00\n,昨天,9.00\n",
    )
    landing.write("order_lines/b.csv", "订单号,付款时间,商品实付金额,商品编码\nL1,昨天,7.00,x\nL1,昨天,7.00,x\n")
    landing.ingest()
    told = landing.sql("select path, amount::int as n from ops.quarantine where rows > 0 order by path desc, line")
    assert [row["n"] for row in told] == [9, None, 8, 9, 9, 7, 7]


def test_events_are_about_no_money(landing):
    landing.one("events/a.csv", "user_id,event,event_at\nu,group_join,昨天\n")
    assert amounts(landing) == [(2, "bad_date", False, 1, None)]
