"""The SQL expressions of a mapping as text: which names stand in them, and putting other names in.

What belongs here: words outside string literals. What does not: their meaning, writing literals (spec/literals.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable

_LITERAL = re.compile(r"'(?:[^']|'')*'")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def names_in_order(expression: str) -> list[str]:
    return list(dict.fromkeys(_WORD.findall(_LITERAL.sub("''", expression))))


def names_of(expression: str) -> set[str]:
    """Every word of an expression outside its string literals."""
    return set(names_in_order(expression))


def outside_quotes(expression: str, swap: Callable[[re.Match[str]], str]) -> str:
    parts = re.split(r"('(?:[^']|'')*')", expression)
    return "".join(part if part.startswith("'") else _WORD.sub(swap, part) for part in parts)


def before_sql(end: str, start: str) -> str:
    """SQL: an end lies before its start, as far as both are told: a day alone may be any of its hours."""
    is_day = f"{end} = date_trunc('day', {end})"
    return f"coalesce({end} < {start} and not ({is_day} and {end}::date = {start}::date), false)"
