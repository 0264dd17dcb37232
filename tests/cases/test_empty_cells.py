"""A cell that is empty in a newer copy of a row empties nothing that an older one told."""

from __future__ import annotations

import itertools

import pytest

from tests.cases.conftest import yuan

OLD, NEW = "2026-11-18 09:00:00", "2026-11-20 09:00:00"
ORDER = "订单号,付款时间,实付金额,买家ID,手机号,订单状态\nO1,2026-11-01 10:00:00,100,{},{},{}\n"
DOUDIAN = (
    "主订单编号,子订单编号,选购商品,商品数量,订单应付金额,订单提交时间,支付完成时间,订单状态,收件人手机号,售后状态\n"
    "6925,69251,茶,1,60,2026-11-11 10:00:00,{},{},{},{}\n"
)
REFUND = "退款单号,订单号,退款时间,退款金额,退款状态\nR1,O1,2026-11-03 10:00:00,30,{}\n"
PHONE = "13912345670"


def put(merchant, folder, files, order):
    for place in order:
        content, at = files[place]
        merchant.put(f"{folder}/{place}.csv", content, at)
        merchant.run()


ORDERS_OF_ARRIVAL = list(itertools.permutations(range(2)))


@pytest.mark.parametrize("order", ORDERS_OF_ARRIVAL)
def test_a_buyer_who_is_masked_later_stays(merchant, order):
    """Each way to mask in files of its own."""
    masked = ["匿名用户", "张**", "-", ""]
    for place in order:
        for n, buyer in enumerate(masked):
            cells, at = [(("u1", PHONE, "已发货"), OLD), ((buyer, "139****5670", "已完成"), NEW)][place]
            merchant.put(f"orders/{n}-{place}.csv", ORDER.format(*cells).replace("O1", f"O{n}"), at)
        merchant.run()
    told = merchant.rows("select buyer_id, buyer_id_type, phone_key is not null, status from staging.orders")
    assert told == [("u1", "user_id", True, "completed")] * len(masked)


@pytest.mark.parametrize("order", ORDERS_OF_ARRIVAL)
def test_a_sub_order_too(merchant, order):
    files = [
        (DOUDIAN.format("2026-11-11 10:01:00", "已发货", PHONE, "-"), OLD),
        (DOUDIAN.format("-", "已完成", "*******5670", "-"), NEW),
    ]
    put(merchant, "doudian_orders", files, order)
    assert merchant.row("select paid_at::date::varchar, phone_key is not null, status from staging.orders") == (
        "2026-11-11",
        True,
        "completed",
    )


@pytest.mark.parametrize("order", ORDERS_OF_ARRIVAL)
def test_an_order_closed_later_without_its_payment_was_paid_and_went_back(merchant, order):
    files = [
        ("订单号,付款时间,实付金额,订单状态\nO1,2026-11-01 10:00:00,100,已付款\n", OLD),
        ("订单号,付款时间,实付金额,订单状态\nO1,-,,已关闭\nO2,2026-11-02 10:00:00,5,已发货\n", NEW),
    ]
    put(merchant, "orders", files, order)
    assert merchant.rows("select paid_amount, refund_amount, status from core.orders where order_id = 'O1'") == [
        (yuan("100"), yuan("100"), "cancelled")
    ]


def test_files_of_one_load_too(merchant):
    merchant.put("orders/a.csv", ORDER.format("u1", PHONE, "已发货"), OLD)
    merchant.put("orders/b.csv", ORDER.format("", "", "已发货"), NEW)
    merchant.run()
    assert merchant.row("select buyer_id, phone_key is not null from staging.orders") == ("u1", True)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_of_each_cell_the_newest_that_is_filled(merchant, order):
    """Three copies, each of which lacks something else."""
    files = [
        (ORDER.format("u1", PHONE, "已付款"), "2026-11-18 09:00:00"),
        (ORDER.format("u2", "", "已发货"), "2026-11-19 09:00:00"),
        (ORDER.format("", "", "已完成"), "2026-11-20 09:00:00"),
    ]
    put(merchant, "orders", files, order)
    told = merchant.row("select buyer_id, phone_key is not null, status, paid_amount from staging.orders")
    assert told == ("u2", True, "completed", yuan("100"))


@pytest.mark.parametrize("order", ORDERS_OF_ARRIVAL)
def test_a_blank_state_undoes_no_refund(merchant, order):
    put(merchant, "refunds", [(REFUND.format("退款成功"), OLD), (REFUND.format(""), NEW)], order)
    assert merchant.row("select status, refund_amount from staging.refunds") == ("succeeded", yuan("30"))
