"""What a day's number is expected to be, by its weekday and by the level of late; all of medians.

What belongs here: the mathematics, over arrays with one place a day, NaN where a day tells nothing of what is usual.
What does not: which days these are, and of which numbers (assets/metrics/expected_days.py, forecast.py).

Numbers are taken as logarithms: a weekday, a level and chance multiply. A weekday's effect is the median of how far
the same weekdays of the last twelve weeks stood from the seven days that they ended; the level is the median of the
last fourteen days, weekday effects taken off. Nothing is made of the day itself or of later ones, and of a median one
bad day is not heard: it is expected and judged alike whether the days before were good or bad.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincc, ndtr

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

WEEK = 7
WEEKS, LEAST_WEEKDAYS = 12, 2
LEVEL_DAYS, LEAST_LEVEL_DAYS = 14, 4
# Of so many ordinary days before, how far they were from what was expected of them.
SPREAD_DAYS, LEAST_SPREAD_DAYS = 56, 21
LEAST_SPREAD = 0.05  # nothing is known to 5 %, whatever the days before happened to be
TO_DEVIATION = 1.4826  # of the normal distribution, the standard deviation in units of the median deviation
# A day is no surprise where this many of SPREAD_DAYS were nearly (three quarters) as far out on the same side.
OFTEN, NEARLY = 3, 0.75
# Nothing is usual where more than one in eight of them were five times what was expected, or a fifth: who sells on some
# days only, and not by weekday.
WILD, WILD_SHARE = float(np.log(5)), 1 / 8
LATE_DAYS = 28


def days_of(dates: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    """Dates of any resolution as whole days; what is masked is no day that means anything."""
    return np.asarray(np.ma.getdata(dates)).astype("datetime64[D]")


def by_day(dates: NDArray[np.datetime64], values: Numbers, first: np.datetime64, days: int) -> Numbers:
    """The values of dates, one place a day from `first` on; NaN where none is told."""
    told = np.full(days, np.nan)
    place = (dates - first).astype(int)
    inside = (place >= 0) & (place < days)
    told[place[inside]] = values[inside]
    return told


def lagged(values: Numbers, lags: range) -> Numbers:
    """A column per lag: what stood so many places before; NaN before the first."""
    columns = np.full((len(values), len(lags)), np.nan)
    for place, lag in enumerate(lags):
        if lag < len(values):
            columns[lag:, place] = values[: len(values) - lag]
    return columns


def middle(columns: Numbers, least: int) -> Numbers:
    """Of each row the median of what is there; NaN where that is fewer than `least`."""
    there = np.sum(~np.isnan(columns), axis=1)
    ordered = np.sort(columns, axis=1)  # NaN comes last
    row, top = np.arange(len(columns)), columns.shape[1] - 1
    low, high = np.maximum((there - 1) // 2, 0), np.minimum(there // 2, top)
    return np.where(there >= least, (ordered[row, low] + ordered[row, high]) / 2, np.nan)


def weekday_effects(logs: Numbers) -> Numbers:
    """What each day's weekday adds, as it is known the day before, and up to six days before that.

    Twice: the seven days that end a festival or a holiday have not every weekday, and are compared without the effects
    that were found first.
    """
    weeks = range(WEEK, WEEK * WEEKS + 1, WEEK)
    apart = logs - middle(lagged(logs, range(WEEK)), LEAST_LEVEL_DAYS)
    found = middle(lagged(apart, weeks), LEAST_WEEKDAYS)
    again = logs - middle(lagged(logs - found, range(WEEK)), LEAST_LEVEL_DAYS)
    return middle(lagged(np.where(np.isnan(again), apart, again), weeks), LEAST_WEEKDAYS)


def levels(logs: Numbers, effects: Numbers) -> Numbers:
    """The level, weekday effects taken off, as it is known the day before."""
    return middle(lagged(logs - effects, range(1, LEVEL_DAYS + 1)), LEAST_LEVEL_DAYS)


def of_late(values: Numbers) -> Numbers:
    """The median of the last four weeks, as it is known the day before."""
    return middle(lagged(values, range(1, LATE_DAYS + 1)), LEAST_LEVEL_DAYS)


@dataclass(frozen=True)
class Judgement:
    """Of each day what is expected, between what it may lie, and how far out it is in (robust) standard deviations.

    All NaN where too few days came before, or nothing is usual (`is_wild`). `is_out`: outside the range; `is_often`:
    but no surprise, see OFTEN.
    """

    expected: Numbers
    low: Numbers
    high: Numbers
    deviations: Numbers
    is_out: Flags
    is_often: Flags
    is_wild: Flags

    @property
    def is_judged(self) -> Flags:
        return ~np.isnan(self.expected)


def judge(values: Numbers, ordinary: Flags, unit: Numbers, added: float, threshold: float) -> Judgement:
    """Every ordinary day by those before it.

    `unit`: of each day the size of what is counted, 1 for counts: the range is never narrower than chance alone makes
    it for so few. `added` goes onto each value before its logarithm is taken. `threshold`: standard deviations.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(ordinary, np.log(values + added), np.nan)
    effects = weekday_effects(logs)
    center = effects + levels(logs, effects)
    away = logs - center
    bias, spread, often, wild = (np.full(len(values), np.nan) for _ in range(4))
    place = np.flatnonzero(~np.isnan(away))
    bias[place], spread[place], often[place], wild[place] = _noise(away[place])
    usual = center + bias
    expected = np.exp(usual) - added
    least, most = poisson_range(_at_least(expected, values, ordinary) / unit, float(ndtr(-threshold)))
    low = np.maximum(np.minimum(np.exp(usual - threshold * spread) - added, least * unit), 0)
    high = np.maximum(np.exp(usual + threshold * spread) - added, most * unit)
    is_wild = wild > WILD_SHARE
    is_known = ~np.isnan(spread) & ~np.isnan(low) & ~np.isnan(high) & ~is_wild
    is_out = is_known & ((values < low) | (values > high))
    told = np.where(is_known, np.stack([np.maximum(expected, 0), low, high, (away - bias) / spread]), np.nan)
    return Judgement(told[0], told[1], told[2], told[3], is_out, is_out & (often >= OFTEN), is_wild)


def _noise(away: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Of each of these distances, by those before it: their middle, their spread, how many were nearly as far, and
    which share of them was WILD.

    Of few distances the spread is less well known, and taken to be greater.
    """
    before = lagged(away, range(1, SPREAD_DAYS + 1))
    known = np.sum(~np.isnan(before), axis=1)
    bias = middle(before, LEAST_SPREAD_DAYS)
    deviation = TO_DEVIATION * middle(np.abs(before - bias[:, None]), LEAST_SPREAD_DAYS)
    spread = np.maximum(deviation, LEAST_SPREAD) * (1 + 8 / np.maximum(known, 1))
    off = away - bias
    side = np.sign(off)[:, None] * (before - bias[:, None])
    nearly = np.sum(side >= NEARLY * np.abs(off)[:, None], axis=1)
    wild = np.sum(np.abs(before) > WILD, axis=1) / np.maximum(known, 1)
    return bias, spread, nearly, np.where(np.isnan(bias), np.nan, wild)


def _at_least(expected: Numbers, values: Numbers, ordinary: Flags) -> Numbers:
    """The mean where it is above the median: half of a small shop's days may be empty, and a sale is no surprise."""
    before = lagged(np.where(ordinary, values, np.nan), range(1, LATE_DAYS + 1))
    known = np.sum(~np.isnan(before), axis=1)
    return np.maximum(expected, np.nansum(before, axis=1) / np.maximum(known, 1))


def poisson_range(mean: Numbers, chance: float) -> tuple[Numbers, Numbers]:
    """Between which counts of this mean all lie but `chance` on either side; 0 where even none is less rare.

    Found by halving, as counts may be parts of a unit. Of a mean below 1 the upper end is that of 1.
    """
    ends = mean + 12 * np.sqrt(mean + 1) + 30
    mean_above = np.maximum(mean, 1)
    low = _halved(lambda count: gammaincc(count + 1, mean) > chance, np.zeros_like(mean), mean.copy())
    high = _halved(lambda count: gammainc(count, mean_above) < chance, mean_above.copy(), np.maximum(ends, 43))
    return np.where(gammaincc(1, mean) > chance, 0, low), high


def _halved(is_beyond: Callable[[Numbers], Flags], start: Numbers, end: Numbers) -> Numbers:
    """Where a condition over counts begins to hold, between two counts."""
    for _ in range(50):
        between = (start + end) / 2
        beyond = is_beyond(between)
        start, end = np.where(beyond, start, between), np.where(beyond, between, end)
    return end
