"""The planted process in closed form: what a metric must find on average.

What belongs here: probabilities computed from `planted.py`. What does not: counts of one year (`cells.py`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from pipelines.simulate import planted

# class of delay (days) → place among a door's four shares
WAITS = {0: 0, 1: 1, 7: 2, 30: 3}
Row = dict[str, Any]


def repeat_within(days: int) -> float:
    """P(second purchase within so many days | there is one)."""
    return 1 - math.exp(-days / planted.GAP_DAYS)


def ladder() -> dict[str, dict[str, float]]:
    """Per channel of first touch: P(follow), P(fan_club after it), P(private after that), P(first_order after that),
    and P(private_N: private within N days, by any way in).

    None of these steps needs more than 45 days. A late invitation by parcel card (day 46-60) is left out: it reaches
    nobody of the fan club, and nobody within 30 days.
    """
    result = {}
    for channel in planted.CHANNELS:
        steps: dict[str, float] = {}
        for loyalty in planted.LOYALTY:
            named = dict(zip(planted.LOYALTY_COLUMNS, loyalty, strict=True))
            for step, chance in _steps(dict(zip(planted.CHANNEL_COLUMNS, channel, strict=True)), named):
                steps[step] = steps.get(step, 0.0) + named["share"] * chance
        result[channel[0]] = steps
    return result


def survival(first_day_leave: float, daily_leave: float, day: int) -> float:
    """P(still inside after the day)."""
    return (1 - first_day_leave) * (1 - daily_leave) ** day


def _steps(channel: Row, loyalty: Row) -> Iterator[tuple[str, float]]:
    follow = loyalty["follow"] * channel["follow_factor"]
    club = follow * loyalty["club"] * channel["club_factor"]
    impulse = loyalty["impulse"] * channel["impulse_factor"]
    yield "follow", follow
    yield "fan_club", club
    states = {"club": club, "follower": follow - club, "stranger": 1 - follow}
    for state, _, chance, *shares in planted.DOORS:
        joins = states[state] * chance
        ready = _ready(state, channel["club_at_once"])
        for days, place in WAITS.items():
            yield f"private_{days}", joins * ready[place] * sum(shares[: place + 1])
        if state == "club":
            yield "private", joins
            # An impulse comes an hour after the touch: only who joined in the same visit was inside before it.
            at_once = ready[0] * shares[0]
            yield "first_order", joins * (impulse * at_once + (1 - impulse) * loyalty["later_joined"])


def _ready(state: str, club_at_once: float) -> list[float]:
    """P(the rungs that a door of this state waits for are climbed within 0, 1, 7, 30 days)."""
    at_once = {"stranger": 1.0, "follower": planted.FOLLOW_AT_ONCE, "club": planted.FOLLOW_AT_ONCE * club_at_once}
    return [at_once[state], at_once[state], 1.0, 1.0]
