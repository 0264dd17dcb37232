"""Two shops' order 1001, and a refund of one of them: 店铺名称 in the file of refunds says whose it is."""

from __future__ import annotations

import pytest

ORDERS = "店铺名称,订单号,付款时间,实付金额\n北店,1001,2026-03-01 10:00:00,100\n南店,1001,2026-03-01 10:00:00,70\n"


@pytest.mark.parametrize("header", ["店铺名称", "店铺", "店铺ID", "店铺编号", "shop_id"])
def test_a_refund_is_of_its_own_shops_order(merchant, header):
    merchant.put("orders/a.csv", ORDERS)
    merchant.put("refunds/a.csv", f"{header},订单号,退款时间,退款金额\n南店,1001,2026-03-02 10:00:00,70\n")
    merchant.run(as_of="2026-03-31")
    assert merchant.rows("select shop_id, net_amount::int from core.orders order by all") == [
        ("北店", 100),
        ("南店", 0),
    ]


def test_two_equal_refunds_of_two_shops_are_two(merchant):
    """They have no id of their own, and the same order, time and amount."""
    merchant.put("orders/a.csv", ORDERS)
    refunds = "店铺名称,订单号,退款时间,退款金额\n南店,1001,2026-03-02 10:00:00,50\n北店,1001,2026-03-02 10:00:00,50\n"
    merchant.put("refunds/a.csv", refunds)
    merchant.put("refunds/b.csv", refunds + "北店,1001,2026-03-03 10:00:00,5\n")
    merchant.run(as_of="2026-03-31")
    assert merchant.rows("select shop_id, net_amount::int from core.orders order by all") == [
        ("北店", 45),
        ("南店", 20),
    ]


def test_an_item_is_of_its_own_shop_too(merchant):
    merchant.put("orders/a.csv", ORDERS)
    merchant.put("order_items/a.csv", "店铺名称,子订单号,订单号,实付金额\n南店,1,1001,70\n北店,1,1001,100\n")
    merchant.run(as_of="2026-03-31")
    assert merchant.rows("select shop_id, paid_amount::int from staging.order_items order by all") == [
        ("北店", 100),
        ("南店", 70),
    ]


@pytest.mark.parametrize(
    ("path", "header", "row"),
    [
        ("live_sessions/a.csv", "live_session_id,started_at,paid_amount", "L1,2026-03-01 20:00:00,13912345670"),
        ("ad_spend/a.csv", "ad_id,date,cost_amount", "a1,2026-03-01,1772366400"),
        (
            "campaigns/a.csv",
            "campaign_id,name,starts_at,ends_at,budget_amount",
            "c1,春,2026-03-01,2026-03-02,1999999999",
        ),
        ("pushes/a.csv", "message_id,sent_at,cost_amount", "m1,2026-03-01 10:00:00,1772366400"),
    ],
)
def test_no_amount_is_without_a_limit(merchant, path, header, row):
    merchant.put(path, f"{header}\n{row}\n")
    merchant.run(as_of="2026-03-31")
    assert merchant.rows("select reason from ops.quarantine") == [("impossible_amount",)]
