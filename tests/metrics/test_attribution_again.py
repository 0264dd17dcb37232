"""Attribution counted again, by other means: paths by loops over people, Shapley over all coalitions, chains as full
matrices.

What belongs here: the comparison over random merchants. What does not: rows by hand (test_attribution.py).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations, pairwise
from math import factorial

import numpy as np
import pytest

from tests.metrics.random_world import random_world

LOOK_BACK, HALF_LIFE = 20, 5


@pytest.fixture(scope="module")
def merchant():
    return random_world(4)


@pytest.fixture(scope="module")
def paths(merchant):
    return list(paths_again(merchant))


def paths_again(merchant):
    """(month, [(channel, days before the purchase)], amount); the amount is None where nothing was bought."""
    acts, orders = defaultdict(list), defaultdict(lambda: defaultdict(list))
    for row in merchant.rows("core.events", "is_active and not is_inferred and channel <> 'unknown'"):
        acts[row["person_id"]].append(row)
    for row in merchant.rows("core.orders", "purchase_no is not null", order="paid_at, order_no"):
        orders[row["person_id"]][row["paid_date"]].append(row)
    for person in {*acts, *orders} - {None}:
        left = sorted(acts[person], key=lambda row: (row["event_at_utc"], row["channel"]))
        for day in sorted(orders[person]):
            bought = orders[person][day]
            at, channel = bought[0]["paid_at_utc"], bought[0]["channel"]
            before, left = ([row for row in left if (row["event_at_utc"] <= at) == led] for led in (True, False))
            led = [row for row in before if (day - row["event_date"]).days <= LOOK_BACK]
            yield from _unled([row for row in before if row not in led])
            touched = {(row["channel"], row["event_date"]): None for row in led}
            touched.pop((channel, day), None)
            touches = [(name, (day - on).days) for name, on in touched]
            touches += [(channel, 0)] if channel != "unknown" else []
            yield day.replace(day=1), touches, sum(row["net_amount"] for row in bought)
        yield from _unled(left)


def _unled(rows):
    by_month = defaultdict(dict)
    for row in rows:
        by_month[row["event_month"]][row["channel"], row["event_date"]] = None
    for month, touched in by_month.items():
        yield month, [(channel, None) for channel, _ in touched], None


def by_touch(model, touches):
    """By touch its part of one purchase."""
    count = len(touches)
    if model == "first":
        return [1] + [0] * (count - 1)
    if model == "last":
        return [0] * (count - 1) + [1]
    if model == "linear":
        return [1 / count] * count
    if model == "position":
        return {1: [1], 2: [0.5, 0.5]}.get(count) or [0.4, *[0.2 / (count - 2)] * (count - 2), 0.4]
    weights = [0.5 ** (days / HALF_LIFE) for _, days in touches]
    return [weight / sum(weights) for weight in weights]


def by_coalitions(bought):
    """The Shapley value of every channel: its part in each order of joining, the empty set's worth being none's."""
    worth = Counter()
    for touches, amount in bought:
        worth[frozenset(channel for channel, _ in touches)] += amount
    players = sorted(frozenset().union(*worth))

    def value(coalition):
        return float(sum(amount for needed, amount in worth.items() if needed <= coalition))

    parts, count = {"none": value(frozenset())}, len(players)
    values = {
        frozenset(some): value(frozenset(some)) for size in range(count + 1) for some in combinations(players, size)
    }
    for player in players:
        parts[player] = sum(
            factorial(len(some))
            * factorial(count - len(some) - 1)
            / factorial(count)
            * (values[some | {player}] - worth)
            for some, worth in values.items()
            if player not in some
        )
    return parts


def by_chain(paths, order, measure):
    """Parts by removal in a chain over paths, states in one full matrix with both ends: bought and not."""
    ways = Counter()
    for touches, amount in paths:
        states = [()]
        for channel, _ in touches:
            states.append((*states[-1], channel)[-order:])
        states.append("not" if amount is None else "bought")
        ways.update(pairwise(states))
    rewards = Counter()
    for touches, amount in paths:
        if amount is not None:
            rewards[tuple(channel for channel, _ in touches)[-order:]] += measure(amount)
    channels = sorted({channel for touches, _ in paths for channel, _ in touches})
    total = float(sum(rewards.values()))
    whole = _value(ways, rewards, None)
    lost = {channel: 1 - _value(ways, rewards, channel) / whole for channel in channels}
    return {channel: total * part / sum(lost.values()) for channel, part in lost.items()}


def _value(ways, rewards, without):
    states = sorted({state for way in ways for state in way if isinstance(state, tuple)})
    place = {state: n for n, state in enumerate(states)}
    leaving = Counter()
    for (source, _), count in ways.items():
        leaving[source] += count
    steps, ends = np.zeros((len(states), len(states))), np.zeros(len(states))
    for (source, target), count in ways.items():
        if isinstance(target, tuple) and target[-1] != without:
            steps[place[source], place[target]] += count / leaving[source]
    for state, amount in rewards.items():
        ends[place[state]] = float(amount) / leaving[state]
    return (np.linalg.inv(np.eye(len(states)) - steps) @ ends)[place[()]]


def _found(merchant, model, **more):
    rows = merchant.rows(
        "metrics.attribution", f"model = '{model}'", look_back_days=LOOK_BACK, half_life_days=HALF_LIFE, **more
    )
    assert len({row["month"] for row in rows}) == 5
    by_month = defaultdict(dict)
    for row in rows:
        by_month[row["month"]][row["channel"]] = row["conversions"], row["net_amount"] and float(row["net_amount"])
    return by_month


def _same(found, conversions, amounts):
    """Nothing else than what was counted; amounts are in whole cents."""
    for channel, (conversion, amount) in found.items():
        assert conversion == pytest.approx(float(conversions.pop(channel, 0)), abs=2e-6), channel
        assert amount == pytest.approx(float(amounts.pop(channel, 0)), abs=0.0101), channel
    assert not any(conversions.values())
    assert not any(amounts.values())


@pytest.mark.parametrize("model", ["first", "last", "linear", "position", "time_decay"])
def test_models_of_single_paths(merchant, paths, model):
    for month, found in _found(merchant, model).items():
        conversions, amounts = Counter(), Counter()
        for of, touches, amount in paths:
            if of == month and amount is not None:
                touches = touches or [("none", 0)]
                for (channel, _), part in zip(touches, by_touch(model, touches), strict=True):
                    conversions[channel] += part
                    amounts[channel] += part * float(amount)
        _same(found, conversions, amounts)


def test_shapley_over_every_coalition(merchant, paths):
    for month, found in _found(merchant, "shapley").items():
        bought = [(touches, float(amount)) for of, touches, amount in paths if of == month and amount is not None]
        conversions, amounts = by_coalitions([(touches, 1) for touches, _ in bought]), by_coalitions(bought)
        _same(found, conversions, amounts)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_chains_as_full_matrices(merchant, paths, order):
    """What is not over by then has none: paths of June."""
    for month, found in _found(merchant, "markov", markov_order=order).items():
        if month.month == 6:
            assert set(found.values()) == {(None, None)}
            continue
        walked = [(touches, amount) for of, touches, amount in paths if of == month and touches]
        conversions, amounts = by_chain(walked, order, lambda _: 1), by_chain(walked, order, float)
        lone = [amount for of, touches, amount in paths if of == month and amount is not None and not touches]
        conversions["none"], amounts["none"] = len(lone), float(sum(lone))
        _same(found, conversions, amounts)


def test_all_that_was_sold_is_shared_out(merchant):
    """Beside what is no purchase, cancelled or given back whole, it is what the daily summary says."""
    rest = {
        row["month"]: row["net_amount"]
        for row in merchant.sql("""
            select paid_month as month, sum(net_amount) as net_amount from core.orders
            where not is_kept and order_kind in ('normal', 'deposit') and paid_amount > 0 group by all
        """)
    }
    shared = merchant.rows("metrics.attribution", "model = 'linear' and channel = 'live'")
    sold = merchant.rows("metrics.daily_summary", period="month", segments=["all"])
    assert {row["month"]: row["month_net_amount"] + row["unidentified_net_amount"] for row in shared} == {
        row["date"]: row["net_amount"] - rest.get(row["date"], 0) for row in sold
    }
