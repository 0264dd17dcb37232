/*
title: {zh: 购买阶梯, en: Order ladder}
description: >-
  How many buyers reached their n-th purchase (distinct day), how many went on to the next, and after how many days. next_rate is as known at as_of and
  still rises, as recent buyers have time left; mature_next_rate asks only those who had within_days, and only about the next purchase within them. Gaps
  are days between two purchases of those who went on so far, so they grow with the time watched; how soon people buy again tells repurchase_curve.
  Quantiles interpolate linearly.
description_zh: >-
  买过第 n 次（按天去重）的人数、又买下一次的人数与间隔天数。next_rate 截至目前，仍会上升；mature_next_rate 只看已满天数的人在这些天内是否再买。
  间隔只含已再买的人，观察越久越长；多久再买请看复购概率曲线（repurchase_curve）。
grain: segment_by, segment, purchase_no
parameters:
  within_days: 90
  max_purchase_no: 20
  segments: breakdowns
choices: {segments: default}
facts:
  purchases: {within_days: within_days}
  purchase_gaps: {}
columns:
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: value at the buyer's first order ever; none where it has no such value}
  purchase_no: {type: bigint, zh: 第几次购买, description: 'which purchase of the buyer, 1 the first; a purchase is a person-day',
    zh_description: 买家的第几次购买，同一人同一天算一次}
  buyers: {type: bigint, unit: person, zh: 买过这么多次的人, description: buyers who reached this purchase,
    zh_description: 买到第 k 次的买家数}
  next_buyers: {type: bigint, unit: person, zh: 截至目前再买的人, description: of them those with a next purchase by as_of}
  next_rate: {type: double, unit: ratio, of: [next_buyers, buyers], zh: 截至目前再买的比例,
    description: a lower bound, zh_description: 截至目前再买的人 ÷ 买过这么多次的人；近期买的人还有时间，因此是下限}
  mature_buyers: {type: bigint, unit: person, zh: 其中已满天数的人, description: 'buyers after whose purchase the orders of its platform are known for within_days (90)',
    zh_description: 第 k 次购买之后、该平台订单可知已满规定天数（90 天）的买家数}
  mature_next_buyers: {type: bigint, unit: person, zh: 规定天数内再买的人, description: mature_buyers whose next purchase came within within_days,
    zh_description: 已满规定天数的人中，在规定天数内又买了下一次的}
  mature_next_rate: {type: double, unit: ratio, of: [mature_next_buyers, mature_buyers], zh: 规定天数内再买的比例,
    description: NULL while nobody is mature, zh_description: 规定天数（90 天）内再买的人 ÷ 其中已满天数的人}
  gap_days_p25: {type: double, unit: day, zh: 间隔P25, description: 'days to the next purchase, first quartile of next_buyers; so far, as who takes longer is not among them yet',
    zh_description: 到下一次购买的天数，第一四分位数；截至目前，间隔更长的人尚未计入}
  gap_days_p50: {type: double, unit: day, zh: 间隔中位数, description: 'days to the next purchase, median of next_buyers; so far, as who takes longer is not among them yet',
    zh_description: 到下一次购买的天数，中位数；截至目前，间隔更长的人尚未计入}
  gap_days_p75: {type: double, unit: day, zh: 间隔P75, description: 'days to the next purchase, third quartile of next_buyers; so far, as who takes longer is not among them yet',
    zh_description: 到下一次购买的天数，第三四分位数；截至目前，间隔更长的人尚未计入}
  is_small: {type: boolean, small_of: mature_buyers, zh: 样本过小, description: fewer than small_group mature buyers}
checks:
  - unique: [segment_by, segment, purchase_no]
  - between: {column: next_rate, min: 0, max: 1}
  - between: {column: mature_next_rate, min: 0, max: 1}
*/
with steps as (
  select
    p.segment_by,
    p.segment,
    p.purchase_no,
    sum(p.buyers) as buyers,
    sum(p.next_buyers) as next_buyers,
    sum(case when date_diff('day', p.date, k.known_until) >= $within_days then p.buyers else 0 end) as mature_buyers,
    sum(case when date_diff('day', p.date, k.known_until) >= $within_days then p.next_buyers_in_time else 0 end)
      as mature_next_buyers
  from facts.purchases as p
  left join core.known as k on p.platform = k.platform and k.kind = 'orders'
  where p.purchase_no <= $max_purchase_no
  group by p.segment_by, p.segment, p.purchase_no
),

-- how many went on within so many days: a quantile is the first gap whose count passes its place in the row
gaps as (
  select
    segment_by,
    segment,
    purchase_no,
    gap_days,
    cast(sum(sum(buyers)) over (partition by segment_by, segment, purchase_no order by gap_days) as bigint) as up_to,
    cast(sum(sum(buyers)) over (partition by segment_by, segment, purchase_no) as bigint) - 1 as last_place
  from facts.purchase_gaps
  where purchase_no <= $max_purchase_no
  group by segment_by, segment, purchase_no, gap_days
),

places as (
  select
    g.segment_by,
    g.segment,
    g.purchase_no,
    q.quarter,
    min(case when g.up_to > (q.quarter * g.last_place) // 4 then g.gap_days end) as lower_gap,
    min(case when g.up_to > (q.quarter * g.last_place + 3) // 4 then g.gap_days end) as upper_gap,
    cast(max((q.quarter * g.last_place) % 4) as double) / 4 as part
  from gaps as g
  cross join unnest([1, 2, 3]) as q (quarter)
  group by g.segment_by, g.segment, g.purchase_no, q.quarter
),

quartiles as (
  select
    segment_by,
    segment,
    purchase_no,
    max(case when quarter = 1 then lower_gap + part * (upper_gap - lower_gap) end) as gap_days_p25,
    max(case when quarter = 2 then lower_gap + part * (upper_gap - lower_gap) end) as gap_days_p50,
    max(case when quarter = 3 then lower_gap + part * (upper_gap - lower_gap) end) as gap_days_p75
  from places
  group by segment_by, segment, purchase_no
)

select
  s.*,
  q.gap_days_p25,
  q.gap_days_p50,
  q.gap_days_p75
from steps as s
left join quartiles as q
  on s.segment_by = q.segment_by and s.segment = q.segment and s.purchase_no = q.purchase_no
