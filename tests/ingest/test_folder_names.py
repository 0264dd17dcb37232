"""A folder that is plainly a year, a month or a store of files is no shop; another one may be."""

from __future__ import annotations

import pytest

from pipelines.ingest.folder_names import shops_in


@pytest.mark.parametrize(
    "folder",
    [
        *("2026", "2026年", "2026年度", "24年", "2026-11", "202611", "2026年11月", "2026.11", "2026-11-01", "20261101"),
        *(
            "11月",
            "11月份",
            "1月",
            "十一月",
            "11月11日",
            "11-11",
            "2026Q4",
            "Q4",
            "第四季度",
            "2026年上半年",
            "2026年10月-2026年12月",
        ),
        *(
            "2026-10至2026-12",
            "双11",
            "双十一",
            "2026双11",
            "618",
            "第45周",
            "Nov",
            "nov-2026",
            "本月",
            "20261101_20261130",
        ),
        *(
            "备份",
            "历史数据",
            "新建文件夹",
            "新建文件夹 (2)",
            "导出",
            "backup",
            "archive",
            "inbox",
            "订单",
            "csv",
            "其他",
        ),
    ],
)
def test_no_shop(folder: str) -> None:
    assert shops_in([folder]) == []


@pytest.mark.parametrize(
    "folder",
    [
        "一店",
        "1",
        "2",
        "1001",
        "123456",
        "北店",
        "旗舰店",
        "A店2026",
        "shop_a",
        "10086",
        "七月家",
        "三月里女装",
        "新华店",
    ],
)
def test_may_be_a_shop(folder: str) -> None:
    assert shops_in([folder]) == [folder]


def test_a_number_beside_a_year_is_a_month() -> None:
    assert shops_in(["2026", "11"]) == shops_in(["2026", "11", "03"]) == []
    assert shops_in(["2026", "一店", "11"]) == ["一店"]
