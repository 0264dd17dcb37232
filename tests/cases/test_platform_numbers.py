"""An ERP gives orders numbers of its own beside the platform's: the order is the platform's, counted once."""

from __future__ import annotations

import pytest

DOUDIAN = "主订单编号,子订单编号,选购商品,商品数量,订单应付金额,订单提交时间,支付完成时间,订单状态\n" + "".join(
    f"693000000000000030{n},693000000000000030{n}1,围巾,1,100,2026-11-0{n} 10:00:00,2026-11-0{n} 10:01:00,已发货\n"
    for n in (1, 2, 3)
)
HEADERS = ["原始单号", "平台单号", "平台订单号", "线上订单号"]


def erp(header: str, *rows: str) -> str:
    """Orders as such a program exports them: its own number first."""
    return f"订单编号,{header},平台,店铺,订单状态,付款时间,实付金额,客户网名\n" + "".join(f"{row}\n" for row in rows)


def row(own: str, number: str, amount: int = 100, day: int = 1) -> str:
    return f"{own},{number},抖音,暖暖家,已发货,2026-11-0{day} 10:01:00,{amount},豆豆"


@pytest.mark.parametrize("header", HEADERS)
def test_an_erps_orders_beside_the_platforms_own_count_once(merchant, header):
    rows = [row(f"JY0{n}", f"693000000000000030{n}", day=n) for n in (1, 2, 3)]
    merchant.put("orders/旺店通.csv", erp(header, *rows))
    merchant.put("抖店订单/11月.csv", DOUDIAN)
    merchant.run(as_of="2026-11-19")
    assert merchant.row("select count(*), sum(paid_amount)::int from core.orders") == (3, 300)
    assert merchant.rows(f"select rows, said like '%split%' from ops.notices where subject = '{header}'") == [(3, True)]


def test_an_order_that_no_platform_knows_keeps_the_erps_number(merchant):
    rows = [row("JY01", "6930000000000000301"), row("JY02", "", 50), row("JY03", "-", 70)]
    merchant.put("orders/a.csv", erp("原始单号", *rows))
    merchant.run(as_of="2026-11-19")
    orders = merchant.rows("select order_id, paid_amount::int from core.orders order by all")
    assert orders == [("6930000000000000301", 100), ("JY02", 50), ("JY03", 70)]
    assert merchant.one("select rows from ops.notices where subject = '原始单号'") == 1


@pytest.mark.parametrize("amounts", [(60, 40), (100, 100)])
def test_parts_of_an_order_that_the_erp_split_are_refused(merchant, amounts):
    rows = [row(f"JY0{n}", "6930000000000000301", amount) for n, amount in enumerate(amounts)]
    merchant.put("orders/a.csv", erp("原始单号", *rows, row("JY09", "6930000000000000302", 5)))
    merchant.run(as_of="2026-11-19")
    assert merchant.rows("select order_id from core.orders") == [("6930000000000000302",)]
    assert merchant.rows("select line, reason from ops.quarantine order by line") == [
        (2, "duplicate_key"),
        (3, "duplicate_key"),
    ]


@pytest.mark.parametrize("cell", ['"A1001,A1002"', "A1001;A1002", '"6930000000000000301,6930000000000000302"'])
@pytest.mark.parametrize("folder", ["orders", "order_lines", "refunds", "order_items"])
def test_a_merged_orders_cell_of_two_numbers_is_no_id(merchant, cell, folder):
    headers = {
        "orders": "订单编号,原始单号,付款时间,实付金额\nJY1,{},2026-11-01 10:00:00,5\n",
        "order_lines": "订单编号,原始单号,付款时间,商品实付金额,商品编码\nJY1,{},2026-11-01 10:00:00,5,a\n",
        "refunds": "订单编号,原始单号,退款时间,退款金额\nJY1,{},2026-11-01 10:00:00,5\n",
        "order_items": "订单编号,原始单号,子订单号,实付金额\nJY1,{},1,5\n",
    }
    merchant.put(f"{folder}/a.csv", headers[folder].format(cell))
    merchant.run()
    assert merchant.rows("select column_name, reason from ops.quarantine") == [("原始单号", "several_ids")]


def test_an_erps_lines_are_of_the_platforms_order(merchant):
    """Two numbers of one order that the program split are lines of one order here."""
    header = "订单编号,原始单号,平台,店铺,订单状态,付款时间,商品名称,商品实付金额\n"
    lines = "".join(
        f"JY0{n},6930000000000000301,抖音,暖暖家,已发货,2026-11-01 10:01:00,{product},{amount}\n"
        for n, (product, amount) in enumerate([("围巾", 60), ("袜子", 40)])
    )
    merchant.put("order_lines/a.csv", header + lines + "JY9,,抖音,暖暖家,已发货,2026-11-01 10:01:00,帽子,7\n")
    merchant.put("抖店订单/11月.csv", DOUDIAN)
    merchant.run(as_of="2026-11-19")
    assert merchant.rows("select order_id, paid_amount::int from core.orders order by all") == [
        ("6930000000000000301", 100),
        ("6930000000000000302", 100),
        ("6930000000000000303", 100),
        ("JY9", 7),
    ]
    assert merchant.one("select rows from ops.notices where subject = '原始单号'") == 2


@pytest.mark.parametrize("header", HEADERS)
def test_a_refund_and_an_item_name_the_platforms_order(merchant, header):
    merchant.put("抖店订单/11月.csv", DOUDIAN)
    merchant.put(
        "refunds/a.csv",
        f"售后单号,订单号,{header},平台,退款时间,退款金额\nS1,JY01,6930000000000000301,抖音,2026-11-05,30\n",
    )
    merchant.put(
        "refunds/b.csv", f"售后单号,{header},平台,退款时间,退款金额\nS2,6930000000000000302,抖音,2026-11-05,20\n"
    )
    merchant.put("order_items/a.csv", f"子订单号,订单号,{header},平台,实付金额\n1,JY01,6930000000000000301,抖音,100\n")
    merchant.run(as_of="2026-11-19")
    assert merchant.rows("select order_id, refund_amount::int from core.orders order by all") == [
        ("6930000000000000301", 30),
        ("6930000000000000302", 20),
        ("6930000000000000303", 0),
    ]
    assert "JY01" not in str(merchant.rows("select order_id from staging.order_items"))
