"""Live files as they are in 2026: the workbook of a session with its many sheets, the list of sessions of the compass.

A label has one value; a table's first row is never a session's.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.ingest.conftest import Landing
from tests.ingest.files import csv_text, workbook

NAME = "直播间详情页_某某旗舰店_2026-07-28_08-15-49_整场数据下载 (1).xlsx"
BASICS = [
    ["达人昵称", "抖音号or火山号", "直播时间", "直播间用户支付金额", "千次观看用户支付金额"],
    ["某某旗舰店", "10000000001", "2026/07/28 08:15:49-2026/07/28 15:44:39", "¥236,552", "¥26,439.25"],
]
BOARD = [
    ["直播间观看人数", "平均在线人数", "人均观看时长", "观看-成交率(人数)", "评论次数", "新增粉丝数", "新加团人数"],
    ["6782", "22", "1分5秒", "0.68%", "310", "41", "12"],
]  # fmt: skip
FUNNEL = [["直播间曝光人数", "67,020"], ["直播间观看人数", "6782"], ["商品曝光人数", "5,100"], ["成交人数", "46"]]
CHANNELS = [
    ["渠道名称", "观看人数", "用户支付金额", "成交订单数", "千川消耗"],
    ["整体", "6782", "¥236,552", "49", "¥2,201.51"],
    ["直播推荐", "5,000", "¥150,000", "30", "—"],
]
GOODS = [["商品ID", "商品名称", "成交人数", "商品曝光人数"], ["1", "相机", "36", "5,000"], ["2", "镜头", "10", "900"]]
SHEETS = {
    "基本信息": BASICS,
    "整体看板": BOARD,
    "流量分析-流量转化": FUNNEL,
    "流量分析-渠道分析": CHANNELS,
    "商品分析-商品明细": GOODS,
}


def told(landing: Landing) -> list[tuple[Any, ...]]:
    return landing.connection.execute("select code, subject from ops.notices order by all").fetchall()


def load(landing: Landing, columns: str, **sheets: Any) -> list[tuple[Any, ...]]:
    landing.one(f"live_workbooks/{NAME}", workbook(SHEETS | sheets))
    return landing.rows("live_sessions", columns)


def test_the_workbook_of_a_session(landing: Landing, each_way: str) -> None:
    landing.one(f"live_workbooks/{NAME}", workbook(SHEETS))
    expected = {
        "live_session_id": "10000000001_20260728081549", "account_id": "10000000001", "host_id": "某某旗舰店",
        "started_at": datetime(2026, 7, 28, 8, 15, 49), "ended_at": datetime(2026, 7, 28, 15, 44, 39),
        "viewers": 6782, "exposed_people": 67020, "average_online": 22.0, "average_watch_seconds": 65.0,
        "comments": 310, "new_followers": 41, "new_fan_club": 12, "product_exposed_people": 5100, "buyers": 46,
        "orders": 49, "ad_cost_amount": Decimal("2201.51"), "paid_amount": Decimal("236552.00"),
    }  # fmt: skip
    assert landing.sql(f"select {', '.join(expected)} from staging.live_sessions") == [expected]
    assert told(landing) == []


def test_labels_beside_their_values(landing: Landing) -> None:
    stacked = [list(pair) for pair in zip(*BASICS, strict=True)]
    board = [list(pair) for pair in zip(*BOARD, strict=True)]
    columns = "account_id, started_at, viewers, average_watch_seconds"
    assert load(landing, columns, 基本信息=stacked, 整体看板=board) == [
        ("10000000001", datetime(2026, 7, 28, 8, 15, 49), 6782, 65.0)
    ]


@pytest.mark.parametrize(
    ("text", "started", "ended"),
    [
        ("2026/07/28 08:15:49-2026/07/28 15:44:39", "2026-07-28 08:15:49", "2026-07-28 15:44:39"),
        ("2026年01月14日 20:00:00~2026年01月14日 23:00:00", "2026-01-14 20:00:00", "2026-01-14 23:00:00"),
        ("2026-1-4 9:05:00 ～ 2026-1-4 12:00:00", "2026-01-04 09:05:00", "2026-01-04 12:00:00"),
        ("2026-03-01 19-00-00~2026-03-01 23-00-00", "2026-03-01 19:00:00", "2026-03-01 23:00:00"),
        ("2026-03-01_19-00-00~2026-03-01_23-00-00", "2026-03-01 19:00:00", "2026-03-01 23:00:00"),
        ("2026-03-01 20:00-23:00", "2026-03-01 20:00:00", "2026-03-01 23:00:00"),
        ("2026/3/1 19:30至22:30", "2026-03-01 19:30:00", "2026-03-01 22:30:00"),
        ("2026-03-01 22:00 - 01:30", "2026-03-01 22:00:00", "2026-03-02 01:30:00"),
        ("3-5 20:00-23:00", "2026-03-05 20:00:00", "2026-03-05 23:00:00"),
        ("2026-03-01 20:00:00", "2026-03-01 20:00:00", "None"),
    ],
)
def test_spellings_of_a_range(landing: Landing, each_way: str, text: str, started: str, ended: str) -> None:
    basics = [["直播时间", text], ["主播抖音号", "a1"]]
    landing.one("live_workbooks/a.xlsx", workbook({"基本信息": basics}), at="2026-08-01 09:00:00")
    key = "a1_" + started.translate(str.maketrans("", "", "-: "))
    assert [tuple(map(str, row)) for row in landing.rows("live_sessions", "live_session_id, started_at, ended_at")] == [
        (key, started, ended)
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [("昨晚", "bad_date"), ("2026-13-01 20:00-23:00", "bad_date"), ("20:00-23:00", "time_range"),
     ("2026-03-01 25:00~26:00", "bad_date")],
)  # fmt: skip
def test_a_range_that_cannot_be_read_refuses_the_session(landing: Landing, text: str, reason: str) -> None:
    landing.one("live_workbooks/a.xlsx", workbook({"基本信息": [["直播时间", text], ["主播抖音号", "a1"]]}))
    assert landing.rows("live_sessions") == []
    assert ("直播时间", reason) in landing.quarantine("column_name, reason")


def test_two_sessions_without_a_room_are_two(landing: Landing) -> None:
    for day in (14, 15):
        basics = [["直播时间", f"2026年01月{day}日 20:00:00~2026年01月{day}日 23:00:00"], ["主播昵称", "小林"]]
        landing.one(f"live_workbooks/{day}.xlsx", workbook({"基本信息": basics}))
    assert landing.rows("live_sessions", "live_session_id") == [("小林_20260114200000",), ("小林_20260115200000",)]


def test_a_tables_first_row_is_never_a_sessions_value(landing: Landing) -> None:
    """The board came as a table of hours: none of its rows is the session's, and that is told."""
    board = [["时段", "评论次数", "新增粉丝数"], ["20点", "100", "4"], ["21点", "210", "37"]]
    assert load(landing, "comments, new_followers", 整体看板=board) == [(None, None)]
    assert told(landing)[:2] == [("label_without_value", "新增粉丝数"), ("label_without_value", "评论次数")]


def test_a_label_without_a_value_is_told(landing: Landing) -> None:
    assert load(landing, "comments", 整体看板=[["评论次数", ""], ["新增粉丝数", "41"]]) == [(None,)]
    assert told(landing) == [("label_without_value", "评论次数")]


def test_labels_that_disagree_are_told(landing: Landing) -> None:
    assert load(landing, "viewers", **{"流量分析-流量转化": [["直播间观看人数", "7000"]]}) == [(6782,)]
    assert told(landing) == [("labels_disagree", "直播间观看人数")]


def test_the_row_that_speaks_for_the_whole_must_be_there_once(landing: Landing) -> None:
    assert load(landing, "orders, ad_cost_amount", **{"流量分析-渠道分析": [CHANNELS[0], CHANNELS[2]]}) == [
        (None, None)
    ]
    assert told(landing) == [("label_without_value", "流量分析-渠道分析")]


def test_sheets_that_nobody_names_are_told(landing: Landing) -> None:
    landing.one(f"live_workbooks/{NAME}", workbook(SHEETS | {"短信": [["条数", "3"]], "流量趋势": [["时间", "1"]]}))
    assert told(landing) == [("sheet_left", "短信")]


COMPASS = {
    "主播昵称": "某某旗舰店", "主播抖音号": "10000000001", "直播开始时间": "2026/09/07 08:55:37",
    "直播结束时间": "2026/9/8 00:55:49", "直播时长(分钟)": "960", "直播间观看人数": "15000",
    "人均观看时长(分钟)": "1.07",
    "直播间商品曝光人数": "12700", "直播间商品点击人数": "6400", "直播间成交订单数": "1500",
    "直播间成交金额": "61000.50", "直播间用户支付金额": "59800.25", "直播间退款金额": "14600.00",
    "投放消耗(店铺绑定)": "24000.00",
    "投放消耗(店铺被投)": "24100.00", "1小时退款金额": "10500.00",
}  # fmt: skip


def test_the_list_of_sessions_of_the_compass(landing: Landing, each_way: str) -> None:
    """The two costs are kept apart; what was spent on the session by whichever account is its cost."""
    file = landing.one("inbox/直播间列表.csv", csv_text([COMPASS]))
    expected = {
        "live_session_id": "10000000001_20260907085537", "viewers": 15000, "average_watch_seconds": 64.2,
        "product_exposed_people": 12700, "product_clicked_people": 6400, "orders": 1500,
        "paid_amount": Decimal("61000.50"), "refund_amount": Decimal("14600.00"),
        "ad_cost_bound_amount": Decimal("24000.00"), "ad_cost_invested_amount": Decimal("24100.00"),
        "ad_cost_amount": Decimal("24100.00"),
    }  # fmt: skip
    assert landing.sql(f"select {', '.join(expected)} from staging.live_sessions") == [expected]
    assert [(notice.code, notice.subject) for notice in file.notices] == [("second_choice", "直播间用户支付金额")]


@pytest.mark.parametrize(
    ("said", "costs"),
    [
        ({"投放消耗(店铺被投)": "-"}, (None, Decimal("24000.00"), None)),  # the bound accounts' part is not the whole
        ({"投放消耗(店铺被投)": "5", "整体消耗": "7"}, (Decimal("7.00"), Decimal("24000.00"), Decimal("5.00"))),
    ],
)
def test_which_cost_is_the_sessions(landing: Landing, said: dict[str, str], costs: tuple[Any, ...]) -> None:
    landing.one("live_sessions_csv/a.csv", csv_text([COMPASS | said]))
    assert landing.rows("live_sessions", "ad_cost_amount, ad_cost_bound_amount, ad_cost_invested_amount") == [costs]
