"""What each touch of a path gets, and amounts in whole cents."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.models.path_shares import in_cents, shares

MODELS = ("first", "last", "linear", "position", "shapley")
PATHS = st.lists(st.sampled_from("abcde"), min_size=1, max_size=7)


def places(path):
    """A path of channels as a touch each."""
    last = len(path) - 1
    words = ["only"] if not last else ["first", *["middle"] * (last - 1), "last"]
    return {
        "place": np.array(words),
        "path_touches": np.full(len(path), len(path)),
        "path_channels": np.full(len(path), len(set(path))),
        "is_first_of_channel": np.array([channel not in path[:n] for n, channel in enumerate(path)]),
    }


@pytest.mark.parametrize(
    ("model", "one", "two", "four"),
    [
        ("first", [1], [1, 0], [1, 0, 0, 0]),
        ("last", [1], [0, 1], [0, 0, 0, 1]),
        ("linear", [1], [0.5, 0.5], [0.25] * 4),
        ("position", [1], [0.5, 0.5], [0.4, 0.1, 0.1, 0.4]),
        ("shapley", [1], [0.5, 0.5], [1 / 3, 1 / 3, 0, 1 / 3]),
    ],
)
def test_a_path_by_hand(model, one, two, four):
    for path, expected in (("a", one), ("ab", two), ("abac", four)):
        assert shares(model, places(path)) == pytest.approx(expected)


@given(PATHS, st.sampled_from(MODELS))
def test_a_path_is_shared_out_whole(path, model):
    assert shares(model, places(path)).sum() == pytest.approx(1)


@given(PATHS)
def test_shapley_is_who_was_missing_in_every_order_of_joining(path):
    """Of all orders in which the channels may come together, how often each completes the path."""
    orders = list(permutations("abcde"))
    completed = [max(order.index(channel) for channel in set(path)) for order in orders]
    last = [order[place] for order, place in zip(orders, completed, strict=True)]
    found = shares("shapley", places(path))
    for channel in "abcde":
        mine = sum(found[n] for n, one in enumerate(path) if one == channel)
        assert mine == pytest.approx(last.count(channel) / len(orders))


@pytest.mark.parametrize(
    ("parts", "cents", "expected"),
    [
        ([1, 1, 1], 100, [34, 33, 33]),
        ([1, 0, 2], 100, [33, 0, 67]),
        ([0.1 + 0.2, 0.3], 5, [3, 2]),  # equal but for rounding
        ([], 0, []),
        ([0, 0], 0, [0, 0]),
    ],
)
def test_cents_that_are_over_go_where_most_was_cut(parts, cents, expected):
    assert in_cents(parts, cents).tolist() == expected


@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=40), st.integers(0, 10**11))
def test_cents_add_up_and_none_is_a_cent_off(parts, cents):
    found = in_cents(parts, cents)
    assert found.sum() == cents
    assert np.abs(found - np.array(parts) / sum(parts) * cents).max() < 1.001
