"""Removal effects: chains that can be worked out by hand, and many paths counted as walks."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.models import removal
from pipelines.models.removal import Touches, removal_effects

NAMES = "abcdefgh"


def effects(paths, order=1, channels=3):
    """Of paths such as ("aba", 5, 30): its channels, how often walked, what that brought."""
    rows = []
    for path, count, brought in paths:
        numbers = [0] * order + [NAMES.index(channel) + 1 for channel in path]
        for end in range(order, len(numbers)):
            rows.append((*numbers[end - order : end + 1], count, brought * (end == len(numbers) - 1)))
    *histories, counts, brought = map(np.array, zip(*rows, strict=True))
    return removal_effects(Touches(histories, counts, [brought]), channels)[0].tolist()


def test_two_channels_that_always_meet_are_both_needed():
    """Ten paths a → b, five of them bought: without either none would have."""
    assert effects([("ab", 10, 5)]) == [1, 1, 0]


def test_what_stands_alone_loses_its_own():
    """a alone brought 3, b alone 1."""
    assert effects([("a", 10, 3), ("b", 10, 1)]) == pytest.approx([3 / 4, 1 / 4, 0])


def test_a_loop_by_hand():
    """a is come to 4 times: twice a follows, b once, and one path ends there. v(a) = 1/2 v(a) + 1/4 v(b) + 1/4 · 1,
    v(b) = 1: v(a) = 1. Without b: v(a) = (1/4) / (1/2) = 1/2."""
    assert effects([("aa", 1, 1), ("aab", 1, 1)]) == pytest.approx([1, 1 / 2, 0])


def test_a_chain_of_the_second_order_tells_ways_apart_that_one_of_the_first_mixes():
    """After a and b all buy, after c and b nobody: in the first order b is b, and without c half of the purchases of b
    go; in the second none do."""
    paths = [("ab", 10, 10), ("cb", 10, 0)]
    assert effects(paths) == pytest.approx([1 / 2, 1, 1 / 2])
    assert effects(paths, order=2) == pytest.approx([1, 1, 0])


def test_nothing_brought_is_nothing_lost():
    assert effects([("ab", 10, 0)]) == [0, 0, 0]


def test_no_paths_at_all_lose_nothing():
    """A shop whose every order came by nobody knows what."""
    none = np.array([], dtype=np.int64)
    assert removal_effects(Touches([none, none], none, [none, none.astype(float)]), 2).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize("order", [1, 2, 3])
def test_walks_of_any_length(order, monkeypatch):
    """150 random paths of five channels, solved and walked, against a walk over the paths themselves."""
    dice = np.random.default_rng(order)
    paths = []
    for _ in range(150):
        path = "".join(dice.choice(list(NAMES[:5]), dice.geometric(0.4)))
        paths.append((path, 1, float(dice.integers(0, 3))))
    walked = np.array([1 - _walked(paths, order, without) / _walked(paths, order, None) for without in NAMES[:5]])
    assert effects(paths, order, 5) == pytest.approx(walked)
    monkeypatch.setattr(removal, "MOST_SOLVED", 0)
    assert effects(paths, order, 5) == pytest.approx(walked)


def _walked(paths, order, without):
    """Everybody goes on as the paths went; who meets `without` has ended with nothing."""
    steps, ended = {}, {}
    for path, _, brought in paths:
        states = [path[max(0, n - order) : n] for n in range(len(path) + 1)]
        for source, target in zip(states, [*states[1:], None], strict=True):
            steps.setdefault(source, []).append(target)
        ended[states[-1]] = ended.get(states[-1], 0) + brought
    here, brought = {"": 1.0}, 0.0
    while sum(here.values()) > 1e-12:
        after = {}
        for state, people in here.items():
            brought += people * ended.get(state, 0) / len(steps[state])
            for target in steps[state]:
                if target is not None and target[-1] != without:
                    after[target] = after.get(target, 0) + people / len(steps[state])
        here = after
    return brought
