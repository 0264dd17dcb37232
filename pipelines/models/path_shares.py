"""What a touch gets of what its path brought, by its place in the path alone; and amounts shared out in whole cents.

What belongs here: the models that look at one path at a time. What does not: what a path is
(assets/facts/path_touches.sql), models of all paths together (removal.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

ENDS, BETWEEN = 0.4, 0.2  # of position: the first and the last touch, and all those between


def shares(model: str, places: Mapping[str, Any]) -> Any:
    """The part of one purchase that a touch gets, one entry each; over a path they add up to 1.

    `places`: place (first, middle, last or only), path_touches and path_channels (how many its path has), and
    is_first_of_channel (no earlier touch of the path has its channel). `shapley` is the Shapley value of the game in
    which a set of channels is worth the purchases whose paths have no other channel: a path of m channels is worth
    something to those sets alone that hold them all, so each of the m is as often the one that was missing (ADR 40).
    Raises KeyError for another model than first, last, linear, position and shapley.
    """
    place, touches = places["place"], np.asarray(places["path_touches"], dtype=float)
    ends = np.where(touches > 2, ENDS, np.where(touches > 1, 0.5, 1.0))
    found = {
        "first": np.isin(place, ("first", "only")).astype(float),
        "last": np.isin(place, ("last", "only")).astype(float),
        "linear": 1 / touches,
        "position": np.where(place == "middle", BETWEEN / np.maximum(touches - 2, 1), ends),
        "shapley": places["is_first_of_channel"] / np.asarray(places["path_channels"], dtype=float),
    }
    return found[model]


def in_cents(parts: Any, cents: int) -> Any:
    """So many cents in whole ones, as the parts are to each other; what is over goes to those whose fractions were cut
    most, of equal ones to the first."""
    parts = np.asarray(parts, dtype=float)
    if not parts.sum() > 0:
        return np.zeros(len(parts), dtype=np.int64)
    exact = parts * (cents / parts.sum())
    whole = np.floor(exact).astype(np.int64)
    over = cents - int(whole.sum())
    most_cut = np.argsort(-np.round(exact - whole, 6), kind="stable")  # beyond that only rounding differs
    whole[most_cut[:over]] += 1
    return whole
