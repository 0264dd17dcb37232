"""What a treatment caused among the treated: doubly robust, cross-fitted, and refused where nobody is comparable.

What belongs here: propensities, who is left out, balance, the effect with its interval. What does not: who is treated
and what counts as outcome (assets/metrics/private_uplift.py, the command line), words (uplift_words.py).

The effect on the treated (ATT) is estimated by doubleml's interactive regression model (Chernozhukov et al., 2018):
the mean over the treated of what happened, less what is expected of them by the outcomes of the others, these weighed
by p / (1 − p). Either model may be wrong, the propensity p or the expected outcome, and it still holds; what no
covariate tells stays in it. Models are fitted on four fifths of the people and used on the last fifth. Somebody in
several rows is in one fold, and the standard error adds up what belongs to one person before it is squared.

doubleml's own trimming is silent, so nothing is left to it: who is almost sure to be treated (p above SURE) has no
counterpart, is left out here and counted. A low p needs no trimming: for the treated such controls weigh nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipelines.imports import hollow
from pipelines.models.covariates import Design, Difference, design, differences

FOLDS = 5
SURE = 0.95  # a control of this propensity would weigh as much as 19 treated
MOST_LEFT_OUT = 0.2  # of the treated; with more the effect would be that of others than was asked
FEWEST_CONTROLS = 50.0  # as many as the weighed controls are worth
BALANCED, UNBALANCED = 0.1, 0.25  # standardised differences after weighing: told as doubtful, refused
WIDTH = 1.959963984540054
_SEED = 20250101
MOST_FITTED = 32  # comparisons whose propensities are kept, the oldest given up first: more than a night's
_FITTED: dict[bytes, np.ndarray] = {}


@dataclass(frozen=True)
class Effect:
    """An effect on the treated, with its 95 % interval."""

    value: float
    standard_error: float

    @property
    def low(self) -> float:
        return self.value - WIDTH * self.standard_error

    @property
    def high(self) -> float:
        return self.value + WIDTH * self.standard_error


@dataclass(frozen=True)
class Weighed:
    """Two groups made comparable: everybody's propensity, who is kept, and what is left of their differences."""

    treated: np.ndarray
    people: np.ndarray  # whose row it is, numbered from 0
    folds: np.ndarray
    design: Design
    propensity: np.ndarray
    differences: tuple[Difference, ...]

    @property
    def is_kept(self) -> np.ndarray:
        return self.propensity <= SURE

    def part(self, rows: np.ndarray) -> Weighed:
        """Some of the rows, with the propensities that all of them told; how these differ is counted anew."""
        given = (self.treated[rows], self.people[rows], self.folds[rows], self.design.part(rows), self.propensity[rows])
        return _weighed(*given)

    @property
    def treated_left_out(self) -> int:
        return int(np.sum(self.treated & ~self.is_kept))

    @property
    def controls_left_out(self) -> int:
        return int(np.sum(~self.treated & ~self.is_kept))

    @property
    def effective_controls(self) -> float:
        """How many controls of equal weight would tell as much as these."""
        weights = _odds(self.propensity[self.is_kept & ~self.treated])
        return float(weights.sum() ** 2 / np.sum(weights**2)) if len(weights) and weights.sum() > 0 else 0.0

    @property
    def furthest_before(self) -> float:
        return max((abs(one.before) for one in self.differences), default=0.0)

    @property
    def furthest_after(self) -> float:
        return max((abs(one.after) for one in self.differences), default=0.0)

    @property
    def refusal(self) -> str:
        """Why nothing can be told of these two groups: nothing_known, no_overlap, unbalanced; '' where it can."""
        if not self.design.matrix.shape[1]:
            return "nothing_known"
        if self.treated_left_out > MOST_LEFT_OUT * self.treated.sum() or self.effective_controls < FEWEST_CONTROLS:
            return "no_overlap"
        return "unbalanced" if self.furthest_after > UNBALANCED else ""


def weigh(treated: np.ndarray, covariates: Mapping[str, np.ndarray], people: np.ndarray) -> Weighed:
    """Propensities and balance. A row is a person at a moment; `people` says whose it is, in any type that sorts."""
    seen, numbers = np.unique(people, return_inverse=True)
    folds = _folds(treated, numbers, len(seen))
    known = design(covariates)
    return _weighed(treated, numbers, folds, known, _propensities(known, treated, folds))


def _propensities(known: Design, treated: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Everybody's, by the people of the other folds; of the same comparison once, whichever table asks."""
    told = [column.tobytes() for column in known.told.values()]
    asked = hashlib.blake2b(b"".join([treated.tobytes(), folds.tobytes(), known.matrix.tobytes(), *told])).digest()
    if asked not in _FITTED:
        while len(_FITTED) >= MOST_FITTED:
            _FITTED.pop(next(iter(_FITTED)))
        found = np.full(len(treated), treated.mean())
        with _calmly():
            for fold in np.unique(folds) if known.matrix.shape[1] else ():
                found[folds == fold] = _chances(known, treated, folds != fold)
        _FITTED[asked] = found
    return _FITTED[asked]


def _weighed(
    treated: np.ndarray, people: np.ndarray, folds: np.ndarray, known: Design, propensity: np.ndarray
) -> Weighed:
    kept = propensity <= SURE
    parts = {name: column[kept] for name, column in known.told.items()}
    comparable = bool(np.any(kept & treated)) and float(_odds(propensity[kept & ~treated]).sum()) > 0
    apart = differences(parts, treated[kept], _odds(propensity[kept])) if comparable else ()
    return Weighed(treated, people, folds, known, propensity, tuple(apart))


def effect(weighed: Weighed, outcome: np.ndarray) -> Effect:
    """The effect on the treated who are kept. Ask `refusal` first: of groups without overlap it means nothing."""
    kept = weighed.is_kept
    with _calmly():
        model = _irm(weighed, outcome.astype(float), kept)
    score = model.psi[:, 0, 0]
    by_person = np.bincount(weighed.people[kept], score)
    error = np.sqrt(np.sum(by_person**2)) / (len(score) * abs(float(np.mean(model.psi_deriv[:, 0, 0]))))
    return Effect(float(model.coef[0]), float(error))


def naive(treated: np.ndarray, outcome: np.ndarray) -> tuple[float, float]:
    """The mean of the treated and that of the others, nothing adjusted."""
    return float(outcome[treated].mean()), float(outcome[~treated].mean())


def _irm(weighed: Weighed, outcome: np.ndarray, kept: np.ndarray) -> Any:
    """doubleml's model, fitted. Propensities are given; the outcome model of the treated cancels in this score, so a
    zero stands for it and is never fitted."""
    hollow("doubleml", "doubleml.irm", "doubleml.utils")  # all of it would import drawing and eight more models
    from doubleml.data import DoubleMLData
    from doubleml.irm.irm import DoubleMLIRM
    from doubleml.utils.propensity_score_processing import PSProcessorConfig

    rows = int(kept.sum())
    data = DoubleMLData.from_arrays(weighed.design.matrix[kept], outcome[kept], weighed.treated[kept].astype(float))
    model = DoubleMLIRM(
        data,
        ml_g=_outcome_model(),
        ml_m=_propensity_model(),
        score="ATTE",
        ps_processor_config=PSProcessorConfig(clipping_threshold=1e-9),
        draw_sample_splitting=False,
    )
    folds, every = weighed.folds[kept], np.arange(rows)
    model.set_sample_splitting([(every[folds != fold], every[folds == fold]) for fold in np.unique(folds)])
    given = {"ml_m": weighed.propensity[kept][:, None], "ml_g1": np.zeros((rows, 1))}
    model.fit(external_predictions={"d": given})
    return model


def _folds(treated: np.ndarray, people: np.ndarray, count: int) -> np.ndarray:
    """Everybody's fold, the treated spread evenly over all; by the person alone, so that no order of rows matters."""
    ever = np.zeros(count, dtype=bool)
    ever[people[treated]] = True
    drawn = np.random.default_rng(_SEED).permutation(count)
    place = np.empty(count, dtype=np.int64)
    place[np.lexsort((drawn, ever))] = np.arange(count)
    return (place % FOLDS)[people]


def _odds(propensity: np.ndarray) -> np.ndarray:
    """What a control of each propensity weighs among the treated."""
    with np.errstate(divide="ignore"):
        return propensity / (1 - propensity)


def _chances(known: Design, treated: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Propensities of a fold by the people of the other folds: the mean of a logistic regression, which is smooth, and
    of boosted trees, which see that what holds of buyers need not hold of others."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    trees = HistGradientBoostingClassifier(
        max_iter=25, learning_rate=0.2, max_leaf_nodes=8, max_bins=64, early_stopping=False, random_state=0
    )
    found = [
        model.fit(rows[others], treated[others]).predict_proba(rows[~others])[:, 1]
        for model, rows in ((_propensity_model(), known.matrix), (trees, known.plain))
    ]
    return np.mean(found, axis=0)


@contextlib.contextmanager
def _calmly() -> Iterator[None]:
    """On one thread: of matrices this small, handing work to several costs several times the work. Without warnings: of
    columns that tell the same, which the penalties of both models deal with, and of what is not asked of doubleml."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _propensity_model() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(solver="newton-cholesky")  # few columns, many rows: a third of the default's time


def _outcome_model() -> Any:
    from sklearn.linear_model import Ridge

    return Ridge()
