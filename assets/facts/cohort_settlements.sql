/*
title: {zh: 获客与其后到账, en: Acquired people and what was settled}
description: >-
  Of the kept orders of acquired people (see cohort_orders) those that a settlement names: how many, their net amount, and the sum of all movements on
  the shops' accounts that name them, which is what came in after the platform's fees, commissions and refunds. Additive in every column.
description_zh: 获客人群的有效订单中，结算或动账文件提到的订单数、其净额，以及这些订单全部动账之和（扣除平台服务费、佣金与退款后的到账）。
grain: date, platform, segment_by, segment, segment_platform, month_no
parameters:
  start: seen
  longest_months: 12
choices: {start: [seen, public, private, order]}
covers: [longest_months]
columns:
  date: {type: date, zh: 获客日}
  platform: {type: varchar, zh: 平台, description: 'on which they were acquired, whose clock says what is known'}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: value at the acquisition; none where it has no such value}
  segment_platform: {type: varchar, zh: 细分值的平台, description: whose number segment is; NULL where it is no number}
  month_no: {type: bigint, zh: 第几个月, description: as in cohort_orders}
  settled_orders: {type: bigint, unit: order, zh: 已结算订单数}
  settled_net_amount: {type: 'decimal(18,2)', unit: yuan, zh: 已结算订单净额}
  settled_amount: {type: 'decimal(18,2)', unit: yuan, zh: 到账金额}
checks:
  - not_null: [date, segment_by, segment, month_no, settled_orders]
*/
with movements as (
  select
    platform,
    order_id,
    case when list_contains($global_platforms, platform) then '' else coalesce(shop_id, '') end as order_shop,
    sum(amount) as amount
  from core.settlements
  where order_id is not null
  group by all
),

counted as (
  select
    p.date,
    p.platform,
    cast(
      least(greatest((date_diff('day', p.date, o.paid_date) + 29) // 30, 1), $longest_months + 1) as bigint
    ) as month_no,
    o.net_amount,
    m.amount,
    $breakdown_columns
  from statistics.acquired as p
  inner join core.orders as o on p.person_id = o.person_id
  inner join movements as m
    on
      o.platform = m.platform
      and o.order_id = m.order_id
      and m.order_shop
      = case when list_contains($global_platforms, o.platform) then '' else coalesce(o.shop_id, '') end
  where o.order_no is not null and o.paid_date >= p.date
)

select
  date,
  platform,
  $breakdowns,
  month_no,
  count(*) as settled_orders,
  cast(sum(net_amount) as decimal(18, 2)) as settled_net_amount,
  cast(sum(amount) as decimal(18, 2)) as settled_amount
from counted
group by all
