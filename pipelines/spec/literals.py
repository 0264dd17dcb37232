"""A Python value as a SQL literal.

What belongs here: quoting of values. What does not: names, and statements.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlglot import exp


def literal(value: Any) -> exp.Expr:
    """A Python value as a SQL literal; an empty list is a list of text."""
    from sqlglot import exp

    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    if isinstance(value, list | tuple):
        array = exp.Array(expressions=[literal(item) for item in value])
        return array if value else exp.cast(array, "array<varchar>", dialect="spark")
    return exp.convert(value)
