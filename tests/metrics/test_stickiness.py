"""Days of activity in a period: what the worked example leaves out."""

from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"acts": ["order|any"], "period": "month", "week_starts": "sunday", "segments": ["all", "platform"]}]


def test_a_leap_month_has_29_days_and_one_that_is_not_over_no_rates():
    given = world(
        {
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount |
            | a1       | anna     | 2024-02-29 10:00:00 | 30          |
            | a2       | anna     | 2024-02-29 11:00:00 | 30          |
            | a3       | anna     | 2024-03-01 10:00:00 | 30          |
            """
        },
        as_of="2024-03-15",
    )
    answers(
        given,
        "stickiness",
        """
        | period_date | active_days | people | share | person_days | possible_days | stickiness | is_mature |
        | 2024-02-01  | 1           | 1      | 1     | 1           | 29            | 1/29       | true      |
        | 2024-02-01  | 29          | 0      | 0     | 1           | 29            | 1/29       | true      |
        | 2024-03-01  | 1           | 1      | -     | 1           | 31            | -          | false     |
        """,
        "active_days in (1, 29) and (active_days = 1 or period_date = '2024-02-01')",
        acts="order",
        period="month",
        segments="all",
    )
