"""Two groups drawn at random, against scipy over the people themselves."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_ind

from pipelines.models.experiment import Group, difference, sizes_p


def group(values: np.ndarray) -> Group:
    return Group(len(values), float(values.sum()), float((values**2).sum()))


def test_the_interval_is_welchs():
    dice = np.random.default_rng(4)
    test, control = dice.normal(5, 3, 80), dice.normal(4, 1, 50)
    expected = ttest_ind(test, control, equal_var=False).confidence_interval(0.95)
    assert difference(group(test), group(control)) == pytest.approx(
        (test.mean() - control.mean(), expected.low, expected.high), rel=1e-9
    )


def test_where_nobody_differs_there_is_no_width():
    assert difference(group(np.ones(5)), group(np.zeros(5))) == (1, 1, 1)


def test_sizes_by_hand():
    """2 of 2 in a group planned as a half: (1/2)² for these, and as much for none of them."""
    assert sizes_p(2, 2, 0.5) == pytest.approx(0.5)
