/*
title: {zh: 首购, en: First purchases}
description: >-
  Buyers by the day of their first purchase and the days until their second one, for every breakdown of the first order. Several
  orders of one day are one purchase; only kept orders count. Additive in every column: each buyer stands in one row of a breakdown.
description_zh: 买家按首购日、到第二次购买的间隔天数计数，细分按首单；同一天多单算一次购买，只算有效订单。各列可直接相加。
grain: date, platform, segment_by, segment, segment_platform, gap_days
counted_by: buyers
parameters:
  longest_gap_days: 365
covers: [longest_gap_days]
person: o.person_id
columns:
  date: {type: date, zh: 首购日}
  platform: {type: varchar, zh: 平台, description: 'of the first order, whose clock says what is known'}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: value at the first order; none where it has no such value}
  segment_platform: {type: varchar, zh: 细分值的平台, description: whose number segment is; NULL where it is no number}
  gap_days: {type: bigint, unit: day, zh: 间隔,
    description: 'days from the first to the second purchase, those above longest_gap_days as one more than it; NULL while there is none'}
  buyers: {type: bigint, unit: person, zh: 首购人数}
checks:
  - not_null: [date, segment_by, segment, buyers]
*/
with first as (
  select
    o.paid_date as date,
    o.platform,
    case
      when o.next_purchase_date is not null
        then least(date_diff('day', o.paid_date, o.next_purchase_date), $longest_gap_days + 1)
    end as gap_days,
    $breakdown_columns
  from core.orders as o
  where o.order_no = 1
)

select
  date,
  platform,
  $breakdowns,
  cast(gap_days as bigint) as gap_days,
  count(*) as buyers
from first
group by all
