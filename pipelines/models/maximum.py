"""Estimates by maximum likelihood: the highest point of a likelihood over positive parameters, and how sure it is.

What belongs here: the search, by scipy, and standard errors. What does not: any likelihood (bg_nbd.py, gamma_gamma.py).

Where people do not differ, a likelihood rises for ever along a ridge on which two parameters grow together (their ratio
is what the data tell), and what follows from them hardly changes. There the search stops FURTHEST away from where it
began, and these parameters have no standard error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

# log-likelihood, gradient, Hessian, all of the parameters themselves
Likelihood = Callable[[np.ndarray], tuple[float, np.ndarray, np.ndarray]]

FURTHEST = np.log(1e3)  # from the start, by the logarithm of a parameter: beyond it the likelihood is held down
HELD = 1.0  # how much per observation, times the cube of what is beyond: without a kink, on which Newton's steps stick
# A parameter of which no more is known than that it lies within a factor of e^±4 (95 %) has no standard error.
LARGEST_LOG_ERROR = 2.0
FLATTEST = 1e-3  # the least curvature that is told apart from none
STEEPEST = 1e-5  # of a maximum: the gradient per observation, by the logarithms of the parameters
STEPS = 200
PART = 20_000  # rows of the part on which a long search begins


def part_of(rows: int) -> slice | None:
    """Every so many rows, where there are many; None where the whole is as quick."""
    return slice(None, None, rows // PART) if rows >= 2 * PART else None


@dataclass(frozen=True)
class Estimate:
    """Parameters at the maximum, their standard errors from the curvature there, and the log-likelihood.

    A standard error is NaN where the likelihood does not tell the parameter.
    """

    values: tuple[float, ...]
    standard_errors: tuple[float, ...]
    log_likelihood: float


def highest(
    likelihood: Likelihood, start: Sequence[float], observations: float, near: Estimate | None = None
) -> Estimate | None:
    """The maximum over positive parameters, searched by their logarithms; None where the search finds none.

    `near`: an estimate on a part of the data, from which the search goes on; it changes nothing but its length.
    """
    from scipy.optimize import minimize

    logs = np.log(np.asarray(start, dtype=float))
    first = np.log(near.values) if near else logs
    at = _Remembered(likelihood, observations, logs)
    options = {"gtol": 1e-9, "maxiter": STEPS, "initial_trust_radius": 1.0}
    with np.errstate(all="ignore"):
        found = minimize(at.height, first, jac=at.slope, hess=at.curvature, method="trust-exact", options=options).x
        if not np.all(np.isfinite(found)) or not np.max(np.abs(at.slope(found))) <= STEEPEST:
            return None
        values = np.exp(found)
        height, _, curvature = likelihood(values)
        errors = values * _log_errors(-curvature * np.outer(values, values))
        errors = np.where(np.abs(found - logs) < FURTHEST, errors, np.nan)
    return Estimate(tuple(map(float, values)), tuple(map(float, errors)), float(height))


def _log_errors(curvature: np.ndarray) -> np.ndarray:
    """Standard errors of the logarithms; along directions without curvature they are large, and then NaN."""
    flatness, directions = np.linalg.eigh(curvature)
    errors = np.sqrt(directions**2 @ (1 / np.maximum(flatness, FLATTEST)))
    return np.where(errors <= LARGEST_LOG_ERROR, errors, np.nan)


class _Remembered:
    """Minus the likelihood per observation by the logarithms of its parameters; each point is computed once."""

    def __init__(self, likelihood: Likelihood, observations: float, start: np.ndarray) -> None:
        self.likelihood, self.observations, self.start = likelihood, observations, start
        self.place: np.ndarray | None = None
        self.told: Any = None

    def height(self, logs: np.ndarray) -> float:
        return float(self._at(logs)[0])

    def slope(self, logs: np.ndarray) -> np.ndarray:
        return self._at(logs)[1]  # type: ignore[no-any-return]

    def curvature(self, logs: np.ndarray) -> np.ndarray:
        return self._at(logs)[2]  # type: ignore[no-any-return]

    def _at(self, logs: np.ndarray) -> Any:
        if self.place is None or not np.array_equal(self.place, logs):
            self.told, self.place = self._computed(logs), logs.copy()
        return self.told

    def _computed(self, logs: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        values = np.exp(logs)
        height, slope, curvature = (part / self.observations for part in self.likelihood(values))
        beyond = np.sign(logs - self.start) * np.maximum(np.abs(logs - self.start) - FURTHEST, 0)
        held = HELD * np.sum(np.abs(beyond) ** 3) if np.isfinite(height) else np.inf
        by_logs = curvature * np.outer(values, values) + np.diag(slope * values)
        return (
            float(held - (height if np.isfinite(height) else 0.0)),
            3 * HELD * beyond * np.abs(beyond) - slope * values,
            np.diag(6 * HELD * np.abs(beyond)) - by_logs,
        )
