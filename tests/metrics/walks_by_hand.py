"""Funnels person by person: every chain of acts tried, nothing shared with the SQL but what the words mean.

What belongs here: the slow and obvious way to how far somebody came. What does not: worlds, and what is expected of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

Fits = Callable[[dict[str, Any]], bool]


@dataclass(frozen=True)
class Asked:
    """A question about a funnel: each step as a test of an act (word, at, amount)."""

    steps: Sequence[Fits]
    within: timedelta
    order: str = "ordered"
    excluded: Fits = lambda act: False
    cohorts: str = "recurring"
    period: Callable[[date], date] = lambda day: day - timedelta(days=day.weekday())


@dataclass(frozen=True)
class Act:
    """What somebody did: the steps that it fits, and whether it ends attempts."""

    at: datetime
    fits: frozenset[int]
    is_excluded: bool


def funnel(acts: dict[str, list[dict[str, Any]]], asked: Asked, end: datetime) -> dict[tuple[date, int], list[Any]]:
    """Cohort and step → cohort_people, mature_people, people, median seconds. `end`: the first moment not known."""
    counts: dict[tuple[date, int], list[Any]] = defaultdict(lambda: [0, 0, 0, []])
    for did in acts.values():
        history = _history(did, asked)
        for cohort, starts in _starts(history, asked).items():
            over = [start for start in starts if history[start].at + asked.within < end]
            reached = _furthest(history, over, asked) if over else {}
            for step in range(1, len(asked.steps) + 1):
                cell = counts[cohort, step]
                cell[0] += 1
                cell[1] += bool(over)
                if step in reached:
                    cell[2] += 1
                    cell[3].append(reached[step])
    return {key: [*cell[:3], median(cell[3]) if cell[3] else None] for key, cell in counts.items()}


def _history(did: list[dict[str, Any]], asked: Asked) -> list[Act]:
    """In order; of one second what is excluded first, then by the lowest step that they fit, then by all of them."""
    found = []
    for act in did:
        fits = {number for number, step in enumerate(asked.steps, start=1) if step(act)}
        is_excluded = asked.excluded(act)
        if is_excluded:
            fits &= set() if asked.order == "any" else {1}
        elif asked.order == "any":
            fits = {min(fits)} if fits else set()
        if fits or is_excluded or asked.order == "strict":
            found.append(Act(act["at"], frozenset(fits), is_excluded))
    return sorted(found, key=_place)


def _place(act: Act) -> tuple[Any, ...]:
    return act.at, 0 if act.is_excluded else min(act.fits, default=0), sum(2**step for step in act.fits)


def _starts(history: list[Act], asked: Asked) -> dict[date, list[int]]:
    """Cohort → places of the acts with which somebody may begin in it."""
    starts = [place for place, act in enumerate(history) if (act.fits if asked.order == "any" else 1 in act.fits)]
    if asked.cohorts == "first":
        first = [place for place in starts if history[place].at == history[starts[0]].at]
        return {asked.period(history[first[0]].at.date()): first} if first else {}
    found: dict[date, list[int]] = defaultdict(list)
    for place in starts:
        found[asked.period(history[place].at.date())].append(place)
    return found


def _furthest(history: list[Act], starts: list[int], asked: Asked) -> dict[int, float]:
    """Step → seconds of the attempt that took it first, of several the one that began last."""
    best: dict[int, tuple[Any, float]] = {}
    for start in starts:
        chains = _in_any_order if asked.order == "any" else _in_order
        for step, place, at in chains(history, start, asked):
            took = (place, (at - history[start].at).total_seconds())
            best[step] = min(best.get(step, took), took)
    return {step: seconds for step, (_, seconds) in best.items()}


def _in_order(history: list[Act], start: int, asked: Asked) -> Iterator[tuple[int, Any, datetime]]:
    """Every step that some chain of acts from this start takes, by which act and when."""
    waiting, known = [(1, start)], set()
    while waiting:
        step, place = waiting.pop()
        if (step, place) in known:
            continue
        known.add((step, place))
        yield step, place, history[place].at
        for later in range(place + 1, len(history)):
            act = history[later]
            if act.at - history[start].at > asked.within:
                break
            if step + 1 in act.fits:
                waiting.append((step + 1, later))
            if act.is_excluded or asked.order == "strict":
                break


def _in_any_order(history: list[Act], start: int, asked: Asked) -> Iterator[tuple[int, Any, datetime]]:
    """How many different steps lie in the window from this act on, and when each number was reached."""
    begin = history[start].at
    inside = [act for act in history if begin <= act.at <= begin + asked.within]
    ended = min((act.at for act in inside if act.is_excluded and act.at > begin), default=datetime.max)
    first: dict[int, datetime] = {}
    for act in inside:
        if act.at < ended:
            first.update({step: act.at for step in act.fits if step not in first})
    yield from ((number, at, at) for number, at in enumerate(sorted(first.values()), start=1))
