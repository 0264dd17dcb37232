"""Gamma-Gamma: the published answer and the published density.

What belongs here: the mathematics. What does not: from orders to a table (tests/metrics/test_value_model.py).
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gamma

from pipelines.models import gamma_gamma
from tests.models import cdnow


@pytest.fixture(scope="module")
def amounts():
    told = cdnow.columns()
    again = [place for place, x in enumerate(told["repeat_purchases"]) if x > 0]
    return [[told[name][place] for place in again] for name in ("repeat_purchases", "repeat_amount", "people")]


def test_the_published_estimates_of_cdnow(amounts):
    """p = 6.25, q = 3.74, v = 15.44, of the 946 customers who bought again."""
    assert sum(amounts[2]) == 946
    estimate = gamma_gamma.fit(*amounts)
    assert estimate.values == pytest.approx((6.25, 3.74, 15.45), abs=0.01)
    assert estimate.standard_errors == pytest.approx((1.19, 0.29, 4.16), abs=0.01)


def test_the_likelihood_is_the_published_density():
    """Gamma(px+q) / (Gamma(px) Gamma(q)) x v^q x^(px) m^(px-1) / (v+xm)^(px+q)."""
    p, q, v = 2.0, 3.0, 15.0
    for x, mean in ((1, 20.0), (3, 7.5)):
        density = gamma(p * x + q) / (gamma(p * x) * gamma(q)) * v**q * x ** (p * x) * mean ** (p * x - 1)
        density /= (v + x * mean) ** (p * x + q)
        likelihood = gamma_gamma._Likelihood(np.array([x]), np.array([x * mean]), np.array([4.0]))
        assert likelihood(np.array([p, q, v]))[0] == pytest.approx(4 * np.log(density), rel=1e-12)


def test_its_derivatives_are_its_slopes(amounts):
    likelihood, point, step = gamma_gamma._Likelihood(*map(np.array, amounts)), np.array([5.0, 3.0, 14.0]), 1e-5
    _, slope, curvature = likelihood(point)
    for i, moved in enumerate(np.eye(3) * step):
        up, down = likelihood(point + moved), likelihood(point - moved)
        assert (up[0] - down[0]) / (2 * step) == pytest.approx(slope[i], abs=1e-4)
        assert (up[1] - down[1]) / (2 * step) == pytest.approx(curvature[i], rel=1e-6)


def test_nobody_tells_nothing():
    assert gamma_gamma.fit([], [], []) is None


def test_who_all_spend_the_same_are_expected_to_go_on_so():
    estimate = gamma_gamma.fit([1, 2], [10, 20], [50, 50])
    p, q, v = estimate.values
    assert (v + 20) * p / (2 * p + q - 1) == pytest.approx(10, rel=0.01)
    assert np.isnan(estimate.standard_errors[0])
