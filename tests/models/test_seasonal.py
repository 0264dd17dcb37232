"""What a day is expected to be: on planted days, against an independent count of chance, by nothing that comes later.

What belongs here: the mathematics. What does not: which days are ordinary, which metrics (tests/metrics).
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as searching
from hypothesis import strategies as some
from scipy.stats import poisson

from pipelines.models import seasonal

DAYS, THRESHOLD = 365, 3.5
EVERY = np.ones(DAYS, dtype=bool)


def year(seed: int, mean: float, noise: float = 0.2) -> np.ndarray:
    """Orders of a year: weekdays that differ by a third, good and bad days, and chance."""
    chance = np.random.default_rng(seed)
    usual = mean * (1 + 0.3 * np.sin(2 * np.pi * np.arange(DAYS) / 7))
    return chance.poisson(usual * np.exp(chance.normal(0, noise, DAYS))).astype(float)


def judged(values: np.ndarray, ordinary: np.ndarray = EVERY) -> seasonal.Judgement:
    return seasonal.judge(values, ordinary, np.ones(len(values)), 0.5, THRESHOLD)


def unusual(found: seasonal.Judgement) -> list[int]:
    return np.flatnonzero(found.is_out & ~found.is_often).tolist()


def test_days_that_come_again_every_week_are_expected_as_they_are():
    week = np.array([10, 20, 30, 40, 50, 60, 7.0])
    found = judged(np.tile(week, 20), np.ones(140, dtype=bool))
    assert found.expected[-7:] == pytest.approx(week)
    assert unusual(found) == []


def test_growth_is_no_surprise():
    assert unusual(judged(np.round(100 * 1.01 ** np.arange(DAYS)))) == []


def test_the_middle_of_what_is_there():
    columns = np.array([[3, np.nan, 1, 2], [np.nan, 4, 1, np.nan], [np.nan, np.nan, 1, np.nan]])
    assert seasonal.middle(columns, least=2).tolist()[:2] == [2, 2.5]
    assert np.isnan(seasonal.middle(columns, least=2)[2])


@pytest.mark.parametrize("mean", [0.5, 3, 20, 400])
def test_the_range_of_chance_is_that_of_poisson(mean):
    chance = 0.0002
    low, high = (ends[0] for ends in seasonal.poisson_range(np.array([mean]), chance))
    above = max(mean, 1)
    counts = np.arange(0, 1000)
    assert [count < low for count in counts] == (poisson.cdf(counts, mean) <= chance).tolist()
    assert [count > high for count in counts] == (poisson.sf(counts - 1, above) <= chance).tolist()


def test_one_bad_day_is_found_and_the_days_after_it_are_judged_as_if_it_had_not_been():
    good = year(1, 300, noise=0.1)
    bad = good.copy()
    bad[200] = round(good[200] * 0.4)
    assert [day for day in unusual(judged(bad)) if 200 <= day < 256] == [200]
    after = slice(201, 300)
    assert judged(bad).expected[after] == pytest.approx(judged(good).expected[after], rel=0.12)


def test_a_year_without_anything_raises_an_alarm_once_in_two_years_at_most():
    """Over forty merchants of four sizes; and a day at two fifths of what it would have been is mostly found."""
    alarms, found, planted = 0, 0, range(70, DAYS, 98)
    sizes = (3, 30, 300, 3000)
    for seed in range(40):
        values = year(seed, sizes[seed % 4], noise=0.1)
        quiet = set(unusual(judged(values)))
        alarms += len(quiet)
        for day in planted if seed % 4 > 1 else ():
            worse = values.copy()
            worse[day] = round(values[day] * 0.4)
            found += day in unusual(judged(worse))
    assert alarms / 40 <= 0.5
    assert found / (20 * len(planted)) >= 0.95


def test_of_few_none_is_no_alarm():
    """Three a day, then none; and in a shop of one order a week, an order."""
    assert unusual(judged(np.append(np.full(100, 3.0), 0), EVERY[:101])) == []
    rare = np.zeros(DAYS)
    rare[::9] = 1
    assert unusual(judged(rare)) == []


@pytest.mark.parametrize("share", [0.4, 0.6, 0.8])
def test_of_who_sells_on_some_days_only_nothing_is_usual(share):
    chance = np.random.default_rng(3)
    found = judged(np.where(chance.random(DAYS) < share, chance.poisson(200, DAYS), 0).astype(float))
    assert unusual(found) == []
    assert found.is_wild[100:].mean() > 0.9


def test_who_is_closed_on_two_days_of_the_week_is_judged_on_the_others():
    weeks = np.tile(np.array([200, 200, 200, 200, 200, 0, 0.0]), 20)
    weeks[7 * 15] = 60
    assert unusual(judged(weeks, np.ones(140, dtype=bool))) == [7 * 15]


def test_a_new_level_is_told_for_some_days_and_then_is_the_level():
    found = unusual(judged(np.append(np.full(100, 200.0), np.full(60, 600.0)), EVERY[:160]))
    assert found == [100, 101, 102]


@searching(max_examples=12, deadline=None)
@given(some.integers(60, 300), some.integers(0, 9))
def test_nothing_that_comes_later_changes_what_was_expected(day, seed):
    values, ordinary = year(seed, 40), np.random.default_rng(seed).random(DAYS) > 0.2
    later = values.copy()
    later[day:] = 7
    for name in ("expected", "low", "high"):
        before, after = (getattr(judged(one, ordinary), name)[:day] for one in (values, later))
        np.testing.assert_array_equal(before, after)
    usual = seasonal.weekday_effects(np.log(values)) + seasonal.levels(np.log(values), np.zeros(DAYS))
    again = seasonal.weekday_effects(np.log(later)) + seasonal.levels(np.log(later), np.zeros(DAYS))
    assert usual[day] == again[day]
