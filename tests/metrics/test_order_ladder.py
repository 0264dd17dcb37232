"""Who reached the n-th purchase, who went on, and after how many days."""

from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"within_days": 30, "max_purchase_no": 2, "segments": ["membership"]}]

ORDERS = """
| order_id | buyer_id | paid_at             | paid_amount | entry  |
| a1       | anna     | 2025-01-01 10:00:00 | 30          | 直播   |
| a2       | anna     | 2025-01-05 10:00:00 | 30          | 粉丝群 |
| a3       | anna     | 2025-01-15 10:00:00 | 30          | 直播   |
| b1       | bo       | 2025-01-01 10:00:00 | 30          | 直播   |
| b2       | bo       | 2025-01-09 10:00:00 | 30          | 直播   |
| c1       | chen     | 2025-01-02 10:00:00 | 30          | 粉丝群 |
| c2       | chen     | 2025-03-25 10:00:00 | 30          | 直播   |
| d1       | ding     | 2025-03-20 10:00:00 | 30          | 粉丝群 |
| e1       | emma     | 2025-01-03 10:00:00 | 30          | 粉丝群 |
| e2       | emma     | 2025-01-03 21:00:00 | 30          | 粉丝群 |
"""


def test_two_orders_on_a_day_are_one_purchase_and_the_recent_are_not_mature():
    """Gaps to the second purchase: 4, 8 and 82 days. Only four had 30 days, two of them went on within them."""
    shop = world({"orders": ORDERS}, as_of="2025-03-31")
    answers(
        shop,
        "order_ladder",
        """
        | purchase_no | buyers | next_buyers | next_rate | mature_buyers | mature_next_buyers | mature_next_rate |
        | 1           | 5      | 3           | 0.6       | 4             | 2                  | 0.5              |
        | 2           | 3      | 1           | 1/3       | 2             | 1                  | 0.5              |
        | 3           | 1      | 0           | 0         | 1             | 0                  | 0                |
        """,
        segments=["all"],
        within_days=30,
    )
    answers(
        shop,
        "order_ladder",
        """
        | segment_by | segment   | purchase_no | buyers | gap_days_p25 | gap_days_p50 | gap_days_p75 |
        | all        | all       | 1           | 5      | 6            | 8            | 45           |
        | all        | all       | 2           | 3      | 10           | 10           | 10           |
        | all        | all       | 3           | 1      | -            | -            | -            |
        | channel    | live      | 1           | 2      | 5            | 6            | 7            |
        | channel    | live      | 2           | 2      | 10           | 10           | 10           |
        | channel    | live      | 3           | 1      | -            | -            | -            |
        | channel    | fan_group | 1           | 3      | 82           | 82           | 82           |
        | channel    | fan_group | 2           | 1      | -            | -            | -            |
        """,
        segments=["all", "channel"],
    )


def test_nobody_mature():
    answers(
        world({"orders": ORDERS}, as_of="2025-01-05"),
        "order_ladder",
        """
        | purchase_no | buyers | next_buyers | mature_buyers | mature_next_rate | is_small |
        | 1           | 4      | 1           | 0             | -                | true     |
        | 2           | 1      | 0           | 0             | -                | true     |
        """,
        segments=["all"],
    )


def test_the_ladder_is_as_high_as_asked():
    answers(
        world({"orders": ORDERS}, as_of="2025-03-31"),
        "order_ladder",
        """
        | purchase_no | buyers | next_buyers |
        | 1           | 5      | 3           |
        | 2           | 3      | 1           |
        """,
        segments=["all"],
        max_purchase_no=2,
    )
