"""A Python value as a SQL literal.

What belongs here: quoting of values. What does not: names, and statements.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlglot import exp


@dataclass(frozen=True)
class Sql:
    """SQL of checked parts (pipelines/activities.py) that stands in the place of a value, in DuckDB's dialect."""

    text: str


def literal(value: Any) -> exp.Expr:
    """A Python value as a SQL literal; an empty list is a list of text."""
    from sqlglot import exp

    if isinstance(value, Sql):
        return exp.paren(exp.maybe_parse(value.text, dialect="duckdb"))
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    if isinstance(value, list | tuple):
        array = exp.Array(expressions=[literal(item) for item in value])
        return array if value else exp.cast(array, "array<varchar>", dialect="spark")
    return exp.convert(value)


def quoted(text: str | Path) -> str:
    """A text as DuckDB writes it: the one place where quotes are put around one."""
    return "'" + str(text).replace("'", "''") + "'"


def literal_text(value: Any) -> str:
    """A Python value as DuckDB writes it, equal to literal(); in parentheses below zero: no `a -$b` is a comment."""
    if isinstance(value, Sql):
        return f"({value.text})"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, date):
        return f"cast('{value.isoformat()}' as date)"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal_text, value))}]" if value else "cast([] as varchar[])"
    if isinstance(value, int | float | Decimal):
        return f"({value})" if value < 0 else str(value)
    raise TypeError(f"{type(value).__name__} is no value for SQL: {value!r}")
