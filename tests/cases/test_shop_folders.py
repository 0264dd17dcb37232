"""Files without a column for the shop, in one folder per shop: order 1001 of two shops is two orders."""

from __future__ import annotations

import pytest

from tests.cases.conftest import yuan

ORDERS = "订单号,付款时间,实付金额,买家ID\n"
ONE, TWO = "1001,2026-11-01 10:00:00,10,z1\n", "1001,2026-11-02 10:00:00,300,l1\n"


def totals(merchant):
    return merchant.rows("select shop_id, net_amount from core.orders order by all")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("orders/一店", "orders/二店"),
        ("订单/一店", "订单/二店"),
        ("orders/2026/一店", "orders/2026/二店"),
        ("orders/一店/2026-11", "orders/二店/2026-11"),
        ("一店/orders", "二店/orders"),
    ],
)
def test_one_number_in_two_shops_folders_is_two_orders(merchant, one, two):
    merchant.put(f"{one}/11月.csv", ORDERS + ONE)
    merchant.put(f"{two}/11月.csv", ORDERS + TWO)
    merchant.run()
    assert totals(merchant) == [("一店", yuan("10.00")), ("二店", yuan("300.00"))]
    assert merchant.says("shop_from_folder", "一店")
    assert merchant.says("shop_from_folder", "二店")


def test_one_file_alone_is_of_its_folders_shop_too(merchant):
    """Alone and together with others alike."""
    merchant.put("orders/一店/11月.csv", ORDERS + ONE)
    merchant.run()
    merchant.put("orders/二店/11月.csv", ORDERS + TWO)
    merchant.run()
    assert totals(merchant) == [("一店", yuan("10.00")), ("二店", yuan("300.00"))]


@pytest.mark.parametrize("folders", [("2025", "2026"), ("10月", "11月"), ("备份", "新"), ("2026/10", "2026/11")])
def test_one_order_in_two_months_is_one(merchant, folders):
    merchant.put(f"orders/{folders[0]}/a.csv", ORDERS + ONE, at="2026-11-19 09:00:00")
    merchant.put(f"orders/{folders[1]}/b.csv", ORDERS + ONE.replace(",10,", ",12,"))
    merchant.run()
    assert totals(merchant) == [(None, yuan("12.00"))]
    assert "shop_from_folder" not in merchant.told()


def test_a_copy_in_no_shops_folder_is_of_the_only_shop_that_has_it(merchant):
    merchant.put("orders/all.csv", ORDERS + ONE)
    merchant.put("orders/一店/11月.csv", ORDERS + ONE.replace(",10,", ",10.00,"))
    merchant.run()
    assert totals(merchant) == [("一店", yuan("10.00"))]


def test_refunds_and_items_are_of_their_folders_shop(merchant):
    for shop, row in (("一店", ONE), ("二店", TWO)):
        merchant.put(f"orders/{shop}/a.csv", ORDERS + row)
        merchant.put(
            f"refunds/{shop}/a.csv", f"订单号,退款时间,退款金额\n1001,2026-11-03 10:00:00,{len(row) % 2 + 4}\n"
        )
        merchant.put(f"order_items/{shop}/a.csv", f"子订单号,订单号,商品名称\n1,1001,{shop}的\n")
    merchant.run()
    assert [shop for shop, _ in totals(merchant)] == ["一店", "二店"]
    assert merchant.one("select count(*) from core.refunds where shop_id in ('一店', '二店')") == 2
    assert merchant.one("select count(*) from staging.order_items") == 2


@pytest.mark.parametrize("platform", ["抖音", "快手", "京东"])
def test_where_numbers_are_global_a_folder_makes_no_second_order(merchant, platform):
    header = "平台," + ORDERS
    merchant.put("orders/一店/a.csv", header + f"{platform},{ONE}")
    merchant.put("orders/二店/b.csv", header + f"{platform},{ONE}")
    merchant.run()
    assert len(totals(merchant)) == 1
    assert "shop_from_folder" not in merchant.told()


def test_a_column_says_more_than_the_folder(merchant):
    merchant.put("orders/一店/a.csv", "店铺名称," + ORDERS + "北店," + ONE + "," + TWO)
    merchant.run()
    assert totals(merchant) == [("一店", yuan("300.00")), ("北店", yuan("10.00"))]


def test_the_same_bytes_in_two_shops_are_two_files(merchant):
    """Two shops may have sold the same on one day; the third file is a copy of the second."""
    for place in ("一店/a.csv", "二店/a.csv", "二店/b.csv"):
        merchant.put(f"orders/{place}", "订单号,付款时间,实付金额,买家ID\nO1,2026-11-01 10:00:00,100,b1\n")
    merchant.run()
    assert [file.status for file in merchant.files] == ["loaded", "loaded", "duplicate"]
    assert merchant.rows("select shop_id, order_id from core.orders order by all") == [("一店", "O1"), ("二店", "O1")]


def test_a_shops_folder_of_what_belongs_to_no_shop_is_told(merchant):
    for shop in ("一店", "二店"):
        merchant.put(
            f"events/{shop}/入群.csv", f"群名称,昵称,入群时间\n一群,小红,2026-11-0{len(shop)} 10:00:00\n#,{shop},\n"
        )
    merchant.run()
    assert merchant.rows("select subject from ops.notices where code = 'shop_folder_unused' order by 1") == [
        ("一店",),
        ("二店",),
    ]
