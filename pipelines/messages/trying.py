"""A few tries with growing waits, bounded in total.

What belongs here: when something is tried again. What does not: what is tried, and which failure may pass by itself
(services.py, post.py, mail.py say that).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

Answer = TypeVar("Answer")
MAY_BE_THERE = "; it may have arrived all the same"
WAITS = (2.0, 8.0)  # seconds before the second and the third try


class NotSent(Exception):
    """A message did not go out; the text says why, in our own words, and repeats nothing that was sent or answered.

    `wait`: seconds after which another try may go through; None: it cannot.
    """

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


@dataclass(frozen=True)
class Clock:
    """Time, as it passes and as it is written on messages: another one in tests."""

    passed: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


CLOCK = Clock()


def tried(attempt: Callable[[], Answer], last: float, clock: Clock) -> Answer:
    """What an attempt gives at last. Raises its NotSent where no further try helps, or may begin before `last`.

    An attempt that had no answer in time may have arrived all the same: the next one then doubles it.
    """
    for pause in WAITS:
        try:
            return attempt()
        except NotSent as failure:
            if failure.wait is None or clock.passed() + max(pause, failure.wait) >= last:
                raise
            clock.sleep(max(pause, failure.wait))
    return attempt()
