"""Cells of metric tables whose numbers are known: exactly, as counted here, and on average, as planted.

What belongs here: which tables, in which order. What does not: the metrics' own SQL. Nothing here reads a file or a
warehouse: it is a second, independent count, over the world itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.simulate import cells_of_orders as orders
from pipelines.simulate import cells_of_people as people
from pipelines.simulate.asking import Row, World


def cells(world: World) -> Iterator[Row]:
    """Every cell as {table, parameters, where, exact, planted}; how to read it says truth.ABOUT."""
    yield from people.public_to_private(world)
    yield from people.conversion(world)
    yield from people.group_entry(world)
    yield from people.group_stays(world)
    yield from people.group_health(world)
    yield from people.membership_survival(world)
    yield from orders.repurchase(world)
    yield from orders.repurchase_period(world)
    yield from orders.order_ladder(world)
    yield from orders.retention(world)
    yield from orders.daily_summary(world)
    yield from orders.daily_platforms(world)
    yield from orders.daily_members(world)
    yield from orders.live_performance(world)
    yield from orders.identity_quality(world)
