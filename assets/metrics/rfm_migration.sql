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
  people: {type: bigint, unit: person, over_segments: apart, zh: 人数}
  from_people: {type: bigint, unit: person, over_segments: apart, zh: 来源人数, description: everybody who comes from from_segment}
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

histories as (select * from statistics.purchase_histories),

rated as (select * from statistics.buyers_at_ends),

scored as (select * from statistics.rfm),

names as (
  select distinct
    rfm_no,
    rfm_segment
  from scored
),

-- what they are at an end is what they move to by it, and what they move from by the end after it
told as (
  select
    r.who,
    r.segment_by,
    r.segment,
    r.as_at,
    r.people,
    r.rfm_no,
    e.ago - s.step as ago,
    s.step = 0 as is_to
  from scored as r
  inner join kept_ends as e on r.as_at = e.month_end
  cross join unnest([0, 1]) as s (step)
),

moved as (
  select
    any_value(segment_by) as segment_by,
    any_value(segment) as segment,
    ago,
    max(case when is_to then as_at end) as as_at,
    max(case when is_to then rfm_no end) as to_no,
    max(case when not is_to then rfm_no end) as from_no,
    max(people) as people
  from told
  group by who, ago
),

counted as (
  select
    m.as_at,
    m.segment_by,
    m.segment,
    coalesce(f.rfm_segment, 'new') as from_segment,
    o.rfm_segment as to_segment,
    cast(sum(m.people) as bigint) as people
  from moved as m
  inner join names as o on m.to_no = o.rfm_no
  left join names as f on m.from_no = f.rfm_no
  where m.ago between 1 and $months
  group by m.as_at, m.segment_by, m.segment, coalesce(f.rfm_segment, 'new'), o.rfm_segment
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
