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

# As many as a merchant of this size has; ids of a number each, as platforms give them.
SESSIONS, HOSTS, GROUPS, SHOPS, OWN_CHANNELS = 400, 30, 200, 6, 16
WORDS = (
    "直播", "短视频", "推荐", "搜索", "商城", "活动页", "广告", "商品卡", "店铺", "主页", "关注", "粉丝团",
    "优惠券", "粉丝群", "推送", "私信", "关注页", "会员", "短信", "企业微信", "小程序", "图文", "其他",
)  # fmt: skip
SETTINGS = "[channels]\n" + "".join(
    f'"自有{n}" = {{ channel = "own_{n}", domain = "{"private" if n % 2 else "public"}" }}\n'
    for n in range(OWN_CHANNELS)
)
# Of every ten buyers one is known by events too: joins a group, watches, writes, and so on over the year.
EVENTS = f"""
    insert into staging.events by name
    select 'douyin' as platform, md5(concat(buyer_id, n)) as event_id, buyer_id as user_id,
        'doudian_open_id' as user_id_type,
        case n when 0 then 'live_view' when 1 then 'follow' when 2 then 'group_join' when 3 then 'group_message'
            when 4 then 'group_leave' else 'live_view' end as event,
        first_at + to_seconds(cast(hash(buyer_id, n) % (1 + n * 2000000) as bigint)) as event_at,
        case when n in (2, 3, 4) then concat('72000', hash(buyer_id) % {GROUPS}) end as group_id,
        case when n in (0, 2, 5) then live_session_id end as live_session_id,
        case when n = 2 then list_extract(['profile', 'invite', 'qr', 'live_fan_club', 'code_comment'],
            1 + cast(hash(buyer_id, 'door') % 5 as integer)) end as entry_path,
        'events' as file_source, 1 as file_id, null as file_row, timestamp '2025-01-01' as version_at
    from (
        select buyer_id, min(paid_at) - interval 2 hour as first_at, min_by(live_session_id, paid_at) as live_session_id
        from staging.orders where hash(buyer_id) % 10 = 0 and paid_at is not null group by buyer_id
    ), range(7) as repeated (n)
    where n <> 4 or hash(buyer_id, 'leaves') % 5 = 0
"""
SESSION_ROWS = f"""
    insert into staging.live_sessions by name
    select 'douyin' as platform, concat('73900', n) as live_session_id, concat('host', n % {HOSTS}) as host_id,
        first_at + to_seconds(n * 365 * 86400 // {SESSIONS}) as started_at, 'live' as file_source, 1 as file_id,
        timestamp '2025-01-01' as version_at
    from (select date_trunc('year', min(ordered_at)) as first_at from staging.orders), range({SESSIONS}) as numbers (n)
"""
GROUP_ROWS = f"""
    insert into staging.groups by name
    select 'douyin' as platform, concat('72000', n) as group_id, 7 * (n % 2) as follow_days_required,
        5 * (n // 2 % 3) as fan_level_required, 'groups' as file_source, 1 as file_id,
        timestamp '2025-01-01' as version_at
    from range({GROUPS}) as numbers (n)
"""
REFUNDS = """
    insert into staging.refunds by name
    select platform, concat(order_id, 'r') as refund_id, order_id, paid_at + interval 5 day as refunded_at,
        paid_amount as refund_amount, 'succeeded' as status, 'doudian_aftersales' as file_source, 1 as file_id,
        null as file_row, timestamp '2025-01-01' as version_at
    from generated.orders where status = 'completed' and hash(order_id) % 15 = 0
"""
# One file a month, rows in the order in which they were paid.
ORDERS = f"""
    insert into staging.orders by name
    select * replace (
            concat('shop', hash(order_id, 'shop') % {SHOPS}) as shop_id,
            case when hash(order_id, 'own') % 4 = 0 then concat('自有', hash(order_id, 'which') % {OWN_CHANNELS})
                else list_extract({list(WORDS)}, 1 + cast(hash(order_id, 'entry') % {len(WORDS)} as integer))
            end as entry,
            case when hash(order_id, 'live') % 10 < 6 then concat(
                '73900', greatest((dayofyear(ordered_at) - 1) * {SESSIONS} // 366 - hash(order_id, 'late') % 3, 0)
            ) end as live_session_id,
            case when hash(order_id, 'group') % 10 = 0 then concat('72000', hash(buyer_id) % {GROUPS}) end as group_id
        ), 'doudian_orders' as file_source, 1 + month(ordered_at) as file_id, null as file_row,
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
    home.mkdir(parents=True, exist_ok=True)
    (home / "siyu.toml").write_text(SETTINGS, encoding="utf-8")
    with open_for_writing(load_settings(home)) as warehouse:
        connection = warehouse.connection
        create_staging(connection)
        connection.execute("attach ':memory:' as outside; use outside")
        generate_orders(connection, orders)
        connection.execute("use warehouse")
        connection.execute("create schema if not exists generated")
        for statement in (ORDERS, EVENTS, SESSION_ROWS, GROUP_ROWS, REFUNDS):
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
