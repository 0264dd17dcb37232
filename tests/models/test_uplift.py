"""The effect on the treated: against doubleml left to itself, against what was planted, and where it must be refused.

What belongs here: the mathematics, on arrays. What does not: people and weeks (tests/metrics/test_private_uplift.py).
"""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.models.covariates import MISSING, OTHERS, design, differences
from pipelines.models.uplift import FOLDS, SURE, Weighed, effect, naive, weigh
from pipelines.models.uplift_panel import Comparison, Refusal, refusal_of, verdict

PLANTED = 2.0


def trial(people: int = 3000, steep: float = 1.0, seed: int = 3) -> dict[str, np.ndarray]:
    """Who likes it more (`like`, 0 to 2) is treated more often and has more of the outcome; treatment adds PLANTED."""
    dice = np.random.default_rng(seed)
    like, shop = dice.integers(0, 3, people), dice.choice(["north", "south"], people)
    chance = 1 / (1 + np.exp(-steep * (like - 1.5) - 0.5 * (shop == "south")))
    treated = dice.random(people) < chance
    outcome = 10 + 3 * like**2 + PLANTED * treated + dice.normal(0, 4, people)
    covariates = {"like": like.astype(float), "shop": shop.astype(object)}
    return {"treated": treated, "outcome": outcome, "people": np.arange(people), **covariates}


def weighed_of(given: dict[str, np.ndarray], rows: slice | np.ndarray = slice(None)) -> Weighed:
    covariates = {name: given[name][rows] for name in ("like", "shop")}
    return weigh(given["treated"][rows], covariates, given["people"][rows])


@pytest.fixture(scope="module")
def given() -> dict[str, np.ndarray]:
    return trial()


@pytest.fixture(scope="module")
def weighed(given) -> Weighed:
    return weighed_of(given)


def test_what_was_planted_lies_in_the_interval_and_the_naive_difference_does_not(given, weighed):
    found, means = effect(weighed, given["outcome"]), naive(given["treated"], given["outcome"])
    assert found.low < PLANTED < found.high < means[0] - means[1]
    assert weighed.refusal == ""
    assert weighed.furthest_before > 0.5
    assert weighed.furthest_after < 0.05


def test_it_is_doublemls_own_estimate(given, weighed):
    """Left to itself doubleml fits the treated's outcome too, which cancels, and its error is that of single rows."""
    from doubleml.data import DoubleMLData
    from doubleml.irm.irm import DoubleMLIRM
    from sklearn.linear_model import LogisticRegression, Ridge

    data = DoubleMLData.from_arrays(weighed.design.matrix, given["outcome"], given["treated"].astype(float))
    solver = LogisticRegression(solver="newton-cholesky")
    model = DoubleMLIRM(data, Ridge(), solver, score="ATTE", draw_sample_splitting=False)
    every = np.arange(len(weighed.folds))
    model.set_sample_splitting([(every[weighed.folds != f], every[weighed.folds == f]) for f in range(FOLDS)])
    model.fit(external_predictions={"d": {"ml_m": weighed.propensity[:, None]}})
    found = effect(weighed, given["outcome"])
    assert (found.value, found.standard_error) == pytest.approx((model.coef[0], model.se[0]), rel=1e-8)


def test_a_person_told_twice_is_no_second_person(given, weighed):
    """Every row twice: with its person the error stays, as two people it would shrink by the root of two."""
    once, twice = effect(weighed, given["outcome"]), {name: np.repeat(column, 2) for name, column in given.items()}
    known = effect(weighed_of(twice), twice["outcome"])
    taken_for_two = effect(weighed_of({**twice, "people": np.arange(len(twice["people"]))}), twice["outcome"])
    assert known.standard_error == pytest.approx(once.standard_error, rel=0.02)
    assert taken_for_two.standard_error == pytest.approx(once.standard_error / np.sqrt(2), rel=0.02)


def test_no_order_of_rows_matters(given, weighed):
    mixed = np.random.default_rng(1).permutation(len(given["people"]))
    again = weighed_of(given, mixed)
    assert again.propensity == pytest.approx(weighed.propensity[mixed], rel=1e-6)
    assert effect(again, given["outcome"][mixed]).value == pytest.approx(
        effect(weighed, given["outcome"]).value, rel=1e-5
    )


def test_where_everybody_alike_was_treated_it_is_refused():
    """Who likes it was treated, who does not was not: there is nobody to compare with."""
    hopeless = trial(steep=12.0)
    hopeless["treated"] = hopeless["like"] > 0
    weighed = weighed_of(hopeless)
    assert weighed.refusal == "no_overlap"
    assert weighed.treated_left_out == hopeless["treated"].sum()
    everyone = float(hopeless["treated"].sum())
    assert refusal_of(weighed) == Refusal("no_overlap", weighed.treated_left_out, everyone)


def test_a_part_without_counterpart_is_left_out_and_counted(given):
    """In a third shop everybody was treated: these are left out, and the effect is that on the others."""
    some = np.arange(len(given["people"])) % 20 == 0
    third = {**given, "shop": np.where(some, "third", given["shop"]), "treated": given["treated"] | some}
    outcome = given["outcome"] + 100 * some
    weighed = weighed_of(third)
    assert weighed.treated_left_out == some.sum() == np.sum(weighed.propensity > SURE)
    found = effect(weighed, outcome)
    assert found.low < PLANTED < found.high


def test_nothing_known_is_told():
    same = {"like": np.ones(100), "shop": np.full(100, "x", dtype=object)}
    weighed = weigh(np.arange(100) % 2 == 0, same, np.arange(100))
    assert weighed.design.constant == ("like", "shop")
    assert weighed.refusal == "nothing_known"


@pytest.mark.parametrize(
    ("difference", "interval", "placebo", "apart", "said"),
    [
        (10, (2, 6), None, 0.05, "part"),
        (-10, (-6, -2), None, 0.05, "part"),
        (1, (2, 6), None, 0.05, "other"),
        (-1, (2, 6), None, 0.05, "other"),
        (10, (-1, 6), None, 0.05, "chance"),
        (10, (2, 6), (-1, 1), 0.05, "part"),
        (10, (2, 6), (0.5, 1), 0.05, "doubtful_placebo"),
        (10, (2, 6), (-1, 1), 0.11, "doubtful_balance"),
    ],
)
def test_what_an_effect_amounts_to(difference, interval, placebo, apart, said):
    from pipelines.models.uplift import WIDTH, Effect

    def of(bounds):
        return bounds and Effect(sum(bounds) / 2, (bounds[1] - bounds[0]) / 2 / WIDTH)

    assert verdict(difference, of(interval), of(placebo), apart) == said


def test_too_few_is_said_before_anything_is_fitted():
    def compared(treated, controls, happened):
        groups = np.array([True] * treated + [False] * controls)
        return Comparison(groups, np.arange(treated + controls) < happened)

    assert compared(9, 20, 9).too_few(10, 5) == Refusal("too_few_treated", 9, 10)
    assert compared(9, 20, 9).too_few(1, 5) == Refusal("too_few_treated", 9, 10)
    assert compared(10, 9, 9).too_few(10, 5) == Refusal("too_few_controls", 9, 10)
    assert compared(10, 10, 14).too_few(10, 5) == Refusal("too_few_outcomes", 4, 5)
    assert compared(10, 10, 15).too_few(10, 5) is None


# --- covariates -----------------------------------------------------------------------------------------------------


def test_a_number_of_few_values_is_a_column_per_value_and_a_gap_is_one_too():
    made = design({"n": np.array([1.0, 2.0, 2.0, np.nan])})
    assert made.matrix.shape == (4, 2)  # missing, and 2
    assert made.told["n"] == pytest.approx([1, 2, 2, 5 / 3])
    assert list(made.told[f"n = {MISSING}"]) == [0, 0, 0, 1]


def test_a_number_of_many_values_stands_as_fifths_half_doublings_and_as_itself_without_its_tails():
    """Four fifths beside the first; from 64 on twenty people and more stand between 64, 91, 128 … 725, 999: eight half
    doublings, seven beside the first."""
    made = design({"n": np.append(np.arange(999.0), 1e9)})
    assert made.matrix.shape == (1000, 4 + 7 + 1)
    below = design({"n": np.append(np.arange(999.0), -1.0)})
    assert below.matrix.shape == (1000, 4 + 1)
    assert made.matrix[:, -1].max() < 2  # the million is held at the ninety-ninth hundredth


def test_words_of_few_people_stand_together():
    words = ["a"] * 60 + ["b"] * 30 + ["c"] * 6 + ["d"] * 3 + [None]
    made = design({"w": np.array(words, dtype=object), "same": np.array(["x"] * 100, dtype=object)})
    assert {name: column.sum() for name, column in made.told.items()} == {"w = a": 60, "w = b": 30, f"w = {OTHERS}": 10}
    assert made.matrix.shape == (100, 2)
    assert made.constant == ("same",)


def test_differences_by_hand():
    """Treated 1 and 3, controls 0 and 2: means 2 and 1, variance 1 in each, so one deviation apart; weighed 1 to 3 the
    controls' mean is 1.5, half a deviation."""
    told = {"n": np.array([1.0, 3.0, 0.0, 2.0])}
    treated, weights = np.array([True, True, False, False]), np.array([1.0, 1.0, 1.0, 3.0])
    (one,) = differences(told, treated, weights)
    assert (one.treated, one.controls, one.weighed_controls, one.before, one.after) == (2, 1, 1.5, 1, 0.5)
