"""The planted numbers put where SQL finds them: schema `planted`, macros that pick a word by its share, draws.

What belongs here: how. What does not: any number (planted.py), the process (`tables/*.sql`).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.simulate import planted, told

if TYPE_CHECKING:
    from pipelines.database import Connection

_WORD = re.compile(r"(draw\([^']*?, )'([a-z ]+)'")


def load(connection: Connection, first_day: date, last_day: date, sessions: int) -> None:
    """Put every planted number into schema `planted`, and the macros that pick a word by its share."""
    connection.execute("create schema if not exists planted")
    _table(connection, "loyalty", planted.LOYALTY_COLUMNS, planted.LOYALTY)
    _table(connection, "channels", planted.CHANNEL_COLUMNS, planted.CHANNELS)
    _table(connection, "doors", (*planted.DOOR_COLUMNS, "above"), _cumulated(planted.DOORS, group=(0,), share=2))
    _table(connection, "groups", planted.GROUP_COLUMNS, planted.GROUPS)
    _table(connection, "rooms", (*planted.ROOM_COLUMNS, "above"), _cumulated(planted.ROOMS, group=(0, 1, 2), share=4))
    _table(connection, "entries", (*planted.ENTRY_COLUMNS, "above"), _cumulated(planted.ENTRIES, group=(0,), share=4))
    _table(connection, "products", planted.PRODUCT_COLUMNS, planted.PRODUCTS)
    _table(connection, "festivals", ("festival", "starts", "ends", "lift"), planted.festivals(first_day, last_day))
    connection.execute(_pick("loyalty_of", [(row[0], row[1]) for row in planted.LOYALTY]))
    _table(connection, "wecom_groups", planted.WECOM_GROUP_COLUMNS, planted.WECOM_GROUPS)
    connection.execute(_pick("shop_of", planted.SHOPS))
    connection.execute(_pick("channel_of", [(row[0], row[1]) for row in planted.CHANNELS]))
    for name, columns, rows in told.planted_tables():
        _table(connection, name, columns, rows)
    _load_calendar(connection, first_day, last_day, sessions)


def numbered(sql: str) -> str:
    """The SQL with the word of every draw as its number: DuckDB would otherwise hash each word again in each copy."""
    return _WORD.sub(lambda found: f"{found[1]}{zlib.crc32(found[2].encode())}::ubigint", sql)


def seed_number(seed: int) -> int:
    """Any seed as a number below 2^32."""
    return zlib.crc32(str(seed).encode())


def _load_calendar(connection: Connection, first_day: date, last_day: date, sessions: int) -> None:
    """Days with their traffic, 4,096 equal slots of it (a draw picks a slot), and live sessions at its quantiles."""
    connection.execute(
        """
        create or replace table planted.days as
        with weighted as (
          select
            cast(day as date) as day,
            coalesce(max(f.lift), 1.0) * case when isodow(day) >= 6 then 1.15 else 1.0 end as traffic
          from range($first::timestamp, $last::timestamp + interval 1 day, interval 1 day) as t (day)
          left join planted.festivals as f on cast(day as date) between f.starts and f.ends
          group by day
        )
        select
          day, row_number() over (order by day) as day_no, traffic,
          sum(traffic) over (order by day) / sum(traffic) over () as below,
          (sum(traffic) over (order by day) - traffic) / sum(traffic) over () as above
        from weighted
        order by day
        """,
        {"first": first_day, "last": last_day},
    )
    connection.execute(
        "create or replace table planted.slots as select slot, day from range(4096) as t (slot) "
        "join planted.days as d on (slot + 0.5) / 4096 >= d.above and (slot + 0.5) / 4096 < d.below order by slot"
    )
    connection.execute(
        """
        create or replace table planted.sessions as
        select cast(row_number() over (order by day) as integer) as session_no, day, traffic,
          cast(day as timestamp) + interval 19 hour + interval 30 minute as started_at
        from (
          select distinct d.day, d.traffic from range($sessions) as t (i)
          join planted.days as d on (i + 0.5) / $sessions >= d.above and (i + 0.5) / $sessions < d.below
        )
        order by day
        """,
        {"sessions": sessions},
    )


def _cumulated(rows: list[tuple[Any, ...]], group: Sequence[int], share: int) -> list[tuple[Any, ...]]:
    """Each row with the sum of the shares of the rows before it in its group, so that a draw in between picks it."""
    above: dict[tuple[Any, ...], float] = {}
    result = []
    for row in rows:
        key = tuple(row[i] for i in group)
        result.append((*row, round(above.get(key, 0.0), 9)))
        above[key] = above.get(key, 0.0) + row[share]
    return result


def _pick(name: str, shares: list[tuple[str, float]]) -> str:
    """A macro that turns a draw into a word, each word as often as its share."""
    branches, below = [], 0.0
    for word, share in shares[:-1]:
        below += share
        branches.append(f"when u < {below:.9f} then '{word}'")
    return f"create or replace temp macro {name}(u) as case {' '.join(branches)} else '{shares[-1][0]}' end"


def _table(connection: Connection, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    values = ", ".join("(" + ", ".join("?" for _ in columns) + ")" for _ in rows)
    flat = [value for row in rows for value in row]
    names = ", ".join(columns)
    connection.execute(
        f"create or replace table planted.{name} as select * from (values {values}) as t ({names})", flat
    )
