"""A SELECT as sqlglot's tree, for what only a tree can do: other dialects, breakdowns, lineage.

What belongs here: parsing, and changes of a tree that ask for no table's meaning. What does not: a SELECT as text
(sql_text.py), which is ten times as fast.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipelines.spec.reading import SpecError

if TYPE_CHECKING:
    from sqlglot import exp


@functools.cache
def parse_select(sql: str, path: str = "") -> exp.Expr:
    """A parsed SELECT in DuckDB's dialect, shared by all who ask: copy it before changing it. Raises SpecError."""
    import sqlglot

    try:
        return sqlglot.parse_one(sql, read="duckdb")
    except sqlglot.errors.ParseError as error:
        raise SpecError(f"{path}: not one readable SELECT: {error}") from error


def parameter_name(node: exp.Expr) -> str | None:
    """The name of `$name`; None of anything else."""
    from sqlglot import exp

    return (node.name or node.sql().lstrip("$:")) if isinstance(node, exp.Parameter | exp.Placeholder) else None


def substituted(tree: exp.Expr, inputs: Mapping[str, str]) -> exp.Expr:
    """The tree with a SELECT in the place of each table that `inputs` names."""
    from sqlglot import exp

    for node in list(tree.find_all(exp.Table)) if inputs else []:
        text = inputs.get(f"{node.db}.{node.name}")
        if text is not None:
            query = parse_select(text).copy()
            assert isinstance(query, exp.Query)
            node.replace(query.subquery(node.alias_or_name))
    return tree


def reduced(tree: exp.Expr) -> exp.Expr:
    """The tree with what other engines have for list_reduce(list, lambda, begin), which sqlglot takes for nothing."""
    from sqlglot import exp

    def replace(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Anonymous) and node.name.lower() == "list_reduce":
            listed, merge, initial = node.expressions
            return exp.Reduce(this=listed, initial=initial, merge=merge)
        return node

    return tree.transform(replace, copy=False)


def named_apart(tree: exp.Expr) -> exp.Expr:
    """The tree with a name of its own for each named part: sqlglot moves all of them to the top of Spark's text."""
    from sqlglot import exp

    for number, parts in enumerate(sorted(tree.find_all(exp.With), key=lambda node: -node.depth)):
        for part in parts.expressions:
            part.set("materialized", None)  # a hint to DuckDB
        names = {part.alias: f"{part.alias}_{number}" for part in parts.expressions}
        for table in parts.parent.find_all(exp.Table) if parts.parent else []:
            if not table.db and table.name in names:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(table.alias_or_name)))
                table.set("this", exp.to_identifier(names[table.name]))
        for part in parts.expressions:
            part.set("alias", exp.TableAlias(this=exp.to_identifier(names[part.alias])))
    return tree
