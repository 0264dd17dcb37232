/*
title: {zh: 购买, en: Purchases}
description: >-
  Purchases (person-days with a kept order) by their day, which one of the buyer's they were and the days until the buyer's next one, for
  every breakdown of the buyer's first order ever. A view: at a big merchant nearly every purchase is a row of its own.
description_zh: 购买（同一人同一天算一次）按日期、第几次、到下一次的间隔计数，细分按买家首单。
grain: date, platform, segment_by, segment, segment_platform, purchase_no, gap_days
materialized: view
columns:
  date: {type: date, zh: 购买日}
  platform: {type: varchar, zh: 平台, description: "of the day's first order, whose clock says what is known"}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: "value at the buyer's first order ever; none where it has no such value"}
  segment_platform: {type: varchar, zh: 细分值的平台, description: whose number segment is; NULL where it is no number}
  purchase_no: {type: bigint, zh: 第几次购买}
  gap_days: {type: bigint, unit: day, zh: 间隔, description: days to the next purchase; NULL while there is none}
  buyers: {type: bigint, unit: person, zh: 人数}
*/
with bought as (
  select
    o.paid_date as date,
    o.platform,
    o.purchase_no,
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
  gap_days,
  count(*) as buyers
from bought
group by all
