"""Kaplan-Meier time to the second purchase."""

from math import exp, log, sqrt

import pytest

from tests.metrics.asking import answers
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"horizon_days": 5, "segments": ["threshold", "festival"]}]


@pytest.fixture(scope="module")
def shop():
    """Days to the second purchase: anna 2, bo 2, chen 4, emma 5; ding not yet after 3, fang not yet after 4."""
    return world(
        {
            "orders": """
            | order_id | buyer_id | paid_at             | paid_amount | entry  |
            | a1       | anna     | 2024-02-28 10:00:00 | 30          | 直播   |
            | a2       | anna     | 2024-03-01 10:00:00 | 30          | 直播   |
            | b1       | bo       | 2024-03-01 10:00:00 | 30          | 直播   |
            | b2       | bo       | 2024-03-01 18:00:00 | 30          | 直播   |
            | b3       | bo       | 2024-03-03 10:00:00 | 30          | 直播   |
            | c1       | chen     | 2024-03-01 10:00:00 | 30          | 直播   |
            | c2       | chen     | 2024-03-05 10:00:00 | 30          | 直播   |
            | d1       | ding     | 2024-03-07 10:00:00 | 30          | 粉丝群 |
            | e1       | emma     | 2024-03-01 10:00:00 | 30          | 直播   |
            | e2       | emma     | 2024-03-06 10:00:00 | 30          | 直播   |
            | f1       | fang     | 2024-03-06 10:00:00 | 30          | 粉丝群 |
            """
        },
        as_of="2024-03-10",
    )


def test_the_curve_counts_the_censored_and_ends_with_the_last_day_followed(shop):
    """S: 1, 1, 2/3 (2 of 6), 2/3, 2/3 × 2/3 (1 of 3), 0 (the last one left repeats); anna's leap day is a day."""
    answers(
        shop,
        "repurchase_curve",
        """
        | day | buyers | at_risk | events | censored | repeat_probability |
        | 0   | 6      | 6       | 0      | 0        | 0                  |
        | 1   | 6      | 6       | 0      | 0        | 0                  |
        | 2   | 6      | 6       | 2      | 0        | 1/3                |
        | 3   | 6      | 4       | 0      | 1        | 1/3                |
        | 4   | 6      | 3       | 1      | 1        | 5/9                |
        | 5   | 6      | 1       | 1      | 0        | 1                  |
        """,
        segments=["all"],
    )


def test_the_interval_is_log_log_greenwood_and_undefined_at_the_ends(shop):
    rows = shop.rows("metrics.repurchase_curve", segments=["all"])
    by_day = {row["day"]: row for row in rows}
    assert by_day[1]["repeat_probability_low"] is None
    assert by_day[5]["repeat_probability_low"] is None
    assert by_day[5]["standard_error"] is None
    survival, greenwood = 4 / 9, 2 / (6 * 4) + 1 / (3 * 2)
    spread = exp(1.959963984540054 * sqrt(greenwood) / abs(log(survival)))
    assert by_day[4]["standard_error"] == pytest.approx(survival * sqrt(greenwood), abs=1e-12)
    assert by_day[4]["repeat_probability_low"] == pytest.approx(1 - survival ** (1 / spread), abs=1e-12)
    assert by_day[4]["repeat_probability_high"] == pytest.approx(1 - survival**spread, abs=1e-12)
    assert 0 < by_day[4]["repeat_probability_low"] < 5 / 9 < by_day[4]["repeat_probability_high"] < 1


def test_nobody_came_back_and_the_horizon_cuts(shop):
    answers(
        shop,
        "repurchase_curve",
        """
        | segment   | day | at_risk | events | censored | repeat_probability | standard_error | repeat_probability_low |
        | fan_group | 0   | 2       | 0      | 0        | 0                  | 0              | -                      |
        | fan_group | 1   | 2       | 0      | 0        | 0                  | 0              | -                      |
        """,
        where="segment = 'fan_group'",
        segments=["channel"],
        horizon_days=1,
    )
