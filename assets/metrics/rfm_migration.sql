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

bounds as (
  select
    min(month_end) as first_end,
    max(month_end) as last_end
  from kept_ends
),

histories as (select * from statistics.purchase_histories),

-- who bought nothing since the first end: the same at every end
quiet as (
  select
    h.segment_by,
    h.segment,
    cast(date_diff('day', cast('1970-01-01' as date), h.last_date) as decimal(18, 2)) as recency,
    cast(h.purchases as decimal(18, 2)) as frequency,
    cast(h.net_amount as decimal(18, 2)) as monetary
  from histories as h
  cross join bounds as b
  where h.last_date <= b.first_end
),

standing as (select * from statistics.buyers_at_ends),

counted as (select * from statistics.buyers_by_value),

-- the least that is high at each end; where nothing is, more than anybody has
highs as (
  select
    segment_by,
    segment,
    as_at,
    coalesce(min(case when measure = 'recency' and is_high then value end), 1000000000000) as recency,
    coalesce(min(case when measure = 'frequency' and is_high then value end), 1000000000000) as frequency,
    coalesce(min(case when measure = 'monetary' and is_high then value end), 1000000000000) as monetary
  from statistics.rfm_scores
  group by segment_by, segment, as_at
),

numbered as (select * from statistics.rfm_at_ends),

moved as (
  select
    segment_by,
    segment,
    as_at,
    rfm_no as to_no,
    lag(rfm_no) over (partition by segment_by, segment, who order by as_at) as from_no,
    people
  from numbered
),

named as (
  select
    n as rfm_no,
    concat(
      case when n >= 4 then 'important_' else 'general_' end,
      case n % 4 when 3 then 'value' when 2 then 'develop' when 1 then 'keep' else 'retain' end
    ) as rfm_segment
  from unnest([0, 1, 2, 3, 4, 5, 6, 7]) as numbers (n)
),

counted_moves as (
  select
    m.as_at,
    m.segment_by,
    m.segment,
    coalesce(f.rfm_segment, 'new') as from_segment,
    t.rfm_segment as to_segment,
    cast(sum(m.people) as bigint) as people
  from moved as m
  inner join kept_ends as e on m.as_at = e.month_end
  inner join named as t on m.to_no = t.rfm_no
  left join named as f on m.from_no = f.rfm_no
  where e.ago <= $months
  group by m.as_at, m.segment_by, m.segment, coalesce(f.rfm_segment, 'new'), t.rfm_segment
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
from counted_moves as c
left join clocks as k on c.segment_by = k.segment_by and c.segment = k.segment
