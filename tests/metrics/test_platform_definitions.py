"""Which definition a platform goes by: each of them, and when the usual one stays."""

from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"platform_counts": ["refunded", "cancelled"]}, {"platform_counts": ["samples", "by_order_day"]}]


def test_one_day_more_than_the_usual_is_not_enough_and_a_shop_that_is_not_ours_tells_nothing():
    """North nets what is refunded on two days; on the third it agrees with the usual. Two days more would be needed. Of south,
    which no order names, nothing is compared."""
    built = world(
        {
            "platform_days": """
            | platform | shop_id | date       | user_paid_amount | paid_amount | platform_subsidy_amount |
            | douyin   | north   | 2025-01-05 | -                | 75          | 5                       |
            | douyin   | north   | 2025-01-06 | 30               | -           | -                       |
            | douyin   | south   | 2025-01-06 | 30               | -           | -                       |
            """,
            "orders": """
            | platform | shop_id | order_id | buyer_id | paid_at    | paid_amount |
            | douyin   | north   | o1       | anna     | 2025-01-05 | 100         |
            | douyin   | north   | o2       | bo       | 2025-01-06 | 30          |
            | douyin   | west    | o3       | bo       | 2025-01-06 | 30          |
            """,
            "refunds": "| platform | refund_id | order_id | refunded_at | refund_amount |\n| douyin | r1 | o1 | 2025-01-09 | 30 |",
        },
        as_of="2025-01-31",
    )
    columns = """
        | shop_id | counts_refunded | compared_days | exact_days | is_taken |
        | north   | true            | 2             | 1          | {}       |
        | north   | false           | 2             | 2          | {}       |
        | south   | true            | 0             | 0          | true     |
        | south   | false           | 0             | 0          | false    |
        """
    where = "counts_cancelled and counts_samples and not by_order_day"
    answers(built, "platform_definitions", columns.format("true", "false"), where=where)
    answers(built, "platform_definitions", columns.format("false", "true"), where=where, least_days=1)
