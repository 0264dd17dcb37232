"""Orders that name no buyer (no id, the phone masked): how many is told, and the number of people is unknown, not 0."""

from __future__ import annotations

import pytest

from pipelines.quality import findings
from tests.cases.conftest import Merchant

HEADER = "主订单编号,子订单编号,选购商品,商品数量,订单应付金额,订单提交时间,支付完成时间,订单状态,收件人手机号"
PEOPLE = "paid_orders, paid_buyers, buyers, new_buyers, returning_buyers, member_amount, average_per_buyer_amount"


def sold(merchant: Merchant, masked: int, known: int = 0) -> Merchant:
    phones = [f"139****{1000 + n}" for n in range(masked)] + [f"1390000{1000 + n}" for n in range(known)]
    rows = [
        f"69300000000{n:04},69300000001{n:04},杯,1,100,2026-11-01 10:00:00,2026-11-01 10:01:00,已完成,{phone}"
        for n, phone in enumerate(phones)
    ]
    merchant.put("抖店订单/a.csv", "\n".join([HEADER, *rows]) + "\n")
    return merchant.run("2026-11-01")


def told(merchant: Merchant) -> list[tuple[str, int | None, bool, bool]]:
    found = findings(merchant.connection, merchant.settings)
    return [(o.subject, o.rows, o.is_doubt, o.is_light) for o in found if o.code == "buyers_unknown"]


@pytest.mark.parametrize(
    ("masked", "known", "expected"),
    [
        (40, 0, [("orders.douyin", 40, True, False)]),
        (3, 37, [("orders.douyin", 3, True, False)]),
        (2, 38, [("orders.douyin", 2, False, True)]),
        (0, 40, []),
    ],
)
def test_orders_without_a_buyer_are_told(merchant: Merchant, masked: int, known: int, expected: list[object]) -> None:
    assert told(sold(merchant, masked, known)) == expected


def test_it_is_said_of_how_many_and_what_to_do(merchant: Merchant) -> None:
    sold(merchant, 40)
    (one,) = (o for o in findings(merchant.connection, merchant.settings) if o.code == "buyers_unknown")
    assert "40 个支付订单中有 40 个（100.0%）认不出买家" in one.text["zh"]
    assert "of 40 paid orders 40 (100.0%) name no buyer" in one.text["en"]
    assert "解密" in one.remedy["zh"]
    assert "landing/identities/" in one.remedy["en"]


def test_orders_of_nobody_and_orders_that_were_not_paid_are_apart(merchant: Merchant) -> None:
    """Of a marketplace that names its buyers and a shop that does not; a gift of 0 yuan is no paid order."""
    merchant.put(
        "orders/a.csv",
        "平台,订单号,付款时间,实付金额,买家ID\n淘宝,1,2026-11-01 10:00:00,5,b1\n"
        "小红书,2,2026-11-01 10:00:00,5,\n小红书,3,2026-11-01 10:00:00,0,\n",
    )
    assert told(merchant.run()) == [("orders.xiaohongshu", 1, True, False)]


@pytest.mark.parametrize("period", ["day", "month"])
def test_the_number_of_people_is_unknown_where_no_order_names_one(merchant: Merchant, period: str) -> None:
    sold(merchant, 3)
    assert merchant.metric("daily_summary", PEOPLE, period=period, segments=["all"]) == [
        (3, None, None, None, None, None, None)
    ]


def test_one_who_is_known_is_counted(merchant: Merchant) -> None:
    sold(merchant, 3, known=1)
    (row,) = merchant.metric("daily_summary", PEOPLE, segments=["all"])
    assert row[:5] == (4, 1, 1, 1, 0)


def test_a_kept_order_of_nobody_beside_a_refunded_one_of_somebody(merchant: Merchant) -> None:
    """Somebody paid; who kept what they bought nobody knows."""
    at = "2026-11-01 10:00:00"
    merchant.put("orders/a.csv", f"订单号,付款时间,实付金额,买家ID\n1,{at},5,b1\n2,{at},5,\n")
    merchant.put("refunds/a.csv", f"订单号,退款时间,退款金额\n1,{at},5\n")
    merchant.run("2026-11-01")
    (row,) = merchant.metric("daily_summary", PEOPLE, segments=["all"])
    assert row[:5] == (2, 1, None, None, None)


def test_a_day_without_an_order_has_no_buyer(merchant: Merchant) -> None:
    header = "订单号,付款时间,实付金额,买家ID"
    merchant.put("orders/a.csv", f"{header}\n1,2026-11-01 10:00:00,5,\n2,2026-11-03 10:00:00,5,\n")
    merchant.run("2026-11-03")
    columns = "cast(date as varchar), paid_orders, paid_buyers, buyers"
    assert merchant.metric("daily_summary", columns, segments=["all"]) == [
        ("2026-11-01", 1, None, None),
        ("2026-11-02", 0, 0, 0),
        ("2026-11-03", 1, None, None),
    ]
