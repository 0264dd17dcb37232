"""The variants side by side, where one example does not show the edges."""

from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"period": "week", "repeat_days": 7}]


def test_by_week_a_period_that_is_not_over_has_no_rate_and_whose_orders_all_went_back_is_no_buyer_of_a_shop():
    """The week of 6 January: anna twice in one shop, a shop that only took back has no R7. In that of the 13th nobody's 7 days are
    over and the week is not; chen paid and was refunded."""
    orders = """
        | order_id | shop_id | buyer_id | paid_at             | paid_amount | status    |
        | a1       | x       | anna     | 2025-01-06 10:00:00 | 10          | completed |
        | a2       | x       | anna     | 2025-01-12 10:00:00 | 10          | completed |
        | b1       | y       | bo       | 2025-01-07 10:00:00 | 10          | cancelled |
        | c1       | x       | chen     | 2025-01-13 10:00:00 | 10          | completed |
        | d1       | x       | ding     | 2025-01-14 10:00:00 | 10          | completed |
        """
    answers(
        world(
            {
                "orders": orders,
                "refunds": "| refund_id | order_id | refunded_at | refund_amount |\n| r1 | c1 | 2025-01-14 | 10 |",
            },
            as_of="2025-01-17",
        ),
        "repurchase_variants",
        """
        | period     | variant | shop_id | numerator | denominator | repurchase_rate | is_mature |
        | 2025-01-06 | R1      | all     | 1         | 1           | 1               | true      |
        | 2025-01-06 | R3      | all     | 1         | 1           | 1               | true      |
        | 2025-01-06 | R7      | all     | 1         | 1           | 1               | true      |
        | 2025-01-06 | R7      | x       | 1         | 1           | 1               | true      |
        | 2025-01-06 | R8      | all     | 1         | 2           | 0.5             | true      |
        | 2025-01-13 | R1      | all     | 0         | 1           | -               | false     |
        | 2025-01-13 | R7      | all     | 0         | 1           | -               | false     |
        | 2025-01-13 | R7      | x       | 0         | 1           | -               | false     |
        | 2025-01-13 | R8      | all     | 0         | 2           | -               | false     |
        """,
        where="variant in ('R1', 'R3', 'R7', 'R8')",
        period="week",
        repeat_days=7,
    )
