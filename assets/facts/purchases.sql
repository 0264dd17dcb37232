/*
title: {zh: 购买, en: Purchases}
description: >-
  Purchases (person-days with a kept order) by their day and which one of the buyer's they were, with those that were followed by another,
  for every breakdown of the buyer's first order ever.
description_zh: 购买（同一人同一天算一次）按日期、第几次计数，以及其中之后又买的；细分按买家首单。
grain: date, platform, segment_by, segment, segment_platform, purchase_no
parameters:
  within_days: 90
counted_by: buyers
columns:
  date: {type: date, zh: 购买日}
  platform: {type: varchar, zh: 平台, description: "of the day's first order, whose clock says what is known"}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: "value at the buyer's first order ever; none where it has no such value"}
  segment_platform: {type: varchar, zh: 细分值的平台, description: whose number segment is; NULL where it is no number}
  purchase_no: {type: bigint, zh: 第几次购买}
  buyers: {type: bigint, unit: person, zh: 人数}
  next_buyers: {type: bigint, unit: person, zh: 又买的人数, description: of them those with a next purchase}
  next_buyers_in_time: {type: bigint, unit: person, zh: 期限内又买的人数, description: of them those whose next purchase came within within_days}
checks:
  - not_null: [date, segment_by, segment, purchase_no, buyers]
*/
with bought as (
  select
    o.paid_date as date,
    o.platform,
    o.purchase_no,
    o.next_purchase_date,
    date_diff('day', o.paid_date, o.next_purchase_date) as gap_days,
    $breakdown_columns
  from core.orders as o
  where o.is_first_in_day
)

select
  date,
  platform,
  $breakdowns,
  purchase_no,
  count(*) as buyers,
  count(next_purchase_date) as next_buyers,
  cast(sum(case when gap_days <= $within_days then 1 else 0 end) as bigint) as next_buyers_in_time
from bought
group by all
