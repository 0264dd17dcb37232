"""What was to be expected of a day, and whether it lay outside: over orders, festivals, gaps; a year without anything.

What belongs here: what stands in expected_days and alerts. What does not: the mathematics (tests/models).
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.metrics.asking import answers, same_rows
from tests.metrics.daily_shop import daily_shop

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"threshold": 5, "segments": ["all"], "shadow_days": 3}]

FIRST, DAYS = "2025-01-20", 365  # to 19 January 2026
KINDS = ["festival", "holiday", "shadow"]


def place(day):
    return int((np.datetime64(day) - np.datetime64(FIRST)).astype(int))


def orders(seed, mean):
    """Of each day, weekdays by a third apart; five times as many from 20 October to 11 November."""
    usual = mean * (1 + 0.3 * np.sin(2 * np.pi * np.arange(DAYS) / 7))
    usual[place("2025-10-20") : place("2025-11-12")] *= 5
    return np.random.default_rng(seed).poisson(usual)


@pytest.fixture(scope="module")
def shop():
    """Two platforms. On 10 July Douyin sells a tenth of what it does, on 24 September both do, on 20 May Taobao sells
    six times as much; 12 May to 14 May are not known of anybody."""
    douyin, taobao = orders(1, 40), orders(2, 12)
    douyin[place("2025-07-10")] = 4
    douyin[place("2025-09-24")], taobao[place("2025-09-24")] = 3, 0
    taobao[place("2025-05-20")] = 70
    built = daily_shop(FIRST, {"douyin": douyin.tolist(), "taobao": taobao.tolist()}, [5] * DAYS)
    built.sql("from core.unknown_days")  # which builds it
    built.warehouse.execute("""
        insert into core.unknown_days
        select kind, 'all', 'all', cast(d.day as date) from unnest(['orders', 'memberships']) as k (kind),
            generate_series(date '2025-05-12', date '2025-05-14', interval 1 day) as d (day)
    """)
    return built


def test_each_bad_day_raises_one_alert_of_its_root_and_a_festival_none(shop):
    """On 10 July Douyin alone went down, on 24 September both; in a year nothing else."""
    rows = shop.rows("metrics.alerts", order="date")
    same_rows(
        rows,
        """
        | date       | metric      | segment_by | segment | direction | value | day_no |
        | 2025-05-20 | paid_orders | platform   | taobao  | high      | 70    | 1      |
        | 2025-07-10 | paid_orders | platform   | douyin  | low       | 4     | 1      |
        | 2025-09-24 | paid_orders | all        | all     | low       | 3     | 1      |
        """,
    )
    assert all(row["others"] > 0 for row in rows)
    assert rows[2]["change_rate"] == pytest.approx(3 / rows[2]["expected"] - 1)


def test_the_days_that_are_not_judged_say_why(shop):
    """Every day of a festival, its shadow and a holiday; the unknown ones; the first weeks."""
    rows = shop.rows("metrics.expected_days", where="metric = 'paid_orders' and segment = 'all'", order="date")
    assert len(rows) == DAYS
    by_day = {str(row["date"]): row for row in rows}
    reasons = {
        "2025-03-02": "festival", "2025-11-11": "festival", "2025-11-15": "shadow", "2025-05-02": "holiday",
        "2025-05-13": "unknown", "2025-02-20": "too_short", "2025-07-10": None,
    }  # fmt: skip
    assert {day: by_day[day]["not_judged"] for day in reasons} == reasons
    assert by_day["2025-05-13"]["value"] is None
    assert all(row["expected"] is None and not row["is_unusual"] for row in rows if row["not_judged"] in KINDS)


def test_a_platform_that_is_alone_is_the_whole_and_none_of_few_is_no_alarm():
    """Five a day; on the last none, which of five has a chance of 0.7 %. Joins rise from 5 to 30."""
    days = 70
    built = daily_shop("2025-03-16", {"douyin": [5] * (days - 1) + [0]}, [5] * (days - 1) + [30])
    answers(
        built,
        "expected_days",
        """
        | metric      | metric_name | segment | value | expected | low | is_unusual | not_judged |
        | paid_orders | 支付订单数  | all     | 0     | 5        | 0   | false      | -          |
        | joins       | 加入次数    | all     | 30    | 5        | 0   | true       | -          |
        """,
        where="date = '2025-05-24' and metric in ('paid_orders', 'joins')",
    )
    assert {row["segment_by"] for row in built.rows("metrics.expected_days")} == {"all"}
