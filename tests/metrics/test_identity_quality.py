"""How many ids are linked, and how many orders have a buyer."""

from tests.metrics.asking import answers
from tests.worlds import world


def test_an_account_that_is_a_hub_is_counted_as_one_person_and_as_cut():
    answers(
        world(
            {
                "orders": """
                | platform | order_id | buyer_id | phone | paid_at             | paid_amount |
                | douyin   | o1       | giver    | p1    | 2025-01-01 10:00:00 | 30          |
                | douyin   | o2       | giver    | p2    | 2025-01-01 10:00:00 | 30          |
                | douyin   | o3       | giver    | p3    | 2025-01-01 10:00:00 | 40          |
                """,
            },
            as_of="2025-01-31",
            identity_hub_limit=2,
        ),
        "identity_quality",
        """
        | platform | id_type | ids | people | linked_ids | linked_rate | cut_hubs | orders | orders_without_buyer | match_rate | amount_without_buyer |
        | all      | all     | 4   | 4      | 0          | 0           | 1        | 3      | 0                    | 1          | 0                    |
        | all      | user_id | 1   | 1      | 0          | 0           | 1        | -      | -                    | -          | -                    |
        | all      | phone   | 3   | 3      | 0          | 0           | 0        | -      | -                    | -          | -                    |
        | douyin   | all     | 1   | 1      | 0          | 0           | 1        | 3      | 0                    | 1          | 0                    |
        | douyin   | user_id | 1   | 1      | 0          | 0           | 1        | -      | -                    | -          | -                    |
        | any      | all     | 3   | 3      | 0          | 0           | 0        | -      | -                    | -          | -                    |
        | any      | phone   | 3   | 3      | 0          | 0           | 0        | -      | -                    | -          | -                    |
        """,
    )


def test_linked_ids_a_cut_hub_and_orders_without_a_buyer():
    """u1 and its phone are one person; u3 stands alone. The phone p9 is on three ids, one more than the hub limit here, and
    links nobody. One kept order has no buyer; a refunded one and a sample count nowhere."""
    answers(
        world(
            {
                "orders": """
                | platform | order_id | buyer_id | phone | paid_at             | paid_amount | order_kind |
                | douyin   | o1       | u1       | p1    | 2025-01-01 10:00:00 | 30          | normal     |
                | douyin   | o2       | -        | -     | 2025-01-01 10:00:00 | 12.50       | normal     |
                | douyin   | o3       | -        | -     | 2025-01-01 10:00:00 | 5           | sample     |
                | taobao   | o4       | t1       | p9    | 2025-01-02 10:00:00 | 30          | normal     |
                | taobao   | o5       | t2       | p9    | 2025-01-02 10:00:00 | 30          | normal     |
                | taobao   | o6       | t3       | p9    | 2025-01-02 10:00:00 | 30          | normal     |
                | taobao   | o7       | -        | -     | 2025-01-02 10:00:00 | 8           | normal     |
                """,
                "refunds": """
                | platform | refund_id | order_id | refunded_at         | refund_amount |
                | taobao   | r1        | o7       | 2025-01-03 10:00:00 | 8             |
                """,
                "events": """
                | platform | user_id | event     | event_at            |
                | douyin   | u3      | live_view | 2025-01-01 10:00:00 |
                """,
            },
            as_of="2025-01-31",
            identity_hub_limit=2,
        ),
        "identity_quality",
        """
        | platform | id_type | ids | people | linked_ids | linked_rate | cut_hubs | orders | orders_without_buyer | match_rate | amount_without_buyer |
        | all      | all     | 7   | 5      | 2          | 2/7         | 1        | 5      | 1                    | 0.8        | 12.50                |
        | all      | user_id | 5   | 5      | 1          | 0.2         | 0        | -      | -                    | -          | -                    |
        | all      | phone   | 2   | 1      | 1          | 0.5         | 1        | -      | -                    | -          | -                    |
        | douyin   | all     | 2   | 2      | 1          | 0.5         | 0        | 2      | 1                    | 0.5        | 12.50                |
        | douyin   | user_id | 2   | 2      | 1          | 0.5         | 0        | -      | -                    | -          | -                    |
        | taobao   | all     | 3   | 3      | 0          | 0           | 0        | 3      | 0                    | 1          | 0                    |
        | taobao   | user_id | 3   | 3      | 0          | 0           | 0        | -      | -                    | -          | -                    |
        | any      | all     | 2   | 1      | 1          | 0.5         | 1        | -      | -                    | -          | -                    |
        | any      | phone   | 2   | 1      | 1          | 0.5         | 1        | -      | -                    | -          | -                    |
        """,
    )


def test_nothing_at_all():
    answers(
        world({}, as_of="2025-01-31"),
        "identity_quality",
        """
        | platform | id_type | ids | linked_rate | orders | orders_without_buyer | match_rate |
        | all      | all     | 0   | -           | 0      | 0                    | -          |
        """,
    )
