"""core.unmatched: rows that join nothing are counted, with why as far as it can be seen. Given rows, expected rows."""

import pytest

from tests.worlds import table, world

ORDERS = """
| platform | order_id | shop_id | paid_at             | paid_amount |
| taobao   | 751      | -       | 2025-03-04 10:00:00 | 200         |
| taobao   | 752      | -       | 2025-03-04 10:00:00 | 200         |
"""


def told(built):
    rows = built.rows("core.unmatched", order="kind, platform, why")
    return [
        tuple(row[name] for name in ("kind", "platform", "why", "hint", "rows", "amount", "example")) for row in rows
    ]


def test_refunds_without_an_order_say_why():
    """An ending that the order has not, another platform's name, nothing at all; one that is matched is not here."""
    built = world(
        {
            "orders": ORDERS,
            "refunds": """
            | platform | refund_id | order_id | refunded_at         | refund_amount | status    |
            | taobao   | f1        | 751-1    | 2025-03-05 10:00:00 | 200           | succeeded |
            | taobao   | f2        | 752A     | 2025-03-05 10:00:00 | 10            | requested |
            | youzan   | f3        | 752      | 2025-03-05 10:00:00 | 30            | succeeded |
            | taobao   | f4        | 999      | 2025-03-05 10:00:00 | 40            | succeeded |
            | douyin   | f5        | 998      | 2025-03-05 10:00:00 | 50            | succeeded |
            | taobao   | f6        | 752      | 2025-03-05 10:00:00 | 60            | succeeded |
            """,
        }
    )
    assert told(built) == [
        ("refunds", "douyin", "no_orders", None, 1, 50, "998"),
        ("refunds", "taobao", "suffix", "-1", 2, 200, "751-1"),
        ("refunds", "taobao", "unknown", None, 1, 40, "999"),
        ("refunds", "youzan", "other_platform", "taobao", 1, 30, "752"),
    ]
    assert [row["net_amount"] for row in built.rows("core.orders", order="order_id")] == [200, 140]


def test_nothing_is_told_where_everything_joins():
    built = world(
        {
            "orders": ORDERS,
            "refunds": [],
            "order_items": table("""
    | platform | item_id | order_id | paid_amount |
    | taobao   | i1      | 751      | 200         |
    """),
        }
    )
    assert told(built) == []


def test_items_without_an_order_and_those_whose_order_waits_for_a_line():
    built = world(
        {
            "orders": ORDERS,
            "order_items": """
    | platform | item_id | order_id | paid_amount | status    | paid_at             |
    | taobao   | i1      | 999      | 20          | -         | -                   |
    | douyin   | i2      | 7301     | 100         | completed | 2025-03-01 10:00:00 |
    """,
        }
    )
    assert told(built) == [
        ("items", "douyin", "order_waits", None, 1, 100, "7301"),
        ("items", "taobao", "unknown", None, 1, 20, "999"),
    ]


def test_groups_and_live_sessions_that_nobody_listed():
    """Only where the platform has a list; a live session only within the days of the list."""
    built = world(
        {
            "groups": [{"platform": "douyin", "group_id": "g1"}],
            "live_sessions": [
                {"platform": "douyin", "live_session_id": "l1", "started_at": "2025-03-01 20:00:00"},
                {"platform": "douyin", "live_session_id": "l2", "started_at": "2025-03-09 20:00:00"},
            ],
            "events": """
            | platform | user_id | event      | event_at            | group_id | live_session_id |
            | douyin   | ann     | group_join | 2025-03-02 10:00:00 | g1       | l1              |
            | douyin   | ann     | group_join | 2025-03-02 10:00:00 | g2       | l3              |
            | douyin   | bob     | group_join | 2025-03-02 10:00:00 | g2       | -               |
            | douyin   | bob     | live_view  | 2025-01-02 10:00:00 | -        | l4              |
            | wechat   | bob     | group_join | 2025-03-02 10:00:00 | w1       | -               |
            """,
            "pushes": [{"platform": "douyin", "message_id": "m", "sent_at": "2025-03-03 10:00:00", "group_id": "g9"}],
            "orders": """
            | platform | order_id | paid_at             | paid_amount | group_id | live_session_id |
            | douyin   | a        | 2025-03-04 10:00:00 | 10          | g2       | l9              |
            """,
        }
    )
    assert told(built) == [
        ("event_groups", "douyin", "not_listed", None, 2, None, "g2"),
        ("event_live_sessions", "douyin", "not_listed", None, 1, None, "l3"),
        ("order_groups", "douyin", "not_listed", None, 1, 10, "g2"),
        ("order_live_sessions", "douyin", "not_listed", None, 1, 10, "l9"),
        ("push_groups", "douyin", "not_listed", None, 1, None, "g9"),
    ]


def test_an_order_without_a_platform_that_a_platform_knows():
    """A later file of the same shop without the column: it may count twice, and that is told."""
    built = world(
        {
            "orders": """
            | platform | order_id | paid_at             | paid_amount | untold     |
            | taobao   | 751      | 2025-03-04 10:00:00 | 200         | -          |
            | other    | 751      | 2025-03-04 10:00:00 | 200         | ,platform, |
            | other    | 752      | 2025-03-04 10:00:00 | 200         | ,platform, |
            """
        }
    )
    assert told(built) == [("orders", "other", "no_platform", "taobao", 1, 200, "751")]


JOINS = """
| user_id | event      | event_at            | group_id |
| u1      | group_join | 2025-03-01 10:00:00 | g1       |
| u2      | group_join | 2025-03-01 11:00:00 | g1       |
| u3      | wecom_add  | 2025-03-01 11:00:00 | -        |
"""
GOOD = "2025-03-02 10:00:00"


def idle_leaves(*leaves):
    """(platform, why, rows, people, group) of leaves that end nothing, beside the joins above."""
    rows = [{"event": "group_leave", "event_at": GOOD, **leave} for leave in leaves]
    built = world({"events": [*table(JOINS), *rows]})
    told = built.rows("core.unmatched", order="kind, platform, why")
    return [(row["platform"], row["why"], row["rows"], row["people"], row["example"]) for row in told]


@pytest.mark.parametrize(
    ("leave", "why"),
    [
        ({"user_id": "甲", "user_id_type": "nickname", "group_id": "g1"}, "other_id"),
        ({"user_id": "u1", "group_id": "一群"}, "unknown_group"),
        ({"user_id": "u1"}, "no_group"),
        ({"user_id": "u1", "group_id": "g1", "platform": "wecom"}, "no_joins"),
        ({"user_id": "u9", "group_id": "g1"}, "none_ends"),
        ({"user_id": "u1", "group_id": "g1", "event_at": "2025-02-01 10:00:00"}, "none_ends"),
        ({"user_id": "u9", "event": "wecom_remove"}, "none_ends"),
        ({"user_id": "u1", "event": "wecom_remove", "group_id": "g1"}, "none_ends"),
    ],
)
def test_a_leave_that_ends_nothing_says_why(leave, why):
    platform, group = leave.get("platform", "other"), leave.get("group_id")
    group = group if leave.get("event") is None else None
    assert idle_leaves(leave) == [(platform, why, 1, 1, group)]


def test_leaves_that_end_a_stay_are_not_told_and_those_of_others_are_lighter():
    """Who was never seen to join beside people who were: the data may begin after the join."""
    assert idle_leaves({"user_id": "u1", "group_id": "g1"}) == []
    again = {"user_id": "u1", "group_id": "g1", "event_at": "2025-03-03 10:00:00"}
    assert idle_leaves({"user_id": "u1", "group_id": "g1"}, again) == []
    old = {"user_id": "u9", "group_id": "g1"}
    assert idle_leaves({"user_id": "u1", "group_id": "g1"}, old, {**old, "user_id": "u8"}) == [
        ("other", "never_joined", 2, 2, "g1")
    ]
