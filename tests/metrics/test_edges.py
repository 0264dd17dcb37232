"""Cases in which metrics go wrong, each put to every metric in which it can occur: a repurchase given back, an order before
the join, things of one second, the leap day, a week over the new year, a day without anything.

What belongs here: one small merchant per case, and what each metric says of it. What does not: a metric's own tests.
"""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest

from tests.metrics.asking import answers
from tests.worlds import world

GIVEN_BACK = {
    "events": """
    | user_id | event         | event_at            | group_id |
    | anna    | live_view     | 2025-01-01 09:00:00 | -        |
    | anna    | follow        | 2025-01-01 09:00:00 | -        |
    | anna    | fan_club_join | 2025-01-01 09:00:00 | -        |
    | anna    | group_join    | 2025-01-01 10:00:00 | g1       |
    | bo      | live_view     | 2025-01-01 09:00:00 | -        |
    | bo      | follow        | 2025-01-01 09:00:00 | -        |
    | bo      | fan_club_join | 2025-01-01 09:00:00 | -        |
    | bo      | group_join    | 2025-01-01 10:00:00 | g1       |
    """,
    "orders": """
    | order_id | buyer_id | paid_at             | paid_amount | live_session_id |
    | a1       | anna     | 2025-01-02 10:00:00 | 30          | s1              |
    | a2       | anna     | 2025-01-10 10:00:00 | 30          | s2              |
    | b1       | bo       | 2025-01-02 10:00:00 | 30          | s1              |
    | b2       | bo       | 2025-01-10 10:00:00 | 30          | s2              |
    """,
    "refunds": """
    | refund_id | order_id | refunded_at         | refund_amount |
    | r1        | a2       | 2025-02-20 10:00:00 | 30            |
    """,
    "live_sessions": """
    | live_session_id | started_at          |
    | s1              | 2025-01-02 09:00:00 |
    | s2              | 2025-01-10 09:00:00 |
    """,
}
# What each metric says once anna's second order is given back, in which rows, asked how.
AFTER_THE_REFUND = {
    "repurchase": (
        "window_days = 30",
        {},
        """
        | buyers | mature_buyers | repeat_buyers |
        | 2      | 2             | 1             |
        """,
    ),
    "repurchase_curve": (
        "day in (8, 149)",
        {},
        """
        | day | at_risk | events | censored | repeat_probability |
        | 8   | 2       | 1      | 0        | 0.5                |
        | 149 | 1       | 0      | 1        | 0.5                |
        """,
    ),
    "repurchase_period": (
        "variant in ('R1', 'R1d', 'R2', 'R4', 'R6')",
        {},
        """
        | variant | numerator | denominator |
        | R1      | 1         | 2           |
        | R1d     | 1         | 2           |
        | R2      | 1         | 3           |
        | R4      | 1         | 2           |
        | R6      | 1         | 2           |
        """,
    ),
    "order_ladder": (
        "true",
        {},
        """
        | purchase_no | buyers | next_buyers | mature_next_buyers |
        | 1           | 2      | 1           | 1                  |
        | 2           | 1      | 0           | 0                  |
        """,
    ),
    "conversion": (
        "step_no >= 5",
        {"within_days": [30]},
        """
        | step         | people | reached_people |
        | first_order  | 2      | 2              |
        | second_order | 1      | 1              |
        """,
    ),
    "group_entry": (
        "true",
        {},
        """
        | joins | first_orders_30 | repeat_prospects_90 | repurchases_90 |
        | 2     | 2               | 2                   | 1              |
        """,
    ),
    "retention": (
        "period_no <= 1",
        {"start": "order", "back": "order"},
        """
        | cohort     | period_no | people | returned |
        | 2024-12-30 | 0         | 2      | 2        |
        | 2024-12-30 | 1         | 2      | 1        |
        """,
    ),
    "daily_summary": (
        "date = '2025-01-10'",
        {},
        """
        | paid_orders | paid_buyers | orders | buyers | returning_buyers | paid_amount | refund_amount | net_amount |
        | 2           | 2           | 1      | 1      | 1                | 60          | 30            | 30         |
        """,
    ),
    "group_health": (
        "date = '2025-01-10'",
        None,
        """
        | member_orders | member_amount |
        | 1             | 30            |
        """,
    ),
    "live_performance": (
        "live_session_id = 's2'",
        None,
        """
        | matched_orders | matched_amount | matched_refund_amount | refund_rate | new_buyers |
        | 2              | 60             | 30                    | 0.5         | 0          |
        """,
    ),
}


@pytest.fixture(scope="module")
def given_back():
    return world(GIVEN_BACK, as_of="2025-05-31")


@pytest.mark.parametrize("metric", AFTER_THE_REFUND)
def test_a_repurchase_given_back_was_none(given_back, metric):
    """The amount stays in what was paid, and its refund beside it."""
    where, asked, expected = AFTER_THE_REFUND[metric]
    answers(given_back, metric, expected, where=where, **whole(asked))


def test_on_the_day_before_the_refund_it_was_one():
    answers(
        world(GIVEN_BACK, as_of="2025-02-19"),
        "repurchase",
        """
        | buyers | mature_buyers | repeat_buyers |
        | 2      | 2             | 2             |
        """,
        where="window_days = 30",
        segments=["all"],
    )


def whole(asked):
    """Parameters without breakdowns; None where a metric has none."""
    return {} if asked is None else {"segments": ["all"], **asked}


# On the leap day anna pays a second before she joins, bo in the second of joining; chen pays twice in one second.
SAME_SECOND = {
    "events": """
    | user_id | event         | event_at            | group_id | live_session_id |
    | anna    | live_view     | 2024-02-29 10:00:00 | -        | s1              |
    | anna    | follow        | 2024-02-29 10:00:00 | -        | -               |
    | anna    | fan_club_join | 2024-02-29 10:00:00 | -        | -               |
    | anna    | group_join    | 2024-02-29 10:00:01 | g1       | -               |
    | bo      | live_view     | 2024-02-29 10:00:00 | -        | s1              |
    | bo      | follow        | 2024-02-29 10:00:00 | -        | -               |
    | bo      | fan_club_join | 2024-02-29 10:00:00 | -        | -               |
    | bo      | group_join    | 2024-02-29 10:00:00 | g1       | -               |
    | chen    | group_join    | 2024-02-29 09:59:59 | g1       | -               |
    | chen    | live_view     | 2024-02-29 10:00:00 | -        | s1              |
    """,
    "orders": """
    | order_id | buyer_id | paid_at             | paid_amount | live_session_id |
    | a1       | anna     | 2024-02-29 10:00:00 | 1           | s1              |
    | b1       | bo       | 2024-02-29 10:00:00 | 20          | s1              |
    | c1       | chen     | 2024-02-29 10:00:00 | 300         | s1              |
    | c2       | chen     | 2024-02-29 10:00:00 | 300         | s1              |
    """,
    "live_sessions": "| live_session_id | started_at |\n| s1 | 2024-02-29 10:00:00 |",
}
ON_THE_LEAP_DAY = {
    "daily_summary": (
        "date = '2024-02-29'",
        {},
        """
        | orders | buyers | new_buyers | paid_amount | member_amount | private_entries | joins | members |
        | 4      | 3      | 3          | 621         | 620           | 3               | 3     | 3       |
        """,
    ),
    "conversion": (
        "true",
        {"within_days": [0]},
        """
        | step         | cohort_people | people | reached_people | median_days |
        | public       | 3             | 3      | 3              | 0           |
        | follow       | 3             | 2      | 2              | 0           |
        | fan_club     | 3             | 2      | 2              | 0           |
        | private      | 3             | 2      | 2              | 0           |
        | first_order  | 3             | 1      | 3              | 0           |
        | second_order | 3             | 0      | 0              | -           |
        """,
    ),
    "public_to_private": (
        "true",
        {"within_days": [0]},
        """
        | cohort_week | people | already_private_people | private_people | public_to_private_rate |
        | 2024-02-26  | 3      | 1                      | 2              | 2/3                    |
        """,
    ),
    "group_entry": (
        "true",
        {},
        """
        | month      | joins | mature_joins_30 | stayed_30 | prospects_30 | first_orders_30 | mature_joins_90 |
        | 2024-02-01 | 3     | 3               | 3         | 2            | 2               | 0               |
        """,
    ),
    "group_health": (
        "date <= '2024-03-01'",
        None,
        """
        | date       | members | member_orders | member_amount |
        | 2024-02-29 | 3       | 3             | 620           |
        | 2024-03-01 | 3       | 0             | 0             |
        """,
    ),
    "retention": (
        "true",
        {"start": "group_join", "back": "order", "period": "month"},
        """
        | cohort     | period_no | people | mature_people | returned |
        | 2024-02-01 | 0         | 3      | 3             | 2        |
        | 2024-02-01 | 1         | 3      | 0             | 0        |
        """,
    ),
    "membership_survival": (
        "day = 30",
        {},
        """
        | at_risk | left | censored | survival |
        | 3       | 0    | 3        | 1        |
        """,
    ),
    "repurchase": (
        "window_days = 30",
        {"segments": ["membership"]},
        """
        | cohort_month | segment    | buyers | mature_buyers | repeat_buyers |
        | 2024-02-01   | member     | 2      | 2             | 0             |
        | 2024-02-01   | not_member | 1      | 1             | 0             |
        """,
    ),
    "repurchase_curve": (
        "day in (0, 30)",
        {},
        """
        | day | at_risk | events | censored |
        | 0   | 3       | 0      | 0        |
        | 30  | 3       | 0      | 3        |
        """,
    ),
    "repurchase_period": (
        "variant <> 'R6'",
        {},
        """
        | period     | variant | numerator | denominator | is_mature |
        | 2024-02-01 | R1      | 1         | 3           | true      |
        | 2024-02-01 | R1d     | 0         | 3           | true      |
        | 2024-02-01 | R2      | 1         | 4           | true      |
        | 2024-02-01 | R4      | 1         | 3           | true      |
        | 2024-02-01 | R5      | 0         | 3           | false     |
        """,
    ),
    "order_ladder": (
        "true",
        {"within_days": 30},
        """
        | purchase_no | buyers | next_buyers | mature_buyers |
        | 1           | 3      | 0           | 3             |
        """,
    ),
    "live_performance": (
        "true",
        None,
        """
        | identified_viewers | member_viewers | matched_orders | member_orders | member_amount | new_buyers |
        | 3                  | 2              | 4              | 3             | 620           | 3          |
        """,
    ),
}


@pytest.fixture(scope="module")
def leap_day():
    return world(SAME_SECOND, as_of="2024-03-30")


@pytest.mark.parametrize("metric", ON_THE_LEAP_DAY)
def test_an_order_before_the_join_and_things_of_one_second(leap_day, metric):
    """To pay in the second of joining is to pay as a member; a second earlier it is not. 29 February and 30 days later."""
    where, asked, expected = ON_THE_LEAP_DAY[metric]
    answers(leap_day, metric, expected, where=where, **whole(asked))


OVER_THE_NEW_YEAR = {
    "conversion": (
        "step = 'private'",
        {"within_days": [7]},
        """
        | cohort_week | people | mature_people |
        | 2024-12-30  | 1      | 2             |
        """,
    ),
    "public_to_private": (
        "true",
        {"within_days": [7]},
        """
        | cohort_week | people | mature_people | private_people | is_mature |
        | 2024-12-30  | 2      | 2             | 1              | true      |
        """,
    ),
    "repurchase": (
        "window_days = 7",
        {},
        """
        | cohort_month | buyers | repeat_buyers |
        | 2024-12-01   | 1      | 1             |
        | 2025-01-01   | 1      | 0             |
        """,
    ),
    "daily_summary": (
        "date >= '2024-12-30'",
        {"period": "week"},
        """
        | date       | buyers | is_complete |
        | 2024-12-30 | 2      | true        |
        | 2025-01-06 | 1      | true        |
        """,
    ),
    "group_entry": (
        "true",
        {},
        """
        | month      | joins |
        | 2025-01-01 | 1     |
        """,
    ),
    "order_ladder": (
        "purchase_no = 1",
        {},
        """
        | buyers | next_buyers | gap_days_p50 |
        | 2      | 1           | 7            |
        """,
    ),
}


@pytest.fixture(scope="module")
def new_year():
    """Both are touched and buy in one week, on either side of the new year; anna joins and buys again within 7 days."""
    return world(
        {
            "events": """
            | user_id | event         | event_at            | group_id |
            | anna    | live_view     | 2024-12-31 10:00:00 | -        |
            | anna    | follow        | 2024-12-31 10:00:00 | -        |
            | anna    | fan_club_join | 2024-12-31 10:00:00 | -        |
            | anna    | group_join    | 2025-01-05 10:00:00 | g1       |
            | bo      | live_view     | 2025-01-05 10:00:00 | -        |
            """,
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount |
            | a1       | anna     | 2024-12-31 11:00:00 | 30          |
            | b1       | bo       | 2025-01-05 11:00:00 | 30          |
            | a2       | anna     | 2025-01-07 23:00:00 | 30          |
            """,
        },
        as_of="2025-01-12",
    )


@pytest.mark.parametrize("metric", OVER_THE_NEW_YEAR)
def test_a_week_over_the_new_year_is_one_week(new_year, metric):
    where, asked, expected = OVER_THE_NEW_YEAR[metric]
    answers(new_year, metric, expected, where=where, **whole(asked))


def test_a_day_without_anything_has_no_rates(new_year):
    answers(
        new_year,
        "daily_summary",
        """
        | paid_orders | paid_amount | refund_rate | average_per_buyer_amount | average_per_order_amount | private_channel_share_rate | member_share_rate |
        | 0           | 0           | -           | -                        | -                        | -                          | -                 |
        """,
        where="date = '2025-01-01'",
        segments=["all"],
    )


# Five people do the same on Monday 6 January 2025; asked how, which row, and on which day that row is complete.
FIVE = {
    "events": [
        {
            "user_id": f"u{n}",
            "event": word,
            "event_at": "2025-01-06 10:00:00",
            "group_id": "g1",
            "live_session_id": "s1",
        }
        for n in range(5)
        for word in ("live_view", "group_join")
    ],
    "orders": [
        {"order_id": f"o{n}", "buyer_id": f"u{n}", "paid_at": "2025-01-06 11:00:00", "paid_amount": 10}
        for n in range(5)
    ],
    "live_sessions": [{"live_session_id": "s1", "started_at": "2025-01-06 09:00:00"}],
}
MATURE_ON = {
    "repurchase": ({"windows": [7]}, "true", "2025-02-07"),
    "repurchase_period": ({}, "variant = 'R1'", "2025-01-31"),
    "repurchase_period, next": ({}, "variant = 'R5'", "2025-02-28"),
    "repurchase_period, week": ({"period": "week"}, "variant = 'R1'", "2025-01-12"),
    "repurchase_period, next week": ({"period": "week"}, "variant = 'R5'", "2025-01-19"),
    "conversion": ({"within_days": [7]}, "step_no = 1", "2025-01-19"),
    "public_to_private": ({"within_days": [7]}, "true", "2025-01-19"),
    "group_entry": ({}, "true", "2025-05-01"),
    "retention": ({}, "period_no = 1", "2025-01-19"),
    "daily_summary": ({}, "date = '2025-01-06'", "2025-02-05"),
    "live_performance": (None, "true", "2025-02-05"),
}


@cache
def five_until(as_of):
    """One world for all that are asked of one day."""
    return world(FIVE, as_of=as_of)


@pytest.mark.parametrize("name", MATURE_ON)
def test_maturity_comes_on_the_very_day(name):
    asked, where, day = MATURE_ON[name]
    for as_of, is_mature in ((date.fromisoformat(day) - timedelta(days=1), False), (day, True)):
        rows = five_until(str(as_of)).rows(f"metrics.{name.split(',')[0]}", where=where, **whole(asked))
        assert [row["is_mature"] for row in rows] == [is_mature], as_of


IS_SMALL = {
    "repurchase": "window_days = 7",
    "repurchase_curve": "day = 7",
    "repurchase_period": "variant = 'R1'",
    "order_ladder": "true",
    "conversion": "window_days = 7 and step_no = 1",
    "public_to_private": "window_days = 7",
    "group_entry": "true",
    "membership_survival": "day = 7",
    "retention": "period_no = 0",
}


@pytest.fixture(scope="module")
def five():
    return world(FIVE, as_of="2025-06-30")


@pytest.mark.parametrize("metric", IS_SMALL)
def test_five_people_are_not_too_few_where_five_is_the_limit(five, metric):
    for limit, is_small in ((5, False), (6, True)):
        given = replace(five, settings=five.settings.model_copy(update={"small_group": limit}))
        rows = given.rows(f"metrics.{metric}", where=IS_SMALL[metric], segments=["all"])
        assert [row["is_small"] for row in rows] == [is_small]
