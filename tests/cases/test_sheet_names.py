"""Visible sheets whose names say that they do not count, and sheets named by a year whose days have none."""

from __future__ import annotations

import pytest

from pipelines.ingest.sheet_names import is_uncounted
from tests.cases.conftest import Merchant
from tests.ingest.files import workbook

HEADER = ["订单号", "付款时间", "实付金额", "买家ID"]
ROW = ["A1", "2026-03-01 10:00:00", "10", "b1"]
STALE = ["S1", "2026-03-01 10:00:00", "99", "b9"]
OTHER = "order_id,paid_at,paid_amount\nO1,2026-03-01 10:00:00,1.00\n"


def put(merchant: Merchant, path: str = "orders/a.xlsx", at: str = "2026-11-20 09:00:00", **sheets: list) -> Merchant:
    merchant.put(path, workbook(sheets), at)
    merchant.put("orders/other.csv", OTHER)
    return merchant.run()


def loaded(merchant: Merchant) -> list[str]:
    return [key for (key,) in merchant.rows("select order_id from staging.orders where order_id <> 'O1' order by 1")]


UNCOUNTED = [
    "已作废", "作废", "旧", "旧版", "备份", "订单备份", "草稿", "模板", "示例", "样例", "测试", "Old", "backup 2",
     "DRAFT", "template", "sample", "test", "订单（作废）", "订单_旧", "旧订单", "3月-备份", "test订单", "订单 (old)",
]  # fmt: skip


def test_a_sheet_that_does_not_count_is_left_alone_and_named(merchant):
    for number, name in enumerate(UNCOUNTED):
        sheets = {"订单": [HEADER, [f"A{number:02}", *ROW[1:]]], name: [HEADER, [f"S{number:02}", *STALE[1:]]]}
        merchant.put(f"orders/{number:02}.xlsx", workbook(sheets))
    merchant.run()
    assert loaded(merchant) == [f"A{number:02}" for number in range(len(UNCOUNTED))]
    assert merchant.rows("select path, code, subject, rows from ops.notices order by path") == [
        (f"orders/{number:02}.xlsx", "uncounted_sheet", name, 1) for number, name in enumerate(UNCOUNTED)
    ]


@pytest.mark.parametrize(
    "name",
    [
        "订单",
        "Sheet1 (2)",
        "3月",
        "新旧店",
        "老客订单",
        "gold",
        "latest",
        "contest",
        "故旧",
        "bold",
        "测试店",
        "未作废",
    ],
)
def test_other_names_count(name):
    assert not is_uncounted(name)


def test_the_only_sheet_with_rows_is_read_and_told(merchant):
    put(merchant, 订单=[HEADER], 备份=[HEADER, ROW])
    assert loaded(merchant) == ["A1"]
    assert "uncounted_sheet_read" in merchant.told()


def test_the_only_sheet_is_read_and_told(merchant):
    put(merchant, 模板=[HEADER, ROW])
    assert loaded(merchant) == ["A1"]
    assert merchant.told() == {"uncounted_sheet_read"}


def test_only_sheets_that_do_not_count(merchant):
    put(merchant, 备份=[HEADER, ROW], 作废=[HEADER, STALE])
    assert loaded(merchant) == []
    assert merchant.says("no_counted_sheet", "备份", "作废")


# --- years ------------------------------------------------------------------------------------------------------------


def day(key: str, cell: str) -> list[str]:
    return [key, cell, "10", "b1"]


@pytest.mark.parametrize("cell", ["3月8日 10:00", "03-08 10:00:00", "3/8 10:00"])
def test_two_years_never_collapse_in_one(merchant, cell):
    names = ("{}年", "{}", "订单{}", "{}年3月")
    for number, name in enumerate(names):
        sheets = {name.format(year): [HEADER, day(f"{number}-{year}", cell)] for year in (2024, 2025)}
        merchant.put(f"orders/{number}.xlsx", workbook(sheets))
    merchant.run()
    assert loaded(merchant) == []
    refused = "select distinct path from ops.quarantine where reason = 'year_contradicts' order by 1"
    assert merchant.rows(refused) == [(f"orders/{number}.xlsx",) for number in range(len(names))]


def test_a_sheet_of_the_year_that_is_assumed(merchant):
    put(merchant, **{"2026年": [HEADER, day("A1", "3月8日 10:00"), day("A2", "5月1日 10:00")]})
    assert loaded(merchant) == ["A1", "A2"]
    assert merchant.told() == {"year_guessed"}


def test_one_sheet_of_last_year_beside_one_of_this(merchant):
    put(
        merchant,
        **{
            "2026年": [HEADER, day("A1", "3月8日 10:00")],
            "2025年": [HEADER, day("A2", "3月8日 10:00"), day("A3", "12月8日 10:00")],
        },
    )
    assert loaded(merchant) == []
    assert merchant.says("year_contradicts", "2025")


def test_sheets_of_years_whose_days_have_one(merchant):
    put(
        merchant,
        **{"2024年": [HEADER, day("A1", "2024-03-08 10:00:00")], "2025年": [HEADER, day("A2", "2025-03-08 10:00:00")]},
    )
    assert loaded(merchant) == ["A1", "A2"]
    assert merchant.told() == set()


@pytest.mark.parametrize("name", ["2025年订单", "2025/订单", "订单2025"])
def test_days_of_two_years_in_a_file_named_by_one(merchant, name):
    """Copied in February: the days of January would be the new year's."""
    put(
        merchant,
        f"orders/{name}.xlsx",
        "2026-02-20 09:00:00",
        订单=[HEADER, day("A1", "3月8日 10:00"), day("A2", "1月8日 10:00")],
    )
    assert loaded(merchant) == []
    assert "year_contradicts" in merchant.told()


def test_a_day_in_the_name_is_the_end_of_its_year(merchant):
    put(merchant, "orders/订单_20260105.xlsx", "2026-01-05 09:00:00", 订单=[HEADER, day("A1", "12月28日 10:00")])
    assert loaded(merchant) == ["A1"]


def test_days_after_the_day_in_the_name(merchant):
    """Copied a year later."""
    put(merchant, "orders/订单_20251105.xlsx", "2026-11-05 09:00:00", 订单=[HEADER, day("A1", "3月8日 10:00")])
    assert loaded(merchant) == []
