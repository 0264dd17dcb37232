"""Two groups drawn at random: the difference of their means, and whether their sizes are what was planned.

What belongs here: Welch's interval and the test of sizes, by scipy. What does not: who was drawn (assets/metrics).
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """Of a group how many people, and the sum and the sum of squares of what came of them."""

    people: float
    total: float
    squares: float

    @property
    def mean(self) -> float:
        return self.total / self.people

    @property
    def deviation(self) -> float:
        """Of one person, from the sample; 0 where nobody differs."""
        return math.sqrt(max(self.squares - self.total**2 / self.people, 0.0) / (self.people - 1))


def difference(test: Group, control: Group) -> tuple[float, float, float]:
    """The difference of the means and its 95 % interval by Welch; of groups of two people or more."""
    from scipy.stats import t

    apart = test.mean - control.mean
    parts = [group.deviation**2 / group.people for group in (test, control)]
    if not any(parts):
        return apart, apart, apart
    freedom = sum(parts) ** 2 / sum(
        part**2 / (group.people - 1) for part, group in zip(parts, (test, control), strict=True)
    )
    half = float(t.ppf(0.975, freedom)) * math.sqrt(sum(parts))
    return apart, apart - half, apart + half


def sizes_p(control: int, people: int, share: float) -> float:
    """The probability that a group of a planned share comes out as far from it by chance (exact, two-sided)."""
    from scipy.stats import binomtest

    return float(binomtest(control, people, share).pvalue)
