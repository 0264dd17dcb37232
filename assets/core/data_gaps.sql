/*
title: {zh: 数据缺口, en: Data gaps}
description: >-
  Days of which a source tells nothing, or not everything, though it should. cut: every file that told the day was written before
  the day had ended. hole and stopped: days without a row, between days with rows or up to as_of, that break the source's own rhythm.
  The rhythm is that of the 28 days to either side (of the sparser side; at least 7 days each and 14 together), for a source that stopped of
  the 56 days before (at least 14); a third of the days of each side have rows. A run of n empty days breaks it when it is more than twice as long as any other run there and its chance is below
  0.0005 (stopped: 0.01), the chance of one empty day being (empty days + 0.5) / (days + 1); or when nine in ten of those days have
  rows and half of them ten or more. A source with rows on three days or more has also stopped when it is silent for four weeks and more than
  twice as long as ever before; and orders, events, memberships and group days have stopped from the day of the newest export on, however
  few the days are: no file can tell of them. So a shop that sells on some days only may be silent on the others. Sources in ended_sources never stop. A shop
  is told by itself where its platform has several and every row names one.
description_zh: >-
  某来源本该有数据却没有（或不全）的日子。cut：所有含当天的文件都在当天结束前导出；hole：前后都有数据、中间断档；stopped：断到数据日为止。
  空档须打破该来源自身的节奏才算：看前后各 28 天（停更看之前 56 天；每边至少三分之一的日子有数据），空档比其间其他空档的两倍还长，且按空白日频率推算的概率低于 0.0005（停更 0.01）；
  或其间九成的日子有数据、一半不少于 10 行。至少有 3 个有数据日的来源，沉默满四周且超过历史最长空档两倍，也算停更。订单、互动、在籍、群日数据自最后一次导出当天起，不论几天，都算停更。
grain: kind, platform, shop_id, first_date
columns:
  kind:       {type: varchar, zh: 数据种类, description: as in core.source_days}
  platform:   {type: varchar, zh: 平台}
  shop_id:    {type: varchar, zh: 店铺, description: NULL where the whole platform is meant}
  first_date: {type: date, zh: 起始日}
  last_date:  {type: date, zh: 结束日, description: as_of where the source stopped}
  days:       {type: bigint, unit: day, zh: 天数}
  reason:     {type: varchar, zh: 原因, description: 'cut, hole or stopped'}
  share_rate: {type: double, unit: ratio, of: {alone: 'its rows and all rows of the kind, by day, stand in core.source_days'}, zh: 占比, description: 'the source''s part of all rows of the kind in the 28 days before (and, where it goes on, after)'}
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
    max(told_until) as told_until,
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
    d.told_until,
    d.rows
  from core.source_days as d
  inner join (
    select
      kind,
      platform
    from core.source_days
    group by kind, platform
    having count(distinct shop_id) > 1 and count(shop_id) = count(*)
  ) as m on d.kind = m.kind and d.platform = m.platform
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
    case when kind in ('orders', 'events', 'memberships', 'group_days') then told_until end as told_until,
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
    -- the first of these days that no file can tell of, as all were written before it had ended
    case
      when is_last and told_until >= date and told_until < next_date then greatest(told_until, date + 1)
    end as untold_from,
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
    sum(case when n.date < r.first_date then 1 else 0 end) as active_before,
    sum(case when n.date > r.last_date then 1 else 0 end) as active_after,
    sum(case when n.rows >= 10 then 1 else 0 end) as busy_days
  from runs as r
  inner join named as n
    on r.source = n.source and n.date >= r.first_date - r.days_before and n.date <= r.last_date + r.days_after
  group by r.source, r.first_date
),

-- ... the longest other run near it, and of the source
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
    max(case when not is_last then days end) over (partition by source) as longest_hole
  from runs
),

sides as (
  select
    r.*,
    n.active_before,
    n.active_after,
    n.busy_days,
    b.source_days,
    coalesce(o.longest_nearby, 0) as longest_nearby,
    date_diff('day', greatest(b.first_date, r.first_date - r.days_before), r.first_date) as near_before,
    case
      when r.is_last then 0 else date_diff('day', r.last_date, least(b.last_date, r.last_date + r.days_after))
    end as near_after
  from placed as r
  inner join bounds as b on r.source = b.source
  inner join nearby as n on r.source = n.source and r.first_date = n.first_date
  left join others as o on r.source = o.source and r.first_date = o.first_date
),

-- the logarithm of how likely so many days without a row are; of a hole by its sparser side
judged as (
  select
    *,
    near_before + near_after >= 14
    and near_before >= 7
    and (is_last or near_after >= 7)
    and active_before * 3 >= near_before
    and active_after * 3 >= near_after as has_rhythm,
    days * greatest(
      ln(cast(near_before - active_before + 0.5 as double) / (near_before + 1)),
      case
        when is_last then cast(-99 as double)
        else ln(cast(near_after - active_after + 0.5 as double) / (near_after + 1))
      end
    ) as log_chance
  from sides
),

-- a run that breaks the rhythm is unknown from its beginning on, any other from where no file can tell of it
broken as (
  select
    *,
    case
      when
        (
          has_rhythm
          and days > longest_nearby * 2
          and log_chance < case when is_last then ln(cast(0.01 as double)) else ln(cast(0.0005 as double)) end
        )
        or (
          has_rhythm
          and (active_before + active_after) * 10 >= (near_before + near_after) * 9
          and busy_days * 2 >= active_before + active_after
        )
        or (is_last and days >= 28 and days > coalesce(longest_hole, 0) * 2 and source_days >= 3)
        then first_date
      else untold_from
    end as unknown_from
  from judged
),

found as (
  select
    kind,
    platform,
    shop_id,
    source,
    unknown_from as first_date,
    last_date,
    cast(date_diff('day', unknown_from, last_date) + 1 as bigint) as days,
    case when is_last then 'stopped' else 'hole' end as reason
  from broken
  where unknown_from is not null and unknown_from <= last_date
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

-- A shop's gap inside its platform's own is told once. Counted, not an anti-join: DuckDB 2.0 loses rows in one whose right
-- side is the same CTE under a filter that nothing passes (findings).
told as (
  select
    f.kind,
    f.platform,
    f.shop_id,
    f.source,
    f.first_date,
    f.last_date,
    f.days,
    f.reason
  from found as f
  left join found as w
    on
      f.shop_id is not null
      and w.shop_id is null
      and f.kind = w.kind
      and f.platform = w.platform
      and f.first_date >= w.first_date
      and f.last_date <= w.last_date
  group by f.kind, f.platform, f.shop_id, f.source, f.first_date, f.last_date, f.days, f.reason
  having count(w.kind) = 0
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
