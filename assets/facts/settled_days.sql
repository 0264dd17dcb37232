/*
title: {zh: 结算日账, en: Settlements by day of the order}
description: >-
  Every movement of money that names an order, by the day on which the order was paid; of an order that no file tells, by the day of its first movement. What the
  platform took (fees) and added (subsidies) as the movements tell it, signed by what came in: fees below zero, and above where a refund gives them back.
  Withdrawals and deposits name no order and are not here.
description_zh: >-
  每笔写明订单的动账，按订单付款日归集；找不到订单的按首次动账日。平台扣费记负数、退回记正数。提现、充值等不对应订单的动账不在此列。
grain: platform, shop_id, date
columns:
  platform: {type: varchar, zh: 平台}
  shop_id: {type: varchar, zh: 店铺, description: of the order; of an unknown one as the movement says}
  date: {type: date, zh: 付款日}
  movements: {type: bigint, unit: row, zh: 动账笔数}
  fee_movements: {type: bigint, unit: row, zh: 写明扣费的动账, description: 'of movements those of paid orders whose file tells any fee, be it 0'}
  settled_orders: {type: bigint, unit: order, zh: 已结算订单数, description: paid orders with a movement}
  settled_net_amount: {type: 'decimal(18,2)', unit: yuan, zh: 已结算订单净额, description: what we count as their net amount}
  settled_amount: {type: 'decimal(18,2)', unit: yuan, zh: 到账金额, description: the sum of their movements}
  fees_amount: {type: 'decimal(18,2)', unit: yuan, zh: 扣费, description: 'service fee, commission and promotion in these movements'}
  subsidy_amount: {type: 'decimal(18,2)', unit: yuan, zh: 补贴, description: in these movements}
  left_out_settled_amount: {type: 'decimal(18,2)', unit: yuan, zh: 不计订单到账, description: 'movements of samples, lottery and orders without an amount'}
  unknown_settled_amount: {type: 'decimal(18,2)', unit: yuan, zh: 未知订单到账, description: movements of orders that no file tells}
checks:
  - not_null: [platform, date]
*/
-- a movement that is nothing but its fee is the fee; else fees go against what comes in
with signed as (
  select
    platform,
    shop_id,
    order_id,
    settled_date,
    amount,
    tells_fees,
    case
      when abs(fees) = abs(amount) then amount
      when amount < 0 then abs(fees)
      else -abs(fees)
    end as fees,
    case when amount < 0 then -abs(coalesce(subsidy_amount, 0)) else abs(coalesce(subsidy_amount, 0)) end as subsidies
  from (
    select
      *,
      coalesce(service_fee_amount, 0) + coalesce(commission_amount, 0) + coalesce(promotion_amount, 0) as fees,
      coalesce(service_fee_amount, commission_amount, promotion_amount) is not null as tells_fees
    from core.settlements
    where order_id is not null
  ) as movements
),

by_order as (
  select
    platform,
    order_id,
    case when list_contains($global_platforms, platform) then '' else coalesce(shop_id, '') end as order_shop,
    max(shop_id) as shop_id,
    min(settled_date) as settled_date,
    count(*) as movements,
    count(*) filter (where tells_fees) as fee_movements,
    sum(amount) as amount,
    sum(fees) as fees,
    sum(subsidies) as subsidies
  from signed
  group by all
),

placed as (
  select
    m.platform,
    case when o.order_id is null then m.shop_id else o.shop_id end as shop_id,
    coalesce(o.paid_date, m.settled_date) as date,
    m.movements,
    m.fee_movements,
    m.amount,
    m.fees,
    m.subsidies,
    o.net_amount,
    o.order_id is null as is_unknown,
    o.order_kind in ('normal', 'deposit') and o.paid_amount > 0 as is_paid_order
  from by_order as m
  left join core.orders as o
    on
      m.platform = o.platform
      and m.order_id = o.order_id
      and m.order_shop
      = case when list_contains($global_platforms, o.platform) then '' else coalesce(o.shop_id, '') end
)

select
  platform,
  shop_id,
  date,
  cast(sum(movements) as bigint) as movements,
  cast(sum(case when is_paid_order then fee_movements else 0 end) as bigint) as fee_movements,
  count(*) filter (where is_paid_order) as settled_orders,
  cast(sum(case when is_paid_order then net_amount else 0 end) as decimal(18, 2)) as settled_net_amount,
  cast(sum(case when is_paid_order then amount else 0 end) as decimal(18, 2)) as settled_amount,
  cast(sum(case when is_paid_order then fees else 0 end) as decimal(18, 2)) as fees_amount,
  cast(sum(case when is_paid_order then subsidies else 0 end) as decimal(18, 2)) as subsidy_amount,
  cast(sum(case when not is_paid_order then amount else 0 end) as decimal(18, 2)) as left_out_settled_amount,
  cast(sum(case when is_unknown then amount else 0 end) as decimal(18, 2)) as unknown_settled_amount
from placed
group by platform, shop_id, date
