"""Money that a file tells unclearly: never a plausible number, always told."""

from __future__ import annotations

import pytest

from tests.cases.conftest import Merchant, yuan

AT = "2026-11-01 10:00"


def orders(merchant: Merchant, header: str, *rows: str) -> Merchant:
    merchant.put("orders/a.csv", "\n".join([header, *rows]) + "\n")
    return merchant.run("2026-11-20")


# --- a refund in the order's own row ----------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["-30", "-0.01", "999999999", "$5", "已退30", "#N/A", "30%"])
@pytest.mark.parametrize("state", ["", "退款成功"])
def test_a_refund_that_cannot_be_read_is_no_whole_refund(merchant, cell, state):
    orders(
        merchant,
        "订单号,付款时间,实付金额,售后状态,退款金额",
        f"R1,{AT},100,{state},{cell}",
        f"R2,{AT},100,{state},30",
        f"R3,{AT},100,,",
    )
    assert merchant.rows("select order_id, net_amount from core.orders order by 1") == [
        ("R2", yuan("70")),
        ("R3", yuan("100")),
    ]
    assert merchant.says("退款金额")
