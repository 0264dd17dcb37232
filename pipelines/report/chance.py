"""Is a difference more than chance: the tests behind every arrow that is drawn and every sentence that is written.

What belongs here: statistics over plain numbers. What does not: which numbers, and what is said of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist, fmean, variance

CONFIDENCE = 0.95
FEWEST_DAYS = 5  # of each span: fewer do not tell how days differ among themselves
FEWEST_USUAL = 4


def differ(part: float, of: float, other_part: float, other_of: float, among: int = 2) -> bool:
    """Whether two shares differ by more than chance (two-proportion z test, two-sided, 95 %).

    `among`: how many shares the two were picked from as the farthest apart; each pair of them is one more chance to
    differ by luck, so the limit is that of all pairs together (Bonferroni).
    """
    pooled = (part + other_part) / (of + other_of)
    error = math.sqrt(pooled * (1 - pooled) * (1 / of + 1 / other_of))
    return error > 0 and abs(part / of - other_part / other_of) / error > _normal(math.comb(max(among, 2), 2))


def differ_by_day(days: Sequence[float], others: Sequence[float]) -> bool:
    """Whether the days of two spans differ on average by more than days differ anyway (Welch's t test, 95 %)."""
    if min(len(days), len(others)) < FEWEST_DAYS:
        return False
    errors = [variance(values) / len(values) for values in (days, others)]
    error = sum(errors)
    if error == 0:
        return fmean(days) != fmean(others)
    freedom = error**2 / sum(e**2 / (len(v) - 1) for e, v in zip(errors, (days, others), strict=True))
    return abs(fmean(days) - fmean(others)) / math.sqrt(error) > _student(freedom)


def counts_differ(count: float, over: float, other: float, other_over: float, among: int = 1) -> bool:
    """Whether two counts differ by more than chance, each over its own days, people or yuan (95 %, two-sided).

    Given their sum, the first is a share of it that chance alone would make as large as its part of what they are over.
    `among`: how many such counts the first was picked from (Bonferroni).
    """
    whole, share = count + other, over / (over + other_over)
    error = math.sqrt(whole * share * (1 - share))
    return error > 0 and abs(count - whole * share) / error > _normal(max(among, 1))


def is_unusual(value: float, usual: Sequence[float]) -> bool:
    """Whether one day lies outside what days like it would bring (95 % prediction interval)."""
    if len(usual) < FEWEST_USUAL:
        return False
    spread = math.sqrt(variance(usual) * (1 + 1 / len(usual)))
    return abs(value - fmean(usual)) > _student(len(usual) - 1) * spread


def _normal(chances: int = 1) -> float:
    return NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / (2 * chances))


def _student(freedom: float) -> float:
    """Student's t for 95 %, by its expansion around the normal: within 1 % from three degrees of freedom on."""
    z = _normal()
    first, second = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
