"""What the demo merchant's private domain caused, against what truth.json says was planted.

What belongs here: the nightly table over the demo's own files. What does not: other merchants (test_private_uplift).
"""

from __future__ import annotations

import json

import pytest

from pipelines.warehouse import open_warehouse


@pytest.fixture(scope="module")
def causal(demo_home):
    return json.loads((demo_home / "truth.json").read_text(encoding="utf-8"))["causal"]


@pytest.fixture(scope="module")
def told(demo_home):
    with open_warehouse(demo_home) as snapshot:
        rows = snapshot.sql("select * from metrics.private_uplift").to_dict("records")
    return {(row["outcome"], row["window_days"], row["segment"]): row for row in rows}


@pytest.mark.parametrize("days", [30, 90, 180])
def test_being_inside_at_the_first_order_causes_what_was_planted(causal, told, days):
    row, truth = told["repurchase", days, "all"], causal["true_effect_by_days"][str(days)]
    assert row["verdict"] == "caused"
    assert row["effect_low"] < truth < row["effect_high"]
    assert row["naive_difference"] > 1.3 * truth


def test_the_naive_difference_is_the_planted_one(causal, told):
    """Of who had been seen before, which is everybody but the silent, who are never inside."""
    assert told["repurchase", 90, "all"]["naive_difference"] == pytest.approx(causal["naive_difference"], abs=0.04)
    assert causal["true_effect"] == causal["true_effect_by_days"]["90"]


def test_joining_after_the_first_order_changes_no_purchase_and_members_watch_more(told):
    for days in (30, 90):
        row = told["spend", days, "buyers"]
        assert row["verdict"] != "caused"
        assert row["effect_low"] < 0 < row["effect_high"]
        assert told["live_attendance", days, "not_yet_buyers"]["effect_low"] > 0.1
