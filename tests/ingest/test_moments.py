"""What a time says, and what only looks like one."""

from __future__ import annotations

from datetime import datetime

import pytest

from pipelines.ingest.cells import Reading, Unread, straighten

from .conftest import Landing

HEADER = "order_id,paid_at,paid_amount,buyer_id\n"


def read(text: str, kind: str = "timestamp") -> str | None:
    value = straighten(text, Reading(kind, "Asia/Shanghai", datetime(2026, 3, 9, 10)))
    return f"[{value.reason}]" if isinstance(value, Unread) else value


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01 20:00-23:00", "2026/3/1 19:30-22:30", "3-5 20:00-23:00", "2026-03-01 20:00~23:00",
        "2026-03-01 20:00-23",
        "2026/07/28 08:15:49-2026/07/28 15:44:39", "2026年01月14日 20:00:00～2026年01月14日 23:00:00",
        "2026-03-01至2026-03-02",
        "2026-03-01 20:00:00 - 21:00:00", "2026-03-01 10:00:00-13:00",
    ],
)  # fmt: skip
def test_a_range_is_no_time_with_an_offset(text: str) -> None:
    assert read(text) == "[time_range]"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-03-01 10:00:00-12:00", "2026-03-02 06:00:00"),
        ("2026-03-01 10:00:00+14:00", "2026-03-01 04:00:00"),
        ("2026-03-01T10:00+00:00", "2026-03-01 18:00:00"),
        ("2026-03-01 10:00:00 GMT+8", "2026-03-01 10:00:00"),
        ("2026-03-01 10:00+08:00", "[bad_date]"),
        ("2026-03-01 10:00:00+14:30", "[bad_date]"),
        ("2026-03-01 10:00:00+08:75", "[bad_date]"),
        ("2026-03-01 10:00:00 CST", "[unknown_zone]"),
        ("2026-03-01 10:00:00 PST", "[unknown_zone]"),
    ],
)
def test_an_offset_stands_behind_seconds_and_inside_the_world(text: str, value: str) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-3-120:15:00", "[bad_date]"),
        ("20:123", "[bad_date]"),
        ("2026-03-01 20:123", "[bad_date]"),
        ("2024010509", "[bad_date]"),
        ("2024115", "[bad_date]"),
        ("2026-03-01 24:00:00", "[bad_date]"),
        ("1月32日", "[bad_date]"),
        ("2026-02-30", "[bad_date]"),
        ("45000.5", "[serial_date]"),
        ("46022", "[serial_date]"),
        ("2026-03-01 8:05 PM", "2026-03-01 20:05:00"),
        ("2026/3/1 下午 8:05", "2026-03-01 20:05:00"),
        ("2026/3/1 上午12:05:01", "2026-03-01 00:05:01"),
        ("2026-03-01 20:05 PM", "[bad_date]"),
        ("3月5日 20:00", "2026-03-05 20:00:00"),
        ("1997-03-01 12:00:00", "1997-03-01 12:00:00"),
    ],
)
def test_digits_grown_together_are_no_time(text: str, value: str) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    "text", ["1970-01-01", "1970-01-01 08:00:00", "1899-12-30", "1900-01-00", "0001-01-01", "0000-00-00 00:00:00"]
)
def test_only_known_sentinels_are_no_time(text: str) -> None:
    assert read(text) is None


def test_eight_digits_are_a_day_and_seven_are_none(landing: Landing, each_way: str) -> None:
    landing.one(
        "ad_spend/a.csv",
        "platform,date,plan_id,cost_amount\ndouyin,20240115,p1,1\ndouyin,2024115,p2,1\ndouyin,2024-1-5,p3,1\n",
    )
    assert landing.rows("ad_spend", "date::varchar") == [("2024-01-05",), ("2024-01-15",)]
    assert landing.quarantine("reason") == [("bad_date",)]


def test_old_dates_load_and_ranges_do_not(landing: Landing, each_way: str) -> None:
    """1997 is a year in which people bought; 20:00-23:00 is not 31 hours later."""
    rows = "a,1997-03-01 12:00:00,10,p\nb,2026-03-01 20:00-23:00,10,p\nc,2026-03-01 20:00+23:00,10,p\n"
    landing.one("orders/a.csv", HEADER + rows)
    assert landing.rows("orders", "order_id, paid_at::varchar") == [("a", "1997-03-01 12:00:00")]
    assert landing.quarantine() == [(3, "paid_at", "time_range"), (4, "paid_at", "bad_date")]


@pytest.mark.parametrize(
    ("cell", "has_time"),
    [("2026-03-01", False), ("2026/3/1", False), ("20260301", False), ("2026年3月1日", False),
     ("２０２６-０３-０１", False), ("2026-03-01 00:00:01", True), ("2026-03-01 20:00", True),
     ("2026/3/1 0:01", True), ("1780473600", True),
     ("2026-03-01T00:00:00Z", True)],
)  # fmt: skip
def test_a_day_without_an_hour_says_so(landing: Landing, each_way: str, cell: str, has_time: bool) -> None:
    landing.one("orders/a.csv", HEADER + f"a,{cell},10,p\n")
    landing.one("events/a.csv", f"user_id,event,event_at\nu1,follow,{cell}\n")
    assert landing.rows("orders", "paid_at_has_time") == [(has_time,)]
    assert landing.rows("events", "event_at_has_time") == [(has_time,)]


def test_the_hour_of_a_time_that_stands_in_for_another(landing: Landing, each_way: str) -> None:
    """Without a payment time a paid order counts at its submission: then that one's hour is told or not."""
    header = "主订单编号,子订单编号,订单状态,订单应付金额,订单提交时间,支付完成时间\n"
    rows = "1,11,已完成,5.00,2026-08-01 10:00:00,2026-08-01\n2,21,已完成,5.00,2026-08-01,\n"
    rows += "3,31,已完成,5.00,2026-08-01 10:00:00,\n4,41,已关闭,5.00,2026-08-01,\n"
    landing.one("doudian_orders/a.csv", header + rows)
    assert landing.rows("orders", "order_id, paid_at_has_time") == [
        ("1", False),
        ("2", False),
        ("3", True),
        ("4", None),
    ]


def test_what_lies_after_the_files_own_time_is_told(landing: Landing, each_way: str) -> None:
    """A day's grace for zones; a campaign is planned ahead and says nothing wrong."""
    rows = "a,2026-03-02 09:59:59,10,p\nb,2026-03-03 10:00:00,10,p\nc,2062-03-01 10:00:00,10,p\n"
    landing.one("orders/a.csv", HEADER + rows, at="2026-03-02 09:00:00")
    landing.one("campaigns/a.csv", "campaign_id,starts_at\nc1,2062-01-01 10:00:00\n", at="2026-03-02 09:00:00")
    assert len(landing.rows("orders")) == 3
    notices = landing.sql("select code, subject, rows, severity from ops.notices")
    assert notices == [{"code": "future_time", "subject": "paid_at", "rows": 2, "severity": "aside"}]


def test_a_row_with_two_such_times_counts_once(landing: Landing) -> None:
    rows = "a,2062-03-01 09:00:00,2062-03-01 10:00:00,10\nb,2026-03-01 09:00:00,2062-03-03 10:00:00,10\n"
    landing.one("orders/a.csv", "订单号,下单时间,付款时间,实付金额\n" + rows, at="2026-03-02 09:00:00")
    notices = landing.sql("select subject, rows from ops.notices where code = 'future_time'")
    assert [sorted(row["subject"].split(", ")) for row in notices] == [["下单时间", "付款时间"]]
    assert [row["rows"] for row in notices] == [2]
