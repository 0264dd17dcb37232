"""What goes with converting: what the worked example leaves out."""

from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [
    {"steps": ["any", "order"], "within": "30d", "order": "strict", "exclude": ["group_leave"]},
    {"steps": ["watch", "private_entry", "order"], "within": "8w", "order": "any"},
]


def test_only_what_lies_between_the_first_start_and_the_last_step_or_the_end_of_the_window():
    """anna likes before she watches and in the second of her order; bo in the second of watching, chen at the very end of his window,
    ding a second after it."""
    given = world(
        {
            "events": """
            | user_id | event     | event_at            |
            | anna    | live_like | 2025-01-06 19:59:59 |
            | anna    | live_view | 2025-01-06 20:00:00 |
            | anna    | live_like | 2025-01-06 20:10:00 |
            | bo      | live_view | 2025-01-06 20:00:00 |
            | bo      | live_like | 2025-01-06 20:00:00 |
            | chen    | live_view | 2025-01-06 20:00:00 |
            | chen    | live_like | 2025-01-06 21:00:00 |
            | ding    | live_view | 2025-01-06 20:00:00 |
            | ding    | live_like | 2025-01-06 21:00:01 |
            """,
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount |
            | a        | anna     | 2025-01-06 20:10:00 | 30          |
            """,
        },
        as_of="2025-01-31",
    )
    answers(
        given,
        "funnel_correlation",
        """
        | activity  | people | converted_people | with_people | converted_with_people | without_people | converted_without_people | is_small |
        | live_like | 4      | 1                | 1           | 0                     | 3              | 1                        | true     |
        """,
        steps=["watch", "order"],
        within="1h",
    )
