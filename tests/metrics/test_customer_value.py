"""What each buyer is worth: scores, segments, and what the model expects of one."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest
from scipy.integrate import quad

from pipelines.models import bg_nbd
from tests.metrics.asking import answers
from tests.metrics.test_value_model import FEW
from tests.models import cdnow
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{**FEW, "segments": ["all", "platform"], "holdout_days": 30, "discount_rate": 0.2}]

ORDERS = """
| order_id | buyer_id | platform | paid_at    | paid_amount |
| a1       | ann      | douyin   | 2025-03-01 | 100         |
| a2       | ann      | douyin   | 2025-03-20 | 100         |
| a3       | ann      | taobao   | 2025-03-30 | 50          |
| b1       | bo       | douyin   | 2025-03-20 | 40          |
| c1       | cai      | douyin   | 2025-01-01 | 40          |
| c2       | cai      | douyin   | 2025-01-01 | 60          |
| d1       | di       | douyin   | 2025-01-01 | 40          |
| d2       | di       | douyin   | 2025-01-02 | 40          |
| e1       | eve      | douyin   | 2025-01-31 | 300         |
"""
BUYERS = "person_id in (select person_id from core.identities where id_value = '{}') and segment_by = 'all'"


@pytest.fixture(scope="module")
def shop():
    identities = [{"platform": "douyin", "id_type": "user_id", "id_value": "ann", "linked_platform": "taobao",
                   "linked_type": "user_id", "linked_value": "ann"}]  # fmt: skip
    refunds = [
        {"refund_id": "r", "order_id": "e1", "platform": "douyin", "refunded_at": "2025-02-02", "refund_amount": 200}
    ]
    return world({"orders": ORDERS, "identities": identities, "refunds": refunds}, as_of="2025-03-31")


def test_equal_values_score_the_same_and_the_worst_score_one(shop):
    """Five buyers, so each worse buyer is a fifth. F: three bought on one day (share worse 0), Di on two (3/5), Ann on
    three (4/5). M: Bo 40 (0), Di 80 (1/5), Cai and Eve 100 (2/5), Ann 250 (4/5); 200 of Eve's 300 went back. The mean
    scores are 3, 2.4 and 2.8, and high is above them."""
    answers(
        shop,
        "customer_value",
        """
        | recency_days | frequency | monetary_amount | recency_score | frequency_score | monetary_score | rfm_segment       | rfm_name |
        | 1            | 3         | 250             | 5             | 5               | 5              | important_value   | 重要价值 |
        | 11           | 1         | 40              | 4             | 1               | 1              | general_develop   | 一般发展 |
        | 89           | 1         | 100             | 1             | 1               | 3              | important_retain  | 重要挽留 |
        | 88           | 2         | 80              | 2             | 4               | 2              | general_keep      | 一般保持 |
        | 59           | 1         | 100             | 3             | 1               | 3              | important_retain  | 重要挽留 |
        """,
        segments=["all"],
    )


def test_on_a_platform_only_what_was_bought_there_counts(shop):
    answers(
        shop,
        "customer_value",
        """
        | segment | recency_days | frequency | monetary_amount | repeat_purchases | first_to_last_days | age_days | average_repeat_amount |
        | douyin  | 11           | 2         | 200             | 1                | 19                 | 30       | 100                   |
        | taobao  | 1            | 1         | 50              | 0                | 0                  | 1        | -                     |
        """,
        segments=["platform"],
        where=BUYERS.format("ann").replace("'all'", "'platform'"),
    )
    answers(
        shop,
        "customer_value",
        "| frequency | repeat_purchases | average_repeat_amount | not_predicted |\n| 3 | 2 | 75 | too_few_buyers |",
        where=BUYERS.format("ann"),
    )


def test_amounts_add_up_to_those_of_core(shop):
    (told,) = shop.rows("metrics.customer_value", where="true", segments=["all"])[:1]
    assert told["segment_by"] == "all"
    total = sum(row["monetary_amount"] for row in shop.rows("metrics.customer_value", segments=["all"]))
    assert [{"net": total}] == shop.sql("select sum(net_amount) as net from core.people")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "too_few_buyers"),
        ({"least_buyers": 1}, "too_short_history"),
        ({"least_buyers": 1, "least_history_days": 1, "latest_order_days": 0}, "no_recent_order"),
        ({"least_buyers": 1, "least_history_days": 1, "least_loyal_buyers": 2}, "nobody_loyal"),
    ],
)
def test_why_nothing_is_predicted(shop, given, reason):
    rows = shop.rows("metrics.customer_value", segments=["all"], **given)
    assert {(row["not_predicted"], row["alive_probability"], row["clv_amount"]) for row in rows} == {
        (reason, None, None)
    }


def test_where_nobody_came_back_there_is_no_maximum():
    orders = [
        {"order_id": f"o{n}", "buyer_id": f"b{n}", "paid_at": f"2025-01-{n:02}", "paid_amount": n} for n in range(1, 29)
    ]
    rows = world({"orders": orders}, as_of="2025-01-31").rows(
        "metrics.customer_value", segments=["all"], least_buyers=1, least_history_days=1, least_loyal_buyers=0
    )
    assert {row["not_predicted"] for row in rows} == {"no_maximum"}


@pytest.fixture(scope="module")
def merchant():
    return cdnow.merchant()


def test_what_is_expected_of_a_customer_of_cdnow(merchant):
    """Two repeat purchases, the last after 213 of 272 days: every formula of the header by hand, from the model's row."""
    (model,) = merchant.rows("metrics.value_model", segments=["all"])
    r, alpha, a, b, p, q, v = (model[name] for name in ("r", "alpha", "a", "b", "p", "q", "v"))
    where = "repeat_purchases = 2 and first_to_last_days = 213 and age_days = 272"
    row = merchant.rows("metrics.customer_value", where=where, segments=["all"])[0]
    age, recency, spent = 272 / 7, 213 / 7, float(row["monetary_amount"]) - 20
    alive = 1 / (1 + a / (b + 1) * ((alpha + age) / (alpha + recency)) ** (r + 2))
    assert row["alive_probability"] == pytest.approx(alive, rel=1e-12)
    assert float(row["average_repeat_amount"]) == pytest.approx(spent / 2, abs=0.006)
    spend = (v + spent) * p / (2 * p + q - 1)
    assert float(row["expected_spend_amount"]) == pytest.approx(spend, abs=0.006)

    def expected(weeks):
        told = bg_nbd.purchases_if_alive((r, alpha, a, b), np.array([2.0]), np.array([age]), weeks)
        return alive * told[0]

    assert row["expected_purchases_90_days"] == pytest.approx(expected(90 / 7), rel=1e-9)
    assert row["expected_purchases_365_days"] == pytest.approx(expected(365 / 7), rel=1e-9)
    rate, year = log(1.1) / 365 * 7, 365 / 7
    later = quad(lambda week: rate * exp(-rate * week) * expected(week), 0, year)[0]
    assert float(row["clv_amount"]) == pytest.approx(spend * (exp(-rate * year) * expected(year) + later), abs=0.006)
    assert row["not_predicted"] is None


def test_who_never_bought_again_is_expected_to_spend_as_the_average(merchant):
    (model,) = merchant.rows("metrics.value_model", segments=["all"])
    rows = merchant.rows("metrics.customer_value", where="repeat_purchases = 0", segments=["all"])
    assert {row["alive_probability"] for row in rows} == {1}
    (spend,) = {float(row["expected_spend_amount"]) for row in rows}
    assert spend == pytest.approx(model["v"] * model["p"] / (model["q"] - 1), abs=0.006)
