"""What a day brought, and what a longer period did."""

import pytest

from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [
    {"period": "week", "refund_days": 7},
    {"period": "month", "segments": ["all", "group"]},
    {"period": "range", "start_date": "2024-03-01", "end_date": "2024-04-15"},
]


@pytest.fixture(scope="module")
def shop():
    """anna buys twice on the 29th of February, once by the group; bo's order there is refunded in full later, chen's in part;
    one order has no buyer; ding was here 366 days before, emma 365; fang's order was closed and never paid, gao's is a sample."""
    return world(
        {
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount | order_kind | status    | entry  | group_id |
            | d0       | ding     | 2023-02-28 10:00:00 | 10          | normal     | paid      | 直播   | -        |
            | e0       | emma     | 2023-03-01 10:00:00 | 10          | normal     | paid      | 直播   | -        |
            | a1       | anna     | 2024-02-29 10:00:00 | 100         | normal     | paid      | 直播   | -        |
            | a2       | anna     | 2024-02-29 11:00:00 | 50.01       | normal     | paid      | 粉丝群 | g1       |
            | b1       | bo       | 2024-02-29 12:00:00 | 40          | normal     | completed | 粉丝群 | g1       |
            | c1       | chen     | 2024-02-29 13:00:00 | 60          | deposit    | paid      | -      | -        |
            | n1       | -        | 2024-02-29 14:00:00 | 1000        | normal     | paid      | 直播   | -        |
            | d1       | ding     | 2024-02-29 15:00:00 | 20          | normal     | paid      | 直播   | -        |
            | e1       | emma     | 2024-02-29 16:00:00 | 20          | normal     | paid      | 直播   | -        |
            | f1       | fang     | -                   | 999         | normal     | cancelled | 直播   | -        |
            | g1       | gao      | 2024-02-29 18:00:00 | 9.90        | sample     | paid      | 直播   | -        |
            | a3       | anna     | 2024-03-02 10:00:00 | 10          | normal     | paid      | 直播   | -        |
            """,
            "refunds": """
            | refund_id | order_id | refunded_at         | refund_amount |
            | r1        | b1       | 2024-03-05 10:00:00 | 40            |
            | r2        | c1       | 2024-03-05 10:00:00 | 15.50         |
            | r3        | a1       | 2024-04-05 10:00:00 | 100           |
            """,
            "events": """
            | user_id | event       | event_at            | group_id |
            | anna    | group_join  | 2024-02-29 10:30:00 | g1       |
            | anna    | wecom_add   | 2024-03-01 10:00:00 | -        |
            | anna    | group_leave | 2024-03-02 09:00:00 | g1       |
            | bo      | group_join  | 2024-02-29 09:00:00 | g1       |
            | bo      | group_leave | 2024-03-01 08:00:00 | g1       |
            """,
        },
        as_of="2024-03-31",
    )


def test_orders_and_buyers_of_a_leap_day(shop):
    """Paid: anna twice, bo, chen, ding, emma and the one without a name. Kept: all but bo's. ding (366 days) is new again,
    emma (365) is not. The refund of April is not known yet."""
    answers(
        shop,
        "daily_summary",
        """
        | date       | paid_orders | paid_buyers | orders | buyers | new_buyers | returning_buyers | is_history_short |
        | 2024-02-28 | 0           | 0           | 0      | 0      | 0          | 0                | false            |
        | 2024-02-29 | 7           | 5           | 6      | 4      | 3          | 1                | false            |
        | 2024-03-01 | 0           | 0           | 0      | 0      | 0          | 0                | false            |
        | 2024-03-02 | 1           | 1           | 1      | 1      | 0          | 1                | false            |
        """,
        where="date between '2024-02-28' and '2024-03-02'",
        segments=["all"],
    )


def test_an_order_without_a_buyer_does_not_raise_what_a_buyer_spends(shop):
    """290.01 yuan of five known buyers, 58.00 each; 1290.01 over seven orders are 184.29."""
    answers(
        shop,
        "daily_summary",
        """
        | paid_amount | refund_amount | net_amount | refund_rate | identified_amount | average_per_buyer_amount | average_per_order_amount |
        | 1290.01     | 55.50         | 1234.51    | 0.043023    | 290.01            | 58.00                    | 184.29                   |
        """,
        where="date = '2024-02-29'",
        segments=["all"],
    )


def test_the_private_share_by_channel_and_by_membership(shop):
    """By channel: a2 and b1. By membership: anna had joined before a2, bo before b1; anna's first order came before."""
    answers(
        shop,
        "daily_summary",
        """
        | private_channel_amount | unknown_channel_amount | private_channel_share_rate | member_amount | member_share_rate |
        | 90.01                  | 60                     | 0.069775                   | 90.01         | 0.069775          |
        """,
        where="date = '2024-02-29'",
        segments=["all"],
    )
    answers(
        shop,
        "daily_summary",
        """
        | private_channel_amount | private_channel_share_rate | member_amount | member_share_rate |
        | 0                      | 0                          | 10            | 1                 |
        """,
        where="date = '2024-03-02'",
        segments=["all"],
    )


def test_joins_leaves_and_members(shop):
    """anna is in by two doors from the 1st; leaving one, she stays a member."""
    answers(
        shop,
        "daily_summary",
        """
        | date       | segment | private_entries | joins | leaves | memberships | members |
        | 2024-02-28 | all     | 0               | 0     | 0      | 0           | 0       |
        | 2024-02-29 | all     | 2               | 2     | 0      | 2           | 2       |
        | 2024-03-01 | all     | 0               | 1     | 1      | 2           | 1       |
        | 2024-03-02 | all     | 0               | 0     | 1      | 1           | 1       |
        | 2024-03-03 | all     | 0               | 0     | 0      | 1           | 1       |
        | 2024-02-29 | g1      | 2               | 2     | 0      | 2           | 2       |
        | 2024-03-01 | g1      | 0               | 0     | 1      | 1           | 1       |
        | 2024-03-02 | g1      | 0               | 0     | 1      | 0           | 0       |
        | 2024-03-03 | g1      | 0               | 0     | 0      | 0           | 0       |
        """,
        where="date between '2024-02-28' and '2024-03-03' and segment <> 'none'",
        segments=["all", "group"],
    )


def test_breakdowns_count_a_buyer_once_in_each(shop):
    answers(
        shop,
        "daily_summary",
        """
        | segment_by | segment    | paid_orders | paid_buyers | buyers | new_buyers | paid_amount | joins |
        | channel    | live       | 4           | 3           | 3      | 2          | 1140        | -     |
        | channel    | fan_group  | 2           | 2           | 1      | 1          | 90.01       | -     |
        | channel    | unknown    | 1           | 1           | 1      | 1          | 60          | -     |
        | domain     | public     | 4           | 3           | 3      | 2          | 1140        | -     |
        | domain     | private    | 2           | 2           | 1      | 1          | 90.01       | -     |
        | domain     | unknown    | 1           | 1           | 1      | 1          | 60          | -     |
        | platform   | other      | 7           | 5           | 4      | 3          | 1290.01     | 2     |
        | membership | member     | 2           | 2           | 1      | 1          | 90.01       | -     |
        | membership | not_member | 5           | 4           | 4      | 3          | 1200        | -     |
        """,
        where="date = '2024-02-29'",
        segments=["channel", "domain", "platform", "membership"],
    )


def test_a_range_counts_a_buyer_once_and_opens_with_those_already_in(shop):
    answers(
        shop,
        "daily_summary",
        """
        | date       | paid_orders | paid_buyers | buyers | new_buyers | joins | leaves | memberships | members | is_complete | is_mature |
        | 2024-03-01 | 1           | 1           | 1      | 0          | 1     | 2      | 1           | 1       | true        | false     |
        """,
        period="range",
        start_date="2024-03-01",
        end_date="2024-03-02",
        segments=["all"],
    )
    answers(
        shop,
        "daily_summary",
        """
        | date       | paid_orders | paid_buyers | buyers | new_buyers | is_complete |
        | 2024-02-29 | 8           | 5           | 4      | 3          | true        |
        """,
        period="range",
        start_date="2024-02-29",
        segments=["all"],
    )


def test_weeks_and_months(shop):
    """A buyer is new to a period when nothing was bought in the 365 days before it begins: ding, 363 days before that
    Monday, is not."""
    answers(
        shop,
        "daily_summary",
        """
        | date       | paid_orders | buyers | new_buyers | members | is_complete |
        | 2024-02-26 | 8           | 4      | 2          | 1       | true        |
        """,
        where="paid_orders > 2",
        period="week",
        segments=["all"],
    )
    answers(
        shop,
        "daily_summary",
        """
        | date       | paid_orders | buyers | members | is_complete | is_mature |
        | 2024-02-01 | 7           | 4      | 2       | true        | true      |
        | 2024-03-01 | 1           | 1      | 1       | true        | false     |
        """,
        where="date >= '2024-02-01'",
        period="month",
        segments=["all"],
    )


def test_short_history_is_flagged_and_a_week_not_over_says_so():
    answers(
        world(
            {"orders": "| order_id | buyer_id | paid_at | paid_amount |\n| a1 | anna | 2024-12-31 10:00:00 | 10 |"},
            as_of="2025-01-02",
        ),
        "daily_summary",
        """
        | date       | new_buyers | is_history_short | is_complete | average_per_buyer_amount | member_share_rate |
        | 2024-12-30 | 1          | true             | false       | 10                       | 0                 |
        """,
        period="week",
        segments=["all"],
    )


def test_a_month_that_the_dates_asked_for_cut_is_not_complete(shop):
    """February to the 28th lacks the leap day; March lacks its first day, though nothing happened on it."""
    answers(
        shop,
        "daily_summary",
        """
        | date       | paid_orders | is_complete |
        | 2024-01-01 | 0           | true        |
        | 2024-02-01 | 0           | false       |
        """,
        period="month",
        start_date="2024-01-01",
        end_date="2024-02-28",
        segments=["all"],
    )
    answers(
        shop,
        "daily_summary",
        """
        | date       | paid_orders | is_complete |
        | 2024-03-01 | 1           | false       |
        """,
        period="month",
        start_date="2024-03-02",
        end_date="2024-03-31",
        segments=["all"],
    )


def test_many_orders_of_one_person_on_a_day_are_one_buyer_and_a_free_one_is_no_sale():
    """anna keeps two orders and gives one back; bo keeps one and gives one back; chen gives his only one back; ding's cost
    nothing."""
    answers(
        world(
            {
                "orders": """
                | order_id | buyer_id | paid_at             | paid_amount | entry  |
                | a1       | anna     | 2025-01-05 10:00:00 | 10          | 直播   |
                | a2       | anna     | 2025-01-05 11:00:00 | 10          | 粉丝群 |
                | a3       | anna     | 2025-01-05 12:00:00 | 10          | 直播   |
                | b1       | bo       | 2025-01-05 10:00:00 | 10          | 直播   |
                | b2       | bo       | 2025-01-05 11:00:00 | 10          | 粉丝群 |
                | c1       | chen     | 2025-01-05 10:00:00 | 10          | 直播   |
                | d1       | ding     | 2025-01-05 10:00:00 | 0           | 直播   |
                """,
                "refunds": """
                | refund_id | order_id | refunded_at         | refund_amount |
                | r1        | a3       | 2025-01-06 10:00:00 | 10            |
                | r2        | b2       | 2025-01-06 10:00:00 | 10            |
                | r3        | c1       | 2025-01-06 10:00:00 | 10            |
                """,
            },
            as_of="2025-01-31",
        ),
        "daily_summary",
        """
        | segment_by | segment   | paid_orders | paid_buyers | orders | buyers | new_buyers |
        | all        | all       | 6           | 3           | 3      | 2      | 2          |
        | channel    | live      | 4           | 3           | 2      | 2      | 2          |
        | channel    | fan_group | 2           | 2           | 1      | 1      | 1          |
        """,
        where="date = '2025-01-05'",
        segments=["all", "channel"],
    )


def test_what_was_paid_then_closed_is_in_paid_and_in_refund():
    """Closed after payment, the refund told (29.90) or told by no file (50): net 0. Closed and never paid (70): nowhere."""
    closed = world(
        {
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount | status    | live_session_id |
            | told     | anna     | 2024-02-01 10:00:00 | 29.90       | cancelled | s1              |
            | untold   | bo       | 2024-02-01 11:00:00 | 50          | cancelled | s1              |
            | unpaid   | chen     | -                   | 70          | cancelled | s1              |
            """,
            "refunds": """
            | refund_id | order_id | refunded_at         | refund_amount |
            | r1        | told     | 2024-02-02 10:00:00 | 29.90         |
            """,
            "live_sessions": """
            | live_session_id | started_at          |
            | s1              | 2024-02-01 09:00:00 |
            """,
        },
        as_of="2024-03-31",
    )
    answers(
        closed,
        "daily_summary",
        """
        | paid_orders | paid_buyers | orders | buyers | paid_amount | refund_amount | net_amount | refund_rate |
        | 2           | 2           | 0      | 0      | 79.90       | 79.90         | 0          | 1           |
        """,
        where="date = '2024-02-01'",
        segments=["all"],
    )
    answers(
        closed,
        "live_performance",
        """
        | matched_orders | matched_amount | matched_refund_amount |
        | 2              | 79.90          | 79.90                 |
        """,
    )
    assert [row["order_id"] for row in closed.rows("core.orders", where="is_refund_implied")] == ["untold"]


def test_a_look_back_of_minus_one_is_a_lifetime():
    """anna comes back after two years, bo is new: with -1 only bo is, and no history is too short."""
    orders = """
    | order_id | buyer_id | paid_at             | paid_amount |
    | a1       | anna     | 2022-01-01 10:00:00 | 10          |
    | a2       | anna     | 2024-02-01 10:00:00 | 10          |
    | b1       | bo       | 2024-02-01 11:00:00 | 10          |
    """
    for days, new in ((365, 2), (-1, 1)):
        shop = world({"orders": orders}, as_of="2024-03-31", new_buyer_lookback_days=days)
        [day] = shop.rows("metrics.daily_summary", where="date = '2024-02-01'", segments=["all"])
        assert (day["buyers"], day["new_buyers"], day["is_history_short"]) == (2, new, False)
        [month] = shop.rows(
            "metrics.repurchase_period", where="period = '2024-02-01' and variant = 'R6'", segments=["all"]
        )
        assert (month["denominator"], month["is_history_short"]) == (new, False)


def test_a_host_with_several_sessions_counts_a_person_once():
    """anna buys in both sessions of h1 and in one of h2, and joined from both of h1; bo buys in one, and returns it whole,
    and once in the other. Session l1 of another platform is another session, and the same row."""
    built = world(
        {
            "live_sessions": """
            | platform | live_session_id | host_id | started_at          |
            | douyin   | l1              | h1      | 2024-03-01 09:00:00 |
            | douyin   | l2              | h1      | 2024-03-01 12:00:00 |
            | douyin   | l3              | h2      | 2024-03-01 15:00:00 |
            """,
            "orders": """
            | platform | order_id | buyer_id | paid_at             | paid_amount | live_session_id | status    |
            | douyin   | a1       | anna     | 2024-03-01 10:00:00 | 10          | l1              | paid      |
            | douyin   | a2       | anna     | 2024-03-01 12:30:00 | 10          | l2              | paid      |
            | douyin   | a3       | anna     | 2024-03-01 15:30:00 | 10          | l3              | paid      |
            | douyin   | b1       | bo       | 2024-03-01 10:00:00 | 10          | l1              | cancelled |
            | douyin   | b2       | bo       | 2024-03-01 12:30:00 | 10          | l2              | paid      |
            | douyin   | c1       | chen     | 2024-03-01 10:00:00 | 10          | l1              | paid      |
            """,
            "events": """
            | platform | user_id | event       | event_at            | group_id | live_session_id |
            | douyin   | anna    | group_join  | 2024-03-01 10:10:00 | g1       | l1              |
            | douyin   | anna    | group_join  | 2024-03-01 12:40:00 | g2       | l2              |
            | douyin   | anna    | group_leave | 2024-03-02 10:00:00 | g1       | -               |
            | douyin   | anna    | group_leave | 2024-03-03 10:00:00 | g2       | -               |
            """,
        },
        as_of="2024-03-03",
    )
    answers(
        built,
        "daily_summary",
        """
        | date       | segment_by   | segment | paid_buyers | buyers | new_buyers | joins | leaves | members |
        | 2024-03-01 | host         | h1      | 3           | 3      | 3          | 2     | 0      | 1       |
        | 2024-03-01 | host         | h2      | 1           | 1      | 1          | 0     | 0      | 0       |
        | 2024-03-01 | live_session | l1      | 3           | 2      | 2          | 1     | 0      | 1       |
        | 2024-03-01 | live_session | l2      | 2           | 2      | 2          | 1     | 0      | 1       |
        | 2024-03-01 | live_session | l3      | 1           | 1      | 1          | 0     | 0      | 0       |
        | 2024-03-02 | host         | h1      | 0           | 0      | 0          | 0     | 1      | 1       |
        | 2024-03-02 | host         | h2      | 0           | 0      | 0          | 0     | 0      | 0       |
        | 2024-03-02 | live_session | l1      | 0           | 0      | 0          | 0     | 1      | 0       |
        | 2024-03-03 | host         | h1      | 0           | 0      | 0          | 0     | 1      | 0       |
        | 2024-03-03 | host         | h2      | 0           | 0      | 0          | 0     | 0      | 0       |
        | 2024-03-03 | live_session | l2      | 0           | 0      | 0          | 0     | 1      | 0       |
        """,
        segments=["host", "live_session"],
    )
    range_of_it = {"period": "range", "segments": ["host"]}
    answers(built, "daily_summary", "| segment | buyers |\n| h1 | 3 |\n| h2 | 1 |", **range_of_it)


def test_sessions_of_one_number_on_two_platforms_are_one_row_and_its_people_count_once():
    built = world(
        {
            "orders": """
            | platform | order_id | phone | paid_at             | paid_amount | live_session_id |
            | douyin   | a1       | p1    | 2024-03-01 10:00:00 | 10          | l1              |
            | taobao   | a2       | p1    | 2024-03-01 12:30:00 | 10          | l1              |
            """
        },
        as_of="2024-03-01",
    )
    expected = "| segment_by | segment | orders | buyers |\n| live_session | l1 | 2 | 1 |\n| host | none | 2 | 1 |"
    answers(built, "daily_summary", expected, segments=["live_session", "host"])
