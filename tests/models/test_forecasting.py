"""What is foretold: of planted days, in intervals that hold as often as they say, and by nothing that comes later."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.models import forecasting

DAYS = 500


def shop(seed: int, days: int = DAYS) -> np.ndarray:
    chance = np.random.default_rng(seed)
    usual = 100 * 1.001 ** np.arange(days) * (1 + 0.3 * np.sin(2 * np.pi * np.arange(days) / 7))
    return chance.poisson(usual * np.exp(chance.normal(0, 0.2, days))).astype(float)


def paths_of(values: np.ndarray) -> forecasting.Paths:
    return forecasting.seasonal_paths(values, np.ones(len(values), dtype=bool), 0.5)


def test_weeks_that_come_again_are_foretold_as_they_are():
    week = np.array([10, 20, 30, 40, 50, 60, 7.0])
    paths = paths_of(np.tile(week, 40))
    told = [forecasting.foretold(paths, paths.last_origin, horizon) for horizon in range(1, 29)]
    assert [ends[0] for ends in told] == pytest.approx(np.tile(week, 4))
    tested = forecasting.backtest(paths, np.tile(week, 40), 3)
    assert tested.absolute_error == pytest.approx(0)
    assert tested.naive_absolute_error == pytest.approx(0)


def test_members_go_on_growing_as_they_grew():
    members = np.arange(1000, 1400, 2.0)
    paths = forecasting.growing_paths(members)
    assert forecasting.foretold(paths, paths.last_origin, 28) == pytest.approx([1398 + 56] * 5)
    tested = forecasting.backtest(paths, members, 3)
    # 22 to 28 days later two members a day have come; of the last origins not all of these days are over
    assert tested.naive_absolute_error / tested.backtest_days == pytest.approx(50, abs=0.1)


def test_intervals_hold_as_often_as_they_say_and_better_than_the_last_week_carried_on():
    """The back-test's coverage over six merchants, and that of the four weeks that then came."""
    total, inside_80, inside_95 = forecasting.Backtest(), 0, 0
    for seed in range(6):
        values = shop(seed)
        past = values[:-28]
        paths = paths_of(past)
        for week in range(4):
            total += forecasting.backtest(paths, past, week)
        for horizon in range(1, 29):
            _, low_80, high_80, low_95, high_95 = forecasting.foretold(paths, paths.last_origin, horizon)
            came = values[len(past) - 1 + horizon]
            inside_80 += low_80 <= came <= high_80
            inside_95 += low_95 <= came <= high_95
    assert 0.76 < total.inside_80 / total.backtest_days < 0.84
    assert 0.92 < total.inside_95 / total.backtest_days < 0.98
    assert 0.68 < inside_80 / 168 < 0.92
    assert inside_95 / 168 > 0.86
    assert total.absolute_error < 0.9 * total.naive_absolute_error


@pytest.mark.parametrize("make", [paths_of, forecasting.growing_paths])
def test_nothing_that_came_later_helped_at_an_origin(make):
    """Foretold at day 300 with all that came since, or with nothing."""
    values, origin = shop(4), 300
    after, then = make(values), make(values[: origin + 1])
    for horizon in (1, 8, 28, 56):
        np.testing.assert_array_equal(
            forecasting.foretold(after, origin, horizon), forecasting.foretold(then, origin, horizon)
        )


def test_too_few_errors_tell_no_interval():
    paths = paths_of(shop(1, days=50))
    assert forecasting.foretold(paths, paths.last_origin, 28) is None
    assert forecasting.backtest(paths, shop(1, days=50), 3) == forecasting.Backtest()


def test_from_a_day_before_what_is_not_ordinary():
    values, ordinary = shop(2), np.ones(DAYS, dtype=bool)
    ordinary[-20:] = False
    paths = forecasting.seasonal_paths(values, ordinary, 0.5)
    assert paths.last_origin == DAYS - 21
