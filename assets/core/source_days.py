"""
title: {zh: 来源日, en: Source days}
description: >-
  What each source told of each day: one row per kind of row, platform, shop and day with rows, up to as_of. A day is
  whole when some file that told rows of it was written after the day had ended. A file whose own time lies before many
  of its own rows (over one in a hundred) says nothing by it, nor does one whose time is not known; their days count
  as whole. A whole list of a group's members tells who stood in it, whether or not anybody came or left: it is a row
  of the day before its own.
description_zh: >-
  每个来源每天给了多少行：每种数据 × 平台 × 店铺 × 日期一行，只列有数据的日期。
  至少有一份文件在当天结束之后写成，这一天才算完整；
  文件自身时间早于其中 1% 以上的行、或不知道时间的，无从判断，按完整算。
  完整的群成员名单即使无人进出，也说明谁在群里：在名单前一天记一行。
grain: kind, platform, shop_id, date
reads:
  - ops.copies
  - ops.files
  - ops.lists
  - core.event_words
  - staging.orders
  - staging.refunds
  - staging.events
  - staging.live_sessions
  - staging.group_days
  - staging.group_members
  - staging.pushes
  - staging.ad_spend
columns:
  kind:
    type: varchar
    zh: 数据种类
    description: >-
      orders, refunds, events, memberships (the events that begin or end a private membership, which are events too, and
      whole lists of members), live_sessions, group_days, pushes or ad_spend
  platform:    {type: varchar, zh: 平台}
  shop_id:     {type: varchar, zh: 店铺, description: of orders; NULL for other kinds and where the file names none}
  date:        {type: date, zh: 日期}
  rows:        {type: bigint, unit: row, zh: 行数}
  is_whole:
    type: boolean
    zh: 是否完整
    description: false where every file that told rows of the day was written on that very day, before it had ended
  exported_at: {type: timestamp, zh: 导出时间, description: newest own time of a file that told rows of the day}
  told_until:
    type: date
    zh: 最后导出日
    description: >-
      day of the newest own time of any file, empty ones too, of the mappings that tell kind and platform; later
      days cannot be known, nor that day whole. NULL where some file's own time is not known or lies before its rows
checks:
  - unique: [kind, platform, shop_id, date]
  - not_null: [kind, platform, date, rows, is_whole]
"""

# The moment by which a row belongs to a day, and what stands for its shop.
DATED = {
    "orders": ("orders", "paid_at", "shop_id"),
    "refunds": ("refunds", "refunded_at", "null"),
    "events": ("events", "event_at", "null"),
    "live_sessions": ("live_sessions", "started_at", "null"),
    "group_days": ("group_days", "date", "null"),
    "pushes": ("pushes", "sent_at", "null"),
    "ad_spend": ("ad_spend", "date", "null"),
}
# The kinds by which the last business day of the whole merchant goes.
LEADING = ("orders", "refunds", "events", "live_sessions", "group_days")


def build(connection, settings, core_pass, engine):
    """The whole table anew: one grouped scan per kind."""
    connection.execute(
        f"create or replace table core.source_days as {_days([*DATED, 'memberships'])}",
        {"limit": core_pass.as_of},
    )


def last_whole_day(connection, limit):
    """The last day up to `limit` that a source of LEADING told whole; where there is none, told at all; else None."""
    found = connection.execute(
        f"select max(date) filter (is_whole), max(date) from ({_days(LEADING)})",
        {"limit": limit},
    ).fetchall()
    return found[0][0] or found[0][1]


def _days(kinds):
    """A SELECT of what the files told, by day."""
    told = " union all ".join([*map(_told, kinds), *([_LISTS] if "memberships" in kinds else [])])
    return f"""
        with told as ({told}),
        files as (
            select t.kind, t.file_id, cast(f.own_time as date) as own_date, f.own_time,
                100 * coalesce(sum(t.rows) filter (t.date > cast(f.own_time as date)), 0) <= sum(t.rows) as is_believed
            from told t
            join (select file_id, coalesce(exported_at, modified_at) as own_time from ops.files) f using (file_id)
            group by t.kind, t.file_id, f.own_time
        ),
        tellers as (
            select distinct t.kind, t.platform, l.file_source from told t join ops.files l using (file_id)
        ),
        -- the same bytes exported once more are read once; no zone's clock is further ahead than 14 hours
        again as (
            select c.file_id, max(make_timestamp(c.modified_ns // 1000)) + interval 14 hours as seen_at
            from ops.copies c join ops.files l using (file_id) where c.path <> l.path group by c.file_id
        ),
        written as (
            select l.file_id, l.file_source, greatest(coalesce(l.exported_at, l.modified_at), a.seen_at) as own_time,
                coalesce(l.exported_at, l.modified_at) is not null as is_known
            from ops.files l left join again a using (file_id) where l.status = 'loaded'
        ),
        ends as (
            select s.kind, s.platform, case when bool_and(coalesce(f.is_believed, true) and coalesce(w.is_known, false))
                then cast(max(w.own_time) as date) end as told_until
            from tellers s left join written w using (file_source)
            left join files f on f.kind = s.kind and f.file_id = w.file_id
            group by s.kind, s.platform
        )
        select t.kind, t.platform, t.shop_id, t.date, cast(sum(t.rows) as bigint) as rows,
            bool_or(f.own_time is null or not f.is_believed or f.own_date <> t.date) as is_whole,
            max(f.own_time) as exported_at, max(e.told_until) as told_until
        from told t left join files f using (kind, file_id) left join ends e using (kind, platform)
        where t.date <= $limit
        group by t.kind, t.platform, t.shop_id, t.date
    """


# A list is of a moment within its day, so it tells of the days before. The first one of people of whom nobody says
# since when begins no membership, and tells of none. Torn and short lists do not show who has left (ops.lists).
_LISTS = """
    select 'memberships' as kind, g.platform, cast(null as varchar) as shop_id, cast(l.version_at as date) - 1 as date,
        l.file_id, count(*) as rows
    from ops.lists l join (
        select platform, group_id, observed_at, file_id, max(joined_at) as since from staging.group_members group by all
    ) g on l.file_id = g.file_id and l.version_at = g.observed_at
        and ends_with(l.list, concat(chr(31), g.platform, chr(31), g.group_id))
    where l.verdict = 'whole' and (
        g.since is not null or l.version_at > (select min(f.version_at) from ops.lists f where f.list = l.list)
    )
    group by all
"""


def _told(kind):
    table, moment, shop = DATED["events" if kind == "memberships" else kind]
    only = "and event in (select event from core.event_words where is_move)" if kind == "memberships" else ""
    return f"""
        select '{kind}' as kind, platform, cast({shop} as varchar) as shop_id, cast({moment} as date) as date, file_id,
            count(*) as rows
        from staging.{table} where {moment} is not null {only} group by all
    """
