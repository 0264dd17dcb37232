"""What the value model needs: each condition counted, at its border."""

import pytest

from tests.metrics.asking import answers
from tests.metrics.test_value_model import FEW
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{**FEW, "segments": ["all"]}]

ORDERS = """
| order_id | buyer_id | platform | paid_at    | paid_amount |
| o1       | ann      | douyin   | 2025-01-01 | 10          |
| o2       | ann      | douyin   | 2025-02-01 | 10          |
| o3       | ann      | douyin   | 2025-03-01 | 10          |
| o4       | bo       | taobao   | 2025-02-01 | 10          |
"""


@pytest.fixture(scope="module")
def shop():
    return world({"orders": ORDERS}, as_of="2025-03-31")


def test_each_condition_at_its_border(shop):
    """Two buyers, 89 days since the first order, 30 since the last, one buyer with three purchases."""
    wanted = """
    | condition        | needed | found | is_met |
    | buyers           | 2      | 2     | true   |
    | history_days     | 89     | 89    | true   |
    | days_since_order | 30     | 30    | true   |
    | loyal_buyers     | 1      | 1     | true   |
    """
    answers(shop, "value_gate", wanted, segments=["all"], least_buyers=2, least_history_days=89)
    one_off = {"least_buyers": 3, "least_history_days": 90, "latest_order_days": 29, "least_loyal_buyers": 2}
    rows = shop.rows("metrics.value_gate", segments=["all"], **one_off)
    assert [row["is_met"] for row in rows] == [False] * 4


def test_a_platform_is_judged_by_its_own_buyers(shop):
    answers(
        shop,
        "value_gate",
        """
        | segment_by | segment | found |
        | all        | all     | 2     |
        | platform   | douyin  | 1     |
        | platform   | taobao  | 1     |
        """,
        where="condition = 'buyers'",
    )
