/*
title: {zh: 订单日账, en: Orders by day and shop}
description: >-
  Every order of a shop's day and what we make of it: kept, refunded whole, cancelled after it was paid, or left out (samples, lottery, nothing paid). Each
  order stands twice, by the day it was paid (dated_by = paid) and by the day it was ordered (ordered; where no file tells that, the day paid). People
  are counted once a day and shop, in the best of their orders. Additive in every column over people.
description_zh: >-
  一个店铺一天的全部订单及其归类：有效、全额退款、付款后取消、不计（样品、福袋、零元）。每笔订单按付款日、按下单日各记一次；每人每店每天只计一次，取其最好的一类。
grain: dated_by, date, platform, shop_id
counted_by: [kept_orders, refunded_orders, cancelled_orders, left_out_orders]
columns:
  dated_by: {type: varchar, zh: 记日方式, description: paid or ordered}
  date: {type: date, zh: 日期}
  platform: {type: varchar, zh: 平台}
  shop_id: {type: varchar, zh: 店铺}
  kept_orders: {type: bigint, unit: order, zh: 有效订单数}
  refunded_orders: {type: bigint, unit: order, zh: 全额退款订单数, description: 'paid and refunded whole, not cancelled'}
  cancelled_orders: {type: bigint, unit: order, zh: 付款后取消订单数}
  left_out_orders: {type: bigint, unit: order, zh: 不计订单数, description: 'of kind sample, lottery or zero, or nothing paid'}
  kept_people: {type: bigint, unit: person, zh: 有效订单买家数}
  refunded_people: {type: bigint, unit: person, zh: 只有全额退款订单的人数}
  cancelled_people: {type: bigint, unit: person, zh: 只有取消订单的人数, description: no kept order and none refunded whole}
  left_out_people: {type: bigint, unit: person, zh: 只有不计订单的人数}
  kept_nameless: {type: bigint, unit: order, zh: 认不出买家的有效订单}
  refunded_nameless: {type: bigint, unit: order, zh: 认不出买家的全额退款订单}
  cancelled_nameless: {type: bigint, unit: order, zh: 认不出买家的取消订单}
  left_out_nameless: {type: bigint, unit: order, zh: 认不出买家的不计订单}
  paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 支付金额, description: 'of all but the left out'}
  refund_amount: {type: 'decimal(18,2)', unit: yuan, zh: 退款金额, description: 'of all but the left out, cancelled ones too'}
  cancelled_amount: {type: 'decimal(18,2)', unit: yuan, zh: 取消订单支付金额}
  cancelled_refund_amount: {type: 'decimal(18,2)', unit: yuan, zh: 取消订单退款金额}
  left_out_amount: {type: 'decimal(18,2)', unit: yuan, zh: 不计订单支付金额}
  left_out_refund_amount: {type: 'decimal(18,2)', unit: yuan, zh: 不计订单退款金额}
checks:
  - not_null: [dated_by, date, platform]
*/
with classed as (
  select
    platform,
    shop_id,
    person_id,
    paid_date,
    coalesce(cast(ordered_at as date), paid_date) as ordered_date,
    paid_amount,
    refund_amount,
    case
      when order_kind not in ('normal', 'deposit') or paid_amount = 0 then 4
      when status = 'cancelled' then 3
      when is_kept then 1
      else 2
    end as class_no
  from core.orders
),

dated as (
  select
    d.dated_by,
    case when d.dated_by = 'paid' then c.paid_date else c.ordered_date end as date,
    c.*
  from classed as c
  cross join unnest(['paid', 'ordered']) as d (dated_by)
),

ranked as (
  select
    *,
    case
      when person_id is not null
        then row_number() over (partition by dated_by, date, platform, shop_id, person_id order by class_no)
    end as place
  from dated
)

select
  dated_by,
  date,
  platform,
  shop_id,
  count(*) filter (where class_no = 1) as kept_orders,
  count(*) filter (where class_no = 2) as refunded_orders,
  count(*) filter (where class_no = 3) as cancelled_orders,
  count(*) filter (where class_no = 4) as left_out_orders,
  count(*) filter (where class_no = 1 and place = 1) as kept_people,
  count(*) filter (where class_no = 2 and place = 1) as refunded_people,
  count(*) filter (where class_no = 3 and place = 1) as cancelled_people,
  count(*) filter (where class_no = 4 and place = 1) as left_out_people,
  count(*) filter (where class_no = 1 and person_id is null) as kept_nameless,
  count(*) filter (where class_no = 2 and person_id is null) as refunded_nameless,
  count(*) filter (where class_no = 3 and person_id is null) as cancelled_nameless,
  count(*) filter (where class_no = 4 and person_id is null) as left_out_nameless,
  cast(sum(case when class_no < 4 then paid_amount else 0 end) as decimal(18, 2)) as paid_amount,
  cast(sum(case when class_no < 4 then refund_amount else 0 end) as decimal(18, 2)) as refund_amount,
  cast(sum(case when class_no = 3 then paid_amount else 0 end) as decimal(18, 2)) as cancelled_amount,
  cast(sum(case when class_no = 3 then refund_amount else 0 end) as decimal(18, 2)) as cancelled_refund_amount,
  cast(sum(case when class_no = 4 then paid_amount else 0 end) as decimal(18, 2)) as left_out_amount,
  cast(sum(case when class_no = 4 then refund_amount else 0 end) as decimal(18, 2)) as left_out_refund_amount
from ranked
group by dated_by, date, platform, shop_id
