"""The ladder from the first public touch to the second order."""

import pytest

from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"cohort_period": "all", "within_days": [0, 30]}, {"cohort_period": "month", "segments": ["paid"]}]


@pytest.fixture(scope="module")
def club():
    """Monday 6 January 2025 opens the week.

    anna climbs every step; bo follows and joins the fan club in the wrong order; chen buys at once and skips the rest;
    ding bought before any public touch; emma's join comes 7 days and a second after; fang is touched in the next week,
    too late to be mature.
    """
    return world(
        {
            "events": """
            | user_id | event         | event_at            | group_id | live_session_id |
            | anna    | live_view     | 2025-01-06 10:00:00 | -        | s1              |
            | anna    | follow        | 2025-01-06 10:00:00 | -        | s1              |
            | anna    | fan_club_join | 2025-01-06 23:00:00 | -        | -               |
            | anna    | group_join    | 2025-01-07 09:00:00 | g1       | -               |
            | bo      | video_view    | 2025-01-07 10:00:00 | -        | -               |
            | bo      | fan_club_join | 2025-01-08 10:00:00 | -        | -               |
            | bo      | follow        | 2025-01-09 10:00:00 | -        | -               |
            | chen    | live_view     | 2025-01-12 10:00:00 | -        | s1              |
            | ding    | live_view     | 2025-01-08 10:00:00 | -        | s1              |
            | emma    | live_view     | 2025-01-08 10:00:00 | -        | s1              |
            | emma    | follow        | 2025-01-09 10:00:00 | -        | -               |
            | emma    | fan_club_join | 2025-01-10 10:00:00 | -        | -               |
            | emma    | group_join    | 2025-01-15 10:00:01 | g1       | -               |
            | fang    | live_view     | 2025-01-13 10:00:00 | -        | s1              |
            """,
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount | entry  |
            | a1       | anna     | 2025-01-07 09:00:00 | 30          | 粉丝群 |
            | a2       | anna     | 2025-01-13 23:59:59 | 30          | 粉丝群 |
            | c1       | chen     | 2025-01-12 10:00:00 | 30          | 直播   |
            | d1       | ding     | 2025-01-01 10:00:00 | 30          | 粉丝群 |
            """,
            "live_sessions": """
            | live_session_id | host_id | started_at          |
            | s1              | lili    | 2025-01-06 09:00:00 |
            """,
        },
        as_of="2025-01-19",
    )


def test_the_ladder_is_climbed_in_order_inside_the_window(club):
    """Of five mature people anna alone climbs it all: same-second steps are in order, and her second order on the seventh
    date after counts, though 7 days and 14 hours have passed. Three followed, two of them entered the fan club after that."""
    answers(
        club,
        "conversion",
        """
        | step_no | step         | mature_people | previous_people | people | rate_from_first | rate_from_previous | reached_people | median_days |
        | 1       | public       | 5             | 5               | 5      | 1               | 1                  | 5              | 0           |
        | 2       | follow       | 5             | 5               | 3      | 0.6             | 0.6                | 3              | 1           |
        | 3       | fan_club     | 5             | 3               | 2      | 0.4             | 2/3                | 3              | 1           |
        | 4       | private      | 5             | 2               | 1      | 0.2             | 0.5                | 1              | 1           |
        | 5       | first_order  | 5             | 1               | 1      | 0.2             | 1                  | 2              | 1           |
        | 6       | second_order | 5             | 1               | 1      | 0.2             | 1                  | 1              | 7           |
        """,
        where="cohort_week = '2025-01-06'",
        within_days=[7],
        segments=["all"],
    )


def test_one_second_beyond_the_window_needs_the_next_day(club):
    """emma joined 7 days and a second after. chen, touched on the 12th, has not had 8 days yet."""
    answers(
        club,
        "conversion",
        """
        | window_days | mature_people | people | median_days |
        | 7           | 5             | 1      | 1           |
        | 8           | 4             | 2      | 4.5         |
        """,
        where="cohort_week = '2025-01-06' and step = 'private'",
        within_days=[7, 8],
        segments=["all"],
    )


def test_nobody_mature_and_nobody_at_the_step_before(club):
    answers(
        club,
        "conversion",
        """
        | step     | cohort_people | mature_people | previous_people | people | rate_from_first | rate_from_previous | is_mature |
        | public   | 1             | 0             | 0               | 0      | -               | -                  | false     |
        | follow   | 1             | 0             | 0               | 0      | -               | -                  | false     |
        | fan_club | 1             | 0             | 0               | 0      | -               | -                  | false     |
        """,
        where="cohort_week = '2025-01-13' and step_no <= 3",
        within_days=[7],
        segments=["all"],
    )


def test_breakdowns_of_the_first_public_touch(club):
    answers(
        club,
        "conversion",
        """
        | segment_by   | segment | cohort_people | people |
        | all          | all     | 6             | 3      |
        | channel      | live    | 5             | 2      |
        | channel      | video   | 1             | 1      |
        | paid         | organic | 6             | 3      |
        | platform     | other   | 6             | 3      |
        | live_session | s1      | 5             | 2      |
        | live_session | none    | 1             | 1      |
        | host         | lili    | 5             | 2      |
        | host         | none    | 1             | 1      |
        """,
        where="step = 'follow' and segment_by <> 'festival'",
        within_days=[3],
        cohort_period="all",
    )


def test_an_advertisement_into_a_live_session_is_paid_traffic():
    """chen's order came by the live session, and an advertisement had brought her there."""
    answers(
        world(
            {
                "events": """
                | user_id | event     | event_at            | source |
                | anna    | live_view | 2025-01-06 10:00:00 | 千川   |
                | bo      | live_view | 2025-01-06 11:00:00 | -      |
                """,
                "orders": """
                | order_id | buyer_id | paid_at             | paid_amount | entry  | traffic_type |
                | c1       | chen     | 2025-01-06 12:00:00 | 30          | 直播间 | 广告         |
                """,
            },
            as_of="2025-01-06",
        ),
        "conversion",
        """
        | segment_by | segment | cohort_people |
        | channel    | live    | 2             |
        | channel    | ad      | 1             |
        | paid       | paid    | 2             |
        | paid       | organic | 1             |
        """,
        where="step = 'public'",
        within_days=[0],
        segments=["channel", "paid"],
    )
