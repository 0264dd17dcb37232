"""What the next weeks bring: a level, weekdays and a trend carried on, and how wrong that was every day before.

What belongs here: the mathematics, over arrays with one place a day, NaN where a day is not known. What does not: which
numbers, how long a history is needed, festivals as such (assets/metrics/forecast.py).

An origin is a day at whose end something is foretold, a horizon how many days ahead. Errors of all earlier origins give
the middle and the ends of what is foretold now; the same was done at every origin of the last half year with what was
known then, and counted how often it held (Backtest). Horizons of one week share their errors.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from pipelines.models.seasonal import WEEK, Flags, Numbers, lagged, levels, weekday_effects

HORIZONS = 56  # four weeks, of an origin that may lie four weeks back, before a festival
MEMORY_DAYS = 364  # errors longer ago say little of now
BACKTEST_DAYS = 182
LEAST_ERRORS = 56
GROWTH_DAYS, LEAST_GROWTH_DAYS = 28, 14
QUANTILES = (0.5, 0.1, 0.9, 0.025, 0.975)


@dataclass(frozen=True)
class Paths:
    """What is foretold at each origin (row) of each horizon (column, the first is one day), before errors are known.

    `actual`: what came, NaN where it is not known or was no ordinary day. `scale`: by how much errors of a horizon are
    greater; they are compared in its units. `added`: where all of it is logarithms, what went onto each value.
    """

    ahead: Numbers
    actual: Numbers
    scale: Numbers
    added: float | None = None

    def values(self, told: Numbers) -> Numbers:
        """In the units of the values, none of which is below zero."""
        return np.maximum(told if self.added is None else np.exp(told) - self.added, 0)

    @cached_property
    def errors(self) -> Numbers:
        """How far off each was, in units of its horizon's scale."""
        return (self.actual - self.ahead) / self.scale

    @cached_property
    def last_origin(self) -> int:
        """The newest day from which anything can be foretold; -1 where there is none."""
        return int(max(np.flatnonzero(~np.isnan(self.ahead).all(axis=1)), default=-1))


@dataclass(frozen=True)
class Backtest:
    """Of one week of horizons: days foretold at earlier origins, how many lay inside the intervals, and how far off."""

    backtest_days: int = 0
    inside_80: int = 0
    inside_95: int = 0
    actual_total: float = 0.0
    absolute_error: float = 0.0
    naive_absolute_error: float = 0.0

    def __add__(self, other: Backtest) -> Backtest:
        return Backtest(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


def targets(values: Numbers) -> Numbers:
    """By origin and horizon what came; NaN after the last day."""
    longer = np.append(values, np.full(HORIZONS, np.nan))
    return longer[np.arange(len(values))[:, None] + 1 + np.arange(HORIZONS)]


def seasonal_paths(values: Numbers, ordinary: Flags, added: float) -> Paths:
    """The level of late, and of each weekday its effect: of numbers that are as many as happened on a day."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(ordinary, np.log(values + added), np.nan)
    longer = np.append(logs, np.full(WEEK + 1, np.nan))
    effects = weekday_effects(longer)
    level = levels(longer, effects)
    origin = np.arange(len(values))[:, None]
    # of a weekday what was known at the origin stands at the first such day after it
    ahead = level[origin + 1] + effects[origin + 1 + np.arange(HORIZONS) % WEEK]
    # from a day that told nothing of what is usual the level is older than the horizon says
    ahead[np.isnan(logs)] = np.nan
    return Paths(ahead, targets(logs), np.ones(HORIZONS), added)


def growing_paths(values: Numbers) -> Paths:
    """The last number and the mean growth of four weeks: of numbers that are what has come together so far."""
    before = lagged(np.diff(values, prepend=np.nan), range(GROWTH_DAYS))
    known = np.sum(~np.isnan(before), axis=1)
    rate = np.where(known >= LEAST_GROWTH_DAYS, np.nansum(before, axis=1) / np.maximum(known, 1), np.nan)
    horizon = np.arange(1, HORIZONS + 1)
    return Paths(values[:, None] + rate[:, None] * horizon, targets(values), np.sqrt(horizon))


def quantiles(paths: Paths, origin: int, week: int) -> Numbers | None:
    """QUANTILES of the errors of a week of horizons (0 the first) that were known at an origin; None of too few."""
    columns = slice(week * WEEK, (week + 1) * WEEK)
    rows = np.arange(len(paths.ahead))[:, None]
    target = rows + 1 + np.arange(HORIZONS)[columns]
    errors = paths.errors[:, columns][(target <= origin) & (rows > origin - MEMORY_DAYS - HORIZONS)]
    errors = errors[~np.isnan(errors)]
    return np.quantile(errors, QUANTILES) if len(errors) >= LEAST_ERRORS else None


def foretold(paths: Paths, origin: int, horizon: int) -> Numbers | None:
    """QUANTILES of what comes so many days after an origin; None where too little is known to say."""
    found = quantiles(paths, origin, (horizon - 1) // WEEK)
    if found is None or np.isnan(paths.ahead[origin, horizon - 1]):
        return None
    return paths.values(paths.ahead[origin, horizon - 1] + found * paths.scale[horizon - 1])


def backtest(paths: Paths, values: Numbers, week: int) -> Backtest:
    """The same at an origin a week of the last half year, each with what was known at its end.

    Naive is what the same weekday of the origin's last seven days was, carried on; of members, the last number.
    """
    last, total = len(values) - 1, Backtest()
    for origin in range(last - 1, max(last - BACKTEST_DAYS, 0), -WEEK):
        if (found := quantiles(paths, origin, week)) is not None:
            total += _tested(paths, values, origin, week, found)
    return total


def _tested(paths: Paths, values: Numbers, origin: int, week: int, found: Numbers) -> Backtest:
    columns = np.arange(week * WEEK, (week + 1) * WEEK)
    told = paths.ahead[origin, columns] + found[:, None] * paths.scale[columns]
    actual = paths.actual[origin, columns]
    before = origin - WEEK + 1 + columns % WEEK if paths.added is not None else np.full(WEEK, origin)
    naive = np.where(before >= 0, values[np.maximum(before, 0)], np.nan)
    both = ~np.isnan(actual) & ~np.isnan(told[0]) & ~np.isnan(naive)
    middle, low_80, high_80, low_95, high_95 = told[:, both]
    came, actual = paths.values(actual[both]), actual[both]
    return Backtest(
        int(both.sum()),
        int(np.sum((actual >= low_80) & (actual <= high_80))),
        int(np.sum((actual >= low_95) & (actual <= high_95))),
        float(came.sum()),
        float(np.abs(came - paths.values(middle)).sum()),
        float(np.abs(came - naive[both]).sum()),
    )
