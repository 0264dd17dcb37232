"""Both Kaplan-Meier tables against statsmodels, to 1e-9, over random worlds and every breakdown."""

import numpy as np
import pytest

from tests.metrics.random_world import random_world

CURVES = {
    "repurchase_curve": ("events", lambda row: 1 - row["repeat_probability"]),
    "membership_survival": ("left", lambda row: row["survival"]),
}


@pytest.fixture(scope="module", params=[11, 12])
def merchant(request):
    return random_world(request.param)


@pytest.mark.parametrize("metric", CURVES)
def test_survival_and_standard_error_agree_with_statsmodels(merchant, metric):
    compared = 0
    for rows in _curves(merchant, metric):
        compared += _compare(rows, *CURVES[metric])
    assert compared > 50


def _curves(merchant, metric):
    curves = {}
    for row in merchant.rows(f"metrics.{metric}"):
        curves.setdefault((row["segment_by"], row["segment"]), []).append(row)
    return [sorted(rows, key=lambda row: row["day"]) for rows in curves.values()]


def _compare(rows, event, survival):
    """The table's rows at each of statsmodels' times; returns how many were compared."""
    days = np.repeat([row["day"] for row in rows], [row[event] + row["censored"] for row in rows])
    status = np.concatenate([[1] * row[event] + [0] * row["censored"] for row in rows])
    if not status.any():
        assert all(survival(row) == 1 for row in rows)
        return 0
    from statsmodels.duration.survfunc import SurvfuncRight

    reference = SurvfuncRight(days, status)
    by_day = {row["day"]: row for row in rows}
    for place, day in enumerate(reference.surv_times):
        row = by_day[day]
        assert survival(row) == pytest.approx(reference.surv_prob[place], abs=1e-9)
        assert row["at_risk"] == reference.n_risk[place]
        if row["standard_error"] is not None:
            assert row["standard_error"] == pytest.approx(reference.surv_prob_se[place], abs=1e-9)
        else:
            assert survival(row) == pytest.approx(0, abs=1e-12)
    return len(reference.surv_times)
