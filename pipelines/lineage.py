"""Which columns a column is made of, read from the SQL.

What belongs here: lineage of columns within one table file, and the way back through several. What does not: drawing it
(orchestration/describe.py, `siyu explain`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from pipelines.catalogue import load_catalogue
from pipelines.kept import kept
from pipelines.sql_text import references
from pipelines.sql_tree import parse_select
from pipelines.tables import Table

if TYPE_CHECKING:
    from sqlglot.lineage import Node

Origin = tuple[str, str]
"""A column somewhere upstream: qualified table, column."""


def column_lineage(table: Table) -> dict[str, tuple[Origin, ...]]:
    """For each column of a SQL table, the columns of other tables that its value is computed from, sorted.

    A constant and a bare count(*) are made of no column: (). Filters and join keys are not counted; they decide which
    rows there are, not what stands in one. Of a metric in Python every number is made of all that its inputs are; a
    column of its grain of those of its name. A table of core in Python or read from files has no column lineage: {}.
    """
    if table.inputs:
        return _of_model(table)
    found = _of_sql(table, known_columns()) if table.sql else {}
    return {name: found[name] for name in table.columns if name in found}


def _of_model(table: Table) -> dict[str, tuple[Origin, ...]]:
    inputs = [_of_sql(one, known_columns()) for one in table.inputs.values()]
    every = {origin for columns in inputs for origins in columns.values() for origin in origins}
    named = {name: {origin for columns in inputs for origin in columns.get(name, ())} for name in table.key}
    return {name: tuple(sorted(named.get(name, every))) for name in table.columns}


def _of_sql(table: Table, known: Mapping[str, Any]) -> dict[str, tuple[Origin, ...]]:
    sql = table.nightly()
    read: dict[str, dict[str, Any]] = {}
    for schema, name in sorted({tuple(one.table.split(".")) for one in references(sql)}):
        if columns := known.get(schema, {}).get(name):  # the engine's own tables have no header
            read.setdefault(schema, {})[name] = columns
    return {name: tuple(map(tuple, origins)) for name, origins in _origins_in(json.dumps([sql, read])).items()}


@kept
def _origins_in(asked: str) -> dict[str, list[Origin]]:
    """Of a SELECT and the columns of the tables it reads, both as JSON: sqlglot takes 0.1 s for each."""
    from sqlglot.lineage import lineage
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import build_scope
    from sqlglot.schema import MappingSchema

    sql, read = json.loads(asked)
    known = MappingSchema(read, dialect="duckdb")
    statement = qualify(
        parse_select(sql).copy(), schema=known, dialect="duckdb", validate_qualify_columns=False, identify=False
    )
    # One call for all columns: it shares what it finds.
    nodes = lineage(
        None, statement, known, dialect="duckdb", scope=build_scope(statement), trim_selects=False, copy=False
    )
    return {name: sorted(set(_origins(node))) for name, node in nodes.items()}


def _origins(node: Node) -> Iterator[Origin]:
    from sqlglot import exp

    for step in node.walk():
        if isinstance(step.source, exp.Table) and step.source.db:
            yield f"{step.source.db}.{step.source.name}", step.name.rpartition(".")[2].strip('"')


def trace(name: str, column: str) -> Iterator[tuple[int, Origin]]:
    """The whole way back from one column, depth first: (depth, origin), the column itself at depth 0.

    Each column is followed once; where it turns up again only its name is given.
    """
    catalogue = load_catalogue()
    seen: set[Origin] = set()

    def walk(depth: int, origin: Origin) -> Iterator[tuple[int, Origin]]:
        yield depth, origin
        if origin in seen or origin[0] not in catalogue:
            return
        seen.add(origin)
        for upstream in lineage_of(origin[0]).get(origin[1], ()):
            yield from walk(depth + 1, upstream)

    yield from walk(0, (name, column))


@cache
def lineage_of(name: str) -> dict[str, tuple[Origin, ...]]:
    """column_lineage of a table by its qualified name; remembered."""
    return column_lineage(load_catalogue()[name])


@cache
def known_columns() -> dict[str, dict[str, dict[str, str]]]:
    """schema → table → column → type, as sqlglot wants it."""
    known: dict[str, dict[str, dict[str, str]]] = {}
    for table in load_catalogue().values():
        known.setdefault(table.schema, {})[table.name] = {c.name: c.type for c in table.columns.values()}
    return known
