"""Several sheets of one workbook: a refused row is named by its sheet and the row of that sheet."""

from __future__ import annotations

import pytest

from pipelines.cli.show import place
from tests.ingest.files import workbook

HEADER = ["订单号", "客户昵称", "付款时间", "实付金额"]


def order(number: str, amount: object = 5, day: int = 2) -> list[object]:
    return [number, "ann", f"2026-11-0{day} 10:00", amount]


def places(merchant) -> list[str]:
    rows = merchant.rows("select line, sheet, sheet_row from ops.quarantine order by line")
    return [place(dict(zip(("line", "sheet", "sheet_row"), row, strict=True))) for row in rows]


def test_refused_rows_name_their_sheet_and_its_row(merchant):
    south, north = (
        [HEADER, order("S1"), order("S2", "免费")],
        [["十一月"], HEADER, order("N1", "x"), ["合计", "", "", 9]],
    )
    merchant.put("orders/a.xlsx", workbook({"南山店": south, "说明": [["手工登记"]], "福田店": north}))
    merchant.run()
    assert places(merchant) == ["sheet 南山店, row 3", "sheet 福田店, row 3"]
    assert merchant.rows("select file_row from staging.orders") == [(2,)]
    assert merchant.says("totals_row", "sheet 福田店, row 4")


@pytest.mark.parametrize("above", [[], [["十一月"], ["手工登记"]]])
def test_a_sheet_behind_one_that_is_not_read(merchant, above):
    rows = [*above, HEADER, order("N1", "x")]
    for number in (1, 2):
        merchant.put(f"orders/{number}.xlsx", workbook({"说明": [["手工登记", str(number)]], "福田店": rows}))
    merchant.run()
    assert places(merchant) == [f"sheet 福田店, row {len(above) + 2}"] * 2


def test_one_sheet_needs_no_name(merchant):
    merchant.put("orders/a.xlsx", workbook({"福田店": [HEADER, order("N1", "x")]}))
    merchant.put("orders/b.csv", "订单号,付款时间,实付金额\nB1,2026-11-02,x\n")
    merchant.run()
    assert places(merchant) == ["line 2", "line 2"]


def test_one_number_on_the_sheets_of_two_shops(merchant):
    south, north = [HEADER, order("1001", 100), order("1002", 50)], [HEADER, order("1001", 200), order("1003", 70)]
    merchant.put("orders/a.xlsx", workbook({"南山店": south, "福田店": north}))
    merchant.run()
    assert places(merchant) == ["sheet 南山店, row 2", "sheet 福田店, row 2"]
    said = merchant.rows("select distinct expected from ops.quarantine")
    assert len(said) == 1
    assert said[0][0].startswith("the number stands on several sheets")
    assert "店铺" in said[0][0]


def test_lines_of_an_order_on_one_sheet_are_no_shops(merchant):
    first, second = [HEADER, order("1001", 100), order("1001", 50)], [HEADER, order("1003", 70)]
    merchant.put("orders/a.xlsx", workbook({"十月": first, "十一月": second}))
    merchant.run()
    assert places(merchant) == ["sheet 十月, row 2", "sheet 十月, row 3"]
    assert not merchant.says("several sheets")
