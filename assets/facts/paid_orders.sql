/*
title: {zh: 支付订单, en: Paid orders}
description: >-
  Orders of kind normal or deposit that were paid, closed or refunded later or not, with the day or period that they count in. The one place
  that says what a paid order is. A view: every row is an order's.
description_zh: 已付款的正常或定金订单（含后来关闭、退款的）及其所属的天或周期。
grain: {text: one order}
materialized: view
parameters:
  period: day
  start_date: null
  end_date: null
choices: {period: [day, week, month, range]}
columns:
  date: {type: date, zh: 日期, description: 'the day paid, or the first day of its period; of a range that begins with the data 1900-01-01'}
  platform: {type: varchar, zh: 平台}
  shop_id: {type: varchar, zh: 店铺}
  order_id: {type: varchar, zh: 订单号}
  paid_at: {type: timestamp, zh: 付款时间}
  person_id: {type: varchar, zh: 买家}
  channel: {type: varchar, zh: 渠道}
  domain: {type: varchar, zh: 域}
  author_id: {type: varchar, zh: 达人}
  campaign_id: {type: varchar, zh: 活动}
  live_session_id: {type: varchar, zh: 直播场次}
  group_id: {type: varchar, zh: 下单来源群}
  was_member: {type: boolean, zh: 付款时是否在籍}
  paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 支付金额}
  refund_amount: {type: 'decimal(18,2)', unit: yuan, zh: 退款金额}
  is_kept: {type: boolean, zh: 是否有效}
  purchase_no: {type: bigint, zh: 第几次购买, description: "place among the buyer's distinct days with a kept order"}
  is_lone: {type: boolean, zh: 是否当日唯一, description: "the buyer's only kept order of a day; never of a longer period"}
  is_new: {type: boolean, zh: 是否新客, description: 'kept, and the buyer without a kept order in new_buyer_lookback_days before the date'}
*/
with placed as (
  select
    o.*,
    case $period
      when 'week' then o.paid_week
      when 'month' then o.paid_month
      when 'range' then cast(coalesce($start_date, '1900-01-01') as date)
      else o.paid_date
    end as date
  from core.orders as o
  where
    o.order_kind in ('normal', 'deposit')
    and o.paid_amount > 0
    and ($start_date is null or o.paid_date >= cast($start_date as date))
    and ($end_date is null or o.paid_date <= cast($end_date as date))
)

select
  date,
  platform,
  shop_id,
  order_id,
  paid_at,
  person_id,
  channel,
  domain,
  author_id,
  campaign_id,
  live_session_id,
  group_id,
  was_member,
  paid_amount,
  refund_amount,
  is_kept,
  purchase_no,
  $period = 'day'
  and order_no is not null
  and is_first_in_day
  and (next_paid_at is null or cast(next_paid_at as date) > paid_date) as is_lone,
  order_no is not null
  and (
    previous_purchase_date is null
    or ($new_buyer_lookback_days > 0 and date_diff('day', previous_purchase_date, date) > $new_buyer_lookback_days)
  ) as is_new
from placed
