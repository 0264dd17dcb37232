"""A merchant of any size, straight into staging: orders by the demo's own process, and events of some of their buyers.

What belongs here: set-based filling of staging. What does not: measuring (tasks).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.creating import create_staging
from pipelines.settings import load_settings
from pipelines.simulate import generate_orders
from pipelines.warehouse import open_for_writing

if TYPE_CHECKING:
    import duckdb

# Of every fifty buyers one is known by events too: joins a group, watches, writes, and so on over the year.
EVENTS = """
    insert into staging.events by name
    select 'douyin' as platform, md5(concat(buyer_id, n)) as event_id, buyer_id as user_id,
        'doudian_open_id' as user_id_type,
        case n when 0 then 'live_view' when 1 then 'follow' when 2 then 'group_join' when 3 then 'group_message'
            when 4 then 'group_leave' else 'live_view' end as event,
        first_at + to_seconds(cast(hash(buyer_id, n) % (1 + n * 2000000) as bigint)) as event_at,
        case when n in (2, 3, 4) then concat('g', hash(buyer_id) % 12) end as group_id,
        case when n = 2 then 'profile' end as entry_path,
        'events' as file_source, 1 as file_id, null as file_row, timestamp '2025-01-01' as version_at
    from (
        select buyer_id, min(paid_at) - interval 2 hour as first_at from generated.orders
        where hash(buyer_id) % 50 = 0 and paid_at is not null group by buyer_id
    ), range(7) as repeated (n)
    where n <> 4 or hash(buyer_id, 'leaves') % 5 = 0
"""
REFUNDS = """
    insert into staging.refunds by name
    select platform, concat(order_id, 'r') as refund_id, order_id, paid_at + interval 5 day as refunded_at,
        paid_amount as refund_amount, 'succeeded' as status, 'doudian_aftersales' as file_source, 1 as file_id,
        null as file_row, timestamp '2025-01-01' as version_at
    from generated.orders where status = 'completed' and hash(order_id) % 15 = 0
"""
# One file a month, rows in the order in which they were paid.
ORDERS = """
    insert into staging.orders by name
    select *, 'doudian_orders' as file_source, 1 + month(ordered_at) as file_id, null as file_row,
        timestamp '2025-01-01' as version_at
    from generated.orders order by ordered_at
"""
NEW_DAY = """
    insert into staging.orders by name
    select * replace (
        concat('n', $file, '-', order_id) as order_id, $file as file_id,
        cast($day as date) + (ordered_at - date_trunc('day', ordered_at)) as ordered_at,
        cast($day as date) + (ordered_at - date_trunc('day', ordered_at)) + interval 20 second as paid_at)
    from staging.orders where file_id <= 13 and status = 'completed' and hash(order_id, $file) % $every = 0
"""


def make(home: Path, orders: int) -> None:
    """The home directory of a merchant with so many orders in staging and nothing in core yet."""
    with open_for_writing(load_settings(home)) as warehouse:
        connection = warehouse.connection
        create_staging(connection)
        connection.execute("attach ':memory:' as outside; use outside")
        generate_orders(connection, orders)
        connection.execute("use warehouse")
        connection.execute("create schema if not exists generated")
        for statement in (ORDERS, EVENTS, REFUNDS):
            connection.execute(statement.replace("generated.orders", "outside.generated.orders"))
        connection.execute("drop schema generated")
        connection.execute(
            "insert into ops.files by name select unnest(range(1, 14)) as file_id, 'made' as path, 0 as rows_read"
        )


def new_day(connection: duckdb.DuckDBPyConnection, day: date, orders: int) -> int:
    """About so many orders of known people paid on that day, as a new file; how many they are."""
    [[file, completed]] = connection.execute("""
        select (select max(file_id) + 1 from ops.files), count(*) from staging.orders
        where file_id <= 13 and status = 'completed'
    """).fetchall()
    connection.execute("insert into ops.files by name select ? as file_id, 'a new day' as path, 0 as rows_read", [file])
    given = {"file": file, "day": day, "every": max(1, completed // orders)}
    rows = connection.execute(NEW_DAY, given).fetchall()[0][0]
    connection.execute("checkpoint")
    return rows
