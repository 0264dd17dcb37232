"""The questions that are asked of expected_purchases; its numbers stand with the model they are of (test_value_model)."""

from tests.metrics.asking import answers
from tests.metrics.test_value_model import FEW
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{**FEW, "segments": ["all"], "holdout_days": 30, "discount_rate": 0.2}]


def test_nobody_is_expected_to_buy_where_there_is_no_model():
    shop = world({"orders": [{"order_id": "o", "buyer_id": "b", "paid_at": "2025-01-01", "paid_amount": 5}]})
    assert shop.rows("metrics.expected_purchases") == []
    answers(shop, "value_model", "| segment | r | people |\n| all | - | 1 |", segments=["all"])
