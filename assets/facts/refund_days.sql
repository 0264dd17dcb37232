/*
title: {zh: 退款日账, en: Refunds by day and shop}
description: >-
  What went back on a day, whenever it was paid: succeeded refunds of paid orders, of orders that we leave out (samples, lottery), and of orders
  that no file tells. The shop is the order's; of an unknown order what the refund says. An order closed without any refund told has no day of it and is not here.
description_zh: 一个店铺一天内成功的退款（不论何时付款）：有效口径订单的、不计订单（样品、福袋）的、以及找不到订单的。没有退款记录、仅因关闭而推定的退款没有日期，不在此列。
grain: platform, shop_id, date
columns:
  platform: {type: varchar, zh: 平台}
  shop_id: {type: varchar, zh: 店铺}
  date: {type: date, zh: 退款日}
  refunds: {type: bigint, unit: row, zh: 退款笔数}
  refund_amount: {type: 'decimal(18,2)', unit: yuan, zh: 退款金额, description: of paid orders of kind normal or deposit}
  left_out_refund_amount: {type: 'decimal(18,2)', unit: yuan, zh: 不计订单退款金额}
  unknown_refund_amount: {type: 'decimal(18,2)', unit: yuan, zh: 未知订单退款金额}
checks:
  - not_null: [platform, date]
*/
with ordered as (
  select
    platform,
    order_id,
    shop_id,
    case when list_contains($global_platforms, platform) then '' else coalesce(shop_id, '') end as order_shop,
    order_kind in ('normal', 'deposit') and paid_amount > 0 as is_paid_order
  from core.orders
),

returned as (
  select
    r.platform,
    case when o.order_id is null then nullif(r.shop_id, '') else o.shop_id end as shop_id,
    cast(r.refunded_at as date) as date,
    r.refund_amount,
    o.is_paid_order
  from core.refunds as r
  left join ordered as o
    on
      r.platform = o.platform
      and r.order_id = o.order_id
      and case when list_contains($global_platforms, r.platform) then '' else coalesce(r.shop_id, '') end = o.order_shop
  where r.status = 'succeeded'
)

select
  platform,
  shop_id,
  date,
  count(*) as refunds,
  cast(sum(case when is_paid_order then refund_amount else 0 end) as decimal(18, 2)) as refund_amount,
  cast(sum(case when not is_paid_order then refund_amount else 0 end) as decimal(18, 2)) as left_out_refund_amount,
  cast(sum(case when is_paid_order is null then refund_amount else 0 end) as decimal(18, 2)) as unknown_refund_amount
from returned
group by platform, shop_id, date
