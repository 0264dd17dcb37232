/*
title: {zh: 周期格, en: Cells of a summary}
description: >-
  Every period for every value of a breakdown from its first order or join on (live sessions only where something happened), and of how
  many of its days orders, or joins and leaves, are not known. A view over the other facts.
description_zh: 每个细分值自首单或首次加入起的每个周期（直播场次只列有事的周期），及其中订单、进退群不可知的天数。
grain: period_date, segment_by, segment
materialized: view
parameters: {segments: breakdowns}
facts:
  periods: [period, start_date, end_date]
  sales_periods: [period, start_date, end_date]
  member_periods: [period, start_date, end_date]
columns:
  period_date: {type: date, zh: 周期}
  period_end: {type: date, zh: 周期末日}
  sold_date: {type: date, zh: 成交周期, description: the date under which facts.paid_orders tells the period}
  segment_by: {type: varchar, zh: 细分维度}
  segment: {type: varchar, zh: 细分值}
  has_members: {type: boolean, zh: 适用进退群, description: the breakdown is one of stays too}
  days: {type: bigint, unit: day, zh: 天数, description: of the period asked for}
  unknown_order_days: {type: bigint, unit: day, zh: 订单不可知天数}
  unknown_member_days: {type: bigint, unit: day, zh: 进退群不可知天数}
*/
with spans as (
  select
    period_date,
    period_end,
    sold_date,
    max(date) as last_date,
    count(*) as days
  from facts.periods
  group by period_date, period_end, sold_date
),

unknown as (
  select
    u.kind,
    u.segment_by,
    u.segment,
    p.period_date,
    count(*) as days
  from core.unknown_days as u
  inner join facts.periods as p on u.date = p.date
  group by u.kind, u.segment_by, u.segment, p.period_date
),

seen as (
  select
    s.segment_by,
    s.segment,
    p.period_date,
    p.period_date as first_date
  from facts.sales_periods as s
  inner join facts.periods as p on s.date = p.sold_date
  union
  select
    segment_by,
    segment,
    period_date,
    coalesce(period_date, first_date) as first_date
  from facts.member_periods
  union
  select
    'all' as segment_by,
    'all' as segment,
    period_date,
    period_date as first_date
  from facts.periods
  where list_contains($segments, 'all')
),

listed as (
  select
    s.segment_by,
    s.segment,
    p.period_date
  from spans as p
  inner join (
    select
      segment_by,
      segment,
      min(first_date) as first_date
    from seen
    where segment_by <> 'live_session'
    group by segment_by, segment
  ) as s on p.last_date >= s.first_date
  union all
  select distinct
    segment_by,
    segment,
    period_date
  from seen
  where segment_by = 'live_session' and period_date is not null
),

cells as (
  select
    p.period_date,
    p.period_end,
    p.sold_date,
    p.days,
    s.segment_by,
    s.segment,
    case when s.segment_by in ('platform', 'shop') then s.segment_by else 'all' end as orders_by,
    case when s.segment_by = 'platform' then s.segment_by else 'all' end as members_by
  from listed as s
  inner join spans as p on s.period_date = p.period_date
)

select
  c.period_date,
  c.period_end,
  c.sold_date,
  c.segment_by,
  c.segment,
  c.segment_by in ('all', 'platform', 'live_session', 'host', 'group') as has_members,
  cast(c.days as bigint) as days,
  cast(coalesce(o.days, 0) as bigint) as unknown_order_days,
  cast(coalesce(m.days, 0) as bigint) as unknown_member_days
from cells as c
left join unknown as o
  on
    o.kind = 'orders'
    and c.period_date = o.period_date
    and c.orders_by = o.segment_by
    and case when c.orders_by = 'all' then 'all' else c.segment end = o.segment
left join unknown as m
  on
    m.kind = 'memberships'
    and c.period_date = m.period_date
    and c.members_by = m.segment_by
    and case when c.members_by = 'all' then 'all' else c.segment end = m.segment
