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


def test_of_those_that_agree_in_every_amount_the_one_that_agrees_in_orders():
    """A sample costs nothing: only the number of orders tells that the platform leaves it out."""
    built = world(
        {
            "platform_days": """
            | platform | date       | user_paid_amount | orders |
            | douyin   | 2025-01-05 | 100              | 1      |
            | douyin   | 2025-01-06 | 30               | 1      |
            | douyin   | 2025-01-07 | 0                | 0      |
            """,
            "orders": """
            | platform | order_id | buyer_id | paid_at    | paid_amount | order_kind |
            | douyin   | o1       | ann      | 2025-01-05 | 100         | normal     |
            | douyin   | o2       | bo       | 2025-01-05 | 0           | sample     |
            | douyin   | o3       | bo       | 2025-01-06 | 30          | normal     |
            | douyin   | o4       | bo       | 2025-01-07 | 0           | sample     |
            """,
        },
        as_of="2025-01-31",
    )
    answers(
        built,
        "platform_definitions",
        """
        | counts_samples | exact_days | exact_order_days | is_usual | is_taken |
        | true           | 3          | 1                | true     | false    |
        | false          | 3          | 3                | false    | true     |
        """,
        where="counts_refunded and counts_cancelled and not by_order_day",
    )
