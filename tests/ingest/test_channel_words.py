"""Channel words that nobody knows are told; their rows are neither public nor private."""

from __future__ import annotations

import pytest

from pipelines.settings import Channel
from tests.ingest.conftest import Landing

ORDERS = "订单号,付款时间,实付金额,来源渠道\n"


def told(landing: Landing) -> list[tuple[str, int]]:
    found = landing.sql("select subject, rows from ops.notices where code = 'unknown_channel' order by subject")
    return [(one["subject"], one["rows"]) for one in found]


def orders(*words: str) -> str:
    return ORDERS + "".join(f"{n},2026-03-01 10:00:00,1,{word}\n" for n, word in enumerate(words, 1))


def test_words_of_orders(landing: Landing, both_ways: str) -> None:
    landing.one("orders/a.csv", orders("社群团购", "社群团购", "抖音直播间", "直播", "", "-", " 直播间 "))
    assert told(landing) == [("抖音直播间", 1), ("社群团购", 2)]


def test_the_finest_word_is_told_where_no_word_of_the_row_is_known(landing: Landing, both_ways: str) -> None:
    rows = "o1,2026-03-01 10:00:00,1,甲,乙,丙\no2,2026-03-01 10:00:00,1,甲,直播,丙\no3,2026-03-01 10:00:00,1,甲,,\n"
    landing.one("orders/a.csv", "order_id,paid_at,paid_amount,source,medium,entry\n" + rows)
    assert told(landing) == [("丙", 1), ("甲", 1)]


def test_an_event_that_is_of_a_channel_itself_needs_no_word(landing: Landing, both_ways: str) -> None:
    rows = "u1,live_view,2026-03-01 10:00:00,某处\nu2,我的活动,2026-03-01 10:00:00,某处\n"
    landing.one("events/a.csv", "user_id,event,event_at,entry\n" + rows)
    assert told(landing) == [("某处", 1)]


@pytest.mark.parametrize("word", ["社群团购", "抖音直播间"])
def test_a_word_of_the_merchants_own_is_known(landing: Landing, both_ways: str, word: str) -> None:
    landing.settings.channels[word] = Channel(channel="group_buying", domain="private")
    landing.one("orders/a.csv", orders(word))
    assert told(landing) == []
