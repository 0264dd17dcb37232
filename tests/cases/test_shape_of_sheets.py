"""What the shape of a sheet or the name of a file says of all its cells: units under the header, units in names."""

from __future__ import annotations

import pytest

from tests.cases.conftest import Merchant, yuan
from tests.ingest.files import workbook

HEADER = ["订单号", "付款时间", "实付金额", "买家ID"]
ROWS = [["A1", "2026-03-01 10:00:00", "1290", "b1"], ["A2", "2026-03-02 10:00:00", "500", "b2"]]
OTHER = "order_id,paid_at,paid_amount\nO1,2026-03-01 10:00:00,1.00\n"


def orders(merchant: Merchant, kind: str, *rows: list[str], name: str = "a", sheet: str = "Sheet1") -> Merchant:
    content = workbook({sheet: list(rows)}) if kind == "xlsx" else "\n".join(map(",".join, rows)) + "\n"
    merchant.put(f"orders/{name}.{kind}", content)
    merchant.put("orders/other.csv", OTHER)
    return merchant.run()


def amounts(merchant: Merchant) -> list[tuple]:
    return merchant.rows("select order_id, paid_amount from staging.orders where order_id <> 'O1' order by 1")


# --- a row of units under the header ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("units", "times"),
    [
        (["", "", "分", ""], "0.01"),
        (["-", "-", "万元", "-"], "10000"),
        (["", "", "(单位:分)", ""], "0.01"),
        (["单位", "", "（千元）", ""], "1000"),
        (["文本", "yyyy-mm-dd hh:mm:ss", "角", "必填"], "0.1"),
        (["/", "北京时间", "元", "/"], "1"),
        (["个", "", "单位：元", "人"], "1"),
    ],
)
def test_units_under_the_header_are_the_headers(merchant, kind, units, times):
    orders(merchant, kind, HEADER, units, *ROWS)
    assert amounts(merchant) == [("A1", yuan("1290") * yuan(times)), ("A2", yuan("500") * yuan(times))]
    assert merchant.told() == {"units_row"}


def test_units_under_a_title_and_a_blank_line(merchant):
    orders(merchant, "csv", ["三月订单"], HEADER, ["", "", "", ""], ["", "", "分", ""], *ROWS)
    assert amounts(merchant) == [("A1", yuan("12.90")), ("A2", yuan("5"))]


def test_units_under_a_header_met_again(merchant):
    orders(merchant, "xlsx", HEADER, ROWS[0], HEADER, ["", "", "分", ""], ROWS[1])
    assert amounts(merchant) == [("A1", yuan("1290")), ("A2", yuan("5"))]


def test_units_under_a_header_met_again_in_a_csv(merchant):
    orders(merchant, "csv", HEADER, ["", "", "分", ""], ROWS[0], HEADER, ROWS[1])
    assert amounts(merchant) == [("A1", yuan("12.90")), ("A2", yuan("500"))]


def test_many_rows_under_units(merchant):
    many = [[f"M{n:03}", "2026-03-01 10:00:00", "100", f"b{n}"] for n in range(900)]
    orders(merchant, "csv", HEADER, ["", "", "分", ""], *many)
    assert merchant.row("select count(*), sum(paid_amount) from staging.orders where order_id <> 'O1'") == (
        900,
        yuan("900"),
    )


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("below", [["", "", "美元", ""], ["", "", "USD", ""]], ids=" ".join)
def test_another_currency_under_the_header_refuses_the_file(merchant, kind, below):
    orders(merchant, kind, HEADER, below, *ROWS)
    assert amounts(merchant) == []
    assert merchant.told() & {"unit_below_header", "missing_column"}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_units_among_explanations_refuse_the_file(merchant, kind):
    orders(merchant, kind, HEADER, ["平台的订单编号", "付款成功的时间", "分", "编号"], *ROWS)
    assert amounts(merchant) == []
    assert merchant.says("unit_below_header", "实付金额", "分")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_units_below_explanations_refuse_the_file(merchant, kind):
    orders(merchant, kind, HEADER, ["主键", "时间", "金额", "买家"], ["", "", "万元", ""], *ROWS)
    assert amounts(merchant) == []
    assert "unit_below_header" in merchant.told()


def test_a_header_in_another_unit_than_the_row_under_it(merchant):
    orders(merchant, "csv", ["订单号", "付款时间", "实付金额（元）", "买家ID"], ["", "", "分", ""], *ROWS)
    assert amounts(merchant) == []
    assert "unit_below_header" in merchant.told()


def test_a_header_and_the_row_under_it_agree(merchant):
    orders(merchant, "csv", ["订单号", "付款时间", "实付金额（分）", "买家ID"], ["", "", "分", ""], *ROWS)
    assert amounts(merchant) == [("A1", yuan("12.90")), ("A2", yuan("5"))]


def test_counts_and_durations_of_a_live_list(merchant):
    header, units = "开播时间,主播昵称,观看人数,人均观看时长,成交金额", "北京时间,,万人,分钟,万元"
    merchant.put("live_sessions_csv/a.csv", f"{header}\n{units}\n2026-03-01 20:00:00,小林,1.2,2,3\n")
    merchant.put("orders/other.csv", OTHER)
    merchant.run()
    assert merchant.rows("select viewers, average_watch_seconds, paid_amount from staging.live_sessions") == [
        (12000, 120, yuan("30000"))
    ]


def test_a_first_row_that_is_a_row(merchant):
    orders(merchant, "csv", HEADER, ["A1", "2026-03-01 10:00:00", "12.9元", "元"], ["A2", "2026-03-02", "5", "万"])
    assert amounts(merchant) == [("A1", yuan("12.9")), ("A2", yuan("5"))]


# --- a unit in a name -------------------------------------------------------------------------------------------------


UNITS_IN_NAMES = [
    "订单(单位：分)",
    "订单（万元）",
    "订单_分",
    "orders-USD",
    "3月订单 单位千元",
    "单位万元/3月",
    "USD/3月",
    "币种HKD_3月",
]
OTHER_NAMES = ["订单（元）", "订单_人民币", "orders_try", "k", "三百万店", "分店", "订单(1)", "w/3月"]


def named(merchant: Merchant, kind: str, names: list[str]) -> Merchant:
    """A file of each name, of one order of 12.90: N0, N1 …"""
    for number, name in enumerate(names):
        rows = [HEADER, [f"N{number}", "2026-03-01 10:00:00", "12.90", "b1"]]
        content = workbook({"Sheet1": rows}) if kind == "xlsx" else "\n".join(map(",".join, rows)) + "\n"
        merchant.put(f"orders/{name}.{kind}", content)
    merchant.put("orders/other.csv", OTHER)
    return merchant.run()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_unit_in_the_name_refuses_the_file(merchant, kind):
    named(merchant, kind, UNITS_IN_NAMES)
    assert amounts(merchant) == []
    refused = merchant.rows("select path, reason from ops.quarantine order by path")
    assert refused == sorted((f"orders/{name}.{kind}", "unit_in_name") for name in UNITS_IN_NAMES)


def test_other_names_are_names(merchant):
    named(merchant, "csv", OTHER_NAMES)
    assert amounts(merchant) == [(f"N{number}", yuan("12.90")) for number in range(len(OTHER_NAMES))]


@pytest.mark.parametrize("sheet", ["单位万元", "金额(万元)", "订单_分", "USD"])
def test_a_unit_in_the_name_of_a_sheet(merchant, sheet):
    orders(merchant, "xlsx", HEADER, *ROWS, sheet=sheet)
    assert amounts(merchant) == []


def test_a_unit_in_the_name_and_in_the_header(merchant):
    orders(merchant, "csv", ["订单号", "付款时间", "实付金额（分）", "买家ID"], *ROWS, name="订单（分）")
    assert amounts(merchant) == [("A1", yuan("12.90")), ("A2", yuan("5"))]


def test_a_unit_in_the_name_of_a_json_file(merchant):
    merchant.put(
        "orders/订单（分）.json", '[{"order_id": "A1", "paid_at": "2026-03-01 10:00:00", "paid_amount": 1290}]'
    )
    merchant.put("orders/other.csv", OTHER)
    merchant.run()
    assert amounts(merchant) == []
