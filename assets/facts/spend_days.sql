/*
title: {zh: 每日投放, en: Spend by day}
description: >-
  Recorded ad spend by day, for the breakdowns that spend carries itself: it has no channel and no person. Spend that names no live
  session stands under none.
description_zh: 每日记录到的广告消耗；只有投放自带的维度，没有渠道与人员；没有写明直播场次的列为 none。
grain: date, platform, segment_by, segment, segment_platform
columns:
  date: {type: date, zh: 日期}
  platform: {type: varchar, zh: 平台, description: whose clock says what spend is known}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: value of the breakdown; none where the spend has no such value}
  segment_platform: {type: varchar, zh: 细分值的平台, description: whose number segment is; NULL where it is no number}
  cost_amount: {type: 'decimal(18,2)', unit: yuan, zh: 广告消耗}
checks:
  - not_null: [date, platform, segment_by, segment]
*/
with spent as (
  select
    a.date,
    a.platform,
    a.cost_amount,
    $breakdown_columns
  from core.ad_spend as a
)

select
  date,
  platform,
  $breakdowns,
  cast(sum(cost_amount) as decimal(18, 2)) as cost_amount
from spent
group by all
