"""What follows a message, to the second and the day, and what cannot be known of it."""

import pytest

from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"days": 200, "buy_days": 1, "leave_hours": 48, "most_pushes": 2}]

GROUP = """
| user_id | event      | event_at            | group_id |
| anna    | group_join | 2025-03-01 10:00:00 | g1       |
| bo      | group_join | 2025-03-01 10:00:00 | g1       |
"""


@pytest.fixture(scope="module")
def evening():
    """Messages on 10 March at 20:00. anna buys on the 13th at midnight's edge, and before it; bo on the 14th. ding leaves 24 hours
    after to the second, emma a second later. Into g3 gao joins in that second, hua leaves in it, and ivy was removed before. Of
    m5 a file names jun, who opened it and clicked twice, and kai, who stands in no group; lei, who does, is not known to be reached."""
    return world(
        {
            "pushes": """
            | message_id | sent_at             | group_id | kind    | delivered | opened |
            | m1         | 2025-03-10 20:00:00 | g1       | product | 300       | 30     |
            | m2         | 2025-03-10 20:00:00 | g2       | product | -         | 5      |
            | m3         | 2025-03-10 20:00:00 | -        | sms     | -         | -      |
            | m4         | 2025-03-10 20:00:00 | g3       | -       | -         | -      |
            | m5         | 2025-03-10 20:00:00 | g4       | -       | -         | -      |
            | play       | 2025-03-10 20:00:00 | g1       | pk      | 300       | -      |
            """,
            "events": """
            | user_id | event          | event_at            | group_id | message_id |
            | anna    | group_join     | 2025-03-01 10:00:00 | g1       | -          |
            | bo      | group_join     | 2025-03-01 10:00:00 | g1       | -          |
            | ding    | group_join     | 2025-03-01 10:00:00 | g2       | -          |
            | ding    | group_leave    | 2025-03-11 20:00:00 | g2       | -          |
            | emma    | group_join     | 2025-03-01 10:00:00 | g2       | -          |
            | emma    | group_leave    | 2025-03-11 20:00:01 | g2       | -          |
            | fang    | group_join     | 2025-03-01 10:00:00 | g2       | -          |
            | gao     | group_join     | 2025-03-10 20:00:00 | g3       | -          |
            | hua     | group_join     | 2025-03-01 10:00:00 | g3       | -          |
            | hua     | group_leave    | 2025-03-10 20:00:00 | g3       | -          |
            | ivy     | group_join     | 2025-03-01 10:00:00 | g3       | -          |
            | ivy     | group_remove   | 2025-03-09 10:00:00 | g3       | -          |
            | jun     | group_join     | 2025-03-01 10:00:00 | g4       | -          |
            | lei     | group_join     | 2025-03-01 10:00:00 | g4       | -          |
            | jun     | push_delivered | 2025-03-10 20:00:02 | -        | m5         |
            | jun     | push_open      | 2025-03-10 20:05:00 | -        | m5         |
            | kai     | push_delivered | 2025-03-10 20:00:01 | -        | m5         |
            | jun     | push_click     | 2025-03-10 20:06:00 | -        | m5         |
            | jun     | push_click     | 2025-03-10 20:07:00 | -        | m5         |
            """,
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount | status    |
            | a0       | anna     | 2025-03-10 19:59:59 | 1           | paid      |
            | a1       | anna     | 2025-03-10 20:00:00 | 10          | paid      |
            | a2       | anna     | 2025-03-13 23:59:59 | 20          | paid      |
            | a3       | anna     | 2025-03-12 10:00:00 | 40          | cancelled |
            | b1       | bo       | 2025-03-14 00:00:00 | 80          | paid      |
            """,
        },
        as_of="2025-03-31",
    )


def test_orders_within_three_calendar_days_and_leaves_within_a_day(evening):
    answers(
        evening,
        "push_performance",
        """
        | segment | reached | reached_by | mature_reached | bought | paid_amount | credited_orders | credited_amount | watched | left_in_time | opened | open_rate | delivered | clicked |
        | m1      | 2       | members    | 2              | 1      | 30          | 2               | 30              | 2       | 0            | 30     | 0.1       | 300       | -       |
        | m2      | 3       | members    | 3              | 0      | 0           | 0               | 0               | 3       | 1            | 5      | -         | -         | -       |
        | m3      | -       | -          | -              | -      | -           | -               | -               | -       | -            | -      | -         | -         | -       |
        | m4      | 1       | members    | 1              | 0      | 0           | 0               | 0               | 1       | 0            | -      | -         | -         | -       |
        | m5      | 2       | events     | 2              | 0      | 0           | 0               | 0               | 1       | 0            | 1      | 0.5       | 2         | 1       |
        """,
        where="segment_by = 'message'",
    )


def test_a_play_is_no_message_and_a_message_that_reached_nobody_known_counts_in_no_rate(evening):
    answers(
        evening,
        "push_performance",
        """
        | segment_by | segment | platform | messages | reached | buy_rate | leave_rate | is_small |
        | all        | all     | all      | 5        | 8       | 0.125    | 1/7        | false    |
        | kind       | none    | all      | 2        | 3       | 0        | 0          | true     |
        | kind       | product | all      | 2        | 5       | 0.2      | 0.2        | false    |
        | kind       | sms     | all      | 1        | -       | -        | -          | -        |
        | group      | g1      | other    | 1        | 2       | 0.5      | 0          | true     |
        | group      | g2      | other    | 1        | 3       | 0        | 1/3        | true     |
        | group      | g3      | other    | 1        | 1       | 0        | 0          | true     |
        | group      | g4      | other    | 1        | 2       | 0        | 0          | true     |
        | group      | none    | other    | 1        | -       | -        | -          | -        |
        """,
        where="segment_by not in ('message', 'push_no')",
    )


def test_longer_windows_when_asked(evening):
    answers(
        evening,
        "push_performance",
        """
        | segment | bought | paid_amount | left_in_time |
        | m1      | 2      | 110         | 0            |
        | m2      | 0      | 0           | 2            |
        | m3      | -      | -           | -            |
        """,
        where="segment_by = 'message' and segment < 'm4'",
        buy_days=4,
        leave_hours=25,
    )


def test_fatigue_counts_seven_days_back_over_all_groups_and_from_most_pushes_on_together():
    """anna stands in two groups. Her messages: 1 March; on the 8th one to g2 a second before seven days are over (the second), then
    to g1 the second they are (the second again, as the first has dropped out); two more on the 9th."""
    built = world(
        {
            "pushes": """
            | message_id | sent_at             | group_id |
            | m1         | 2025-03-01 20:00:00 | g1       |
            | m2         | 2025-03-08 19:59:59 | g2       |
            | m3         | 2025-03-08 20:00:00 | g1       |
            | m4         | 2025-03-09 10:00:00 | g1       |
            | m5         | 2025-03-09 11:00:00 | g1       |
            """,
            "events": """
            | user_id | event      | event_at            | group_id |
            | anna    | group_join | 2025-02-01 10:00:00 | g1       |
            | anna    | group_join | 2025-02-01 10:00:00 | g2       |
            """,
        },
        as_of="2025-03-31",
    )
    rows = built.rows("metrics.push_performance", where="segment_by = 'push_no'", most_pushes=3)
    assert [(row["segment"], row["messages"], row["reached"]) for row in rows] == [
        ("1", 1, 1),
        ("2", 2, 2),
        ("3+", 2, 2),
    ]


def test_what_is_not_over_is_in_no_rate():
    """Orders are known to 12 March: three days after the 9th are over, after the 10th not. Leaves are known to the 11th."""
    answers(
        world(
            {
                "pushes": """
                | message_id | sent_at             | group_id |
                | m1         | 2025-03-09 20:00:00 | g1       |
                | m2         | 2025-03-10 20:00:00 | g1       |
                | m3         | 2025-03-11 20:00:00 | g1       |
                """,
                "events": GROUP + "| zoe | group_join | 2025-03-11 23:00:00 | g9 |\n",
                "orders": "| order_id | buyer_id | paid_at | paid_amount |\n| o1 | anna | 2025-03-12 10:00:00 | 9 |",
            },
            as_of="2025-03-12",
            is_known=False,
        ),
        "push_performance",
        """
        | segment | reached | mature_reached | bought | buy_rate | paid_amount | watched | is_mature |
        | m1      | 2       | 2              | 1      | 0.5      | 9           | 2       | true      |
        | m2      | 2       | 0              | 0      | -        | 0           | 2       | false     |
        | m3      | 2       | 0              | 0      | -        | 0           | 0       | false     |
        """,
        where="segment_by = 'message'",
    )
