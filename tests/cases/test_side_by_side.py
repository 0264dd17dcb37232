"""Two tables beside each other in one sheet are refused by name; one table with an empty column between is read."""

from __future__ import annotations

import pytest

from tests.cases.conftest import Merchant, yuan
from tests.ingest.files import workbook

LEFT = ["订单号", "付款时间", "实付金额", "买家ID"]
ORDERS = [[f"A{n}", f"2026-03-0{n} 10:00:00", f"{n}00", f"b{n}"] for n in range(1, 6)]
OTHER = "order_id,paid_at,paid_amount\nO1,2026-03-01 10:00:00,1.00\n"
EMPTY = ["", "", "", ""]


def beside(left: list[list[str]], right: list[list[str]], gap: int = 1) -> list[list[str]]:
    height, width = max(len(left), len(right)), len(left[0]) + gap
    rows = [[*(left[n] if n < len(left) else []), *[""] * width][:width] for n in range(height)]
    return [row + (right[n] if n < len(right) else [""] * len(right[0])) for n, row in enumerate(rows)]


def put(merchant: Merchant, kind: str, *files: list[list[str]], folder: str = "orders") -> Merchant:
    for number, rows in enumerate(files):
        content = workbook({"三月": rows}) if kind == "xlsx" else "\n".join(map(",".join, rows)) + "\n"
        merchant.put(f"{folder}/{number}.{kind}", content)
    merchant.put("orders/other.csv", OTHER)
    return merchant.run()


def loaded(merchant: Merchant) -> int:
    return merchant.one("select count(*) from staging.orders where order_id <> 'O1'")


REFUNDS = {
    "an after-sale amount": [["售后单号", "退款金额"], ["R1", "5"], ["R2", "6"]],
    "a refund of an order": [["售后单号", "订单号", "退款时间", "退款金额"], ["R1", "Z9", "2026-03-08 10:00:00", "5"]],
    "more rows": [["退款编号", "退款金额"], *([f"R{n}", "5"] for n in range(9))],
    "as many rows": [LEFT, *([f"B{n}", "2026-04-01 10:00:00", "7", f"c{n}"] for n in range(5))],
    "another month": [LEFT, ["B1", "2026-04-01 10:00:00", "7", "b1"]],
    "ad spend": [["日期", "消耗", "广告账户ID", "计划ID"], *([f"2026-03-0{n}", "9", "a", "p"] for n in range(1, 6))],
    "phones": [["客服", "手机号"], ["小王", "13912345678"], ["小李", "13912345679"]],
}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("gap", [1, 2])
def test_two_tables_are_refused(merchant, kind, gap):
    put(merchant, kind, *(beside([LEFT, *ORDERS], right, gap) for right in REFUNDS.values()))
    assert loaded(merchant) == 0
    said = merchant.rows("select path, reason, concat_ws(' ', found, expected) from ops.quarantine order by path")
    assert [row[:2] for row in said] == [(f"orders/{n}.{kind}", "side_by_side") for n in range(len(REFUNDS))]
    assert [right[0][0] in text for right, (*_, text) in zip(REFUNDS.values(), said, strict=True)] == [True] * len(said)


def test_the_sheet_is_named(merchant):
    put(merchant, "xlsx", beside([LEFT, *ORDERS], REFUNDS["an after-sale amount"]))
    assert merchant.says("side_by_side", "三月")


@pytest.mark.parametrize("right", ["an after-sale amount", "more rows", "phones"])
def test_two_tables_of_many_rows(merchant, right):
    many = [[f"M{n}", "2026-03-01 10:00:00", "1", f"b{n}"] for n in range(1000)]
    put(merchant, "csv", beside([LEFT, *many], REFUNDS[right] * 1))
    assert loaded(merchant) == 0
    assert "side_by_side" in merchant.told()


@pytest.mark.parametrize("folder", ["订单明细表", "三月"])
def test_two_tables_in_any_folder(merchant, folder):
    put(merchant, "xlsx", beside([LEFT, *ORDERS], REFUNDS["a refund of an order"]), folder=folder)
    assert loaded(merchant) == 0
    assert "side_by_side" in merchant.told()


SPACED = {
    "filled on both sides": [["订单状态", "运费"], *(["已完成", "1"] for _ in ORDERS)],
    "filled here and there": [["退款金额", "售后状态"], ["", ""], ["5", "退款成功"], ["", ""], ["", ""], ["", ""]],
    "filled at the end": [["退款金额", "售后状态"], ["", ""], ["", ""], ["", ""], ["5", "退款成功"], ["5", "退款成功"]],
    "not filled at all": [["退款金额", "售后状态"]],
    "remarks": [["备注", "客服"], ["急", "小王"], ["慢", "小李"]],
    "one column": [["运费"], ["1"], ["2"]],
    "groups": [["群ID", "群名称"], *(["g1", "一群"] for _ in ORDERS)],
}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("bottom", [[], [["合计", "", "1500", ""]], [["制表人：小王", "", "", ""]]])
def test_one_table_with_an_empty_column_is_read(merchant, kind, bottom):
    own = [[[f"{name}-{row[0]}", *row[1:]] for row in ORDERS] for name in range(len(SPACED))]
    files = [beside([LEFT, *rows, *bottom], right) for rows, right in zip(own, SPACED.values(), strict=True)]
    put(merchant, kind, *files)
    read = "select path, rows_loaded from ops.files where path <> 'orders/other.csv' order by 1"
    assert merchant.rows(read) == [(f"orders/{n}.{kind}", 5) for n in range(len(SPACED))]
    assert "side_by_side" not in merchant.told()


def test_one_table_of_many_rows_is_read(merchant):
    many = [[f"M{n}", "2026-03-01 10:00:00", "1", f"b{n}"] for n in range(1000)]
    put(
        merchant,
        "csv",
        beside([LEFT, *many, ["合计", "", "1000", ""]], [["订单状态", "运费"], *[["已完成", "2"]] * 1000]),
    )
    assert merchant.row("select count(*), sum(freight_amount) from staging.orders where order_id <> 'O1'") == (
        1000,
        yuan("2000"),
    )


# --- cells under no header --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("place", [0, 2, 4])
def test_cells_under_no_header_are_told(merchant, kind, place):
    rows = [[*row[:place], "" if row is LEFT else "7", *row[place:]] for row in (LEFT, *ORDERS)]
    put(merchant, kind, rows)
    assert loaded(merchant) == 5
    assert merchant.says("nameless_column", "ABCDE"[place])


def test_cells_beyond_the_header_of_a_sheet_are_told(merchant):
    put(merchant, "xlsx", [LEFT, *ORDERS[:3], [*ORDERS[3], "", "退款", "5"]])
    assert loaded(merchant) == 4
    assert merchant.rows("select subject, rows from ops.notices") == [("F", 1), ("G", 1)]
