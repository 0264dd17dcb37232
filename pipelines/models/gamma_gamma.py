"""Gamma-Gamma: what people spend per purchase (Fader, Hardie and Lee, 2005; Fader and Hardie, 2013).

What belongs here: the likelihood of what somebody spent over several purchases, and what is expected of one. What does
not: which purchases count (assets/metrics/value_model.py).

Each purchase of somebody is drawn from a gamma distribution (shape p, rate n), and n of everybody from one (shape q,
rate v). Somebody with x purchases of S in all is expected to spend (v + S) p / (p x + q - 1) on the next one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipelines.models.maximum import Estimate, highest, part_of


def fit(purchases: Sequence[float], total: Sequence[float], people: Sequence[float]) -> Estimate | None:
    """p, q, v by maximum likelihood; None where the amounts do not tell them. People alike are one entry."""
    columns = [np.asarray(column, dtype=float) for column in (purchases, total, people)]
    columns = [column[np.lexsort(columns[::-1])] for column in columns]
    if not len(columns[0]):
        return None
    mean = float(np.average(columns[1] / columns[0], weights=columns[2]))
    start, part = (2.0, 3.0, mean), part_of(len(columns[0]))
    near = _highest([column[part] for column in columns], start) if part else None
    return _highest(columns, start, near)


def _highest(columns: Sequence[np.ndarray], start: Sequence[float], near: Estimate | None = None) -> Estimate | None:
    return highest(_Likelihood(*columns), start, float(columns[2].sum()), near)


class _Likelihood:
    """The log-likelihood of the mean of x purchases, with its gradient and Hessian over p, q, v.

    Terms of x alone are summed once per value of x; what needs the amount is ln(v + S).
    """

    def __init__(self, purchases: np.ndarray, total: np.ndarray, people: np.ndarray) -> None:
        self.purchases, self.total, self.people = purchases, total, people
        self.x, place = np.unique(purchases, return_inverse=True)
        self.x_people = np.bincount(place, people)
        self.logs = float((people * purchases) @ np.log(total))
        self.constant = float(people @ (np.log(purchases) - np.log(total)))

    def __call__(self, parameters: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        from scipy.special import digamma, gammaln, polygamma

        p, q, v = parameters
        x, n = self.x, self.x_people
        shape, everyone = p * x + q, n.sum()
        shapes, rate = p * self.purchases + q, 1 / (v + self.total)
        far = np.log(v + self.total)
        by_x = gammaln(shape) - gammaln(p * x) - gammaln(q) + q * np.log(v)
        height = n @ by_x + p * self.logs + self.constant - self.people @ (shapes * far)
        by_p = (n * x) @ (digamma(shape) - digamma(p * x)) + self.logs - (self.people * self.purchases) @ far
        by_q = n @ digamma(shape) - everyone * (digamma(q) - np.log(v)) - self.people @ far
        by_v = everyone * q / v - self.people @ (shapes * rate)
        pp = (n * x**2) @ (polygamma(1, shape) - polygamma(1, p * x))
        pq = (n * x) @ polygamma(1, shape)
        pv = -(self.people * self.purchases) @ rate
        qq = n @ polygamma(1, shape) - everyone * polygamma(1, q)
        qv = everyone / v - self.people @ rate
        vv = -everyone * q / v**2 + self.people @ (shapes * rate**2)
        return float(height), np.array([by_p, by_q, by_v]), np.array([[pp, pq, pv], [pq, qq, qv], [pv, qv, vv]])
