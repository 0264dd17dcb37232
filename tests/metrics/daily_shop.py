"""A shop of so many orders and joins a day, for metrics over days: thousands of rows, written by one statement.

What belongs here: making it. What does not: any expected number.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from tests.worlds import World, empty_world, put

Row = dict[str, Any]
# A row of each table; what differs from row to row, by column: of the day d.day the d.no-th.
TEMPLATES: dict[str, Row] = {
    "orders": {"order_id": "", "buyer_id": "", "paid_amount": 100, "platform": ""},
    "events": {"event_id": "", "user_id": "", "event": "group_join", "group_id": "g1", "platform": ""},
}
DIFFERS = {
    "orders": {
        "order_id": "concat(d.platform, d.day, '-', d.no)",
        "buyer_id": "concat('b', d.no)",
        "paid_at": "d.day + interval 12 hour",
    },
    "events": {
        "event_id": "concat('e', d.day, '-', d.no)",
        "user_id": "concat('u', d.day, '-', d.no)",
        "event_at": "d.day + interval 12 hour",
    },
}


def daily_shop(
    first: str, orders: dict[str, Sequence[int]], joins: Sequence[int] = (), other: dict[str, list[Row]] | None = None
) -> World:
    """Orders of 100 yuan by platform, and joins, of each day from the first one on; as_of is the last of them. Every day
    is known."""
    start, days = date.fromisoformat(first), max(map(len, orders.values()))
    built = empty_world(str(start + timedelta(days=days - 1)))
    for platform, counts in orders.items():
        _add(built, "orders", start, platform, counts)
    if joins:
        _add(built, "events", start, "douyin", joins)
    for name, rows in (other or {}).items():
        put(built.warehouse, name, rows)
    built.is_known = True
    return built.refresh(full=True)


def _add(built: World, name: str, start: date, platform: str, counts: Sequence[int]) -> None:
    """The template's row stands first among the table's, and goes again."""
    put(built.warehouse, name, [TEMPLATES[name]])
    differs = {**DIFFERS[name], "platform": "d.platform"}
    built.warehouse.execute(
        f"""
        insert into staging.{name} by name
        select t.* exclude ({", ".join(differs)}), {", ".join(f"{sql} as {column}" for column, sql in differs.items())}
        from staging.{name} as t, (
            select cast(? as date) + cast(c.place as integer) - 1 as day, n.no, ? as platform
            from (select unnest(?) as amount, unnest(range(1, len(?) + 1)) as place) as c,
                unnest(range(1, c.amount + 1)) as n (no)
        ) as d
        where t.platform = ''
        """,
        [start, platform, list(counts), list(counts)],
    )
    built.warehouse.execute(f"delete from staging.{name} where platform = ''")
