"""BG/NBD: how often people buy, and when they stop (Fader, Hardie and Lee, 2005).

What belongs here: the likelihood of histories of purchases, and what its parameters say of one. What does not: days or
weeks, who is fitted, which numbers are enough (assets/metrics/value_model.py).

While active somebody buys at the rate l, drawn from a gamma distribution (shape r, rate alpha); after each purchase
they stop with the probability p, drawn from a beta distribution (a, b). A history is x repeat purchases, the last one
t_x after the first purchase, watched until T after it, all in one unit of time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.models.maximum import Estimate, highest, part_of

NODES = 96  # of the quadrature over p; 1e-10 of the truth where the time ahead is a hundred times that behind
TIMES = 8  # of the quadrature over the time ahead


@dataclass(frozen=True)
class Histories:
    """Histories alike are one entry: x, t_x and T of each, and how many people have it."""

    repeats: np.ndarray
    recency: np.ndarray
    age: np.ndarray
    people: np.ndarray

    @classmethod
    def of(
        cls, repeats: Sequence[float], recency: Sequence[float], age: Sequence[float], people: Sequence[float]
    ) -> Histories:
        """In one order, so that sums come out equal however the rows came."""
        columns = [np.asarray(column, dtype=float) for column in (repeats, recency, age, people)]
        order = np.lexsort(columns[::-1])
        return cls(*(column[order] for column in columns))

    def only(self, rows: slice) -> Histories:
        """Some of them."""
        return Histories(self.repeats[rows], self.recency[rows], self.age[rows], self.people[rows])


def fit(histories: Histories) -> Estimate | None:
    """r, alpha, a, b by maximum likelihood; None where the histories do not tell them."""
    if not np.any(histories.repeats > 0):
        return None
    middle = float(np.average(histories.age, weights=histories.people)) or 1.0
    start, part = (1.0, middle, 1.0, 2.0), part_of(len(histories.people))
    near = _highest(histories.only(part), start) if part else None
    return _highest(histories, start, near)


def _highest(histories: Histories, start: Sequence[float], near: Estimate | None = None) -> Estimate | None:
    return highest(_Likelihood(histories), start, float(histories.people.sum()), near)


class _Likelihood:
    """The log-likelihood with its gradient and Hessian over r, alpha, a, b.

    Terms of x alone and of T alone are summed once per value of these. What is left for each history with repeats is
    ln(1 + e^u), u = ln a - ln(b + x - 1) + (r + x) ln((alpha + T) / (alpha + t_x)): never a power that overflows.
    """

    def __init__(self, histories: Histories) -> None:
        repeats, people = histories.repeats, histories.people
        self.x, x_place = np.unique(repeats, return_inverse=True)
        self.x_people = np.bincount(x_place, people)
        self.ages, age_place = np.unique(histories.age, return_inverse=True)
        self.age_people = np.bincount(age_place, people)
        self.age_repeats = np.bincount(age_place, people * repeats)
        again = repeats > 0
        self.again_x, self.again_people = repeats[again], people[again]
        self.x_place, self.age_place = x_place[again], age_place[again]
        self.recencies, self.recency_place = np.unique(histories.recency[again], return_inverse=True)

    def __call__(self, parameters: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        height, slope, curvature = self._of_x(parameters)
        for part in (self._of_age(parameters), self._of_stopping(parameters)):
            height, slope, curvature = height + part[0], slope + part[1], curvature + part[2]
        return float(height), slope, curvature

    def _of_x(self, parameters: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """ln of Gamma(r + x) / Gamma(r) alpha^r and of B(a, b + x) / B(a, b)."""
        from scipy.special import digamma, gammaln, polygamma

        r, alpha, a, b = parameters
        x, n = self.x, self.x_people
        height = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        height += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
        both = digamma(a + b) - digamma(a + b + x)
        slopes = (digamma(r + x) - digamma(r) + np.log(alpha), r / alpha, both, both + digamma(b + x) - digamma(b))
        both = polygamma(1, a + b) - polygamma(1, a + b + x)
        curvature = np.zeros((4, 4))
        curvature[0, 0] = n @ (polygamma(1, r + x) - polygamma(1, r))
        curvature[0, 1] = curvature[1, 0] = n.sum() / alpha
        curvature[1, 1] = -n.sum() * r / alpha**2
        curvature[2, 2] = curvature[2, 3] = curvature[3, 2] = n @ both
        curvature[3, 3] = n @ (both + polygamma(1, b + x) - polygamma(1, b))
        return float(n @ height), np.array([np.sum(n * slope) for slope in slopes]), curvature

    def _of_age(self, parameters: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """-(r + x) ln(alpha + T)."""
        r, alpha = parameters[:2]
        logs, ones = np.log(alpha + self.ages), 1 / (alpha + self.ages)
        shapes = r * self.age_people + self.age_repeats
        slope = np.array([-self.age_people @ logs, -shapes @ ones, 0.0, 0.0])
        curvature = np.zeros((4, 4))
        curvature[0, 1] = curvature[1, 0] = -self.age_people @ ones
        curvature[1, 1] = shapes @ ones**2
        return float(-shapes @ logs), slope, curvature

    def _of_stopping(self, parameters: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """ln(1 + e^u) of those who bought again: they may have stopped after the last purchase."""
        from scipy.special import expit

        r, alpha, a, b = parameters
        shape, n = r + self.again_x, self.again_people
        until = (np.log(alpha + self.ages), 1 / (alpha + self.ages))
        last = (np.log(alpha + self.recencies), 1 / (alpha + self.recencies))
        by_r = until[0][self.age_place] - last[0][self.recency_place]
        by_alpha = until[1][self.age_place] - last[1][self.recency_place]
        twice = last[1][self.recency_place] ** 2 - until[1][self.age_place] ** 2
        by_b = -1 / (b + self.x - 1)[self.x_place]
        u = np.log(a) + np.log(-by_b) + shape * by_r
        weight = n * expit(u)
        spread = weight * expit(-u)
        gradient = np.array([by_r, shape * by_alpha, np.full_like(u, 1 / a), by_b])
        curvature = (gradient * spread) @ gradient.T
        curvature[0, 1] = curvature[1, 0] = curvature[0, 1] + weight @ by_alpha
        curvature[1, 1] += weight @ (shape * twice)
        curvature[2, 2] -= weight.sum() / a**2
        curvature[3, 3] += weight @ by_b**2
        return float(n @ np.logaddexp(0, u)), gradient @ weight, curvature


def alive(parameters: Sequence[float], repeats: np.ndarray, recency: np.ndarray, age: np.ndarray) -> np.ndarray:
    """The probability that somebody with such a history has not stopped; 1 of those who never bought again."""
    from scipy.special import expit

    r, alpha, a, b = parameters
    again = repeats > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        u = np.log(a) - np.log(b + repeats - 1) + (r + repeats) * (np.log(alpha + age) - np.log(alpha + recency))
    return np.where(again, expit(-u), 1.0)


def purchases_if_alive(
    parameters: Sequence[float], repeats: np.ndarray, age: np.ndarray, ahead: np.ndarray | float
) -> np.ndarray:
    """Purchases expected within the time ahead of somebody who has not stopped.

    Theirs is a rate from gamma(r + x, alpha + T) and a p from beta(a, b + x), so what is expected is the mean over p of
    (1 - ((alpha + T) / (alpha + T + p t))^(r + x)) / p. It equals the published form with 2F1, which loses digits where
    a is near 1 or a + b + x near 1; by Gauss-Jacobi quadrature there is nothing to cancel.
    """
    r, alpha, a, b = parameters
    ahead = np.broadcast_to(np.asarray(ahead, dtype=float), repeats.shape)
    expected = np.empty(repeats.shape)
    for x in np.unique(repeats):
        mine = repeats == x
        p, weights = _beta_nodes(a, b + x)
        share = np.multiply.outer(ahead[mine] / (alpha + age[mine]), p)
        expected[mine] = -np.expm1(-(r + x) * np.log1p(share)) @ (weights / p)
    return expected


def discounted_if_alive(
    parameters: Sequence[float], repeats: np.ndarray, age: np.ndarray, ahead: float, rate: float
) -> np.ndarray:
    """The same with each purchase worth e^(-rate t), t the time until it: by parts, so that no density is needed."""
    nodes, weights = np.polynomial.legendre.leggauss(TIMES)
    total = np.exp(-rate * ahead) * purchases_if_alive(parameters, repeats, age, ahead)
    if rate:
        for node, weight in zip(nodes, weights, strict=True):
            time = ahead * (node + 1) / 2
            part = rate * np.exp(-rate * time) * weight * ahead / 2
            total = total + part * purchases_if_alive(parameters, repeats, age, time)
    return total


def _beta_nodes(a: float, b: float) -> tuple[np.ndarray, np.ndarray]:
    """Places and weights by which the mean of a function over beta(a, b) is a weighted sum (Golub and Welsch).

    scipy's own roots_jacobi scales its weights by 2^(a + b), which overflows for who bought a thousand times.
    """
    from scipy.linalg import eigh_tridiagonal

    one, other = b - 1, a - 1  # the Jacobi polynomials' two exponents
    k = np.arange(1, NODES)
    both = 2 * k + one + other
    middle = np.append((other - one) / (a + b), (other**2 - one**2) / (both * (both + 2)))
    beside = 4 * k * (k + one) * (k + other) * (k + one + other) / (both**2 * (both + 1) * (both - 1))
    beside[0] = 4 * a * b / ((a + b) ** 2 * (a + b + 1))
    nodes, vectors = eigh_tridiagonal(middle, np.sqrt(beside))
    return (nodes + 1) / 2, vectors[0] ** 2
