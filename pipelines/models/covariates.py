"""What people differ in, as numbers for a linear model; and how far two groups differ in it.

What belongs here: numbers and words as columns of a matrix, standardised mean differences. What does not: which columns
those are (assets/metrics, the command line), what is estimated with them (uplift.py).

A number of few values stands as one column per value; another as itself, as one column per fifth of the people and,
where it is never below zero, as one per half a doubling (1, 1.4, 2, 2.8, 4 …): whether three days or three months have
passed is much, whether ten months or thirteen is little. What is missing is a value of its own. A column that is the
same for everybody tells nothing and is left out by name: estimators take it without a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

FEW_VALUES = 8
FIFTHS = (0.2, 0.4, 0.6, 0.8)
TAILS = (0.01, 0.99)  # a number beyond counts as these: one person must not bend a line for all
MOST_WORDS, FEWEST_PEOPLE = 12, 20  # a word of fewer people stands among the others
OTHERS = "(other)"
MISSING = "(missing)"


@dataclass(frozen=True)
class Design:
    """A row per person: `matrix` for the models (mean 0, deviation 1), `told` for people to compare, by name."""

    matrix: np.ndarray
    told: dict[str, np.ndarray]
    constant: tuple[str, ...]

    @property
    def plain(self) -> np.ndarray:
        """What is told as a matrix, for models that find their own steps."""
        return np.column_stack(list(self.told.values()))

    def part(self, rows: np.ndarray) -> Design:
        """Some of the rows."""
        return Design(self.matrix[rows], {name: column[rows] for name, column in self.told.items()}, self.constant)


@dataclass(frozen=True)
class Difference:
    """Of one covariate: means of the treated, of the controls, of the controls as they are weighed; and how far the
    first is from the other two, in standard deviations."""

    name: str
    treated: float
    controls: float
    weighed_controls: float
    before: float
    after: float


def design(covariates: Mapping[str, np.ndarray]) -> Design:
    """The covariates by name, numbers (NaN: missing) or texts (None: missing)."""
    told: dict[str, np.ndarray] = {}
    columns, constant = [], []
    for name, column in covariates.items():
        said, shown = _of_numbers(name, column) if column.dtype.kind in "fiub" else _of_words(name, column)
        columns += said
        told |= shown
        constant += [] if said else [name]
    rows = len(next(iter(covariates.values()))) if covariates else 0
    matrix = np.column_stack([_scaled(column) for column in columns]) if columns else np.empty((rows, 0))
    return Design(matrix, told, tuple(constant))


def differences(told: Mapping[str, np.ndarray], treated: np.ndarray, weights: np.ndarray) -> Iterator[Difference]:
    """How the groups differ in each covariate. `weights`: of every row; those of the treated do not matter."""
    for name, column in told.items():
        mine, others = column[treated], column[~treated]
        spread = np.sqrt((mine.var() + others.var()) / 2)
        means = mine.mean(), others.mean(), np.average(others, weights=weights[~treated])
        apart = [float((means[0] - mean) / spread) if spread > 0 else 0.0 for mean in means[1:]]
        yield Difference(name, *map(float, means), *apart)


def _of_numbers(name: str, column: np.ndarray) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
    values = column.astype(float)
    known = np.isfinite(values)
    distinct = np.unique(values[known])
    if len(distinct) + (not known.all()) < 2:
        return [], {}
    middle = float(values[known].mean()) if known.any() else 0.0
    told = {name: np.where(known, values, middle)} if len(distinct) > 1 else {}
    columns = [] if known.all() else [~known]
    told |= {} if known.all() else {f"{name} = {MISSING}": (~known).astype(float)}
    if len(distinct) <= FEW_VALUES:
        return [*columns, *(values == value for value in distinct[1:])], told
    low, high = np.quantile(values[known], TAILS)
    filled = np.where(known, values, middle)
    steps = [np.searchsorted(np.unique(np.quantile(values[known], FIFTHS)), filled, side="right")]
    if distinct[0] >= 0:
        steps.append(np.floor(2 * np.log2(np.maximum(filled, 0.5))).astype(int))
    columns += [known & (step == place) for step in steps for place in _common(step[known])]
    return [*columns, np.clip(filled, low, high)], told


def _common(steps: np.ndarray) -> np.ndarray:
    """The steps that enough people stand on, but for one of them, with which the others are compared."""
    found, counts = np.unique(steps, return_counts=True)
    return found[counts >= FEWEST_PEOPLE][1:]


def _of_words(name: str, column: np.ndarray) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
    words = np.array([MISSING if word is None else str(word) for word in column], dtype=object)
    found, counts = np.unique(words.astype(str), return_counts=True)
    if len(found) < 2:
        return [], {}
    by_people = sorted(zip(-counts, found, strict=True))
    kept = [word for count, word in by_people[:MOST_WORDS] if -count >= FEWEST_PEOPLE] or [by_people[0][1]]
    told = {f"{name} = {word}": (words == word).astype(float) for word in kept}
    if len(kept) < len(found):
        told[f"{name} = {OTHERS}"] = 1.0 - sum(told.values())
    return list(told.values())[1:], told


def _scaled(column: np.ndarray) -> np.ndarray:
    values = column.astype(float)
    spread = values.std()
    return (values - values.mean()) / (spread if spread > 0 else 1.0)
