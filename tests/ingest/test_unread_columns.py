"""Columns that nobody reads are told by name, those that nearly have a name we know first."""

from __future__ import annotations

from decimal import Decimal

from tests.ingest.conftest import Landing
from tests.ingest.files import json_lines, parquet, sheet

START = "2026-03-01 19:00:00"
ORDER = {"order_id": "1", "paid_at": START, "paid_amount": "10.00"}


def unread(landing: Landing) -> list[str]:
    notices = landing.sql("select subject from ops.notices where code = 'unread_column'")
    return [notice["subject"] for notice in notices]


def test_a_near_name_is_told_first_with_what_it_would_be(landing: Landing) -> None:
    header = "开播时间,主播,观看人数,自定义备注,峰值在线人数"
    file = landing.one("live_sessions_csv/a.csv", f"{header}\n{START},小林,12,好,300\n")
    assert [notice.subject for notice in file.notices] == ["峰值在线人数", "自定义备注"]
    near, far = file.notices
    assert "→ peak_online?" in near.said
    assert "did you mean" not in far.said
    assert {notice.severity for notice in file.notices} == {"aside"}
    assert landing.rows("live_sessions", "peak_online") == [(None,)]


def test_a_name_that_the_file_has_already_is_no_hint(landing: Landing) -> None:
    header = "开播时间,主播,观看人数,最高在线人数,峰值在线人数"
    file = landing.one("live_sessions_csv/a.csv", f"{header}\n{START},小林,12,300,9\n")
    assert [(n.subject, "did you mean" in n.said) for n in file.notices] == [("峰值在线人数", False)]


def test_a_bracket_that_is_no_unit_is_told_as_what_it_is(landing: Landing) -> None:
    landing.one("live_sessions_csv/a.csv", f"开播时间,主播,观看人数,成交人数(新客)\n{START},小林,12,3\n")
    ((said,),) = landing.connection.execute("select said from ops.notices").fetchall()
    assert "makes it another column than 成交人数 → buyers" in said


def test_columns_that_a_mapping_knows_and_leaves_alone_are_not_told(landing: Landing) -> None:
    header = "主订单编号,订单状态,订单应付金额,订单提交时间,商品金额（元）,旗帜颜色,达人优惠"
    file = landing.one("doudian_orders/a.csv", f"{header}\n1,已完成,10,{START},12,红,1\n")
    assert file.notices == []


def test_in_every_format(landing: Landing) -> None:
    row = ORDER | {"mood": "good"}
    for name, content in (("a.xlsx", sheet([row])), ("a.jsonl", json_lines([row])), ("a.parquet", parquet([row]))):
        landing.one(f"orders/{name}", content)
    assert unread(landing) == ["mood", "mood", "mood"]
    assert landing.rows("orders", "paid_amount") == [(Decimal("10.00"),)]


def test_a_header_may_hold_a_number_that_is_shown_to_nobody(landing: Landing) -> None:
    landing.one("orders/a.csv", "order_id,paid_at,paid_amount,找13812345678\n1," + START + ",10,x\n")
    assert unread(landing) == ["找***"]


def test_of_a_very_wide_file_the_rest_is_counted(landing: Landing) -> None:
    more = ",".join(f"x{n}" for n in range(100))
    file = landing.one("orders/a.csv", f"order_id,paid_at,paid_amount,{more}\n1,{START},10{',' * 100}\n")
    assert len(file.notices) == 41
    assert file.notices[-1].said.startswith("60 more columns")
