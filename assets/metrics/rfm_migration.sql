/*
title: {zh: RFM 人群流转, en: RFM migration}
description: >-
  Which RFM segment buyers were in at the end of the month before, and in which one at the end of the month. Scores and segments are those of
  customer_value, made of what had been bought by each day; recency counts to the month's last day. Who bought for the first time in the month comes
  from new. Whole months only; net amounts are as known now.
description_zh: 上月末所在的 RFM 人群与本月末所在的人群及人数；打分口径同客户价值，按各月末时点的购买计算；本月首次购买的来自 new。只含已结束的月份。
grain: month, segment_by, segment, from_segment, to_segment
parameters:
  months: 3
  segments: [all]
choices: {segments: [all, platform]}
columns:
  month: {type: date, zh: 月}
  segment_by: {type: varchar, zh: 细分维度, description: 'all: every purchase; platform: those of one platform alone'}
  segment: {type: varchar, zh: 细分值, description: all or the platform bought on}
  from_segment: {type: varchar, zh: 上月末人群, description: 'rfm_segment at the end of the month before; new who had not bought yet'}
  to_segment: {type: varchar, zh: 本月末人群, description: rfm_segment at the end of the month}
  people: {type: bigint, unit: person, zh: 人数}
  from_people: {type: bigint, unit: person, zh: 来源人数, description: everybody who comes from from_segment}
  migration_rate: {type: double, unit: ratio, of: [people, from_people], zh: 流转率}
  is_mature: {type: boolean, zh: 是否成熟, description: 'orders are known to the month''s end, of all on every platform'}
  is_small: {type: boolean, small_of: from_people, zh: 样本过小, description: fewer than small_group in from_segment}
checks:
  - unique: [month, segment_by, segment, from_segment, to_segment]
  - between: {column: migration_rate, min: 0, max: 1}
*/
with ends as (
  select
    month_end,
    row_number() over (order by month_end desc) as ago
  from (
    select distinct last_day(date) as month_end
    from core.calendar
    where last_day(date) <= $as_of
  ) as months
),

kept_ends as (
  select *
  from ends
  where ago <= $months + 1
),

bounds as (
  select
    min(month_end) as first_end,
    max(month_end) as last_end
  from kept_ends
),

-- what was bought in each month, all of it up to the first end together
bought as (
  select
    'all' as segment_by,
    'all' as segment,
    o.person_id,
    greatest(last_day(o.paid_date), b.first_end) as month_end,
    count(case when o.is_first_in_day then 1 end) as purchases,
    sum(o.net_amount) as net_amount,
    max(o.paid_date) as last_date
  from core.orders as o
  cross join bounds as b
  where o.purchase_no is not null and o.paid_date <= b.last_end and list_contains($segments, 'all')
  group by o.person_id, greatest(last_day(o.paid_date), b.first_end)
  union all
  select
    'platform' as segment_by,
    d.platform as segment,
    d.person_id,
    greatest(last_day(d.paid_date), b.first_end) as month_end,
    count(*) as purchases,
    sum(d.net_amount) as net_amount,
    max(d.paid_date) as last_date
  from (
    select
      person_id,
      platform,
      paid_date,
      sum(net_amount) as net_amount
    from core.orders
    where purchase_no is not null and list_contains($segments, 'platform')
    group by person_id, platform, paid_date
  ) as d
  cross join bounds as b
  where d.paid_date <= b.last_end
  group by d.person_id, d.platform, greatest(last_day(d.paid_date), b.first_end)
),

rated as (
  select
    b.segment_by,
    b.segment,
    b.person_id,
    e.month_end as as_at,
    cast(sum(b.purchases) as bigint) as frequency,
    cast(sum(b.net_amount) as decimal(18, 2)) as monetary_amount,
    date_diff('day', max(b.last_date), e.month_end) as recency_days
  from bought as b
  cross join kept_ends as e
  where b.month_end <= e.month_end
  group by b.segment_by, b.segment, b.person_id, e.month_end
),

moved as (
  select
    segment_by,
    segment,
    as_at,
    rfm_segment as to_segment,
    lag(rfm_segment) over (partition by segment_by, segment, person_id order by as_at) as from_segment
  from statistics.rfm
),

counted as (
  select
    m.as_at,
    m.segment_by,
    m.segment,
    coalesce(m.from_segment, 'new') as from_segment,
    m.to_segment,
    count(*) as people
  from moved as m
  inner join kept_ends as e on m.as_at = e.month_end
  where e.ago <= $months
  group by m.as_at, m.segment_by, m.segment, coalesce(m.from_segment, 'new'), m.to_segment
),

clocks as (
  select
    'platform' as segment_by,
    platform as segment,
    known_until
  from core.known
  where kind = 'orders'
  union all
  select
    'all' as segment_by,
    'all' as segment,
    min(known_until) as known_until
  from core.known
  where kind = 'orders' and is_own
)

select
  c.*,
  cast(date_trunc('month', c.as_at) as date) as month,
  cast(
    sum(c.people) over (partition by c.as_at, c.segment_by, c.segment, c.from_segment) as bigint
  ) as from_people,
  coalesce(k.known_until >= c.as_at, false) as is_mature
from counted as c
left join clocks as k on c.segment_by = k.segment_by and c.segment = k.segment
