"""Volume against quality of each way into the groups."""

import pytest

from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"cohort_period": "all", "segments": ["entry_path_threshold_group"]}]


@pytest.fixture(scope="module")
def club():
    """anna applies twice, is rejected once, approved and joins; bo applies at the year's end and is approved in January;
    chen joins, leaves after exactly 7 days, and joins again in March; ding joins too late to be mature; emma bought before
    joining and again after; fang's application is pending."""
    return world(
        {
            "groups": """
            | group_id | name   | follow_days_required | fan_level_required |
            | g1       | 老客群 | 7                    | 5                  |
            | g2       | 新客群 | 0                    | 0                  |
            """,
            "events": """
            | user_id | event         | event_at            | group_id | entry_path   |
            | anna    | group_apply   | 2025-01-02 10:00:00 | g1       | live_fan_club |
            | anna    | group_reject  | 2025-01-02 11:00:00 | g1       | -            |
            | anna    | group_apply   | 2025-01-03 10:00:00 | g1       | live_fan_club |
            | anna    | group_approve | 2025-01-03 10:00:00 | g1       | -            |
            | anna    | group_join    | 2025-01-03 10:00:00 | g1       | live_fan_club |
            | bo      | group_apply   | 2024-12-31 10:00:00 | g1       | live_fan_club |
            | bo      | group_approve | 2025-01-01 10:00:00 | g1       | -            |
            | bo      | group_join    | 2025-01-01 10:05:00 | g1       | live_fan_club |
            | chen    | group_join    | 2025-01-05 10:00:00 | g2       | qr           |
            | chen    | group_leave   | 2025-01-12 10:00:00 | g2       | -            |
            | chen    | group_join    | 2025-03-10 10:00:00 | g2       | qr           |
            | ding    | group_join    | 2025-04-01 10:00:00 | g2       | -            |
            | emma    | group_join    | 2025-01-06 10:00:00 | g2       | qr           |
            | fang    | group_apply   | 2025-01-07 10:00:00 | g2       | profile      |
            """,
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount |
            | a1       | anna     | 2025-01-03 10:00:00 | 30          |
            | a2       | anna     | 2025-04-03 10:00:00 | 30          |
            | b1       | bo       | 2025-02-01 10:00:00 | 30          |
            | c1       | chen     | 2025-02-04 23:00:00 | 30          |
            | e1       | emma     | 2025-01-06 09:59:59 | 30          |
            | e2       | emma     | 2025-01-20 10:00:00 | 30          |
            """,
        },
        as_of="2025-04-06",
    )


def test_applications_belong_to_their_month_and_approvals_follow_them(club):
    answers(
        club,
        "group_entry",
        """
        | month      | applications | approved_applications | approval_rate | approvals | joins |
        | 2024-12-01 | 1            | 1                     | 1             | 0         | 0     |
        | 2025-01-01 | 3            | 1                     | 1/3           | 2         | 4     |
        | 2025-03-01 | 0            | 0                     | -             | 0         | 1     |
        | 2025-04-01 | 0            | 0                     | -             | 0         | 1     |
        """,
        segments=["all"],
    )


def test_who_stayed(club):
    """chen left 7 days after joining to the second, so was not in after 7 days. Four January joins are 90 days old."""
    answers(
        club,
        "group_entry",
        """
        | month      | joins | mature_joins_7 | stayed_7 | stay_7_rate | mature_joins_30 | stayed_30 | mature_joins_90 | stay_90_rate | is_mature |
        | 2025-01-01 | 4     | 4              | 3        | 3/4         | 4               | 3         | 4               | 3/4          | false     |
        | 2025-03-01 | 1     | 1              | 1        | 1           | 0               | 0         | 0               | -            | false     |
        | 2025-04-01 | 1     | 0              | 0        | -           | 0               | 0         | 0               | -            | false     |
        """,
        where="joins > 0",
        segments=["all"],
    )


def test_first_order_and_repurchase_after_joining(club):
    """An order in the second of the join counts as after it, one a second before does not: emma was a buyer. anna at once,
    bo on day 31: too late; chen on day 30. Second purchases within 90 days: anna on day 90, emma on day 14."""
    answers(
        club,
        "group_entry",
        """
        | entry_path    | threshold      | group_id | group_name | joins | prospects_30 | first_orders_30 | first_order_30_rate | repeat_prospects_90 | repurchases_90 |
        | live_fan_club | follow_7+fan_5 | g1       | 老客群     | 2     | 2            | 1               | 1/2                 | 2                   | 1              |
        | qr            | none           | g2       | 新客群     | 2     | 1            | 1               | 1                   | 2                   | 1              |
        | profile       | none           | g2       | 新客群     | 0     | 0            | 0               | -                   | 0                   | 0              |
        """,
        where="month = '2025-01-01'",
        segments=["entry_path_threshold_group"],
    )


def test_roll_ups(club):
    answers(
        club,
        "group_entry",
        """
        | segment_by | segment        | entry_path    | threshold      | platform | group_id | joins |
        | all        | all            | all           | all            | all      | all      | 4     |
        | entry_path | live_fan_club  | live_fan_club | all            | all      | all      | 2     |
        | entry_path | qr             | qr            | all            | all      | all      | 2     |
        | threshold  | follow_7+fan_5 | all           | follow_7+fan_5 | all      | all      | 2     |
        | threshold  | none           | all           | none           | all      | all      | 2     |
        | group      | g1             | all           | follow_7+fan_5 | other    | g1       | 2     |
        | group      | g2             | all           | none           | other    | g2       | 2     |
        | platform   | other          | all           | all            | other    | all      | 4     |
        """,
        where="month = '2025-01-01' and joins > 0 "
        "and segment_by not in ('live_session', 'host', 'entry_path_threshold_group')",
    )


def test_a_group_that_nobody_has_joined_yet_has_its_threshold():
    answers(
        world(
            {
                "groups": "| group_id | fan_level_required |\n| g1 | 9 |",
                "events": "| user_id | event | event_at | group_id |\n| anna | group_apply | 2025-01-02 10:00:00 | g1 |",
            },
            as_of="2025-01-31",
        ),
        "group_entry",
        """
        | threshold | applications | joins |
        | fan_9     | 1            | 0     |
        """,
        segments=["threshold"],
    )


def test_an_application_does_not_take_the_path_of_an_earlier_stay():
    """anna came by a QR code once, and left; how she applied again nobody says. bo's approval came the way he applied."""
    answers(
        world(
            {
                "events": """
                | user_id | event         | event_at            | group_id | entry_path |
                | anna    | group_join    | 2025-01-02 10:00:00 | g1       | qr         |
                | anna    | group_leave   | 2025-01-03 10:00:00 | g1       | -          |
                | anna    | group_apply   | 2025-01-04 10:00:00 | g1       | -          |
                | anna    | group_approve | 2025-01-04 11:00:00 | g1       | -          |
                | bo      | group_apply   | 2025-01-05 10:00:00 | g1       | profile    |
                | bo      | group_approve | 2025-01-05 11:00:00 | g1       | -          |
                """
            },
            as_of="2025-01-31",
        ),
        "group_entry",
        """
        | entry_path | applications | approved_applications | approvals | joins |
        | qr         | 0            | 0                     | 0         | 1     |
        | other      | 1            | 1                     | 1         | 0     |
        | profile    | 1            | 1                     | 1         | 0     |
        """,
        segments=["entry_path"],
    )


def test_to_leave_after_exactly_so_many_days_is_not_to_have_stayed():
    """anna leaves 30 days after joining to the second, bo a second later, chen 90 days to the second, ding a second later.
    emma's second order falls in the second of joining, fang's a second before."""
    answers(
        world(
            {
                "events": """
                | user_id | event       | event_at            | group_id |
                | anna    | group_join  | 2025-01-01 10:00:00 | g1       |
                | anna    | group_leave | 2025-01-31 10:00:00 | g1       |
                | bo      | group_join  | 2025-01-01 10:00:00 | g1       |
                | bo      | group_leave | 2025-01-31 10:00:01 | g1       |
                | chen    | group_join  | 2025-01-01 10:00:00 | g1       |
                | chen    | group_leave | 2025-04-01 10:00:00 | g1       |
                | ding    | group_join  | 2025-01-01 10:00:00 | g1       |
                | ding    | group_leave | 2025-04-01 10:00:01 | g1       |
                | emma    | group_join  | 2025-01-01 10:00:00 | g1       |
                | fang    | group_join  | 2025-01-01 10:00:01 | g1       |
                """,
                "orders": """
                | order_id | buyer_id | paid_at             | paid_amount |
                | e1       | emma     | 2024-12-01 10:00:00 | 30          |
                | e2       | emma     | 2025-01-01 10:00:00 | 30          |
                | f1       | fang     | 2024-12-01 10:00:00 | 30          |
                | f2       | fang     | 2025-01-01 10:00:00 | 30          |
                """,
            },
            as_of="2025-04-01",
        ),
        "group_entry",
        """
        | joins | mature_joins_30 | stayed_30 | mature_joins_90 | stayed_90 | prospects_30 | repeat_prospects_90 | repurchases_90 |
        | 6     | 6               | 5         | 6               | 3         | 4            | 5                   | 1              |
        """,
        segments=["all"],
    )
