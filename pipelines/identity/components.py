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

    Nodes are numbered as they come, so texts are compared where edges are numbered, and nowhere sorted: the smallest is
    asked for among those of one component.
    """
    connection.execute(f"""
        create or replace temp table numbered as
            select node, row_number() over () - 1 as place
            from (select one as node from {edges} union select other from {edges})
    """)
    pairs = connection.execute(f"""
        select a.place as one, b.place as other from {edges} e
        join numbered a on a.node = e.one join numbered b on b.node = e.other
    """).fetchnumpy()
    size = connection.execute("select count(*) from numbered").fetchall()[0][0]
    if size:
        _join_components(connection, pairs, size)
    else:
        connection.execute("create or replace temp table components (node varchar, component bigint)")
    connection.execute("""
        create or replace temp table labels as
            select node, smallest from components
            join (select component, min(node) as smallest from components group by component) using (component)
    """)


def _join_components(connection: Connection, pairs: dict[str, Any], size: int) -> None:
    """temp.components(node, component)."""
    import numpy
    import pyarrow

    hollow("scipy.sparse.csgraph")  # by itself it imports linear algebra too
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((numpy.ones(len(pairs["one"]), dtype=numpy.int8), (pairs["one"], pairs["other"])), (size, size))
    _, component = connected_components(links, directed=False)
    arrow = pyarrow.table({"place": numpy.arange(size, dtype=numpy.int64), "component": component.astype(numpy.int64)})
    connection.register("component_numbers", arrow)
    connection.execute("""
        create or replace temp table components as
            select n.node, c.component from numbered n join component_numbers c using (place)
    """)
    connection.unregister("component_numbers")
