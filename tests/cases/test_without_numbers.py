"""Groups and messages kept by hand have no numbers: a group is its name, a message its when, what and to whom."""

from __future__ import annotations

ORDERS = "订单号,付款时间,实付金额,买家ID\nO1,2026-11-01 10:00:00,10,u1\n"


def test_a_group_is_its_name(merchant):
    merchant.put("groups/群.csv", "群名称,建群时间,人数上限\n福利一群,2026-10-01,500\n福利二群,2026-10-03,200\n")
    merchant.put("events/进群.csv", "用户ID,群名称,入群时间\nu1,福利一群,2026-10-02 10:00:00\n")
    merchant.run()
    assert merchant.rows("select group_id, name, capacity from staging.groups order by all") == [
        ("福利一群", "福利一群", 500),
        ("福利二群", "福利二群", 200),
    ]
    assert merchant.rows("select group_id, capacity from core.groups order by all") == [
        ("福利一群", 500),
        ("福利二群", 200),
    ]
    assert merchant.rows("select * from core.unmatched where kind = 'event_groups'") == []


def test_where_there_is_a_number_it_goes_before_the_name(merchant):
    merchant.put("groups/群.csv", "群名称,群号\n福利一群,g1\n福利二群,g2\n")
    merchant.run()
    assert merchant.rows("select group_id, name from staging.groups order by all") == [
        ("g1", "福利一群"),
        ("g2", "福利二群"),
    ]


def test_a_message_without_a_number(merchant):
    sent = "发送时间,群名称,送达人数,点击人数\n2026-11-01 20:00:00,一群,{},30\n2026-11-01 20:00:00,二群,80,5\n"
    merchant.put("orders/a.csv", ORDERS)
    merchant.put("pushes/11月2日.csv", sent.format(120), at="2026-11-02 09:00:00")
    merchant.put("pushes/11月3日.csv", sent.format(125), at="2026-11-03 09:00:00")
    merchant.run()
    assert merchant.rows("select group_id, delivered, clicked from staging.pushes order by delivered") == [
        ("二群", 80, 5),
        ("一群", 125, 30),
    ]


def test_the_day_of_a_message_apart_from_its_hour(merchant):
    merchant.put("orders/a.csv", ORDERS)
    merchant.put("pushes/a.csv", "日期,发送时间,群名称,送达人数\n2026-11-01,20:00,一群,30\n")
    merchant.run()
    assert merchant.rows("select sent_at::varchar from staging.pushes") == [("2026-11-01 20:00:00",)]


def test_two_messages_that_cannot_be_told_apart_are_set_aside(merchant):
    merchant.put("orders/a.csv", ORDERS)
    merchant.put(
        "pushes/a.csv", "发送时间,群名称,送达人数\n2026-11-01 20:00:00,一群,120\n2026-11-01 20:00:00,一群,80\n"
    )
    merchant.run()
    assert merchant.rows("select * from staging.pushes") == []
    assert merchant.rows("select line, reason from ops.quarantine order by line") == [
        (2, "duplicate_key"),
        (3, "duplicate_key"),
    ]


def test_somebody_s_phone_is_kept_nowhere(merchant):
    """Whoever owns a group or an account, sold or spent: their phone is its keyed hash, other ids stay."""
    phone = "13987340126"
    merchant.put("groups/群.csv", f"群号,群主ID\ng1,{phone}\ng2,老王{phone}\ng3,@x\n")
    merchant.put(
        "orders/a.csv", f"订单号,付款时间,实付金额,达人ID\nO1,2026-11-01 10:00:00,10,{phone}\nO2,2026-11-01,10,73\n"
    )
    merchant.run()
    owners = [owner for (owner,) in merchant.rows("select owner_id from staging.groups order by group_id")]
    authors = [author for (author,) in merchant.rows("select author_id from staging.orders order by order_id")]
    assert (owners[2], authors[1]) == ("@x", "73")
    assert owners[0] == authors[0] != owners[1]
    assert all(value and phone not in value for value in owners + authors)
