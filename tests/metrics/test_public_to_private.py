"""公转私率: first private entry within N days of the first public touch, and what it cost."""

import pytest

from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [
    {"cohort_period": "all"},
    {"cohort_period": "month", "within_days": [3], "segments": ["host"]},
]


@pytest.fixture(scope="module")
def club():
    """anna joins an hour later but after midnight; bo on the same date; chen 24 hours later to the second, ding one second
    more; emma was private before; fang never; gao is touched on the last day known, in another week."""
    return world(
        {
            "events": """
            | user_id | event       | event_at            | group_id | live_session_id |
            | anna    | live_view   | 2024-02-28 23:30:00 | -        | s1              |
            | anna    | group_join  | 2024-02-29 00:30:00 | g1       | -               |
            | bo      | live_view   | 2024-02-28 08:00:00 | -        | s1              |
            | bo      | member_join | 2024-02-28 22:00:00 | -        | -               |
            | chen    | video_view  | 2024-02-28 10:00:00 | -        | -               |
            | chen    | wecom_add   | 2024-02-29 10:00:00 | -        | -               |
            | ding    | ad_click    | 2024-02-29 10:00:00 | -        | -               |
            | ding    | group_join  | 2024-03-01 10:00:01 | g1       | -               |
            | emma    | group_join  | 2024-02-26 10:00:00 | g1       | -               |
            | emma    | live_view   | 2024-02-28 10:00:00 | -        | s1              |
            | fang    | live_view   | 2024-03-01 10:00:00 | -        | s1              |
            | gao     | live_view   | 2024-03-05 10:00:00 | -        | s1              |
            """,
            "ad_spend": """
            | date       | account_id | ad_id | cost_amount | live_session_id |
            | 2024-02-28 | q          | 1     | 70.01       | s1              |
            | 2024-03-03 | q          | 2     | 30          | -               |
            | 2024-03-06 | q          | 3     | 999         | -               |
            """,
            "live_sessions": """
            | live_session_id | host_id | started_at          |
            | s1              | lili    | 2024-02-28 07:00:00 |
            """,
        },
        as_of="2024-03-05",
    )


def test_windows_count_hours_and_zero_is_the_same_date(club):
    """Of six people touched in the week of 26 February: bo on the date, anna and chen within 24 hours, ding within 48."""
    answers(
        club,
        "public_to_private",
        """
        | window_days | people | already_private_people | mature_people | private_people | public_to_private_rate | median_days | is_mature |
        | 0           | 6      | 1                      | 6             | 1              | 1/6                    | 0           | true      |
        | 1           | 6      | 1                      | 6             | 3              | 1/2                    | 1           | true      |
        | 2           | 6      | 1                      | 6             | 4              | 2/3                    | 1           | true      |
        | 5           | 6      | 1                      | 5             | 4              | 4/5                    | 1           | false     |
        | 30          | 6      | 1                      | 0             | 0              | -                      | -           | false     |
        """,
        where="cohort_week = '2024-02-26'",
        within_days=[0, 1, 2, 5, 30],
        segments=["all"],
    )


def test_cost_per_private_member_waits_for_the_whole_cohort(club):
    """100.01 yuan for 1, 3 and 4 people, in whole cents; spend after as_of does not count; the next week has none."""
    answers(
        club,
        "public_to_private",
        """
        | cohort_week | window_days | cost_amount | cost_per_private_amount |
        | 2024-02-26  | 0           | 100.01      | 100.01                  |
        | 2024-02-26  | 1           | 100.01      | 33.34                   |
        | 2024-02-26  | 2           | 100.01      | 25.00                   |
        | 2024-02-26  | 5           | 100.01      | -                       |
        | 2024-03-04  | 0           | -           | -                       |
        | 2024-03-04  | 1           | -           | -                       |
        | 2024-03-04  | 2           | -           | -                       |
        | 2024-03-04  | 5           | -           | -                       |
        """,
        within_days=[0, 1, 2, 5],
        segments=["all"],
    )


def test_only_breakdowns_that_spend_has_carry_a_cost(club):
    answers(
        club,
        "public_to_private",
        """
        | segment_by   | segment | people | private_people | cost_amount |
        | channel      | ad      | 1      | 1              | -           |
        | channel      | live    | 4      | 2              | -           |
        | channel      | video   | 1      | 1              | -           |
        | paid         | paid    | 1      | 1              | -           |
        | paid         | organic | 5      | 3              | -           |
        | platform     | other   | 6      | 4              | 100.01      |
        | live_session | s1      | 4      | 2              | 70.01       |
        | live_session | none    | 2      | 2              | -           |
        | host         | lili    | 4      | 2              | 70.01       |
        | host         | none    | 2      | 2              | -           |
        """,
        where="cohort_week = '2024-02-26' and segment_by not in ('all', 'festival')",
        within_days=[2],
    )
