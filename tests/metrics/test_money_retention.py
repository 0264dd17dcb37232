"""What people spend in the periods after a start: what the worked example leaves out."""

from tests.metrics.asking import answers
from tests.worlds import world

SEGMENTS = ["all", "channel", "domain", "platform", "live_session", "host", "group", "threshold", "entry_path"]
# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [
    {"start": ["watch"], "back": ["order[paid_amount>=20&channel!=live]"], "period": "week", "week_starts": "sunday"},
    {"start": ["order"], "period": "day", "cohorts": "recurring", "segments": SEGMENTS},
]


def test_refunds_reduce_it_and_a_cell_that_is_not_over_says_nothing():
    """Half of anna's second order goes back. bo spends nothing and is counted."""
    given = world(
        {
            "events": """
            | user_id | event      | event_at            | group_id |
            | anna    | group_join | 2025-01-06 10:00:00 | g1       |
            | bo      | group_join | 2025-01-07 10:00:00 | g1       |
            """,
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount | entry |
            | a1       | anna     | 2025-01-06 10:00:00 | 30          | 直播  |
            | a2       | anna     | 2025-01-14 10:00:00 | 40          | 粉丝群 |
            | a3       | anna     | 2025-01-21 10:00:00 | 50          | 直播  |
            """,
            "refunds": """
            | refund_id | order_id | refunded_at         | refund_amount |
            | r1        | a2       | 2025-01-20 10:00:00 | 20            |
            """,
        },
        as_of="2025-01-22",
    )
    asked = {"start": "private_entry", "period": "week"}
    answers(
        given,
        "money_retention",
        """
        | period_no | people | mature_people | spenders | orders | net_amount | amount_per_person | money_retention | is_mature |
        | 0         | 2      | 2             | 1        | 1      | 30         | 15                | 1               | true      |
        | 1         | 2      | 2             | 1        | 1      | 20         | 10                | 2/3             | true      |
        | 2         | 2      | 0             | -        | -      | -          | -                 | -               | false     |
        """,
        **asked,
    )
    answers(
        given,
        "money_retention",
        """
        | period_no | spenders | net_amount |
        | 0         | 0        | 0          |
        | 1         | 1        | 20         |
        """,
        "period_no < 2",
        back="order[channel=fan_group]",
        **asked,
    )
