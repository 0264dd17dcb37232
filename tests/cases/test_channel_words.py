"""Channel words that nobody knows are told as long as they stand; their rows are neither public nor private."""

from __future__ import annotations

import pytest

from pipelines.settings import Channel

EXPORT = """主订单编号,子订单编号,选购商品,订单应付金额,订单提交时间,支付完成时间,订单状态,流量来源,流量体裁,流量渠道
6925,69251,茶,60,2026-11-11 10:00:00,2026-11-11 10:01:00,已发货,小店自卖,{0},{0}
"""
LATER = "数据将于第二天更新"


def orders(*words):
    rows = [f"{n},2026-03-01 10:00:00,1,{word}" for n, word in enumerate(words, 1)]
    return "\n".join(["订单号,付款时间,实付金额,来源渠道", *rows]) + "\n"


def told(merchant):
    return [(one.subject, one.rows, one.names) for one in merchant.found("unknown_channel")]


def test_words_of_orders(merchant):
    merchant.put("orders/a.csv", orders("社群团购", "社群团购", "抖音直播间", "直播", "", "-", " 直播间 "))
    assert told(merchant.run()) == [("orders.other", 3, ("社群团购", "抖音直播间"))]


def test_the_finest_word_is_told_where_no_word_of_the_row_is_known(merchant):
    rows = "o1,2026-03-01 10:00:00,1,甲,乙,丙\no2,2026-03-01 10:00:00,1,甲,直播,丙\no3,2026-03-01 10:00:00,1,甲,,\n"
    merchant.put("orders/a.csv", "order_id,paid_at,paid_amount,source,medium,entry\n" + rows)
    assert told(merchant.run()) == [("orders.other", 2, ("丙", "甲"))]


def test_an_event_that_is_of_a_channel_itself_needs_no_word(merchant):
    rows = "u1,live_view,2026-03-01 10:00:00,某处\nu2,我的活动,2026-03-01 10:00:00,某处\n"
    merchant.put("events/a.csv", "user_id,event,event_at,entry\n" + rows)
    assert told(merchant.run()) == [("events.other", 1, ("某处",))]


@pytest.mark.parametrize("words", [[LATER], [LATER, "商品卡"], ["商品卡"]])
def test_who_sold_is_no_channel_and_what_comes_tomorrow_is_not_missed(merchant, words):
    for day, word in enumerate(words, start=12):
        merchant.put(f"doudian_orders/{day}.csv", EXPORT.format(word), at=f"2026-11-{day} 09:00:00")
    assert told(merchant.run()) == []


@pytest.mark.parametrize("word", ["社群团购", "抖音直播间"])
def test_a_word_of_the_merchants_own_is_known(merchant_in, word):
    merchant = merchant_in(channels={word: Channel(channel="group_buying", domain="private")})
    merchant.put("orders/a.csv", orders(word))
    assert told(merchant.run()) == []
