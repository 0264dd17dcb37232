"""A time whose date and hour stand in two columns is one time; an hour without a date is none."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.ingest.conftest import Landing
from tests.ingest.files import workbook

ELEVEN = datetime(2026, 8, 1, 11)


def ordered(landing: Landing, header: str, cells: str) -> Any:
    landing.one("doudian_orders/a.csv", f"主订单编号,订单状态,订单应付金额,{header}\n1,待支付,10,{cells}\n")
    return [value for (value,) in landing.rows("order_items", "ordered_at")]


@pytest.mark.parametrize(
    "cells",
    [
        "2026-08-01,11:00:00", "2026/8/1,11:00", "20260801,11:00:00", "2026年8月1日,11:00",
        "2026-08-01 00:00:00,11:00:00",
        "2026-08-01,2026-08-01 11:00:00", "-,2026-08-01 11:00:00", "2026-07-31,2026-08-01 11:00:00",
        "\t2026-08-01,\t11:00:00", "2026-08-01,'11:00",
    ],
)  # fmt: skip
def test_date_and_hour_in_two_columns(landing: Landing, each_way: str, cells: str) -> None:
    """A full time in the second column stands alone."""
    assert ordered(landing, "订单提交日期,订单提交时间", cells) == [ELEVEN]


def test_a_date_without_its_hour(landing: Landing, each_way: str) -> None:
    assert ordered(landing, "订单提交日期,订单提交时间", "2026-08-01,-") == [datetime(2026, 8, 1)]


@pytest.mark.parametrize(
    ("header", "cells"), [("订单提交时间", "11:00:00"), ("订单提交日期,订单提交时间", "-,11:00:00")]
)
def test_an_hour_without_a_date_is_no_time(landing: Landing, each_way: str, header: str, cells: str) -> None:
    assert ordered(landing, header, cells) == []
    assert landing.quarantine("line, column_name, reason, found") == [(2, "订单提交时间", "bad_date", "11:00:00")]


def test_two_dates_for_one_hour_refuse_the_file(landing: Landing) -> None:
    assert ordered(landing, "订单提交日期,下单日期,订单提交时间", "2026-08-01,2026-08-02,11:00") == []
    assert landing.quarantine("reason") == [("ambiguous_column",)]


def test_in_a_workbook_and_in_a_merchants_own_words(landing: Landing) -> None:
    import datetime as dt

    rows = [["订单号", "付款日期", "付款时间", "实付金额"], ["1", dt.datetime(2026, 8, 1), dt.time(11), "10"]]
    landing.one("orders/a.xlsx", workbook({"Sheet1": rows}))
    assert landing.rows("orders", "paid_at") == [(ELEVEN,)]
