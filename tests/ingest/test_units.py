"""What a header says of its cells: units, currencies, time zones in brackets, and brackets that are none of these."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from pipelines.ingest.units import Stated, stated
from tests.ingest.conftest import Landing

START = "2026-03-01 19:00:00"


def session(landing: Landing, header: str, cell: str, column: str) -> Any:
    """One live session with one figure under a header of its own, as staging keeps it."""
    landing.one("live_sessions_csv/a.csv", f"开播时间,关播时间,主播,{header}\n{START},,小林,{cell}\n")
    ((value,),) = landing.rows("live_sessions", column)
    return value


@pytest.mark.parametrize(
    ("header", "cell", "yuan"),
    [
        ("成交金额（元）", "35", "35.00"),
        ("成交金额(分)", "12900", "129.00"),
        ("成交金额（单位：分）", "12900", "129.00"),
        ("成交金额【角】", "125", "12.50"),
        ("成交金额[千元]", "35", "35000.00"),
        ("成交金额(万元)", "1.25", "12500.00"),
        ("成交金额(w)", "1.25", "12500.00"),
        ("成交金额（百万）", "2.5", "2500000.00"),
        ("成交金额(K)", "3", "3000.00"),
        ("成交金额（亿元）", "0.01", "1000000.00"),
        ("成交金额（人民币）", "35", "35.00"),
        ("成交金额（CNY）", "35", "35.00"),
        ("成交金额/万元", "2", "20000.00"),
        ("成交金额_元", "2", "2.00"),
        ("成交金额(元)(必填)", "2", "2.00"),
    ],
)
def test_units_of_an_amount(landing: Landing, each_way: str, header: str, cell: str, yuan: str) -> None:
    assert session(landing, header, cell, "paid_amount") == Decimal(yuan)


@pytest.mark.parametrize(
    ("header", "cell", "people"),
    [
        ("观看人数(w)", "12", 120000),
        ("观看人数（万人）", "1.2", 12000),
        ("观看人数(千人)", "3", 3000),
        ("观看人数【百】", "7", 700),
        ("观看人数(人)", "12", 12),
        ("观看人数（单位：万）", "12", 120000),
        ("观看人数(watch_uv)", "12", 12),
        ("观看人数(k)", "1.5", 1500),
    ],
)
def test_units_of_a_count(landing: Landing, each_way: str, header: str, cell: str, people: int) -> None:
    assert session(landing, header, cell, "viewers") == people


@pytest.mark.parametrize(
    ("header", "cell", "seconds"),
    [
        ("人均停留时长（毫秒）", "70000", 70.0),
        ("人均停留时长(ms)", "70000", 70.0),
        ("人均停留时长(分钟)", "1.5", 90.0),
        ("人均停留时长（分）", "1.5", 90.0),
        ("人均停留时长(小时)", "0.5", 1800.0),
        ("人均停留时长(s)", "70", 70.0),
        ("人均停留时长", "70", 70.0),
        ("人均停留时长/分钟", "2", 120.0),
    ],
)
def test_units_of_a_duration(landing: Landing, each_way: str, header: str, cell: str, seconds: float) -> None:
    assert session(landing, header, cell, "average_watch_seconds") == seconds


@pytest.mark.parametrize(
    ("header", "cell", "paid_at"),
    [
        ("paid_at (UTC)", "2026-01-01 20:00:00", datetime(2026, 1, 2, 4)),
        ("paid_at（北京时间）", "2026-01-01 20:00:00", datetime(2026, 1, 1, 20)),
        ("paid_at(GMT+8)", "2026-01-01 20:00:00", datetime(2026, 1, 1, 20)),
        ("paid_at (UTC+09:00)", "2026/1/1 20:00", datetime(2026, 1, 1, 19)),
        ("paid_at [GMT-5]", "2026-01-01 20:00:00", datetime(2026, 1, 2, 9)),
        ("paid_at (Asia/Tokyo)", "20260101200000", datetime(2026, 1, 1, 19)),
        ("paid_at (UTC)", "2026-01-01T20:00:00+09:00", datetime(2026, 1, 1, 19)),
        ("paid_at (yyyy-MM-dd HH:mm:ss)", "2026-01-01 20:00:00", datetime(2026, 1, 1, 20)),
        ("付款时间（东京时间）", "2026年1月1日 20:00", datetime(2026, 1, 1, 19)),
    ],
)
def test_the_zone_of_a_time(landing: Landing, each_way: str, header: str, cell: str, paid_at: datetime) -> None:
    """A cell that states an offset of its own knows better."""
    landing.one("orders/a.csv", f"order_id,{header},paid_amount\n1,{cell},10\n")
    assert landing.rows("orders", "paid_at") == [(paid_at,)]


def test_a_canonical_amount_in_fen(landing: Landing, each_way: str) -> None:
    landing.one("orders/a.csv", f"order_id,paid_at,paid_amount（单位：分）\n1,{START},12900\n")
    assert landing.rows("orders", "paid_amount") == [(Decimal("129.00"),)]


@pytest.mark.parametrize("unit", ["美元", "USD", "HKD", "港币", "JPY", "万日元", "€", "US$", "单位：英镑", "千美元"])
def test_another_currency_is_set_aside_and_told(landing: Landing, unit: str) -> None:
    header = f"整体消耗（{unit}）"
    file = landing.one("live_sessions_csv/a.csv", f"开播时间,主播,观看人数,{header}\n{START},小林,12,100\n")
    assert landing.rows("live_sessions", "viewers, ad_cost_amount") == [(12, None)]
    assert [(n.code, n.subject, n.severity) for n in file.notices] == [("other_currency", header, "aside")]


@pytest.mark.parametrize("header", ["paid_amount(USD)", "实付金额（港币）", "paid_amount（积分）", "实付金额(折后)"])
def test_a_file_whose_needed_column_is_in_no_unit_we_count_in_is_refused(landing: Landing, header: str) -> None:
    file = landing.one("orders/a.csv", f"order_id,paid_at,{header}\n1,{START},129\n")
    assert (file.status, file.reason) == ("quarantined", "missing_column")
    ((expected,),) = landing.quarantine("expected")
    assert header in expected
    assert "paid_amount" in expected


def test_a_column_of_currencies_refuses_rows_that_are_not_yuan(landing: Landing, each_way: str) -> None:
    rows = ["1,{0},10,CNY", "2,{0},10,usd", "3,{0},10,", "4,{0},10,人民币", "5,{0},10,港币", "6,{0},10,-"]
    landing.one("orders/a.csv", "order_id,paid_at,paid_amount,币种\n" + "\n".join(rows).format(START) + "\n")
    assert landing.rows("orders", "order_id") == [("1",), ("3",), ("4",), ("6",)]
    assert landing.quarantine("line, column_name, reason, found") == [
        (3, "币种", "other_currency", "usd"),
        (6, "币种", "other_currency", "港币"),
    ]


@pytest.mark.parametrize(
    ("text", "kind", "unit", "said"),
    [
        ("分", "amount", None, Stated(unit="fen")),
        ("分", "number", "second", Stated(unit="minute")),
        ("分", "count", None, None),  # neither money nor time
        ("%", "number", None, Stated(unit="%")),
        ("%", "count", None, None),
        ("秒", "timestamp", None, Stated(unit="s")),
        ("退款后", "amount", None, None),
        ("新客", "count", None, None),
        ("美元", "count", None, None),
        ("utc+8", "timestamp", None, Stated(zone="Etc/GMT-8")),
        ("utc+8", "date", None, None),  # a day elsewhere is no day here
        ("必填", "id", None, Stated()),
    ],
)
def test_a_word_is_a_unit_only_of_what_it_can_measure(text: str, kind: str, unit: str | None, said: Any) -> None:
    assert stated(text, kind, unit) == said


# --- a bracket that is no unit ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "cells", "expected"),
    [
        ("成交人数(新客),成交人数(老客)", "3,7", (None, None)),
        ("成交人数(新客),成交人数", "3,10", (10, None)),
        ("成交金额(退款后),成交金额（元）", "50,80", (None, Decimal("80.00"))),
        ("成交金额（元）,成交金额(退款后)", "80,50", (None, Decimal("80.00"))),
        ("成交人数-新客,成交金额【预估】", "3,50", (None, None)),
    ],
)
def test_a_bracket_that_is_no_unit_makes_another_column(
    landing: Landing, headers: str, cells: str, expected: tuple[Any, ...]
) -> None:
    landing.one("live_sessions_csv/a.csv", f"开播时间,主播,观看人数,{headers}\n{START},小林,12,{cells}\n")
    assert landing.rows("live_sessions", "buyers, paid_amount") == [expected]


AFTER_SALE = "售后单号,订单号,售后状态,退商品金额（平台承担）,退商品金额（商家承担）"


@pytest.mark.parametrize(
    ("path", "header", "said"),
    [
        ("doudian_aftersales/a.csv", AFTER_SALE, "退商品金额（平台承担）"),
        ("doudian_orders/a.csv", "主订单编号,订单状态,订单提交时间,订单应付金额(补贴前)", "订单应付金额(补贴前)"),
    ],
)
def test_part_of_an_amount_is_not_the_amount(landing: Landing, path: str, header: str, said: str) -> None:
    file = landing.one(path, header + "\n1,2,已完成,5,95\n")
    assert (file.status, file.reason, file.rows_loaded) == ("quarantined", "missing_column", 0)
    assert said in landing.quarantine("expected")[0][0]


# --- two columns for one ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    ["实付金额,支付金额", "paid_amount,paid_amount", "paid_amount（元）,paid_amount(分)", "实付金额,实付金额 "],
)
def test_two_columns_that_fit_one_of_ours_refuse_the_file(landing: Landing, header: str) -> None:
    file = landing.one("orders/a.csv", f"order_id,paid_at,{header}\n1,{START},129,120\n")
    assert (file.status, file.reason) == ("quarantined", "ambiguous_column")
    ((expected,),) = landing.quarantine("expected")
    assert all(name.strip() in expected for name in header.split(","))


def test_a_mapping_may_say_which_of_two_counts(landing: Landing, each_way: str) -> None:
    """The live sheet names 直播间成交金额 first; the very column name counts before its synonyms."""
    file = landing.one(
        "live_sessions_csv/a.csv", f"开播时间,主播,观看人数,成交金额,直播间成交金额\n{START},小林,12,99,80\n"
    )
    assert landing.rows("live_sessions", "paid_amount") == [(Decimal("80.00"),)]
    assert [(notice.code, notice.subject) for notice in file.notices] == [("second_choice", "成交金额")]
    landing.one("orders/a.csv", f"order_id,订单号,paid_at,paid_amount\n1,9,{START},10\n")
    assert landing.rows("orders", "order_id") == [("1",)]


def test_a_column_that_decides_nothing_may_stand_twice(landing: Landing) -> None:
    header = "主订单编号,订单状态,订单应付金额,订单提交时间,收件人,收货人"
    file = landing.one("doudian_orders/a.csv", f"{header}\n1,已完成,10,{START},张三,张三\n")
    assert (file.status, file.rows_loaded) == ("loaded", 1)


def test_a_mobile_number_is_no_count(landing: Landing, each_way: str) -> None:
    """It slipped from another column; as a number of people it would be in every sum."""
    text = "group_id,date,members\ng1,2026-03-01,13912345678\ng2,2026-03-01,480\n"
    landing.one("group_days/a.csv", text)
    assert landing.rows("group_days", "group_id, members") == [("g1", None), ("g2", 480)]
    assert landing.quarantine("column_name, reason, found") == [("members", "bad_number", "***")]
