"""A list that tells a payment and no state, and a newer one that calls the order unpaid: it does not go back."""

from __future__ import annotations

import pytest

from tests.cases.conftest import Merchant

PAID = "订单号,付款时间,实付金额\nA1,2026-03-01 10:00:00,100\nA2,2026-03-01 10:00:00,50\n"
UNPAID = "订单号,付款时间,实付金额,订单状态,买家ID\nA1,,100,待付款,u1\nA2,2026-03-01 10:00:00,50,已发货,u2\n"
CLOSED = "订单号,付款时间,实付金额,订单状态\nA1,2026-03-01 10:00:00,100,已关闭\nA2,2026-03-01 10:00:00,50,已完成\n"
EARLY, LATE = "2026-11-18 09:00:00", "2026-11-19 09:00:00"


def put(merchant: Merchant, files: list[tuple[str, str, str]], together: bool) -> None:
    for name, text, at in files:
        merchant.put(f"orders/{name}.csv", text, at)
        if not together:
            merchant.run("2026-11-20")
    merchant.run("2026-11-20")


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("turned", [True, False])
def test_a_newer_list_that_says_unpaid_is_held_and_told(merchant: Merchant, together: bool, turned: bool) -> None:
    files = [("a", PAID, EARLY), ("b", UNPAID, LATE)]
    put(merchant, files[::-1] if turned else files, together)
    assert merchant.rows("select order_id, paid_amount::int from core.orders order by all") == [("A1", 100), ("A2", 50)]
    assert merchant.rows("select path, rows from ops.notices where code = 'state_goes_back'") == [("orders/b.csv", 1)]


@pytest.mark.parametrize("turned", [True, False])
def test_a_payment_that_a_newer_list_tells_goes_on(merchant: Merchant, turned: bool) -> None:
    files = [("a", UNPAID, EARLY), ("b", PAID, LATE)]
    put(merchant, files[::-1] if turned else files, together=False)
    assert merchant.rows("select order_id, status from core.orders order by all") == [("A1", "paid"), ("A2", "shipped")]
    assert merchant.told() == set()


@pytest.mark.parametrize("turned", [True, False])
def test_no_state_is_not_an_earlier_one(merchant: Merchant, turned: bool) -> None:
    files = [("a", CLOSED, EARLY), ("b", PAID, LATE)]
    put(merchant, files[::-1] if turned else files, together=False)
    states = merchant.rows("select order_id, status from core.orders order by all")
    assert states == [("A1", "cancelled"), ("A2", "completed")]
    assert merchant.told() == set()
