"""The mean difference of marked days from their unmarked ones, matched within strata, with a t interval.

What belongs here: the mathematics, over sums. What does not: any table, what a day or a stratum is (assets/metrics).

Of a marked day the difference is taken from the mean of the unmarked days of its stratum (the same group and weekday).
The interval is that of the mean of these differences (their own spread) plus what is uncertain of the means that they
are taken from (the spread of unmarked days about their strata's means), with Welch and Satterthwaite's degrees of
freedom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Numbers = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Strata:
    """By stratum how many marked and unmarked days, the sums of their values and of the squares; and to which unit (a
    group, of which unmarked days spread alike) and which cell (what is estimated) it belongs, both counted from 0."""

    cell: np.ndarray[Any, np.dtype[np.int64]]
    unit: np.ndarray[Any, np.dtype[np.int64]]
    marked: Numbers
    marked_sum: Numbers
    marked_squares: Numbers
    others: Numbers
    other_sum: Numbers
    other_squares: Numbers


@dataclass(frozen=True)
class Differences:
    """By cell: days that were matched, unmarked days they were matched with, means, and the 95 % interval of the
    difference. NaN where it has no day, or (the interval) where too few to tell a spread."""

    marked: Numbers
    others: Numbers
    mean: Numbers
    expected: Numbers
    difference: Numbers
    low: Numbers
    high: Numbers


def differences(strata: Strata, cells: int, confidence: float = 0.95) -> Differences:
    """The estimate of every cell from 0 to cells - 1. Strata without a marked or an unmarked day are left out."""
    from scipy import stats

    both = (strata.marked > 0) & (strata.others > 0)
    s = Strata(*(getattr(strata, name)[both] for name in strata.__dataclass_fields__))

    def summed(values: Numbers) -> Numbers:
        return _added(s.cell, values, cells)

    with np.errstate(invalid="ignore", divide="ignore"):
        other_mean = s.other_sum / s.others
        days, from_mean = summed(s.marked), s.marked_sum - s.marked * other_mean
        difference = summed(from_mean) / days
        squares = s.marked_squares - 2 * other_mean * s.marked_sum + s.marked * other_mean**2
        spread = np.maximum(summed(squares) - days * difference**2, 0) / (days - 1) / days
        noise, noise_squared = _noise_of_means(s, other_mean, cells)
        noise, noise_squared = noise / days**2, noise_squared / days**4
        freedom = (spread + noise) ** 2 / (spread**2 / (days - 1) + noise_squared)
        # no spread at all is certainty of nothing: too few values to tell
        freedom = np.where(spread + noise > 0, freedom, np.nan)
        reach = stats.t.ppf((1 + confidence) / 2, freedom) * np.sqrt(spread + noise)
        return Differences(
            marked=days,
            others=summed(s.others),
            mean=summed(s.marked_sum) / days,
            expected=summed(s.marked * other_mean) / days,
            difference=difference,
            low=difference - reach,
            high=difference + reach,
        )


def _noise_of_means(s: Strata, other_mean: Numbers, cells: int) -> tuple[Numbers, Numbers]:
    """By cell the variance of the sum of the means that are taken off, and its square by degree of freedom, added over
    units; NaN where a unit has no two unmarked days of one stratum."""
    keys, place = np.unique(np.stack([s.cell, s.unit]), axis=1, return_inverse=True)
    place = place.ravel()
    units = keys.shape[1]
    squares = _added(place, np.maximum(s.other_squares - s.other_sum * other_mean, 0), units)
    freedom = _added(place, s.others - 1, units)
    freedom = np.where(freedom > 0, freedom, np.nan)
    variance = squares / freedom * _added(place, s.marked**2 / s.others, units)
    return _added(keys[0], variance, cells), _added(keys[0], variance**2 / freedom, cells)


def _added(place: np.ndarray[Any, np.dtype[np.int64]], values: Numbers, places: int) -> Numbers:
    """The sum of the values of each place from 0 to places - 1."""
    return np.bincount(place, weights=values, minlength=places).astype(np.float64)
