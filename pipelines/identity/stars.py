"""Connected components by SQL alone, for an engine of many machines, where scipy does not reach.

What belongs here: the steps and when they end. What does not: running a statement (engines/), what an edge is
(assets/core/identities.py).

Edges are moved until each component is a star around its smallest node (Kiveris and others, Connected Components in
MapReduce and Beyond, 2014): a step looks at each node's neighbours alone, and the steps grow with the logarithm of the
longest chain.
"""

from __future__ import annotations

from typing import Protocol

# Every greater neighbour of a node moves to the smallest that the node knows.
_LARGE_STAR = """
    with told as (select one as u, other as v from {edges} union all select other, one from {edges}),
    low as (select u, least(u, min(v)) as m from told group by u)
    select distinct told.v as one, low.m as other from told join low on low.u = told.u
    where told.v > told.u and told.v <> low.m
"""
# A node and its smaller neighbours move to the smallest of them.
_SMALL_STAR = """
    with down as (select greatest(one, other) as u, least(one, other) as v from {edges}),
    low as (select u, min(v) as m from down group by u)
    select down.v as one, low.m as other from down join low on low.u = down.u where down.v <> low.m
    union
    select u, m from low
"""
# In stars no node has two edges down, and no smallest one has any.
_NOT_YET = """
    select (select count(*) - count(distinct one) from {edges})
        + (select count(*) from {edges} join (select distinct one as middle from {edges}) as m on middle = other)
"""
_LABELS = "select one as node, other as smallest from {edges} union select other, other from {edges}"


class Statements(Protocol):
    """Who runs SQL that DuckDB and Spark both know."""

    def create(self, name: str, select: str) -> None: ...

    def number(self, select: str) -> int: ...


def label(engine: Statements, edges: str, into: str) -> int:
    """Makes the table `into` (node, smallest): every node of the table `edges` (one, other, of which none is both)
    with the smallest of its component. The number of rounds it took. Leaves `into`_a and `into`_b behind.
    """
    engine.create(f"{into}_a", _SMALL_STAR.format(edges=edges))
    rounds = 1
    while engine.number(_NOT_YET.format(edges=f"{into}_a")):
        engine.create(f"{into}_b", _LARGE_STAR.format(edges=f"{into}_a"))
        engine.create(f"{into}_a", _SMALL_STAR.format(edges=f"{into}_b"))
        rounds += 1
    engine.create(into, _LABELS.format(edges=f"{into}_a"))
    return rounds
