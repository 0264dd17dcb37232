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
  segments: breakdowns
choices: {segments: default}
facts:
  first_orders: {longest_gap_days: windows}
whom: [buyers, mature_buyers, repeat_buyers]
columns:
  cohort_month: {type: date, zh: 首购月, description: month of the first purchase}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: value at the first order; none where it has no such value}
  window_days: {type: bigint, unit: day, zh: 窗口, description: days after the first purchase, zh_description: 首购之后的天数}
  variant: {type: varchar, zh: 口径编号, description: R3}
  buyers: {type: bigint, unit: person, zh: 首购人数, description: everyone whose first purchase fell in the month,
    zh_description: 首次购买在当月的人数，不论观察期是否已满}
  mature_buyers: {type: bigint, unit: person, zh: 已满天数的首购人数,
    description: buyers whose whole window lies within the known days of their platform's orders; the denominator, zh_description: 首购人数中窗口已走完的，作分母}
  repeat_buyers: {type: bigint, unit: person, zh: 复购人数,
    description: mature buyers who bought again inside the window; the numerator, zh_description: 已满天数的首购人数中窗口内再次购买的，作分子}
  repurchase_rate: {type: double, unit: ratio, of: [repeat_buyers, mature_buyers], zh: 复购率,
    description: NULL while nobody is mature, zh_description: 已满天数的首购人数中，首购后 N 天内再次购买的人数 ÷ 已满天数的首购人数}
  is_mature: {type: boolean, zh: 是否成熟, description: 'the window of the whole month lies within the known days of every platform in the row'}
  is_small: {type: boolean, small_of: mature_buyers, zh: 样本过小, description: fewer than small_group mature buyers}
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
    k.platform,
    k.known_until,
    max(case when date_diff('day', c.date, k.known_until) >= w.window_days then w.window_days end) as window_over
  from core.calendar as c
  inner join core.known as k on k.kind = 'orders'
  cross join unnest($windows) as w (window_days)
  where c.date <= $as_of
  group by c.date, c.month, k.platform, k.known_until
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

-- as few rows as the windows need
alike as (
  select
    d.month as cohort_month,
    d.known_until,
    d.window_over,
    case when f.gap_days is not null then g.window_needed end as window_needed,
    f.segment_by,
    f.segment,
    sum(f.buyers) as buyers
  from facts.first_orders as f
  inner join dates as d on f.date = d.date and f.platform = d.platform
  left join gaps as g on f.gap_days = g.gap_days
  group by all
)

select
  a.cohort_month,
  a.segment_by,
  a.segment,
  w.window_days,
  'R3' as variant,
  bool_and(coalesce(date_diff('day', last_day(a.cohort_month), a.known_until) >= w.window_days, false)) as is_mature,
  sum(a.buyers) as buyers,
  sum(case when a.window_over >= w.window_days then a.buyers else 0 end) as mature_buyers,
  sum(case when a.window_over >= w.window_days and a.window_needed <= w.window_days then a.buyers else 0 end)
    as repeat_buyers
from alike as a
cross join unnest($windows) as w (window_days)
group by all
