"""What a merchant's own file may call a platform: assets/platforms.yaml says it, in every table."""

from __future__ import annotations

import pytest

from tests.ingest.conftest import Landing


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("抖音", "douyin"), ("Douyin", "douyin"), ("DOUYIN", "douyin"), ("抖音小店", "douyin"),
        ("抖店", "douyin"), (" 抖 店 ", "douyin"),
        ("天猫", "taobao"), ("Ｔｍａｌｌ", "taobao"), ("视频号小店", "wechat"),
        ("企微", "wecom"), ("拼多多", "pinduoduo"),
        ("京东", "jd"), ("小红书", "xiaohongshu"), ("其他", "other"), ("other", "other"), ("", "other"), ("-", "other"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("header", ["平台", "platform"])
def test_a_platform_by_any_of_its_names(landing: Landing, each_way, header, word, name):
    landing.one("orders/a.csv", f"{header},订单号,付款时间,实付金额\n{word},A1,2026-03-01 10:00:00,1\n")
    assert landing.rows("orders", "platform") == [(name,)]


def test_one_member_in_two_files_is_one(landing: Landing):
    header = "平台,用户ID,事件,事件时间,群号\n"
    for number, word in enumerate(["抖音", "douyin"]):
        landing.one(f"events/{number}.csv", f"{header}{word},u1,入群,2026-03-01 10:00:00,g1\n")
    assert landing.rows("events", "platform, user_id") == [("douyin", "u1")]


@pytest.mark.parametrize("word", ["抖音2店", "得物", "douyin2", "抖音,快手", "抖音（自播）"])
def test_a_platform_that_nobody_knows_is_refused_by_name(landing: Landing, each_way, word):
    """As a platform of its own, a slip of the pen would count the same orders once more."""
    landing.one("orders/a.csv", f'平台,订单号,付款时间,实付金额\n"{word}",A1,2026-03-01 10:00:00,1\n')
    assert landing.rows("orders") == []
    assert landing.quarantine("column_name, reason, found") == [("平台", "unknown_value", word)]
