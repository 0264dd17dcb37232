"""Merchants in whom joining the private domain does nothing, and naive comparisons say that it does: for whatever
estimates the effect of joining, as canonical rows.

What belongs here: how these people buy and join. What does not: any estimate of ours. An honest one finds an interval
that holds 0, or refuses: `world(merchant.staging(), as_of=merchant.as_of).rows("metrics.…")`.

What somebody buys depends on nothing but themselves and the day. Who joins depends only on what they have bought by
then, which stands in the rows: comparing people alike in that finds nothing.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import fmean, variance

START = datetime(2025, 1, 1, 10)
DAYS = 240
FESTIVAL = range(60, 67)  # days on which everybody buys five times as readily
OBSERVED = 60  # days after joining, of the naive comparisons


@dataclass
class Merchant:
    """Orders and joins by person, as days since START."""

    orders: dict[str, list[int]] = field(default_factory=dict)
    joined: dict[str, int] = field(default_factory=dict)
    compare: Callable[[Merchant], tuple[list[float], list[float]]] = lambda _: ([], [])
    as_of: str = str((START + timedelta(days=DAYS)).date())

    def staging(self) -> dict[str, list[dict[str, object]]]:
        """Canonical rows; each order is of 50 yuan, a join comes an hour after what it depends on."""
        orders = [
            {"order_id": f"{person}-{n}", "buyer_id": person, "paid_at": _at(day), "paid_amount": 50}
            for person, days in self.orders.items()
            for n, day in enumerate(days)
        ]
        events = [
            {"user_id": person, "event": "group_join", "event_at": _at(day, hours=1), "group_id": "g1"}
            for person, day in self.joined.items()
        ]
        return {"orders": orders, "events": events}

    def naive_difference(self) -> float:
        """Orders per person, as the trap compares them."""
        members, others = self.compare(self)
        return fmean(members) - fmean(others)

    def standard_error(self) -> float:
        members, others = self.compare(self)
        return math.sqrt(variance(members) / len(members) + variance(others) / len(others))


def immortal_time(seed: int, people: int = 2000) -> Merchant:
    """Each parcel holds a card by which one in four of those who are no members joins: the more somebody buys, the more
    chances to join. The trap: all orders of those who ever joined against those of everybody else."""
    chance = random.Random(seed)
    merchant = Merchant(compare=_ever_joined)
    for n in range(people):
        readiness = chance.gammavariate(2, 0.01)
        days = [day for day in range(DAYS) if chance.random() < readiness]
        _note(merchant, f"u{n}", days, next((day for day in days if chance.random() < 0.25), None))
    return merchant


def after_the_festival(seed: int, people: int = 2000) -> Merchant:
    """At a festival everybody buys more, and half of those who bought at it join at its end. The trap: what those who
    joined bought in 60 days before and in 60 days after."""
    chance = random.Random(seed)
    merchant = Merchant(compare=_before_and_after)
    for n in range(people):
        readiness = chance.gammavariate(2, 0.01)
        days = [day for day in range(DAYS) if chance.random() < readiness * (5 if day in FESTIVAL else 1)]
        bought = any(day in FESTIVAL for day in days)
        _note(merchant, f"u{n}", days, FESTIVAL[-1] if bought and chance.random() < 0.5 else None)
    return merchant


def _note(merchant: Merchant, person: str, days: list[int], joined: int | None) -> None:
    if days:
        merchant.orders[person] = days
    if joined is not None:
        merchant.joined[person] = joined


def _ever_joined(merchant: Merchant) -> tuple[list[float], list[float]]:
    members = [float(len(days)) for person, days in merchant.orders.items() if person in merchant.joined]
    others = [float(len(days)) for person, days in merchant.orders.items() if person not in merchant.joined]
    return members, others


def _before_and_after(merchant: Merchant) -> tuple[list[float], list[float]]:
    after, before = [], []
    for person, joined in merchant.joined.items():
        days = merchant.orders[person]
        after.append(float(sum(joined < day <= joined + OBSERVED for day in days)))
        before.append(float(sum(joined - OBSERVED < day <= joined for day in days)))
    return after, before


def _at(day: int, hours: int = 0) -> datetime:
    return START + timedelta(days=day, hours=hours)
