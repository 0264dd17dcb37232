"""BG/NBD: the published answer, the published formulas, and what no formula survives.

What belongs here: the mathematics. What does not: from orders to a table (tests/metrics/test_value_model.py).
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import beta, gamma, hyp2f1

from pipelines.models import bg_nbd
from tests.models import cdnow

WEEK = 7
PUBLISHED = (0.243, 4.414, 0.793, 2.426)
POINT = np.array([0.3, 4.0, 0.7, 2.2])


@pytest.fixture(scope="module")
def histories():
    told = cdnow.columns()
    days = ([day / WEEK for day in told[name]] for name in ("first_to_last_days", "age_days"))
    return bg_nbd.Histories.of(told["repeat_purchases"], *days, told["people"])


@pytest.fixture(scope="module")
def estimate(histories):
    return bg_nbd.fit(histories)


def test_the_published_estimates_of_cdnow(histories, estimate):
    assert histories.people.sum() == cdnow.PEOPLE
    assert estimate.values == pytest.approx(PUBLISHED, abs=0.0015)
    assert estimate.log_likelihood == pytest.approx(-9582.4, abs=0.05)


def test_the_published_expectation_of_one_customer(estimate):
    """Customer 1: two repeat purchases, the last after 30.43 weeks of 38.86; 1.226 more in the next 39."""
    x, recency, age = np.array([2.0]), np.array([30.43]), np.array([38.86])
    alive = bg_nbd.alive(estimate.values, x, recency, age)
    expected = alive * bg_nbd.purchases_if_alive(estimate.values, x, age, 39.0)
    assert expected[0] == pytest.approx(1.226, abs=0.0005)


def test_standard_errors_are_those_of_the_curvature(histories, estimate):
    """Compared with differences of the likelihood itself, which no derivative of ours is needed for."""
    likelihood, at = bg_nbd._Likelihood(histories), np.array(estimate.values)
    step = at * 1e-3

    def height(i, j, one, other):
        moved = at.copy()
        moved[i] += one * step[i]
        moved[j] += other * step[j]
        return likelihood(moved)[0]

    signs = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
    curved = [
        [sum(a * b * height(i, j, a, b) for a, b in signs) / (4 * step[i] * step[j]) for j in range(4)]
        for i in range(4)
    ]
    errors = np.sqrt(np.diag(np.linalg.inv(-np.array(curved))))
    assert estimate.standard_errors == pytest.approx(errors, rel=1e-3)


def test_the_likelihood_is_the_published_product():
    """Gamma(r+x) alpha^r / Gamma(r) x B(a, b+x) / B(a, b) x (1 / (alpha+T)^(r+x) + a/(b+x-1) / (alpha+t)^(r+x))."""
    r, alpha, a, b = POINT
    for x, recency, age in ((0, 0, 5), (1, 2, 5), (4, 5, 5), (7, 20, 39)):
        told = (alpha + age) ** -(r + x) + (a / (b + x - 1) * (alpha + recency) ** -(r + x) if x else 0)
        product = gamma(r + x) * alpha**r / gamma(r) * beta(a, b + x) / beta(a, b) * told
        one = bg_nbd._Likelihood(bg_nbd.Histories.of([x], [recency], [age], [3]))
        assert one(POINT)[0] == pytest.approx(3 * np.log(product), rel=1e-12)


def test_its_derivatives_are_its_slopes(histories):
    likelihood, step = bg_nbd._Likelihood(histories), 1e-5
    _, slope, curvature = likelihood(POINT)
    for i, moved in enumerate(np.eye(4) * step):
        up, down = likelihood(POINT + moved), likelihood(POINT - moved)
        assert (up[0] - down[0]) / (2 * step) == pytest.approx(slope[i], abs=1e-4)
        assert (up[1] - down[1]) / (2 * step) == pytest.approx(curvature[i], rel=1e-6)


@pytest.mark.parametrize("ahead", [1, 13, 52, 120])
def test_expected_purchases_are_the_published_form(estimate, ahead):
    r, alpha, a, b = estimate.values
    x, age = (column.ravel() for column in np.meshgrid([0.0, 1, 2, 5, 29], [5, 38.86]))
    series = hyp2f1(r + x, b + x, a + b + x - 1, ahead / (alpha + age + ahead))
    share = ((alpha + age) / (alpha + age + ahead)) ** (r + x)
    published = (a + b + x - 1) / (a - 1) * (1 - share * series)
    assert bg_nbd.purchases_if_alive(estimate.values, x, age, ahead) == pytest.approx(published, rel=1e-9)


@pytest.mark.parametrize("parameters", [(0.2, 4, 1, 2), (0.2, 4, 1 + 1e-9, 2), (1, 2, 0.3, 0.7), (1, 2, 0.01, 0.4)])
def test_where_the_published_form_divides_by_nothing_the_mean_is_still_a_number(parameters):
    """a = 1; a + b = 1. Compared with the mean over p that it stands for."""
    r, alpha, a, b = parameters
    age, ahead = 3.0, 20.0
    for x in (1.0, 3.0):
        told = bg_nbd.purchases_if_alive(parameters, np.array([x]), np.array([age]), ahead)[0]

        def over(u, x=x):  # p = u^(1/a) takes the pole of the beta distribution away
            p = u ** (1 / a)
            expected = (
                (1 - (1 + p * ahead / (alpha + age)) ** -(r + x)) / p if p > 1e-12 else (r + x) * ahead / (alpha + age)
            )
            return expected * (1 - p) ** (b + x - 1) / (a * beta(a, b + x))

        assert told == pytest.approx(quad(over, 0, 1, epsabs=1e-10, limit=200)[0], rel=1e-6)


def test_who_bought_thousands_of_times_overflows_nothing(estimate):
    x, age = np.array([0.0, 200, 1000, 5000]), np.full(4, 400.0)
    expected = bg_nbd.purchases_if_alive(estimate.values, x, age, 52.0)
    rate = (estimate.values[0] + x) / (estimate.values[1] + age) * 52
    assert np.all(np.diff(expected) > 0)
    assert np.all(expected < rate)
    assert np.all(bg_nbd.alive(estimate.values, x, age / 2, age) >= 0)
    assert bg_nbd.alive(estimate.values, x, age, age) == pytest.approx(np.ones(4), abs=0.02)


def test_later_purchases_are_worth_less(estimate):
    """By parts, against the sum of 2,000 short spans each discounted from its middle."""
    x, age, rate = np.array([2.0]), np.array([5.0]), np.log(1.1) / 52
    ends = np.linspace(0, 52, 2001)
    up_to = [bg_nbd.purchases_if_alive(estimate.values, x, age, end)[0] for end in ends]
    summed = float(np.diff(up_to) @ np.exp(-rate * (ends[1:] + ends[:-1]) / 2))
    assert bg_nbd.discounted_if_alive(estimate.values, x, age, 52.0, rate)[0] == pytest.approx(summed, rel=1e-7)
    assert bg_nbd.discounted_if_alive(estimate.values, x, age, 52.0, 0.0)[0] == pytest.approx(up_to[-1], rel=1e-12)


@given(st.permutations(range(30)), st.integers(1, 29))
def test_the_order_of_the_rows_and_how_they_are_grouped_change_nothing(order, cut):
    """Rows in two parts with their people shared out say the same, to the last bit where they only stand elsewhere."""
    told = np.random.default_rng(1)
    x = told.integers(0, 4, 30)
    age = told.integers(20, 60, 30) / WEEK
    recency = np.where(x > 0, age * told.random(30), 0)
    people = told.integers(2, 9, 30).astype(float)
    rows = np.array([x, recency, age, people])
    whole = bg_nbd._Likelihood(bg_nbd.Histories.of(*rows))(POINT)[0]
    assert bg_nbd._Likelihood(bg_nbd.Histories.of(*rows[:, list(order)]))(POINT)[0] == whole
    halves = np.concatenate([rows, rows[:, :cut]], axis=1)
    halves[3, :cut] -= 1
    halves[3, 30:] = 1
    assert bg_nbd._Likelihood(bg_nbd.Histories.of(*halves))(POINT)[0] == pytest.approx(whole, rel=1e-12)


def test_who_never_came_back_tells_nothing():
    assert bg_nbd.fit(bg_nbd.Histories.of([0, 0], [0, 0], [5, 9], [40, 60])) is None


def test_people_all_alike_have_a_rate_and_no_errors():
    """900 people bought again in weeks 3, 6 … 30 of 31 and nobody stopped: a third of a purchase a week."""
    estimate = bg_nbd.fit(bg_nbd.Histories.of([10], [30], [31], [900]))
    assert np.isnan(estimate.standard_errors[2])
    x, age = np.array([10.0]), np.array([31.0])
    assert bg_nbd.alive(estimate.values, x, np.array([30.0]), age) > 0.99
    assert bg_nbd.purchases_if_alive(estimate.values, x, age, 30.0)[0] == pytest.approx(300 / 31, rel=0.01)


def test_where_all_stop_with_one_probability_it_is_told_and_how_they_differ_is_not():
    """After each purchase a quarter of everybody stops: a and b run away together, a / (a + b) does not."""
    estimate = bg_nbd.fit(simulated(20_000, lambda dice, people: np.full(people, 0.25)))
    _, _, a, b = estimate.values
    assert a / (a + b) == pytest.approx(0.25, abs=0.01)
    assert not np.isnan(estimate.standard_errors[:2]).any()
    assert a > 10


def test_planted_parameters_are_found():
    planted = (0.6, 5.0, 1.2, 3.0)
    estimate = bg_nbd.fit(simulated(20_000, lambda dice, people: dice.beta(*planted[2:], people)))
    for found, error, truth in zip(estimate.values, estimate.standard_errors, planted, strict=True):
        assert abs(found - truth) < 3 * error


def simulated(people, stopping):
    """Histories drawn from the process itself with r = 0.6 and alpha = 5, watched for 30 to 80 weeks."""
    dice = np.random.default_rng(11)
    rate, stop = dice.gamma(0.6, 1 / 5, people), stopping(dice, people)
    age, now = dice.uniform(30, 80, people), np.zeros(people)
    repeats, recency, active = np.zeros(people), np.zeros(people), np.ones(people, dtype=bool)
    while active.any():
        now = now + dice.exponential(1 / rate)
        active &= now <= age
        repeats, recency = repeats + active, np.where(active, now, recency)
        active &= dice.random(people) >= stop
    return bg_nbd.Histories.of(repeats, recency, age, np.ones(people))


def test_a_long_search_that_begins_on_a_part_ends_where_one_over_all_does(monkeypatch):
    histories = simulated(20_000, lambda dice, people: dice.beta(1.2, 3.0, people))
    whole = bg_nbd.fit(histories)
    monkeypatch.setattr("pipelines.models.maximum.PART", 500)
    assert bg_nbd.fit(histories).values == pytest.approx(whole.values, rel=1e-6)
