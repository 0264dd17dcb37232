"""From orders to the value model: the published answer, what is held out, and when nothing is said.

What belongs here: what stands in value_gate, value_model and expected_purchases. What does not: the mathematics
(tests/models), people (test_customer_value).
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from pipelines.building import values
from pipelines.metrics import _notices, _Question, find_metric
from pipelines.models import bg_nbd
from tests.models import cdnow
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
FEW = {"least_buyers": 20, "least_history_days": 60, "latest_order_days": 40, "least_loyal_buyers": 2}
QUESTIONS = [{**FEW, "segments": ["all"], "holdout_days": 30}]

COLUMNS = (
    "segment_by segment r alpha a b r_standard_error alpha_standard_error a_standard_error b_standard_error "
    "log_likelihood p q v p_standard_error q_standard_error v_standard_error people calibration_end holdout_actual "
    "holdout_predicted"
)


@pytest.fixture(scope="module")
def merchant():
    return cdnow.merchant()


@pytest.fixture(scope="module")
def model(merchant):
    (row,) = merchant.rows("metrics.value_model", segments=["all"])
    return row


def test_the_published_estimates_of_cdnow_from_orders(model):
    assert " ".join(model) == COLUMNS
    assert [model[name] for name in ("r", "alpha", "a", "b")] == pytest.approx([0.243, 4.414, 0.793, 2.426], abs=0.0015)
    assert model["log_likelihood"] == pytest.approx(-9582.4, abs=0.05)
    assert [model[name] for name in ("p", "q", "v")] == pytest.approx([6.25, 3.74, 15.45], abs=0.01)
    assert model["people"] == cdnow.PEOPLE
    assert model["calibration_end"] == date(1997, 7, 2)


def test_the_hold_out_is_what_was_bought_since_then(merchant, model):
    """Counted again over orders: purchases of the last 90 days by those who had bought before them."""
    (counted,) = merchant.sql("""
        select count(*) as purchases from core.orders as o
        where purchase_no > 1 and paid_date > date '1997-07-02' and first_paid_date <= date '1997-07-02'
    """)
    assert model["holdout_actual"] == counted["purchases"]
    assert 0.5 < model["holdout_predicted"] / model["holdout_actual"] < 2


def test_a_platform_by_itself_is_a_model_of_its_own(merchant, model):
    """Everybody bought on one platform, so its model is the whole's."""
    rows = merchant.rows("metrics.value_model")
    assert [(row["segment_by"], row["segment"]) for row in rows] == [("all", "all"), ("platform", "other")]
    assert all({**row, "segment_by": "all", "segment": "all"} == model for row in rows)


def test_what_is_expected_of_a_buyer_still_active(merchant, model):
    rows = merchant.rows(
        "metrics.expected_purchases", where="repeat_purchases = 2 and age_days = 272", segments=["all"]
    )
    estimates, x, age = [model[name] for name in ("r", "alpha", "a", "b")], np.array([2.0]), np.array([272 / 7])
    for name, days in (("purchases_90_days", 90), ("purchases_365_days", 365)):
        assert rows[0][name] == pytest.approx(bg_nbd.purchases_if_alive(estimates, x, age, days / 7)[0], rel=1e-12)
    assert 0.95 < rows[0]["discounted_365_days"] / rows[0]["purchases_365_days"] < 0.96


def test_without_a_discount_later_is_worth_as_much(merchant):
    rows = merchant.rows("metrics.expected_purchases", segments=["all"], discount_rate=0)
    assert all(row["discounted_365_days"] == row["purchases_365_days"] for row in rows)


ORDERS = """
| order_id | buyer_id | paid_at    | paid_amount |
| o1       | ann      | 2025-01-05 | 100         |
| o2       | ann      | 2025-02-20 | 80          |
| o3       | bo       | 2025-01-10 | 60          |
"""


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, ["all: nothing is predicted: buyers with three purchases or more: 0 found, 1 needed",
              "all: nothing is predicted: buyers: 2 found, 500 needed",
              "all: nothing is predicted: days of history: 146 found, 180 needed",
              "all: nothing is predicted: the last order is 100 days old, at most 30 allowed"]),
        ({"least_buyers": 2, "least_history_days": 146, "latest_order_days": 100, "least_loyal_buyers": 0}, []),
    ],
)  # fmt: skip
def test_too_little_is_refused_and_said(given, said):
    shop = world({"orders": ORDERS}, as_of="2025-05-31")
    (row,) = shop.rows("metrics.value_model", segments=["all"], **given)
    assert row["people"] == 2
    assert row["r"] is None or not said
    question = _Question(shop.connection, values(shop.settings, shop.as_of))
    asked = {"segments": ["all"], **given}
    assert _notices(shop.connection, find_metric("value_model"), asked, question) == said
    assert _notices(shop.connection, find_metric("value_gate"), asked, question) == said


def test_without_orders_there_is_nothing():
    assert world({}).rows("metrics.value_model") == []
    assert world({}).rows("metrics.expected_purchases") == []
