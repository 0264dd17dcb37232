"""What must hold of every metric, whatever the merchant: nothing later than as_of counts, parts make up the whole.

What belongs here: properties of all metrics at once, of a random merchant. What does not: any expected figure.
"""

from __future__ import annotations

import pytest

from pipelines.metrics import find_metric, metric_tables
from pipelines.spec.adding_up import promised
from tests.metrics.random_world import random_rows, random_world
from tests.soundness.reconciling import HINT, breaches

METRICS = [table.name for table in metric_tables()]
EARLIER = "2024-05-10"
MOMENTS = {
    "orders": "paid_at",
    "refunds": "refunded_at",
    "events": "event_at",
    "identities": "observed_at",
    "live_sessions": "started_at",
    "session_funnels": "started_at",
    "pushes": "sent_at",
    "ad_spend": "date",
    "group_days": "date",
    "live_minutes": "minute_at",
    "platform_days": "date",
}
# suspicions, alerts and conflicts, which this merchant raises none of; models, for which it has too few people; experiments,
# which it made none of; what published reports said
MAY_BE_EMPTY = (
    "likely_placeholders",
    "alerts",
    "live_conflicts",
    "expected_purchases",
    "uplift_balance",
    "experiments",
    "restatements",
)


@pytest.fixture(scope="module")
def earlier():
    """The merchant as of an earlier day, and the same one whose later rows were never written."""
    known = random_rows(5)
    for name, moment in MOMENTS.items():
        known[name] = [row for row in known[name] if row[moment] is None or str(row[moment])[:10] <= EARLIER]
    return random_world(5, as_of=EARLIER), random_world(5, as_of=EARLIER, rows=known)


@pytest.mark.parametrize("metric", METRICS)
def test_nothing_later_counts_and_the_parts_make_up_the_whole(earlier, metric):
    """Nobody without a value is dropped from a breakdown, nobody with one is counted twice unless the header says so."""
    cut, never_came = earlier
    rows = cut.rows(f"metrics.{metric}")
    assert len(rows) > 3 or metric in MAY_BE_EMPTY
    cut.warehouse.execute("create or replace temp table told as select * from asked")
    assert rows == never_came.rows(f"metrics.{metric}")
    table = find_metric(metric)
    assert breaches(cut.warehouse, table, "told") == [], HINT
    if promised(table) and len(table.parameters.get("segments", ())) > 3:
        assert len({row["segment_by"] for row in rows}) > 3
