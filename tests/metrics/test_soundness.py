"""What must hold of every metric, whatever the merchant: nothing later than as_of counts, and breakdowns add up.

What belongs here: properties of all metrics at once. What does not: any expected figure.
"""

from __future__ import annotations

from collections import defaultdict

import pytest

from pipelines.metrics import metric_tables
from tests.metrics.random_world import random_rows, random_world

METRICS = [table.name for table in metric_tables()]
EARLIER = "2024-05-10"
MOMENTS = {
    "orders": "paid_at",
    "refunds": "refunded_at",
    "events": "event_at",
    "identities": "observed_at",
    "live_sessions": "started_at",
    "pushes": "sent_at",
    "ad_spend": "date",
    "group_days": "date",
}


# suspicions, which this merchant raises none of; what a model expects, which it has too few buyers for
MAY_BE_EMPTY = ("likely_placeholders", "expected_purchases")


@pytest.fixture(scope="module")
def earlier():
    """The merchant as of an earlier day, and the same one whose later rows were never written."""
    known = random_rows(5)
    for name, moment in MOMENTS.items():
        known[name] = [row for row in known[name] if row[moment] is None or str(row[moment])[:10] <= EARLIER]
    return random_world(5, as_of=EARLIER), random_world(5, as_of=EARLIER, rows=known)


@pytest.mark.parametrize("metric", METRICS)
def test_what_comes_after_as_of_changes_nothing(earlier, metric):
    cut, never_came = (world.rows(f"metrics.{metric}") for world in earlier)
    assert len(cut) > 3 or metric in MAY_BE_EMPTY
    assert cut == never_came


COUNTS = {
    "conversion": ("cohort_people", "mature_people", "people", "reached_people"),
    "public_to_private": ("people", "already_private_people", "mature_people", "private_people"),
    "group_entry": ("applications", "approved_applications", "approvals", "joins", "stayed_7", "stayed_30", "first_orders_30"),
    "retention": ("people", "mature_people", "returned"),
    "membership_survival": ("at_risk", "left", "censored"),
    "repurchase": ("buyers", "mature_buyers", "repeat_buyers"),
    "repurchase_curve": ("at_risk", "events", "censored"),
    "repurchase_period": ("numerator", "denominator"),
    "order_ladder": ("buyers", "next_buyers", "mature_buyers", "mature_next_buyers"),
    "daily_summary": ("paid_orders", "orders", "paid_amount", "refund_amount", "identified_amount", "member_amount"),
}  # fmt: skip
OTHER_KEYS = ("cohort_week", "cohort_month", "cohort", "period", "month", "date", "window_days", "step_no", "period_no",
              "day", "variant", "purchase_no")  # fmt: skip


@pytest.mark.parametrize("metric", COUNTS)
def test_every_breakdown_adds_up_to_the_whole(earlier, metric):
    """Nobody without a value is dropped, nobody with one is counted twice."""
    sums = defaultdict(lambda: defaultdict(int))
    for row in earlier[0].rows(f"metrics.{metric}"):
        cell = tuple(row[key] for key in OTHER_KEYS if key in row)
        for column in COUNTS[metric]:
            sums[row["segment_by"]][*cell, column] += row[column] or 0
    whole = sums.pop("all")
    assert len(sums) > 4
    for breakdown, counts in sums.items():
        assert {cell: count for cell, count in counts.items() if count} == {
            cell: count for cell, count in whole.items() if count
        }, breakdown
