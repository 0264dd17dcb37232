"""From which RFM segment to which, month by month."""

import pytest

from tests.metrics.asking import answers
from tests.metrics.random_world import random_world
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"months": 2, "segments": ["all", "platform"]}]

ORDERS = """
| order_id | buyer_id | paid_at    | paid_amount |
| a1       | ann      | 2025-01-10 | 100         |
| a2       | ann      | 2025-02-20 | 100         |
| b1       | bo       | 2025-01-20 | 50          |
| c1       | cai      | 2025-02-05 | 60          |
| c2       | cai      | 2025-03-01 | 60          |
"""


def test_two_months_of_three_buyers():
    """31 January: Ann's R and M score 1 and 3, Bo's 3 and 1, both F 1; the means are 2, 2 and 1.
    28 February: R Ann 8 days (score 4), Cai 23 (2), Bo 39 (1), mean 2.33; F Ann 2 (4), others 1, mean 2; M Ann 200 (4),
    Cai 60 (2), Bo 50 (1), mean 2.33. March is not over."""
    answers(
        world({"orders": ORDERS}, as_of="2025-03-30"),
        "rfm_migration",
        """
        | month      | from_segment     | to_segment      | people | from_people | migration_rate | is_mature |
        | 2025-01-01 | new              | important_retain | 1     | 2           | 0.5            | true      |
        | 2025-01-01 | new              | general_develop | 1      | 2           | 0.5            | true      |
        | 2025-02-01 | important_retain | important_value | 1      | 1           | 1              | true      |
        | 2025-02-01 | general_develop  | general_retain  | 1      | 1           | 1              | true      |
        | 2025-02-01 | new              | general_retain  | 1      | 1           | 1              | true      |
        """,
    )


def test_a_month_of_which_the_orders_are_not_known_to_the_end_is_not_mature():
    shop = world({"orders": ORDERS, "events": [{"user_id": "x", "event": "live_view", "event_at": "2025-03-31 10:00"}]},
                 as_of="2025-03-31", is_known=False)  # fmt: skip
    rows = shop.rows("metrics.rfm_migration", months=2)
    assert {(str(row["month"]), row["is_mature"]) for row in rows} == {("2025-02-01", True), ("2025-03-01", False)}


@pytest.fixture(scope="module")
def merchant():
    return random_world(9, as_of="2024-05-31")


@pytest.mark.parametrize("segments", [["all"], ["platform"]])
def test_at_a_months_end_everybody_stands_where_customer_value_puts_them(merchant, segments):
    """as_of is a month's end here, so the two must agree, and each month begins where the one before ended."""
    moved = merchant.rows("metrics.rfm_migration", months=3, segments=segments)
    valued = merchant.rows("metrics.customer_value", segments=segments)
    for segment in {row["segment"] for row in valued}:
        mine = [row for row in moved if row["segment"] == segment]
        last = {}
        for row in mine:
            if str(row["month"]) == "2024-05-01":
                last[row["to_segment"]] = last.get(row["to_segment"], 0) + row["people"]
        told = {}
        for row in valued:
            if row["segment"] == segment:
                told[row["rfm_segment"]] = told.get(row["rfm_segment"], 0) + 1
        assert last == told
        april = [(row["to_segment"], row["people"]) for row in mine if str(row["month"]) == "2024-04-01"]
        came = [(row["from_segment"], row["people"]) for row in mine if str(row["month"]) == "2024-05-01"]
        assert sum(n for _, n in april) == sum(n for name, n in came if name != "new")
