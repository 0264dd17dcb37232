"""R1, R1d, R2, R4, R5 and R6, each by its id."""

import pytest

from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"period": "week", "segments": ["all", "live_session"]}]

ORDERS = """
| order_id | buyer_id | paid_at             | paid_amount | entry  |
| a1       | anna     | 2025-01-05 10:00:00 | 30          | 直播   |
| a2       | anna     | 2025-01-05 22:00:00 | 30          | 直播   |
| a3       | anna     | 2025-02-03 10:00:00 | 30          | 直播   |
| b1       | bo       | 2025-01-10 10:00:00 | 30          | 粉丝群 |
| b2       | bo       | 2025-01-20 10:00:00 | 30          | 直播   |
| c1       | chen     | 2025-02-11 10:00:00 | 30          | 直播   |
| d1       | ding     | 2023-12-01 10:00:00 | 30          | 直播   |
| d2       | ding     | 2025-01-15 10:00:00 | 30          | 直播   |
| e1       | emma     | 2024-06-01 10:00:00 | 30          | 直播   |
| e2       | emma     | 2025-01-16 10:00:00 | 30          | 直播   |
| e3       | emma     | 2025-03-02 10:00:00 | 30          | 直播   |
| n1       | -        | 2025-01-07 10:00:00 | 30          | 直播   |
"""


def test_each_variant_by_hand():
    """January: anna, bo, ding and emma with 6 orders. Two orders: anna (on one day) and bo. First orders ever: a1, b1.
    All four have more than one order in their lifetime. Only anna buys in February. New (nothing in 365 days): anna, bo
    and ding; the order without a buyer is nobody's. March is not over: neither are its rates, nor February's R5."""
    answers(
        world({"orders": ORDERS}, as_of="2025-03-15"),
        "repurchase_period",
        """
        | period     | variant | numerator | denominator | repurchase_rate | is_mature | is_history_short |
        | 2025-01-01 | R1      | 2         | 4           | 0.5             | true      | false            |
        | 2025-01-01 | R1d     | 1         | 4           | 0.25            | true      | false            |
        | 2025-01-01 | R2      | 4         | 6           | 2/3             | true      | false            |
        | 2025-01-01 | R4      | 4         | 4           | 1               | true      | false            |
        | 2025-01-01 | R5      | 1         | 4           | 0.25            | true      | false            |
        | 2025-01-01 | R6      | 2         | 3           | 2/3             | true      | false            |
        | 2025-02-01 | R1      | 0         | 2           | 0               | true      | false            |
        | 2025-02-01 | R1d     | 0         | 2           | 0               | true      | false            |
        | 2025-02-01 | R2      | 1         | 2           | 0.5             | true      | false            |
        | 2025-02-01 | R4      | 1         | 2           | 0.5             | true      | false            |
        | 2025-02-01 | R5      | 0         | 2           | -               | false     | false            |
        | 2025-02-01 | R6      | 0         | 1           | 0               | true      | false            |
        | 2025-03-01 | R1      | 0         | 1           | -               | false     | false            |
        | 2025-03-01 | R1d     | 0         | 1           | -               | false     | false            |
        | 2025-03-01 | R2      | 1         | 1           | -               | false     | false            |
        | 2025-03-01 | R4      | 1         | 1           | -               | false     | false            |
        | 2025-03-01 | R5      | 0         | 1           | -               | false     | false            |
        | 2025-03-01 | R6      | 0         | 0           | -               | false     | false            |
        """,
        where="period >= '2025-01-01'",
        segments=["all"],
    )


def test_breakdowns_follow_the_buyers_first_order_and_short_history_is_flagged():
    answers(
        world({"orders": ORDERS}, as_of="2025-03-15"),
        "repurchase_period",
        """
        | period     | segment   | numerator | denominator | is_history_short |
        | 2023-12-01 | live      | 0         | 1           | true             |
        | 2024-06-01 | live      | 0         | 1           | true             |
        | 2025-01-01 | live      | 1         | 2           | false            |
        | 2025-01-01 | fan_group | 1         | 1           | false            |
        | 2025-02-01 | live      | 0         | 1           | false            |
        | 2025-03-01 | live      | 0         | 0           | false            |
        """,
        where="variant = 'R6'",
        segments=["channel"],
    )


WEEKS = """
| order_id | buyer_id | paid_at             | paid_amount |
| a1       | anna     | 2024-12-30 10:00:00 | 30          |
| a2       | anna     | 2025-01-02 10:00:00 | 30          |
| b1       | bo       | 2025-01-04 10:00:00 | 30          |
| b2       | bo       | 2025-01-05 10:00:00 | 30          |
"""


def test_a_week_over_new_year_is_one_week():
    answers(
        world({"orders": WEEKS}, as_of="2025-01-12"),
        "repurchase_period",
        """
        | period     | period_unit | variant | numerator | denominator | repurchase_rate |
        | 2024-12-30 | week        | R1d     | 2         | 2           | 1               |
        | 2024-12-30 | week        | R5      | 0         | 2           | 0               |
        """,
        where="variant in ('R1d', 'R5')",
        segments=["all"],
        period="week",
    )


def test_weeks_from_sunday_when_the_merchant_says_so():
    """4 January 2025 is a Saturday: bo's two days now lie in two weeks."""
    answers(
        world({"orders": WEEKS}, as_of="2025-01-17", week_starts="sunday"),
        "repurchase_period",
        """
        | period     | variant | numerator | denominator | repurchase_rate |
        | 2024-12-29 | R1d     | 1         | 2           | 0.5             |
        | 2024-12-29 | R5      | 1         | 2           | 0.5             |
        | 2025-01-05 | R1d     | 0         | 1           | 0               |
        | 2025-01-05 | R5      | 0         | 1           | -               |
        """,
        where="variant in ('R1d', 'R5')",
        segments=["all"],
        period="week",
    )


@pytest.mark.parametrize(
    ("earlier", "new_buyers", "is_short"),
    [("2024-02-01", 1, "false"), ("2024-02-02", 0, "false"), ("2024-02-03", 0, "true")],
)
def test_new_is_who_did_not_buy_in_the_365_days_before_the_period(earlier, new_buyers, is_short):
    """A leap day lies between: 366, 365 and 364 days before 1 February 2025. With 364 days of orders nobody can be sure."""
    orders = f"""
    | order_id | buyer_id | paid_at             | paid_amount |
    | a0       | anna     | {earlier} 10:00:00 | 30          |
    | a1       | anna     | 2025-02-01 10:00:00 | 30          |
    | a2       | anna     | 2025-02-02 10:00:00 | 30          |
    """
    answers(
        world({"orders": orders}, as_of="2025-02-28"),
        "repurchase_period",
        f"""
        | numerator    | denominator  | is_history_short |
        | {new_buyers} | {new_buyers} | {is_short}       |
        """,
        where="variant = 'R6' and period = '2025-02-01'",
        segments=["all"],
    )
