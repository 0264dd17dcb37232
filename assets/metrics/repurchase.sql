/*
title: {zh: 复购率, en: Repurchase rate}
description: >-
  Share of first-time buyers who buy again, on a later day, within N days of their first purchase. Several orders of one day are
  one purchase; only kept orders count. Breakdowns are those of the first order; membership, group and threshold say what the
  buyer was in when paying it.
description_zh: 首购人群中，首购后 N 天内（按自然日、不含当日）再次购买的比例。同一天多单算一次购买，只算有效订单；细分按首单。
variant: R3
grain: cohort_month, segment_by, segment, window_days
parameters:
  windows: [7, 30, 60, 90, 180, 365]
  segments: [all, channel, domain, platform, shop, live_session, host, group, threshold, membership, festival]
choices: {segments: default}
columns:
  cohort_month: {type: date, zh: 首购月, description: month of the first purchase}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: value at the first order; none where it has no such value}
  window_days: {type: bigint, unit: day, zh: 窗口, description: days after the first purchase}
  variant: {type: varchar, zh: 口径编号, description: R3}
  buyers: {type: bigint, unit: person, zh: 首购人数, description: everyone whose first purchase fell in the month,
    zh_description: 首次购买在当月的人数，不论观察期是否已满}
  mature_buyers: {type: bigint, unit: person, zh: 成熟首购人数,
    description: buyers whose whole window lies within the known days of their platform's orders; the denominator, zh_description: 首购人数中窗口已走完的，作分母}
  repeat_buyers: {type: bigint, unit: person, zh: 复购人数,
    description: mature buyers who bought again inside the window; the numerator, zh_description: 成熟首购人数中窗口内再次购买的，作分子}
  repurchase_rate: {type: double, unit: ratio, zh: 复购率,
    description: repeat_buyers / mature_buyers; NULL while nobody is mature, zh_description: 成熟首购人数中，首购后 N 天内再次购买的人数 ÷ 成熟首购人数}
  is_mature: {type: boolean, zh: 是否成熟, description: 'the window of the whole month lies within the known days of every platform in the row'}
  is_small: {type: boolean, zh: 样本过小, description: fewer than small_group mature buyers}
checks:
  - unique: [cohort_month, segment_by, segment, window_days]
  - between: {column: repurchase_rate, min: 0, max: 1}
  - condition: {sql: 'repeat_buyers <= mature_buyers and mature_buyers <= buyers', name: numerator within denominator}
*/
-- the longest window over for those who first bought on a date, as far as their platform's orders are known
with dates as (
  select
    c.date,
    c.month,
    c.festival,
    k.platform,
    k.known_until,
    max(case when date_diff('day', c.date, k.known_until) >= w.window_days then w.window_days end) as window_over
  from core.calendar as c
  inner join core.known as k on k.kind = 'orders'
  cross join unnest($windows) as w (window_days)
  where c.date <= $as_of
  group by c.date, c.month, c.festival, k.platform, k.known_until
),

-- the shortest window that holds a gap of so many days
gaps as (
  select
    d.gap_days,
    min(case when d.gap_days <= w.window_days then w.window_days end) as window_needed
  from unnest(generate_series(0, list_max($windows))) as d (gap_days)
  cross join unnest($windows) as w (window_days)
  group by d.gap_days
),

-- one scan; buyers alike in day, gap and every breakdown asked for become one row with their number. The breakdowns are
-- one grouping key, which is constant where none is asked for.
days as (
  select
    o.paid_date,
    o.platform,
    least(date_diff('day', o.paid_date, o.second_purchase_date), list_max($windows) + 1) as gap_days,
    struct_pack(
      channel := case when list_contains($segments, 'channel') then o.channel end,
      domain := case when list_contains($segments, 'domain') then o.domain end,
      platform
      := case when list_contains($segments, 'platform') or list_contains($segments, 'host') then o.platform end,
      shop_id := case when list_contains($segments, 'shop') then o.shop_id end,
      live_session_id := case
        when list_contains($segments, 'live_session') or list_contains($segments, 'host') then o.live_session_id
      end,
      group_platform := case when list_contains($segments, 'threshold') then o.member_group_platform end,
      group_id := case
        when list_contains($segments, 'group') or list_contains($segments, 'threshold') then o.member_group_id
      end,
      was_member := case when list_contains($segments, 'membership') then o.was_member end
    ) as breakdown,
    count(*) as buyers
  from core.orders as o
  where o.order_no = 1
  group by all
),

-- the same, as few rows as the windows need
first_orders as (
  select
    d.month as cohort_month,
    d.known_until,
    d.window_over,
    case when o.gap_days is not null then g.window_needed end as window_needed,
    case when list_contains($segments, 'festival') then d.festival end as festival,
    o.breakdown,
    sum(o.buyers) as buyers
  from days as o
  inner join dates as d on o.paid_date = d.date and o.platform = d.platform
  left join gaps as g on o.gap_days = g.gap_days
  group by all
),

counted as (
  select
    f.cohort_month,
    s.segment_by,
    case s.segment_by
      when 'all' then 'all'
      when 'channel' then coalesce(f.breakdown.channel, 'none')
      when 'domain' then coalesce(f.breakdown.domain, 'none')
      when 'platform' then coalesce(f.breakdown.platform, 'none')
      when 'shop' then coalesce(f.breakdown.shop_id, 'none')
      when 'live_session' then coalesce(f.breakdown.live_session_id, 'none')
      when 'host' then coalesce(h.host_id, 'none')
      when 'group' then coalesce(f.breakdown.group_id, 'none')
      when 'threshold' then case when f.breakdown.group_id is null then 'none' else coalesce(g.threshold, 'unknown') end
      when 'membership' then case when f.breakdown.was_member then 'member' else 'not_member' end
      when 'festival' then coalesce(f.festival, 'none')
      else 'no such breakdown'
    end as segment,
    cast(w.window_days as bigint) as window_days,
    bool_and(coalesce(date_diff('day', last_day(f.cohort_month), f.known_until) >= w.window_days, false)) as is_mature,
    cast(sum(f.buyers) as bigint) as buyers,
    cast(sum(case when f.window_over >= w.window_days then f.buyers else 0 end) as bigint) as mature_buyers,
    cast(
      sum(case when f.window_over >= w.window_days and f.window_needed <= w.window_days then f.buyers else 0 end)
      as bigint
    ) as repeat_buyers
  from first_orders as f
  left join
    core.live_sessions as h
    on f.breakdown.platform = h.platform and f.breakdown.live_session_id = h.live_session_id
  left join core.groups as g on f.breakdown.group_platform = g.platform and f.breakdown.group_id = g.group_id
  cross join unnest($segments) as s (segment_by)
  cross join unnest($windows) as w (window_days)
  group by all
)

select
  cohort_month,
  segment_by,
  segment,
  window_days,
  'R3' as variant,
  buyers,
  mature_buyers,
  repeat_buyers,
  cast(repeat_buyers as double) / nullif(mature_buyers, 0) as repurchase_rate,
  is_mature,
  mature_buyers < $small_group as is_small
from counted
