"""Order lines of an ERP that numbers none: known by order and product, summed once, and refused where unsure."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest

from .conftest import Landing

# A messy export: a title above, tabs before ids, spaces in headers, a currency sign, a gift, two lines of one product,
# a row of totals below, and columns that nobody reads.
HEADER = "订单号, 店铺名称 ,商品编码,商品名称,规格,数量,商品实付金额（元）,付款时间,订单状态,买家ID,仓库\n"
LINES = [
    "\tE1001,一店,A-01,连衣裙,红 M,2,198.00,2026-03-01 10:00:00,已发货,m1,杭州仓\n",
    "\tE1001,一店,B-02,衬衫,白 L,1,59.90,2026-03-01 10:00:00,已发货,m1,杭州仓\n",
    "\tE1001,一店,B-02,衬衫,白 L,1,0.00,2026-03-01 10:00:00,已发货,m1,杭州仓\n",
    '\tE1002,一店,C-03,"皮带, 棕",,1,"1,080.00",2026-03-02 11:30:00,交易成功,m2,广州仓\n',
]
SUMS = [("E1001", Decimal("257.90")), ("E1002", Decimal("1080.00"))]


def export(*lines: str, header: str = HEADER) -> str:
    return header + "".join(lines)


def sums(landing: Landing) -> list[tuple[object, ...]]:
    return landing.rows("orders", "order_id, paid_amount")


def notices(landing: Landing) -> list[tuple[object, ...]]:
    found = landing.sql("select code, rows from ops.notices where code = 'lines_elsewhere' order by all")
    return [(row["code"], row["rows"]) for row in found]


def test_a_messy_export_of_lines_is_summed_by_order(landing: Landing, each_way: str) -> None:
    landing.one("order_lines/a.csv", "订单明细导出,,,,,,,,,,\n" + export(*LINES, "合计,,,,,5,1337.90,,,,\n"))
    assert sums(landing) == SUMS
    assert landing.rows("orders", "shop_id, buyer_id, status") == [
        ("一店", "m1", "shipped"),
        ("一店", "m2", "completed"),
    ]
    items = landing.rows("order_items", "order_id, product_id, quantity, paid_amount::varchar", "order_id = 'E1001'")
    assert items == [("E1001", "A-01", 2.0, "198.00"), ("E1001", "B-02", 1.0, "0.00"), ("E1001", "B-02", 1.0, "59.90")]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3)))[1:])
def test_lines_in_another_order_are_the_same_lines(landing: Landing, order: tuple[int, ...]) -> None:
    landing.one("order_lines/a.csv", export(*LINES))
    before = landing.rows("order_items", "item_id, product_id, paid_amount")
    landing.one("order_lines/b.csv", export(*(LINES[place] for place in order), LINES[3], ""))
    assert landing.rows("order_items", "item_id, product_id, paid_amount") == before
    assert (sums(landing), notices(landing)) == (SUMS, [])


@pytest.mark.parametrize("first", ["a", "b"])
def test_a_changed_line_replaces_what_it_was(landing: Landing, first: str) -> None:
    """Its amount, its state, its name; whichever of the files is read first."""
    changed = [
        line.replace("59.90", "49.90").replace("衬衫", "衬衫（新）").replace("已发货", "已完成") for line in LINES
    ]
    files = {"a": (export(*LINES), "2026-03-05 09:00"), "b": (export(*changed), "2026-03-06 09:00")}
    for name in sorted(files, reverse=first == "b"):
        landing.one(f"order_lines/{name}.csv", *files[name])
    assert sums(landing) == [("E1001", Decimal("247.90")), ("E1002", Decimal("1080.00"))]
    assert notices(landing) == []


@pytest.mark.parametrize("first", ["a", "b"])
@pytest.mark.parametrize(
    "later",
    [
        pytest.param([LINES[0], LINES[3]], id="lines are missing"),
        pytest.param([LINES[0], LINES[1], LINES[3]], id="one of two lines of a product is missing"),
        pytest.param([*LINES[:2], LINES[2].replace("B-02", "D-04"), LINES[3]], id="another product"),
        pytest.param([LINES[2].replace("B-02", "D-04").replace("0.00", "9.00"), LINES[3]], id="the rest of an order"),
    ],
)
def test_an_order_that_nobody_can_put_together_waits(landing: Landing, first: str, later: list[str]) -> None:
    """Gone, or in the other file: the one must not be added and the other must. A whole export afterwards tells it."""
    files = {"a": (export(*LINES), "2026-03-05 09:00"), "b": (export(*later), "2026-03-06 09:00")}
    for name in sorted(files, reverse=first == "b"):
        landing.one(f"order_lines/{name}.csv", *files[name])
    assert sums(landing) == SUMS[1:]
    assert notices(landing) == [("lines_elsewhere", 1)]


def test_an_order_cut_in_two_waits_until_it_is_told_whole(landing: Landing) -> None:
    landing.one("order_lines/1.csv", export(LINES[3], LINES[0]))
    landing.one("order_lines/2.csv", export(LINES[1], LINES[2]))
    assert (sums(landing), notices(landing)) == (SUMS[1:], [("lines_elsewhere", 1)])
    landing.one("order_lines/3.csv", export(*LINES[:3]))
    assert sums(landing) == SUMS


def test_files_read_together_are_as_sure_as_one_by_one(landing: Landing) -> None:
    landing.write("order_lines/1.csv", export(LINES[3], LINES[0]))
    landing.write("order_lines/2.csv", export(LINES[1], LINES[2]))
    landing.write("order_lines/3.csv", export(LINES[3].replace("E1002", "E1003")))
    landing.ingest()
    assert sums(landing) == [*SUMS[1:], ("E1003", Decimal("1080.00"))]
    assert notices(landing) == [("lines_elsewhere", 1)]


def test_a_line_that_a_newer_file_tells_in_vain_is_told(landing: Landing) -> None:
    """Its state went back, so the older copy stands; the order is whole all the same."""
    landing.one("order_lines/a.csv", export(LINES[0].replace("已发货", "已完成"), *LINES[1:]))
    landing.one("order_lines/b.csv", export(*LINES, header=HEADER))
    assert (sums(landing), notices(landing)) == (SUMS, [])


def test_an_invoice_with_a_corrected_line_is_not_counted_twice(landing: Landing) -> None:
    """A line that is known by all of its content is another one when it changes."""
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID\n"
    rest = "5,A,HOLDER,6,2010-12-01 08:26:00,2.55,1\n6,A,HOLDER,1,2010-12-01 08:26:00,2.00,1\n"
    landing.one("shop_lines/a.csv", header + "5,B,LAMP,1,2010-12-01 08:26:00,10.00,1\n" + rest)
    landing.one("shop_lines/b.csv", header + "5,B,LAMP,1,2010-12-01 08:26:00,12.00,1\n" + rest)
    assert (sums(landing), notices(landing)) == ([("6", Decimal("2.00"))], [("lines_elsewhere", 1)])


def test_an_order_waits_for_a_refused_line_even_beside_one_like_it(landing: Landing, each_way: str) -> None:
    landing.one("order_lines/a.csv", export(*LINES[:2], LINES[2].replace("0.00", "赠品"), LINES[3]))
    assert [reason for _, _, reason in landing.quarantine()] == ["bad_amount"]
    assert sums(landing) == SUMS[1:]
    landing.one("order_lines/b.csv", export(*LINES))
    assert sums(landing) == SUMS


def test_a_line_without_a_product_is_refused(landing: Landing, each_way: str) -> None:
    landing.one("order_lines/a.csv", export(LINES[0], LINES[1].replace("B-02,衬衫", ","), LINES[3]))
    assert [reason for _, _, reason in landing.quarantine()] == ["missing_value"]
    assert sums(landing) == SUMS[1:]


@pytest.mark.parametrize("amount", ["实付金额", "订单实付金额"])
def test_an_orders_amount_is_not_taken_for_a_lines(landing: Landing, amount: str) -> None:
    file = landing.one("order_lines/a.csv", export(*LINES, header=HEADER.replace("商品实付金额（元）", amount)))
    assert (file.status, file.reason) == ("quarantined", "missing_column")
    ((expected,),) = landing.quarantine("expected")
    assert "商品实付金额" in expected


ITEMS = "订单号,商品编码,商品名称,数量,商品实付金额\n"
OWN = ["E1,A-01,连衣裙,2,198.00\n", "E1,B-02,衬衫,1,59.90\n", "E1,B-02,衬衫,1,0.00\n"]


def test_items_without_a_number_beside_orders_of_their_own(landing: Landing, each_way: str) -> None:
    """No circle: what is told to go into order_items is taken there."""
    landing.one("order_items/a.csv", ITEMS.replace("商品编码", "商品编号") + "".join(OWN))
    landing.one("order_items/b.csv", ITEMS.replace("商品编码", "商品编号") + "".join(reversed(OWN)) + "\n")
    assert landing.rows("order_items", "product_id, paid_amount::varchar") == [
        ("A-01", "198.00"), ("B-02", "0.00"), ("B-02", "59.90"),
    ]  # fmt: skip


def test_items_need_a_product_or_a_number(landing: Landing) -> None:
    file = landing.one("order_items/a.csv", "订单号,数量\nE1,2\n")
    assert (file.status, file.reason) == ("quarantined", "missing_column")
    ((expected,),) = landing.quarantine("expected")
    assert all(f"column {name} or" in expected for name in ("item_id", "sku_id", "product_id", "product_name"))


def test_a_gap_in_a_column_of_numbers_is_refused(landing: Landing, each_way: str) -> None:
    landing.one("order_items/a.csv", "item_id,order_id,product_id\ni1,E1,A\n,E1,B\n")
    assert landing.rows("order_items", "item_id") == [("i1",)]
    assert [reason for _, _, reason in landing.quarantine()] == ["missing_value"]


def test_lines_given_as_orders_are_told_where_they_belong(landing: Landing) -> None:
    landing.one("orders/a.csv", "订单号,付款时间,实付金额\nE1,2026-03-01,10\nE1,2026-03-01,20\n")
    told = [expected for (expected,) in landing.quarantine("expected")]
    assert len(told) == 2
    assert all("landing/order_lines/" in expected for expected in told)


def test_a_platform_may_have_any_of_its_names(landing: Landing) -> None:
    header = HEADER.replace("仓库", "平台")
    landing.one("order_lines/a.csv", header + "".join(line.replace("杭州仓", "抖音") for line in LINES[:3]))
    assert landing.rows("orders", "platform, paid_amount") == [("douyin", Decimal("257.90"))]
