"""What a channel's removal would lose: a Markov chain over the touches of paths, solved by linear algebra.

What belongs here: the chain, and by which part what it brings shrinks without a channel. What does not: what a path is
(assets/facts/path_touches.sql), what becomes of the effects (assets/metrics/attribution.py).

A state is the last touches of a path, as many as the order of the chain. A path begins in the state without any, goes
from touch to touch, and ends after one, with a purchase or without; each step is as likely as it was among the paths
counted. Without a channel every path ends where it would have met it (Anderl, Becker, von Wangenheim and Schumann,
Mapping the customer journey, 2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

# Up to so many states the chain is solved as a full matrix; beyond, it is sooner walked until nobody is under way.
MOST_SOLVED = 500
LEFT_UNDER_WAY = 1e-13


@dataclass(frozen=True)
class Touches:
    """Touches counted alike, one entry each.

    `histories`: of a chain of order k, k + 1 arrays of channels by number from 1 on, the oldest first and the touch
    itself last; 0 where the path was not so long yet. `count`: how many touches. `brought`: of several measures, what
    the paths brought that ended with them.
    """

    histories: Sequence[Any]
    count: Any
    brought: Sequence[Any]


def removal_effects(touches: Touches, channels: int) -> Any:
    """By measure (rows) and channel (columns, number 1 first) which part of it is lost without the channel, 0 to 1.

    Of a measure that no path brought anything of, zeros.
    """
    chain = _Chain.of(touches, channels)
    whole, lost = chain.solved(channels) if len(chain.newest) <= MOST_SOLVED else chain.walked(channels)
    effects = np.divide(lost, whole[:, None], out=np.zeros_like(lost), where=whole[:, None] > 0)
    return np.clip(effects, 0, 1)  # rounding can leave less than nothing


@dataclass(frozen=True)
class _Chain:
    """State 0 is a path's beginning. Of every step its states and probability; of every state the channel of its newest
    touch, and by measure what a path that is there brings by ending."""

    sources: Any
    targets: Any
    chances: Any
    newest: Any
    rewards: Any

    @classmethod
    def of(cls, touches: Touches, channels: int) -> _Chain:
        states = [_numbered(part, channels) for part in (touches.histories[:-1], touches.histories[1:])]
        names, places = np.unique(np.concatenate([[0], *states]), return_inverse=True)
        sources, targets = np.split(places[1:], 2)
        count = np.asarray(touches.count, dtype=float)
        visits = np.bincount(targets, count, len(names))
        visits[0] = count[sources == 0].sum()  # each path begins there
        rewards = np.array([np.bincount(targets, one, len(names)) for one in touches.brought], dtype=float)
        rewards = np.divide(rewards, visits, out=np.zeros_like(rewards), where=visits > 0)
        return cls(sources, targets, count / visits[sources], names % (channels + 1), rewards)

    def solved(self, channels: int) -> tuple[Any, Any]:
        """By measure what a path brings, and (by channel) how much of it by paths that meet the channel.

        That is the probability of each of the channel's states to be the first of them that a path comes to, times what
        a path brings from there: visits of the states from the beginning, over their visits from each other.
        """
        staying = np.eye(len(self.newest))
        np.subtract.at(staying, (self.sources, self.targets), self.chances)
        visits = np.linalg.inv(staying)
        values = visits @ self.rewards.T
        lost = np.zeros((len(self.rewards), channels))
        for channel in range(1, channels + 1):
            mine = np.flatnonzero(self.newest == channel)
            if len(mine):
                first = np.linalg.solve(visits[np.ix_(mine, mine)].T, visits[0, mine])
                lost[:, channel - 1] = first @ values[mine]
        return values[0], lost

    def walked(self, channels: int) -> tuple[Any, Any]:
        """The same, step by step: a column of people for every channel that is closed to them, the first for none."""
        from scipy.sparse import csr_array

        size = len(self.newest)
        steps = csr_array((self.chances, (self.targets, self.sources)), (size, size))
        is_closed = (self.newest[:, None] == np.arange(channels + 1)) & (self.newest[:, None] > 0)
        people, brought = np.zeros((size, channels + 1)), np.zeros((len(self.rewards), channels + 1))
        people[0], under_way, goes_on = 1, 1.0, 0.0
        while under_way > LEFT_UNDER_WAY * (1 - goes_on):  # of whom each takes 1 / (1 - goes_on) further steps
            brought += self.rewards @ people
            people = steps @ people
            people[is_closed] = 0
            under_way, goes_on = people[:, 0].sum(), people[:, 0].sum() / under_way
        return brought[:, 0], brought[:, :1] - brought[:, 1:]


def _numbered(parts: Sequence[Any], channels: int) -> Any:
    """One number for the channels of a state."""
    number = np.zeros(len(parts[0]), dtype=np.int64)
    for part in parts:
        number = number * (channels + 1) + part
    return number
