"""The wrong answer of a trap, as a plausible query over the same rows gives it.

What belongs here: asking it. What does not: any query; each stands beside the right answer in its test.
"""

from __future__ import annotations

from typing import Any

from tests.worlds import World


def naive(world: World, sql: str) -> tuple[Any, ...]:
    """The one row of a SELECT over the world's tables."""
    rows = world.sql(sql) if "core." in sql else [dict(enumerate(row)) for row in world.warehouse.sql(sql).fetchall()]
    [row] = rows
    return tuple(row.values())
