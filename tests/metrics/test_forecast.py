"""What four weeks bring: of a shop whose weeks are all alike, in and after a festival; and when nothing is told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.metrics.asking import same_rows
from tests.metrics.daily_shop import daily_shop
from tests.worlds import world

# The branches that its defaults leave out, asked on both engines (tests/parity).
QUESTIONS = [{"least_days": 20, "segments": ["all", "platform"], "shadow_days": 3}]

FIRST, LAST = date(2024, 9, 1), date(2025, 12, 10)
WEEK = (10, 12, 14, 16, 18, 24, 20)  # orders of a Monday to a Sunday


def orders(day):
    """Twice as many from 1 to 12 December, half as many in the week after."""
    usual = WEEK[day.weekday()]
    if day.month != 12 or day.day > 19:
        return usual
    return usual * 2 if day.day <= 12 else usual // 2


@pytest.fixture(scope="module")
def shop():
    days = [FIRST + timedelta(days=offset) for offset in range((LAST - FIRST).days + 1)]
    return daily_shop(str(FIRST), {"douyin": list(map(orders, days))}, [5] * len(days))


@pytest.fixture(scope="module")
def told(shop):
    return shop.rows("metrics.forecast")


def of_amount(told):
    return {str(row["date"]): row for row in told if row["metric"] == "paid_amount"}


def test_weekdays_festivals_and_what_no_earlier_year_tells(told):
    """Foretold from 30 November, the last ordinary day: 11 December is a Thursday of 双12, 15 December a Monday of the
    week after, both as a year ago; 22 December is an ordinary Monday; 1 January is a holiday."""
    rows = of_amount(told)
    assert len(rows) == 28
    said = {day: (rows[day]["expected"], rows[day]["reason"], rows[day]["horizon_days"]) for day in rows}
    assert said["2025-12-11"] == (pytest.approx(3200, rel=0.05), "festival", 11)
    assert said["2025-12-15"] == (pytest.approx(500, rel=0.05), "festival", 15)
    assert said["2025-12-22"] == (pytest.approx(1000), None, 22)
    assert said["2025-12-27"] == (pytest.approx(2400), None, 27)
    assert said["2026-01-01"] == (None, "holiday", 32)
    assert rows["2025-12-22"]["low_95"] == rows["2025-12-22"]["high_95"] == pytest.approx(1000)
    assert rows["2025-12-11"]["low_80"] is rows["2025-12-11"]["high_95"] is None
    assert {row["origin_date"] for row in rows.values()} == {date(2025, 11, 30)}


def test_members_and_joins(told):
    """Five join a day and nobody leaves."""
    same_rows(
        [row for row in told if row["metric"] in ("members", "joins") and str(row["date"]) == "2025-12-22"],
        f"""
        | metric  | metric_name | horizon_days | origin_date | expected | low_95 | high_95 |
        | members | 在籍人数    | 12           | 2025-12-10  | {5 * 466 + 60} | {5 * 466 + 60} | {5 * 466 + 60} |
        | joins   | 加入次数    | 22           | 2025-11-30  | 5        | 5      | 5       |
        """,
    )


def test_the_back_test_stands_beside_it(told):
    """All weeks are alike, so it was never wrong; of the last week carried on only origins in December's first days are."""
    row = of_amount(told)["2025-12-22"]
    assert row["backtest_days"] >= row["inside_95"] >= row["inside_80"] > 20
    assert row["coverage_80_rate"] == row["inside_80"] / row["backtest_days"]
    assert row["error_rate"] == pytest.approx(0, abs=1e-9)
    assert row["naive_error_rate"] == row["naive_absolute_error"] / row["actual_total"]


def test_what_is_not_known_of_late_is_not_foretold(shop):
    shop.sql("from core.unknown_days")
    shop.warehouse.execute("""
        insert into core.unknown_days
        select 'orders', 'all', 'all', cast(d.day as date)
        from generate_series(date '2025-12-04', date '2025-12-10', interval 1 day) as d (day)
    """)
    rows = shop.rows("metrics.forecast", where="metric = 'paid_amount'")
    assert {(row["expected"], row["reason"]) for row in rows} == {(None, "not_known")}
    assert {row["said"] for row in rows} == {
        "paid_amount, all: nothing is forecast: nothing is known of the last seven days"
    }


def test_too_short_a_history_is_refused_and_said():
    shop = world(
        {"orders": "| order_id | buyer_id | paid_at | paid_amount |\n| o1 | ann | 2025-04-10 | 10 |"},
        as_of="2025-04-20",
    )
    rows = shop.rows("metrics.forecast", where="metric = 'paid_amount'")
    assert len(rows) == 28
    assert {(row["expected"], row["reason"], row["said"]) for row in rows} == {
        (None, "too_short", "paid_amount, all: nothing is forecast: 11 ordinary days known, 84 needed")
    }
