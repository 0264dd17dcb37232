"""Asks a metric and compares it with rows written in the test.

What belongs here: the comparison. What does not: worlds (tests/worlds.py) and expected rows (each test).
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from tests.worlds import World, table


def answers(world: World, metric: str, expected: str, where: str = "true", **parameters: Any) -> None:
    """The metric's rows are exactly the expected ones, in the columns that the expectation names; order is free.

    A fraction such as 1/3 stands for its value; '-' for NULL.
    """
    same_rows(world.rows(f"metrics.{metric}", where=where, **parameters), expected)


def same_rows(found: list[dict[str, Any]], expected: str) -> None:
    """The same of rows that were asked already."""
    wanted = table(expected)
    columns = list(wanted[0])
    unknown = [column for column in columns if found and column not in found[0]]
    assert not unknown, f"there is no column {unknown[0]}"
    assert _readable(found, columns) == _readable(wanted, columns)


def _readable(rows: list[dict[str, Any]], columns: list[str]) -> str:
    """Rows as sorted text, numbers rounded to a millionth; a failed comparison then shows the rows that differ."""
    return "\n".join(sorted(" | ".join(_cell(row[column]) for column in columns) for row in rows))


def _cell(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"-?\d+/\d+", value):
        value = float(Fraction(value))
    if value is None or isinstance(value, bool | str):
        return "-" if value is None else str(value)
    try:
        return f"{float(value):.6f}"
    except TypeError:
        return str(value)
