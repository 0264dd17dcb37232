/*
title: {zh: 数据缺口, en: Data gaps}
description: >-
  Days of which a source tells nothing, or not everything, though it should. cut: every file that told the day was written before
  the day had ended. hole and stopped: days without a row, between days with rows or up to as_of, that break the source's own rhythm. A run of empty
  days breaks it when it is more than twice as long as any other one nearby (28 days to either side, 56 days back for a source that
  stopped; at least 14 days of which half have rows), or when nine in ten of the days nearby have rows and half of those ten or more. Of a source with
  fewer days only a run counts that lasts four weeks and is more than twice as long as any other it ever had (three days with rows
  before a source stopped, six around a hole). So a shop that
  sells on some days only may be silent on the others. Sources in ended_sources never stop. A shop is told by itself where its platform has several.
description_zh: >-
  某来源本该有数据却没有（或不全）的日子。cut：所有含当天的文件都在当天结束前导出；hole：前后都有数据、中间断档；stopped：断到数据日为止。
  空档须超出该来源自身的节奏才算：比附近（前后各 28 天；停更看之前 56 天）其他空档的两倍还长，且附近至少 14 天、一半以上有数据；
  或附近九成的日子有数据、其中一半不少于 10 行。数据稀疏的来源，空档满 28 天且超过其历史最长空档两倍才算（停更至少有 3 个有数据日，断档至少 6 个）。
grain: kind, platform, shop_id, first_date
columns:
  kind:       {type: varchar, zh: 数据种类, description: as in core.source_days}
  platform:   {type: varchar, zh: 平台}
  shop_id:    {type: varchar, zh: 店铺, description: NULL where the whole platform is meant}
  first_date: {type: date, zh: 起始日}
  last_date:  {type: date, zh: 结束日, description: as_of where the source stopped}
  days:       {type: bigint, unit: day, zh: 天数}
  reason:     {type: varchar, zh: 原因, description: 'cut, hole or stopped'}
  share_rate: {type: double, unit: ratio, zh: 占比, description: 'the source''s part of all rows of the kind in the 28 days before (and, where it goes on, after)'}
checks:
  - unique: [kind, platform, shop_id, first_date]
  - in_set: {column: reason, values: [cut, hole, stopped]}
  - between: {column: share_rate, min: 0, max: 1}
  - condition: {sql: 'last_date >= first_date', name: ends after it begins}
*/
with sources as (
  select
    kind,
    platform,
    cast(null as varchar) as shop_id,
    false as is_shop,
    date,
    bool_or(is_whole) as is_whole,
    cast(sum(rows) as bigint) as rows
  from core.source_days
  group by kind, platform, date
  union all
  select
    d.kind,
    d.platform,
    d.shop_id,
    true as is_shop,
    d.date,
    d.is_whole,
    d.rows
  from core.source_days as d
  inner join (
    select
      kind,
      platform
    from core.source_days
    group by kind, platform
    having count(distinct shop_id) > 1
  ) as m on d.kind = m.kind and d.platform = m.platform
  where d.shop_id is not null
),

named as (
  select
    *,
    concat_ws(chr(31), kind, platform, case when is_shop then coalesce(shop_id, '') end) as source
  from sources
),

steps as (
  select
    source,
    kind,
    platform,
    shop_id,
    date,
    coalesce(lead(date) over (partition by source order by date), $as_of + 1) as next_date,
    lead(date) over (partition by source order by date) is null as is_last
  from named
),

-- runs of days without a row; the last one lasts until as_of
runs as (
  select
    source,
    kind,
    platform,
    shop_id,
    is_last,
    date + 1 as first_date,
    next_date - 1 as last_date,
    cast(date_diff('day', date, next_date) - 1 as bigint) as days,
    case when is_last then 56 else 28 end as days_before,
    case when is_last then 0 else 28 end as days_after
  from steps
  where
    date_diff('day', date, next_date) > 1
    and not (is_last and list_contains($ended_sources, concat(kind, '.', platform)))
),

bounds as (
  select
    source,
    min(date) as first_date,
    max(date) as last_date,
    count(*) as source_days
  from named
  group by source
),

-- the days with rows near each run ...
nearby as (
  select
    r.source,
    r.first_date,
    count(*) as active_days,
    sum(case when n.rows >= 10 then 1 else 0 end) as busy_days
  from runs as r
  inner join named as n
    on r.source = n.source and n.date >= r.first_date - r.days_before and n.date <= r.last_date + r.days_after
  group by r.source, r.first_date
),

-- ... the longest other run near it, and where it stands among all that the source ever had
others as (
  select
    r.source,
    r.first_date,
    max(o.days) as longest_nearby
  from runs as r
  inner join runs as o
    on
      r.source = o.source
      and r.first_date <> o.first_date
      and not o.is_last
      and o.last_date >= r.first_date - r.days_before
      and o.first_date <= r.last_date + r.days_after
  group by r.source, r.first_date
),

placed as (
  select
    *,
    max(case when not is_last then days end) over (partition by source) as longest_hole,
    row_number() over (partition by source, is_last order by days desc, first_date asc) as place,
    lead(days) over (partition by source, is_last order by days desc, first_date asc) as next_longest
  from runs
),

judged as (
  select
    r.*,
    n.active_days,
    n.busy_days,
    b.source_days,
    coalesce(o.longest_nearby, 0) as longest_nearby,
    coalesce(case when r.is_last then r.longest_hole else r.next_longest end, 0) as longest_ever,
    date_diff('day', greatest(b.first_date, r.first_date - r.days_before), r.first_date)
    + case
      when r.is_last then 0 else date_diff('day', r.last_date, least(b.last_date, r.last_date + r.days_after))
    end as near_days
  from placed as r
  inner join bounds as b on r.source = b.source
  inner join nearby as n on r.source = n.source and r.first_date = n.first_date
  left join others as o on r.source = o.source and r.first_date = o.first_date
),

found as (
  select
    kind,
    platform,
    shop_id,
    source,
    first_date,
    last_date,
    days,
    case when is_last then 'stopped' else 'hole' end as reason
  from judged
  where
    (near_days >= 14 and active_days * 2 >= near_days and days > longest_nearby * 2)
    or (near_days >= 14 and active_days * 10 >= near_days * 9 and busy_days * 2 >= active_days)
    or (
      place = 1
      and days >= 28
      and days > longest_ever * 2
      and source_days >= case when is_last then 3 else 6 end
    )
  union all
  -- days exported before their end, those that follow each other as one
  select
    kind,
    platform,
    shop_id,
    source,
    min(date) as first_date,
    max(date) as last_date,
    count(*) as days,
    'cut' as reason
  from (
    select
      *,
      date - cast(row_number() over (partition by source order by date) as integer) as island
    from named
    where not is_whole
  ) as cut
  group by kind, platform, shop_id, source, island
),

-- a shop's gap inside its platform's own is told once
told as (
  select f.*
  from found as f
  left join found as w
    on
      f.shop_id is not null
      and w.shop_id is null
      and f.kind = w.kind
      and f.platform = w.platform
      and f.first_date >= w.first_date
      and f.last_date <= w.last_date
  where w.kind is null
),

shares as (
  select
    t.source,
    t.first_date,
    sum(case when n.source = t.source then n.rows else 0 end) as own_rows,
    sum(case when n.is_shop then 0 else n.rows end) as all_rows
  from told as t
  inner join named as n
    on
      t.kind = n.kind
      and (not n.is_shop or t.source = n.source)
      and n.date >= t.first_date - 28
      and n.date <= t.last_date + 28
      and (t.first_date > n.date or t.last_date < n.date)
      and (t.reason <> 'stopped' or t.first_date > n.date)
  group by t.source, t.first_date
)

select
  t.kind,
  t.platform,
  t.shop_id,
  t.first_date,
  t.last_date,
  cast(t.days as bigint) as days,
  t.reason,
  coalesce(cast(s.own_rows as double) / nullif(s.all_rows, 0), 1) as share_rate
from told as t
left join shares as s on t.source = s.source and t.first_date = s.first_date
