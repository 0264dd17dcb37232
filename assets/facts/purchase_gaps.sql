/*
title: {zh: 购买间隔, en: Gaps between purchases}
description: >-
  Purchases that were followed by another one by which one of the buyer's they were and the days in between, for every breakdown of the
  buyer's first order ever. Over all dates: the distribution is asked as a whole.
description_zh: 之后又买的购买按第几次、到下一次的间隔计数（不分日期），细分按买家首单。
grain: segment_by, segment, segment_platform, purchase_no, gap_days
counted_by: buyers
columns:
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: "value at the buyer's first order ever; none where it has no such value"}
  segment_platform: {type: varchar, zh: 细分值的平台, description: whose number segment is; NULL where it is no number}
  purchase_no: {type: bigint, zh: 第几次购买}
  gap_days: {type: bigint, unit: day, zh: 间隔, description: days to the next purchase}
  buyers: {type: bigint, unit: person, zh: 人数}
checks:
  - not_null: [segment_by, segment, purchase_no, gap_days, buyers]
*/
with bought as (
  select
    o.purchase_no,
    date_diff('day', o.paid_date, o.next_purchase_date) as gap_days,
    $breakdown_columns
  from core.orders as o
  where o.is_first_in_day and o.next_purchase_date is not null
)

select
  $breakdowns,
  purchase_no,
  gap_days,
  count(*) as buyers
from bought
group by all
