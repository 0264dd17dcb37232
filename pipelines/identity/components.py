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

    Each different text is met once, where it gets its number; the smallest is asked for among those of one component.
    """
    import pyarrow

    ends: Any = connection.sql(f"select one, other from {edges}").to_arrow_table()
    both = pyarrow.chunked_array([*ends["one"].chunks, *ends["other"].chunks], pyarrow.string()).dictionary_encode()
    numbered = both.combine_chunks()
    component = _components(numbered.indices.to_numpy(), ends.num_rows, len(numbered.dictionary))
    connection.register("component_numbers", pyarrow.table({"node": numbered.dictionary, "component": component}))
    connection.execute("""
        create or replace temp table labels as
            select node, smallest from component_numbers
            join (select component, min(node) as smallest from component_numbers group by component) using (component)
    """)
    connection.unregister("component_numbers")


def _components(ends: Any, edges: int, nodes: int) -> Any:
    """Of each node the number of its component; `ends`: the node each edge begins with, then the one it ends with."""
    import numpy

    hollow("scipy.sparse.csgraph")  # by itself it imports linear algebra too
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not nodes:
        return numpy.empty(0, dtype=numpy.int32)
    links = coo_array((numpy.ones(edges, dtype=numpy.int8), (ends[:edges], ends[edges:])), (nodes, nodes))
    return connected_components(links, directed=False)[1]
