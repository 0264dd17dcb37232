"""Components by SQL alone are those of a library that is not ours, whatever the graph."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.database import apart
from pipelines.identity.stars import label

Edge = tuple[str, str]


@dataclass
class OnDuckDB:
    """The statements run by DuckDB."""

    connection: Any

    def create(self, name: str, select: str) -> None:
        self.connection.execute(f"create or replace temp table {name} as {select}")

    def number(self, select: str) -> int:
        return int(self.connection.execute(select).fetchall()[0][0])


def labelled(edges: list[Edge]) -> tuple[dict[str, str], int]:
    """The smallest node of each node's component, and in how many rounds it was found."""
    connection = apart().cursor()
    connection.execute("create or replace temp table given (one varchar, other varchar)")
    if edges:
        connection.executemany("insert into given values (?, ?)", edges)
    rounds = label(OnDuckDB(connection), "given", "found")
    return dict(connection.execute("select node, smallest from found").fetchall()), rounds


def by_networkx(edges: list[Edge]) -> dict[str, str]:
    parts = networkx.connected_components(networkx.Graph(edges))
    return {node: min(part) for part in parts for node in part}


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ([], {}),
        ([("b", "a")], {"a": "a", "b": "a"}),
        ([("a", "b"), ("b", "a")], {"a": "a", "b": "a"}),  # told twice, from either end
        ([("c", "b"), ("d", "c"), ("y", "z")], {"b": "b", "c": "b", "d": "b", "y": "y", "z": "y"}),
        ([("a", "b"), ("b", "c"), ("c", "a")], {"a": "a", "b": "a", "c": "a"}),  # a ring
        ([("m", leaf) for leaf in "azb"], {"m": "a", "a": "a", "z": "a", "b": "a"}),  # a hub that is not the smallest
    ],
)
def test_every_node_has_the_smallest_of_its_component(edges: list[Edge], expected: dict[str, str]) -> None:
    assert labelled(edges)[0] == expected


def test_a_long_chain_takes_few_rounds() -> None:
    """Neighbour by neighbour it would take a thousand."""
    names = [f"{number * 7919 % 1000:03}" for number in range(1000)]  # in no order
    found, rounds = labelled(list(pairwise(names)))
    assert set(found.values()) == {"000"}
    assert len(found) == 1000
    assert rounds < 20


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).filter(lambda pair: pair[0] != pair[1]), max_size=40))
def test_any_graph(pairs: list[tuple[int, int]]) -> None:
    edges = [(f"{one:02}", f"{other:02}") for one, other in pairs]
    assert labelled(edges)[0] == by_networkx(edges)
