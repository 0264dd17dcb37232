/*
title: {zh: 周期购买, en: Purchases by period}
description: >-
  Orders and buyers of a calendar period as the repurchase rates by period ask about them, for every breakdown of the buyer's first
  order ever. Only kept orders of identified buyers count. A buyer counts in the row of their first order of the period.
description_zh: 各自然周期的订单与买家，供各口径周期复购率使用；细分按买家首单，只算认得出买家的有效订单。
grain: period, following_period, platform, segment_by, segment, segment_platform
counted_by: orders
parameters:
  period: month
choices: {period: [week, month]}
dated_by: period
columns:
  period: {type: date, zh: 周期, description: date on which the period starts}
  following_period: {type: date, zh: 下一周期, description: date on which the next one starts}
  platform: {type: varchar, zh: 平台, description: 'of the order, whose clock says what is known'}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: "value at the buyer's first order ever; none where it has no such value"}
  segment_platform: {type: varchar, zh: 细分值的平台, description: whose number segment is; NULL where it is no number}
  orders: {type: bigint, unit: order, zh: 订单数}
  repeat_orders: {type: bigint, unit: order, zh: 复购订单数, description: "orders that are not the buyer's first ever"}
  buyers: {type: bigint, unit: person, zh: 买家数}
  two_order_buyers: {type: bigint, unit: person, zh: 两单及以上买家数, description: buyers with another order in the period}
  two_day_buyers: {type: bigint, unit: person, zh: 两天及以上买家数, description: buyers with an order on another day of the period}
  lifetime_repeat_buyers: {type: bigint, unit: person, zh: 历史复购买家数, description: buyers with more than one order ever}
  coming_back_buyers: {type: bigint, unit: person, zh: 下一期回购买家数, description: buyers with an order in the next period}
  new_buyers: {type: bigint, unit: person, zh: 新客数, description: buyers without an order in new_buyer_lookback_days before the period}
  new_two_order_buyers: {type: bigint, unit: person, zh: 两单及以上新客数, description: new_buyers with another order in the period}
checks:
  - not_null: [period, segment_by, segment]
  - condition: {sql: 'two_day_buyers <= two_order_buyers and two_order_buyers <= buyers', name: two orders are more than one}
*/
-- a day's period starts on the first of its month, or of its week by the merchant's setting
with placed as (
  select
    case when $period = 'week' then o.paid_week else o.paid_month end as period,
    case when $period = 'week' then o.paid_week + 7 else last_day(o.paid_month) + 1 end as following_period,
    case when $period = 'week' then o.is_first_in_week else o.is_first_in_month end as is_first,
    case
      when $period = 'week'
        then cast(
          date_trunc('week', cast(o.next_paid_at as date) + case when $week_starts = 'sunday' then 1 else 0 end) as date
        ) - case when $week_starts = 'sunday' then 1 else 0 end
      else cast(date_trunc('month', o.next_paid_at) as date)
    end as next_period,
    case
      when $period = 'week'
        then cast(
          date_trunc('week', o.next_purchase_date + case when $week_starts = 'sunday' then 1 else 0 end) as date
        ) - case when $week_starts = 'sunday' then 1 else 0 end
      else cast(date_trunc('month', o.next_purchase_date) as date)
    end as next_purchase_period,
    o.platform,
    o.order_no,
    o.next_paid_at,
    o.previous_purchase_date,
    $breakdown_columns
  from core.orders as o
  where o.order_no is not null
),

asked as (
  select
    *,
    previous_purchase_date is null
    or (
      $new_buyer_lookback_days > 0 and date_diff('day', previous_purchase_date, period) > $new_buyer_lookback_days
    ) as is_new
  from placed
)

select
  period,
  following_period,
  platform,
  $breakdowns,
  count(*) as orders,
  count(*) filter (where order_no > 1) as repeat_orders,
  count(*) filter (where is_first) as buyers,
  count(*) filter (where is_first and next_period = period) as two_order_buyers,
  count(*) filter (where is_first and next_purchase_period = period) as two_day_buyers,
  count(*) filter (where is_first and (order_no > 1 or next_paid_at is not null)) as lifetime_repeat_buyers,
  count(*) filter (where next_period = following_period) as coming_back_buyers,
  count(*) filter (where is_first and is_new) as new_buyers,
  count(*) filter (where is_first and is_new and next_period = period) as new_two_order_buyers
from asked
group by all
