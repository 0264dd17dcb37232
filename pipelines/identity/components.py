"""Connected components of a graph that stands in a temporary table, by scipy.

What belongs here: labels. What does not: what a node or an edge is (assets/core/identities.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.imports import hollow

if TYPE_CHECKING:
    from pipelines.database import Connection


def label(connection: Connection, edges: str) -> None:
    """temp.labels(node, smallest): every node of the table `edges` (one, other) with the smallest of its component.

    Nodes are numbered in their order, so that the smallest number of a component is its smallest node's: texts are
    sorted once, and all else is about numbers.
    """
    connection.execute(f"""
        create or replace temp table numbered as
            select node, row_number() over (order by node) - 1 as place
            from (select one as node from {edges} union select other from {edges});
    """)
    pairs = connection.execute(f"""
        select a.place as one, b.place as other from {edges} e
        join numbered a on a.node = e.one join numbered b on b.node = e.other
    """).fetchnumpy()
    size = connection.execute("select count(*) from numbered").fetchall()[0][0]
    if size:
        _register(connection, pairs, size)
    else:
        connection.execute("create or replace temp table components (place bigint, smallest bigint)")
    connection.execute("""
        create or replace temp table labels as
            select n.node, s.node as smallest
            from numbered n join components c using (place) join numbered s on s.place = c.smallest
    """)


def _register(connection: Connection, pairs: dict[str, Any], size: int) -> None:
    """temp.components(place, smallest)."""
    import numpy
    import pyarrow

    hollow("scipy.sparse.csgraph")  # by itself it imports linear algebra too
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((numpy.ones(len(pairs["one"]), dtype=numpy.int8), (pairs["one"], pairs["other"])), (size, size))
    count, component = connected_components(links, directed=False)
    places = numpy.arange(size, dtype=numpy.int64)
    smallest = numpy.full(count, size, dtype=numpy.int64)
    numpy.minimum.at(smallest, component, places)
    arrow = pyarrow.table({"place": places, "smallest": smallest[component]})
    connection.register("component_numbers", arrow)
    connection.execute("create or replace temp table components as select * from component_numbers")
    connection.unregister("component_numbers")
