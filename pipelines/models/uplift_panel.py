"""The rows of statistics.uplift_panel as comparisons: who is treated, what came of it, what was known before.

What belongs here: parts of a panel, when there are enough people to look at, the verdict. What does not: the rows
(assets/statistics), the mathematics (uplift.py), sentences (uplift_words.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipelines.models.uplift import BALANCED, FOLDS, UNBALANCED, Effect, Weighed, weigh

# What is no covariate of a row. The landmark is both: its season, and whose row it is.
KEYS = ("outcome", "landmark_kind", "window_days", "is_placebo", "is_treated", "person_id", "value", "stage")


@dataclass(frozen=True)
class Refusal:
    """Why nothing is estimated: what is found, and what is needed."""

    reason: str
    found: float | None = None
    needed: float | None = None


@dataclass(frozen=True)
class Comparison:
    """Two groups, and what came of each row."""

    treated: np.ndarray
    outcome: np.ndarray

    @property
    def controls(self) -> int:
        return int(np.sum(~self.treated))

    def too_few(self, people: int, outcomes: int) -> Refusal | None:
        """What is missing before anything is fitted; an outcome is any value but 0. With fewer than two of a group for
        each fold nothing can be."""
        people = max(people, 2 * FOLDS)
        if self.treated.sum() < people:
            return Refusal("too_few_treated", float(self.treated.sum()), people)
        if self.controls < people:
            return Refusal("too_few_controls", self.controls, people)
        happened = self.outcome != 0
        fewest = min(int(np.sum(happened & self.treated)), int(np.sum(happened & ~self.treated)))
        return Refusal("too_few_outcomes", fewest, outcomes) if fewest < outcomes else None


class Panel:
    """A panel's columns, in an order of their own, so that nothing depends on that in which they came."""

    def __init__(self, frame: Mapping[str, Any]) -> None:
        columns = {name: plain(column) for name, column in frame.items()}
        order = np.lexsort((columns["landmark"], columns["person_id"].astype(str)))
        self.columns = {name: column[order] for name, column in columns.items()}
        self.places = np.char.add(self.columns["person_id"].astype(str), self.columns["landmark"].astype(str))
        self.weighed: dict[tuple[Any, ...], tuple[np.ndarray, Weighed]] = {}

    def stages(self) -> list[str]:
        """Every stage that somebody is in."""
        return sorted(set(self.columns["stage"]))

    def comparison(self, outcome: str, window: int, is_placebo: bool = False, stage: str = "") -> Comparison:
        """The rows of one outcome and window; of one stage, or of all."""
        mine = self._rows(outcome, window, is_placebo, stage)
        return Comparison(self.columns["is_treated"][mine].astype(bool), self.columns["value"][mine].astype(float))

    def weigh(self, outcome: str, window: int, is_placebo: bool = False, stage: str = "") -> Weighed:
        """The same rows made comparable. Who joins does not depend on what is asked of it, so all outcomes and windows
        that are known of the same before share their propensities; a placebo is another before for each window."""
        mine = self._rows(outcome, window, is_placebo, stage)
        kinds = set(self.columns["landmark_kind"][mine])
        key = (*sorted(kinds), stage, is_placebo, window if is_placebo else None)
        if key not in self.weighed:
            alike = np.isin(self.columns["landmark_kind"].astype(str), sorted(kinds)) & self._of(is_placebo, stage)
            alike &= (self.columns["window_days"] == window) if is_placebo else True
            self.weighed[key] = self._weighed(np.flatnonzero(alike))
        places, weighed = self.weighed[key]
        return weighed.part(np.searchsorted(places, self.places[mine]))

    def _weighed(self, rows: np.ndarray) -> tuple[np.ndarray, Weighed]:
        """Every person and landmark once, in the order of the places that are returned."""
        places, first = np.unique(self.places[rows], return_index=True)
        once = rows[first]
        covariates = {name: column[once] for name, column in self.columns.items() if name not in KEYS}
        treated, people = self.columns["is_treated"][once].astype(bool), self.columns["person_id"][once].astype(str)
        return places, weigh(treated, covariates, people)

    def _rows(self, outcome: str, window: int, is_placebo: bool, stage: str) -> np.ndarray:
        asked = (self.columns["outcome"] == outcome) & (self.columns["window_days"] == window)
        return np.flatnonzero(asked & self._of(is_placebo, stage))

    def _of(self, is_placebo: bool, stage: str) -> np.ndarray:
        mine = self.columns["is_placebo"] == is_placebo
        return mine & (self.columns["stage"] == stage) if stage else mine


def refusal_of(weighed: Weighed) -> Refusal | None:
    """Why two groups that are large enough cannot be compared, if so."""
    if weighed.refusal == "no_overlap":
        return Refusal("no_overlap", weighed.treated_left_out, float(weighed.treated.sum()))
    if weighed.refusal == "unbalanced":
        return Refusal("unbalanced", weighed.furthest_after, UNBALANCED)
    return Refusal(weighed.refusal) if weighed.refusal else None


def verdict(difference: float, found: Effect, placebo: Effect | None, furthest_after: float) -> str:
    """doubtful_placebo, doubtful_balance; chance; part (of the difference), other: an effect that is no part of it."""
    if placebo is not None and not placebo.low <= 0 <= placebo.high:
        return "doubtful_placebo"
    if furthest_after > BALANCED:
        return "doubtful_balance"
    if found.low <= 0 <= found.high:
        return "chance"
    return "part" if difference and 0 < found.value / difference < 1 else "other"


def plain(column: Any) -> np.ndarray:
    """A column as the models take it: dates are days, numbers with gaps have NaN there, words None."""
    values = np.ma.getdata(column)
    if values.dtype.kind == "M":
        values = values.astype("datetime64[D]").astype(np.int64)
    gaps = np.ma.getmaskarray(column)
    if not gaps.any():
        return np.asarray(values)
    if values.dtype.kind in "iufb":
        return np.where(gaps, np.nan, values.astype(float))
    words = values.astype(object)
    words[gaps] = None
    return words
