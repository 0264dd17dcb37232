"""What may be one thing told twice and nobody can know: both count, and a person is told how many and how much."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from tests.cases.conftest import Merchant, yuan

AT = "2026-03-01 10:20:35"


def found(merchant: Merchant, code: str) -> list[tuple[int | None, Decimal | None]]:
    return [(one.rows, one.amount) for one in merchant.found(code)]


# --- items and their order --------------------------------------------------------------------------------------------


def sold(merchant: Merchant, *orders: tuple[str, list[str]], header: str = "实付金额") -> Merchant:
    """Orders A0, A1 … with what was paid for each and for its items; and one more without items."""
    given = [f"A{n},{AT},{order}\n" for n, (order, _) in enumerate([*orders, (orders[0][0], [])])]
    merchant.put("orders/a.csv", f"订单号,付款时间,{header}\n{''.join(given)}")
    rows = [f"A{n}-{m},A{n},{item}\n" for n, (_, items) in enumerate(orders) for m, item in enumerate(items)]
    merchant.put("order_items/a.csv", f"子订单号,订单号,商品实付金额\n{''.join(rows)}")
    return merchant.run()


def test_items_that_do_not_add_up_are_told(merchant: Merchant) -> None:
    """By 20, 100, 40 and 0.50; what was paid is what the orders say."""
    sold(merchant, ("100", ["60", "60"]), ("100", ["100", "100"]), ("100", ["60"]), ("100", ["99.5"]))
    assert found(merchant, "items_do_not_add_up") == [(4, yuan("160.5"))]
    assert merchant.one("select sum(paid_amount) from core.orders") == yuan("500")


def test_items_that_add_up_or_have_no_amount(merchant: Merchant) -> None:
    sold(merchant, *(("100", items) for items in (["60", "40"], ["33.33", "33.33", "33.33"], [""], ["60", ""])))
    assert found(merchant, "items_do_not_add_up") == []


@pytest.mark.parametrize(
    ("header", "orders", "told"),
    [
        # the last one is told
        ("实付金额,运费", [("110,10", ["60", "40"]), ("110,10", ["60", "50"]), ("120,10", ["60", "40"])], 1),
        ("实付金额,优惠金额", [("90,10", ["60", "40"]), ("80,10", ["60", "40"])], 1),
        ("实付金额,运费,优惠金额", [("100,10,10", ["60", "40"])], 0),
    ],
)
def test_freight_and_discounts_that_are_told(merchant, header, orders, told) -> None:
    sold(merchant, *orders, header=header)
    assert [(rows, amount) for rows, amount in found(merchant, "items_do_not_add_up")] == [(1, yuan("20"))] * told


def test_an_order_that_is_the_sum_of_its_lines_is_not_looked_at(merchant: Merchant) -> None:
    header = "主订单编号,子订单编号,订单状态,订单应付金额,订单提交时间,支付完成时间\n"
    lines = f"6901,69011,已发货,70,{AT},{AT}\n6901,69012,已关闭,30,{AT},\n"
    merchant.put("doudian_orders/a.csv", header + lines)
    merchant.run()
    assert found(merchant, "items_do_not_add_up") == []


def test_two_shops_order_of_one_number(merchant: Merchant) -> None:
    merchant.put("orders/a.csv", f"订单号,付款时间,实付金额,店铺\nA1,{AT},100,一店\nA1,{AT},70,二店\n")
    merchant.put("order_items/a.csv", "子订单号,订单号,商品实付金额,店铺\n1,A1,100,一店\n1,A1,60,二店\n")
    merchant.run()
    assert found(merchant, "items_do_not_add_up") == [(1, yuan("10"))]


# --- refunds without a number -----------------------------------------------------------------------------------------

ORDERS = f"订单号,付款时间,实付金额,店铺名称\nO1,{AT},100,一店\nO2,{AT},100,一店\n"
ITEM = "子订单号,订单号,退款日期,退款金额\nI1,O1,2026-03-03,30\n"
HOUR = "订单号,退款时间,退款金额\nO1,2026-03-03 10:00:00,30\n"
SHOP = "店铺名称,订单号,退款日期,退款金额\n一店,O1,2026-03-03,30\n"
ITEM_AT = "子订单号,订单号,退款时间,退款金额\nI1,O1,2026-03-03 11:00:00,30\n"
NUMBER = "退款单号,订单号,退款日期,退款金额\nR1,O1,2026-03-03,30\n"


def refunds(merchant: Merchant, pairs: list[tuple[str, str]]) -> None:
    """Each pair of files of orders of its own."""
    for n, pair in enumerate(pairs):
        merchant.put(f"orders/{n}.csv", re.sub("O([12]),", rf"O\g<1>-{n},", ORDERS))
        for name, text in zip("ab", pair, strict=True):
            merchant.put(f"refunds/{n}{name}.csv", re.sub("([ORI][12]),", rf"\g<1>-{n},", text))
    merchant.run()


def test_refunds_that_say_different_things_are_told(merchant: Merchant) -> None:
    pairs = [(ITEM, HOUR), (HOUR, SHOP), (ITEM, SHOP), (SHOP, ITEM)]
    refunds(merchant, pairs)
    assert found(merchant, "refund_maybe_twice") == [(len(pairs), yuan("30") * len(pairs))]
    of_each = "select sum(refund_amount) from core.refunds group by order_id"
    assert merchant.rows(of_each) == [(yuan("60"),)] * len(pairs)


def test_refunds_that_are_known_to_be_one_or_two(merchant: Merchant) -> None:
    other_order, other_amount, other_day = (
        ITEM.replace("O1", "O2"),
        ITEM.replace("30", "31"),
        ITEM.replace("03-03", "03-04"),
    )
    refunds(
        merchant,
        [(HOUR, ITEM_AT), (HOUR, NUMBER), (NUMBER, ITEM), (HOUR, HOUR)]
        + [(HOUR, other) for other in (other_order, other_amount, other_day)],
    )
    assert found(merchant, "refund_maybe_twice") == []


# --- events -----------------------------------------------------------------------------------------------------------

HEADER = "用户ID,事件,事件时间,群号\n"


def test_a_join_told_with_its_minute_and_with_its_second(merchant: Merchant) -> None:
    minutes = ["2026-03-01 10:20", "2026/3/1 10:20", "2026-03-01 10:20:00"]
    for n, minute in enumerate(minutes):
        merchant.put(f"events/a{n}.csv", f"{HEADER}u1-{n},入群,{minute},g1\nu2-{n},入群,2026-03-01 10:21,g1\n")
        merchant.put(f"events/b{n}.csv", f"{HEADER}u1-{n},入群,{AT},g1\nu2-{n},入群,2026-03-01 10:22:01,g1\n")
    merchant.run()
    assert found(merchant, "minute_beside_second") == [(len(minutes), None)]


def test_another_second_group_or_event_is_another(merchant: Merchant) -> None:
    """Each pair of files tells of people of its own."""
    pairs = [
        ("u1,入群,2026-03-01 10:20:00,g1\nu3,入群,2026-03-01 11:20:05,g1", f"u1,入群,{AT},g1"),
        ("u1,入群,2026-03-01 10:20,g2", f"u1,入群,{AT},g1"),
        ("u1,退群,2026-03-01 10:20,g1", f"u1,入群,{AT},g1"),
        ("u1,入群,2026-03-01 10:20,g1", "u1,入群,2026-03-01 10:20:00,g1"),
        ("u1,入群,2026-03-01,g1", f"u1,入群,{AT},g1"),
    ]
    for n, pair in enumerate(pairs):
        for name, text in zip("ab", pair, strict=True):
            merchant.put(f"events/{n}{name}.csv", HEADER + re.sub("(u[13]),", rf"\g<1>-{n},", text) + "\n")
    merchant.run()
    assert found(merchant, "minute_beside_second") == []


KNOWN = f"平台,用户ID,事件,事件时间,群号\n抖音,u1,入群,{AT},g1\n抖音,u2,入群,2026-03-02 11:00:00,g1\n"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (f"用户ID,事件,事件时间,群号\nu1,入群,{AT},g1\nu9,入群,{AT},g1\n", 1),
        (f"昵称,事件,事件时间,群号\n小红,入群,{AT},g1\n小明,入群,2026-03-02 11:00:00,g1\n", 2),
        (f"平台,昵称,事件,事件时间,群号\n抖音,小红,入群,{AT},g1\n", 1),
        (f"平台,昵称,事件,事件时间,群号\n抖音,小红,入群,{AT},g2\n", 0),
        (f"平台,昵称,事件,事件时间,群号\n快手,小红,入群,{AT},g1\n", 0),
        ("平台,昵称,事件,事件时间,群号\n抖音,小红,入群,2026-03-01,g1\n", 0),
        (f"平台,用户ID,事件,事件时间,群号\n抖音,u7,入群,{AT},g1\n", 0),
    ],
)
def test_a_join_of_somebody_who_may_be_known(merchant: Merchant, text: str, rows: int) -> None:
    merchant.put("events/a.csv", KNOWN)
    merchant.put("events/b.csv", text)
    merchant.run()
    assert found(merchant, "person_told_twice") == [(rows, None)] * (rows > 0)


# --- platforms, shops, parts of orders, sources -----------------------------------------------------------------------

SPEND = "日期,账户ID,消耗\n2026-03-01,acc1,100\n"
DAYS = "群ID,日期,群成员数\ng1,2026-03-01,150\n"


@pytest.mark.parametrize(("folder", "content"), [("ad_spend", SPEND), ("group_days", DAYS)])
def test_one_day_with_and_without_its_platform_is_told(merchant: Merchant, folder: str, content: str) -> None:
    merchant.put("orders/a.csv", f"订单号,付款时间,实付金额\nA1,{AT},5\n")
    merchant.put(f"{folder}/a.csv", content)
    with_platform = "\n".join(f"{line},{cell}" for line, cell in zip(content.split(), ["平台", "抖音"], strict=True))
    merchant.put(f"{folder}/b.csv", with_platform + "\n")
    merchant.run()
    assert found(merchant, "platform_twice") == [(1, None)]


def test_an_order_in_two_spellings_of_its_shop_is_told(merchant: Merchant) -> None:
    rows = [f"A1,{AT},5,{shop}" for shop in ("暖冬旗舰店", "暖冬 旗舰店（抖音）")] + [
        "A2,2026-03-01 11:00:00,5,暖冬旗舰店"
    ]
    merchant.put(
        "orders/a.csv", "\n".join(["订单号,付款时间,实付金额,店铺名称", *rows, "A2,2026-03-02 09:00:01,5,二店"])
    )
    merchant.run()
    assert found(merchant, "order_in_two_shops") == [(1, yuan("5"))]


def test_parts_of_an_order_beside_it_are_told(merchant: Merchant) -> None:
    rows = [f"{number},{AT},{amount}" for number, amount in [("69", 100), ("69-1", 60), ("69-2", 40), ("70-1", 5)]]
    merchant.put("orders/a.csv", "\n".join(["订单号,付款时间,实付金额", *rows]))
    merchant.run()
    assert found(merchant, "order_and_its_part") == [(2, yuan("100"))]


@pytest.mark.parametrize(("amount", "told"), [("95", [(1, Decimal("5.00"))]), ("100", [])])
def test_two_sources_with_other_amounts_are_told(merchant: Merchant, amount: str, told: list[object]) -> None:
    merchant.put("orders/a.csv", f"平台,订单号,付款时间,实付金额\n抖音,6925,{AT},100\n")
    merchant.put(
        "doudian_orders/a.csv",
        "主订单编号,子订单编号,选购商品,商品数量,订单应付金额,订单提交时间,支付完成时间,订单状态\n"
        f"6925,69251,茶,1,{amount},{AT},{AT},已发货\n",
    )
    merchant.run()
    assert found(merchant, "sources_disagree") == told


def test_a_refund_without_a_number_that_was_corrected_is_told(merchant: Merchant) -> None:
    """The first three, of 31, 32 and 33; a fourth lies too far off, and the fifth is another order's."""
    corrected = [
        "W1,35,2026-11-04 10:00:00",
        "W1,32,2026-11-05 10:00:00",
        "W1,33,2026-11-04 10:00:35",
        "W1,5,2026-11-09 10:00:00",
        "W2,35,2026-11-04 10:00:00",
    ]
    for n, row in enumerate(corrected, start=1):
        rows = "\n".join(f"W{order}-{n},2026-11-01 10:00:00,100" for order in (1, 2))
        merchant.put(f"orders/{n}.csv", f"订单号,付款时间,实付金额\n{rows}\n")
        header = "订单号,退款金额,退款时间\n"
        merchant.put(f"refunds/a{n}.csv", f"{header}W1-{n},{30 + n},2026-11-04 10:00:00\n", at="2026-11-18 09:00:00")
        merchant.put(f"refunds/b{n}.csv", header + row.replace(",", f"-{n},", 1) + "\n")
    merchant.run()
    assert found(merchant, "refund_maybe_corrected") == [(3, yuan("96"))]


def test_joins_that_name_no_group_are_told(merchant: Merchant) -> None:
    merchant.put("orders/a.csv", f"平台,订单号,付款时间,实付金额,买家ID\n微信,A1,{AT},5,u1\n")
    merchant.put("events/一群.csv", f"会员ID,入群时间\nu1,{AT}\nu2,{AT}\n")
    merchant.run()
    assert found(merchant, "joins_without_group") == [(2, None)]
    assert found(merchant, "people_without_platform") == [(1, None)]


# --- what newcomers' files brought ------------------------------------------------------------------------------------


def test_an_order_with_an_erp_s_ending_beside_the_order(merchant: Merchant) -> None:
    """The first two of them, of 1 and 2."""
    for n, number in enumerate(["6925A", "6925-1", "6925b2", "6926A"], start=1):
        rows = f"{n}6925,{AT},{n},抖音\n{n}{number},{AT},{n},抖音\n"
        merchant.put(f"orders/{n}.csv", f"订单号,付款时间,实付金额,平台\n{rows}")
    merchant.run()
    assert found(merchant, "order_and_its_part") == [(2, yuan("3"))]


def test_a_refund_written_down_another_day(merchant: Merchant) -> None:
    """A day late, the first of them; another amount, weeks later, and one with a number of its own are others."""
    written = [("2026-03-04", 0, ""), ("2026-03-04", 10, ""), ("2026-03-20", 0, ""), ("2026-03-04", 0, "R9")]
    header = "售后单号,订单号,退款时间,退款金额,平台\n"
    for n, (day, more, number) in enumerate(written):
        amount = 50 + n
        merchant.put(f"orders/{n}.csv", f"订单号,付款时间,实付金额,平台\nA{n},{AT},200,有赞\n")
        merchant.put(f"refunds/有赞{n}.csv", f"{header}R2-{n},A{n},2026-03-03 10:00:00,{amount},有赞\n")
        merchant.put(f"refunds/登记{n}.csv", f"{header}{number},A{n},{day},{amount + more},有赞\n")
    merchant.run()
    assert found(merchant, "refund_maybe_twice") == [(1, yuan("50"))]


SPEND = "日期,账户ID,消耗\n"


@pytest.mark.parametrize(
    ("months", "told"),
    [
        ("2026/2/1,8,16500\n2026/3/1,8,30000\n", [(2, yuan("46500"))]),  # 2026-02 and 2026-03, saved by a spreadsheet
        ("2026/2/1,8,16500\n2026/2/2,8,30000\n", []),
        ("2026/3/1,8,30000\n", [(1, yuan("30000"))]),  # more than all other days of the month together
        ("2026/3/1,8,900\n", []),
    ],
)
def test_months_that_became_days(merchant: Merchant, months: str, told: list[object]) -> None:
    merchant.put("orders/a.csv", f"订单号,付款时间,实付金额\nA2,{AT},200\n")
    merchant.put("ad_spend/日报.csv", SPEND + "".join(f"2026-03-{day:02},8,500\n" for day in range(2, 9)))
    merchant.put("ad_spend/月汇总.csv", SPEND + months)
    merchant.run()
    assert found(merchant, "months_as_days") == told


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ("加企微,2026-03-01\nu1,加企微,2026-03-02\nu1,删企微,2026-03-05\n", 1),
        ("加企微,2026-03-01\nu1,删企微,2026-03-05\n", 0),
        ("加企微,2026-03-01\nu1,删企微,2026-03-05\nu1,加企微,2026-03-06\n", 0),
        ("加企微,2026-03-01\nu1,加企微,2026-03-02\n", 0),
    ],
)
def test_a_friend_of_two_of_the_staff_whom_one_lost(merchant: Merchant, events: str, told: int) -> None:
    merchant.put("events/a.csv", f"用户ID,事件,事件时间\nu1,{events}")
    merchant.run()
    assert len(found(merchant, "added_again_and_left")) == told
