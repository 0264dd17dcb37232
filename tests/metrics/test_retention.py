"""Retention: the nightly default, and every parameter."""

import pytest

from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [
    {"start": ["order"], "back": ["order"], "segments": ["all"]},
    {"start": ["order"], "back": ["order"], "segments": ["channel", "domain", "platform"]},
    {"start": ["order"], "back": ["order"], "segments": ["all"], "period": "month", "week_starts": "sunday"},
    {"period": "day", "mode": ["on_or_after"], "segments": ["all", "channel"]},
    {"week_starts": "sunday", "cohorts": "recurring", "min_count": 2, "segments": ["all", "entry_path"]},
    {"period": "rolling_24h", "start": ["order"], "back": ["group_message", "order"], "segments": ["all"]},
    {"mode": ["7", "14", "30"], "segments": ["all", "group"]},
    {"start": ["group_join[group_id=g1]|wecom"], "back": ["order[paid_amount>=20]", "watch"], "segments": ["all"]},
]


@pytest.fixture(scope="module")
def club():
    """Weeks: 30 December to 5 January, then 6, 13 and 20 January; Friday the 24th is the last day known."""
    return world(
        {
            "events": """
            | user_id | event          | event_at            | group_id | entry_path | entry |
            | anna    | live_view      | 2024-12-31 09:00:00 | -        | -          | -     |
            | anna    | group_join     | 2024-12-31 10:00:00 | g1       | qr         | -     |
            | anna    | live_view      | 2025-01-07 10:00:00 | -        | -          | -     |
            | anna    | live_view      | 2025-01-12 23:59:59 | -        | -          | -     |
            | anna    | group_leave    | 2025-01-14 10:00:00 | g1       | -          | -     |
            | bo      | group_join     | 2025-01-02 10:00:00 | g1       | invite     | -     |
            | ding    | group_join     | 2025-01-03 10:00:00 | g2       | qr         | -     |
            | ding    | push_delivered | 2025-01-08 10:00:00 | g2       | -          | -     |
            | chen    | wecom_add      | 2025-01-08 10:00:00 | -        | -          | -     |
            | chen    | live_view      | 2025-01-22 10:00:00 | -        | -          | -     |
            """,
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount |
            | a1       | anna     | 2024-12-31 09:59:59 | 30          |
            | b1       | bo       | 2025-01-02 10:00:00 | 30          |
            | b2       | bo       | 2025-01-15 10:00:00 | 60          |
            """,
        },
        as_of="2025-01-24",
    )


def test_private_entry_to_any_activity_by_week(club):
    """The week over new year is one cohort. Leaving and a message delivered are not activity. A cell with nobody stands as
    zero; the week that is not over shows its count and no rate."""
    answers(
        club,
        "retention",
        """
        | cohort     | period_no | people | mature_people | returned | retention_rate | is_mature |
        | 2024-12-30 | 0         | 3      | 3             | 3        | 1              | true      |
        | 2024-12-30 | 1         | 3      | 3             | 1        | 1/3            | true      |
        | 2024-12-30 | 2         | 3      | 3             | 1        | 1/3            | true      |
        | 2024-12-30 | 3         | 3      | 0             | 0        | -              | false     |
        | 2025-01-06 | 0         | 1      | 1             | 1        | 1              | true      |
        | 2025-01-06 | 1         | 1      | 1             | 0        | 0              | true      |
        | 2025-01-06 | 2         | 1      | 0             | 1        | -              | false     |
        """,
        where="segment_by = 'all'",
    )


def test_in_the_period_or_later(club):
    answers(
        club,
        "retention",
        """
        | cohort     | period_no | mode        | people | mature_people | returned | retention_rate |
        | 2024-12-30 | 0         | on_or_after | 3      | 3             | 3        | 1              |
        | 2024-12-30 | 1         | on_or_after | 3      | 3             | 2        | 2/3            |
        | 2024-12-30 | 2         | on_or_after | 3      | 3             | 1        | 1/3            |
        | 2024-12-30 | 3         | on_or_after | 3      | 0             | 0        | -              |
        | 2025-01-06 | 0         | on_or_after | 1      | 1             | 1        | 1              |
        | 2025-01-06 | 1         | on_or_after | 1      | 1             | 1        | 1              |
        | 2025-01-06 | 2         | on_or_after | 1      | 0             | 1        | -              |
        """,
        mode="on_or_after",
        segments=["all"],
    )


def test_an_order_before_the_join_is_no_return_but_one_in_the_same_second_is(club):
    answers(
        club,
        "retention",
        """
        | cohort     | period_no | people | returned |
        | 2024-12-01 | 0         | 1      | 0        |
        | 2024-12-01 | 1         | 1      | 0        |
        | 2025-01-01 | 0         | 2      | 1        |
        """,
        start="group_join",
        back="order",
        period="month",
        segments=["all"],
    )


def test_conditions_on_the_start_and_on_what_brings_back(club):
    """Of those who joined g1, anna bought for 30 before her join and bo in its second and two weeks later."""
    expected = """
    | cohort     | period_no | people | returned |
    | 2024-12-30 | 0         | 2      | 1        |
    | 2024-12-30 | 1         | 2      | 0        |
    | 2024-12-30 | 2         | 2      | 1        |
    """
    asked = {"where": "period_no < 3", "start": "group_join[group_id=g1]", "segments": ["all"]}
    answers(club, "retention", expected, back="order[paid_amount>=30]", **asked)
    answers(club, "retention", expected.replace("1        |", "0        |"), back="order[paid_amount>60]", **asked)


def test_the_first_start_that_meets_a_condition_need_not_be_the_first_of_its_word(club):
    """bo's second order is the first of 60 yuan or more; chen came by WeCom."""
    answers(
        club,
        "retention",
        """
        | cohort     | people |
        | 2025-01-06 | 1      |
        | 2025-01-13 | 1      |
        """,
        "period_no = 0",
        start="order[paid_amount>=60]|wecom_add[channel=wecom]",
        back="any",
        segments=["all"],
    )


def test_at_least_twice(club):
    """anna watched twice in the first week after; the others did not come twice in any."""
    answers(
        club,
        "retention",
        """
        | cohort     | period_no | people | returned |
        | 2024-12-30 | 0         | 3      | 0        |
        | 2024-12-30 | 1         | 3      | 1        |
        | 2024-12-30 | 2         | 3      | 0        |
        | 2024-12-30 | 3         | 3      | 0        |
        """,
        where="cohort = '2024-12-30'",
        start=["group_join"],
        back=["live_view", "order"],
        min_count=2,
        segments=["all"],
    )


def test_breakdowns(club):
    answers(
        club,
        "retention",
        """
        | segment_by | segment   | people | returned |
        | channel    | fan_group | 3      | 1        |
        | channel    | wecom     | 1      | 0        |
        | entry_path | qr        | 2      | 1        |
        | entry_path | invite    | 1      | 0        |
        | entry_path | wecom     | 1      | 0        |
        | group      | g1        | 2      | 1        |
        | group      | g2        | 1      | 0        |
        | group      | none      | 1      | 0        |
        """,
        where="period_no = 1",
        segments=["channel", "entry_path", "group"],
    )


def test_every_week_with_a_start_opens_a_cohort():
    watched = """
    | user_id | event     | event_at            |
    | anna    | live_view | 2025-01-07 10:00:00 |
    | anna    | live_view | 2025-01-09 10:00:00 |
    | anna    | live_view | 2025-01-15 10:00:00 |
    | bo      | live_view | 2025-01-08 10:00:00 |
    """
    given = world({"events": watched}, as_of="2025-01-19")
    asked = {"start": "live_view", "back": "live_view", "segments": ["all"]}
    recurring = """
    | cohort     | period_no | people | returned |
    | 2025-01-06 | 0         | 2      | 2        |
    | 2025-01-06 | 1         | 2      | 1        |
    | 2025-01-13 | 0         | 1      | 1        |
    """
    first = """
    | cohort     | period_no | people | returned |
    | 2025-01-06 | 0         | 2      | 2        |
    | 2025-01-06 | 1         | 2      | 1        |
    """
    answers(given, "retention", recurring, cohorts="recurring", **asked)
    answers(given, "retention", first, cohorts="first", **asked)


def test_a_rolling_day_belongs_to_the_person():
    """Two days and 14 hours after anna's start two of her windows are over, after chen's midnight start three. bo's return
    lies in a window that is not over for him, so it waits. 24 hours to the second open the next window."""
    answers(
        world(
            {
                "events": """
                | user_id | event      | event_at            | group_id |
                | anna    | group_join | 2024-12-31 10:00:00 | g1       |
                | anna    | live_view  | 2024-12-31 20:00:00 | -        |
                | anna    | live_view  | 2025-01-01 10:00:00 | -        |
                | bo      | group_join | 2024-12-31 23:00:00 | g1       |
                | bo      | live_view  | 2025-01-02 23:30:00 | -        |
                | chen    | group_join | 2024-12-31 00:00:00 | g1       |
                | chen    | live_view  | 2025-01-02 12:00:00 | -        |
                """
            },
            as_of="2025-01-02",
        ),
        "retention",
        """
        | cohort     | period_no | people | mature_people | returned | retention_rate | is_mature |
        | 2024-12-31 | 0         | 3      | 3             | 1        | 1/3            | true      |
        | 2024-12-31 | 1         | 3      | 3             | 1        | 1/3            | true      |
        | 2024-12-31 | 2         | 3      | 1             | 1        | 1              | false     |
        """,
        start="group_join",
        back="live_view",
        period="rolling_24h",
        segments=["all"],
    )


def test_brackets_of_days_after_the_persons_own_start():
    """1, 3, 7 are the brackets 1-1, 2-3 and 4-7. bo joined four days ago: his bracket 4-7 is not over, his order waits."""
    answers(
        world(
            {
                "events": """
                | user_id | event      | event_at            | group_id |
                | anna    | group_join | 2025-01-01 10:00:00 | g1       |
                | bo      | group_join | 2025-01-20 10:00:00 | g1       |
                | chen    | group_join | 2025-01-10 10:00:00 | g1       |
                """,
                "orders": """
                | order_id | buyer_id | paid_at             | paid_amount |
                | a1       | anna     | 2025-01-01 12:00:00 | 30          |
                | a2       | anna     | 2025-01-02 09:00:00 | 30          |
                | a3       | anna     | 2025-01-04 09:00:00 | 30          |
                | b1       | bo       | 2025-01-24 09:00:00 | 30          |
                | c1       | chen     | 2025-01-15 09:00:00 | 30          |
                | c2       | chen     | 2025-01-19 09:00:00 | 30          |
                """,
            },
            as_of="2025-01-24",
        ),
        "retention",
        """
        | cohort     | period_no | mode    | first_day | last_day | people | mature_people | returned | retention_rate |
        | 2025-01-01 | 0         | bracket | 0         | 0        | 3      | 3             | 1        | 1/3            |
        | 2025-01-01 | 1         | bracket | 1         | 1        | 3      | 3             | 1        | 1/3            |
        | 2025-01-01 | 2         | bracket | 2         | 3        | 3      | 3             | 1        | 1/3            |
        | 2025-01-01 | 3         | bracket | 4         | 7        | 3      | 2             | 1        | 1/2            |
        """,
        start="group_join",
        back="order",
        period="month",
        mode=[1, 3, 7],
        segments=["all"],
    )


def test_one_word_to_itself_is_one_scan_with_the_same_answer():
    """Weeks from Sunday in a warehouse with weeks from Monday can't use the marks of core; the answer is right all the same."""
    orders = """
    | order_id | buyer_id | paid_at             | paid_amount |
    | a1       | anna     | 2024-02-29 10:00:00 | 30          |
    | a2       | anna     | 2024-03-02 10:00:00 | 30          |
    | a3       | anna     | 2024-03-03 10:00:00 | 30          |
    | b1       | bo       | 2024-03-01 10:00:00 | 30          |
    """
    given = world({"orders": orders}, as_of="2024-03-03")
    asked = {"start": "order", "back": "order", "segments": ["all"]}
    monday = """
    | cohort     | period_no | people | mature_people | returned |
    | 2024-02-26 | 0         | 2      | 2             | 2        |
    """
    sunday = """
    | cohort     | period_no | people | mature_people | returned |
    | 2024-02-25 | 0         | 2      | 2             | 2        |
    | 2024-02-25 | 1         | 2      | 0             | 1        |
    """
    answers(given, "retention", monday, **asked)
    answers(given, "retention", sunday, week_starts="sunday", **asked)


def test_orders_to_orders_by_channel_whichever_way_it_is_taken():
    """anna's first two orders are of one second: the first is the one that core calls the first, a1 from the live room,
    on both ways. The long way joins histories, as soon as another word may bring people back."""
    orders = """
    | order_id | buyer_id | paid_at             | paid_amount | entry |
    | a1       | anna     | 2024-02-29 10:00:00 | 30          | 直播  |
    | a2       | anna     | 2024-02-29 10:00:00 | 30          | 粉丝群 |
    | a3       | anna     | 2024-03-05 10:00:00 | 30          | 直播  |
    | b1       | bo       | 2024-03-01 10:00:00 | 30          | 粉丝群 |
    """
    given = world({"orders": orders}, as_of="2024-03-12")
    expected = """
    | cohort     | segment   | period_no | people | returned |
    | 2024-02-26 | live      | 0         | 1      | 1        |
    | 2024-02-26 | live      | 1         | 1      | 1        |
    | 2024-02-26 | fan_group | 0         | 1      | 1        |
    | 2024-02-26 | fan_group | 1         | 1      | 0        |
    """
    for back in (["order"], ["order", "follow"]):
        answers(given, "retention", expected, "period_no < 2", start="order", back=back, segments=["channel"])


def test_nobody_starts():
    assert world({}, as_of="2025-01-24").rows("metrics.retention") == []
