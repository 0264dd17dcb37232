"""New, returning, resurrected, dormant: what the worked example leaves out."""

import pytest

from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [
    {"acts": ["order"], "period": "month", "segments": ["all", "channel"]},
    {
        "acts": ["order[paid_amount>=20]", "follow|fan_club"],
        "period": "day",
        "week_starts": "sunday",
        "segments": ["all"],
    },
]


@pytest.fixture(scope="module")
def months():
    """anna buys in November and December, then in February; bo on 31 January and 1 February."""
    return world(
        {
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount |
            | a1       | anna     | 2024-11-30 10:00:00 | 30          |
            | a2       | anna     | 2024-12-31 23:59:59 | 30          |
            | a3       | anna     | 2025-02-28 10:00:00 | 10          |
            | b1       | bo       | 2025-01-31 10:00:00 | 30          |
            | b2       | bo       | 2025-02-01 00:00:00 | 30          |
            """
        },
        as_of="2025-03-15",
    )


def test_months_of_every_length_follow_each_other(months):
    answers(
        months,
        "lifecycle",
        """
        | period_date | new_people | returning_people | resurrected_people | dormant_people | previous_people | is_mature |
        | 2024-11-01  | 1          | 0                | 0                  | 0              | 0               | true      |
        | 2024-12-01  | 0          | 1                | 0                  | 0              | 1               | true      |
        | 2025-01-01  | 1          | 0                | 0                  | 1              | 1               | true      |
        | 2025-02-01  | 0          | 1                | 1                  | 0              | 1               | true      |
        | 2025-03-01  | 0          | 0                | 0                  | -              | -               | false     |
        """,
        acts="order",
        period="month",
        segments="all",
    )


def test_a_condition_is_of_the_row_and_not_of_the_day(months):
    """Of less than 20 yuan anna bought once, in February; that is her first month then."""
    answers(
        months,
        "lifecycle",
        """
        | period_date | active_people | new_people |
        | 2025-02-01  | 1             | 1          |
        """,
        "period_date = '2025-02-01'",
        acts="order[paid_amount<20]",
        period="month",
        segments="all",
    )
