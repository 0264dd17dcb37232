"""The customers of CDNOW, the known answer of both models.

What belongs here: tests/models/cdnow.csv as columns and as a merchant's orders. What does not: any estimate.

One row per history: 2,357 customers, a tenth of those who first bought at CDNOW in January to March 1997, watched until
30 September 1997 (Fader, Hardie and Lee, 2005): purchases after the first, days from the first to the last, days
watched, what the repeat purchases cost in dollars, and how many customers have that history. Made from the summary that
the package lifetimes 0.11.3 (MIT licence) brings; no customer's number is in it.
"""

from __future__ import annotations

import csv
from pathlib import Path

from tests.worlds import World, empty_world

FILE = Path(__file__).with_name("cdnow.csv")
LAST_DAY = "1997-09-30"
PEOPLE = 2357


def columns() -> dict[str, list[float]]:
    """By column its numbers."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {name: [float(row[name]) for row in rows] for name in rows[0]}


# Purchases on distinct days that make each history: the first, the last, and those between on the days after the first.
ORDERS = """
    insert into staging.orders by name
    with people as (
        select h.*, row_number() over () as person
        from read_csv($file) as h, unnest(range(h.people)) as one
    ),
    bought as (
        select *, unnest(range(repeat_purchases + 1)) as number from people
    )
    select 'other' as platform, concat(person, '-', number) as order_id, concat('c', person) as buyer_id,
        'user_id' as buyer_id_type, 'paid' as status, 'normal' as order_kind, 'cdnow' as file_source, 1 as file_id,
        row_number() over () as file_row, timestamp '2025-01-01' as version_at,
        timestamp '1997-09-30 12:00:00' - to_days(cast(age_days as integer)) + to_days(cast(
            case when number = repeat_purchases then first_to_last_days else number end as integer)) as paid_at,
        case
            when number = 0 then 20
            when number < repeat_purchases then floor(100 * repeat_amount / repeat_purchases) / 100
            else repeat_amount - (number - 1) * floor(100 * repeat_amount / repeat_purchases) / 100
        end as paid_amount
    from bought
"""


def merchant() -> World:
    """A merchant whose buyers have these histories; what was bought before the repeat purchases costs 20 yuan."""
    built = empty_world(LAST_DAY)
    built.is_known = True
    built.warehouse.execute("insert into ops.files by name select 1 as file_id, 'cdnow' as path, 0 as rows_read")
    built.warehouse.execute(ORDERS, {"file": str(FILE)})
    return built.refresh(full=True)
