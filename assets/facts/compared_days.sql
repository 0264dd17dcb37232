/*
title: {zh: 平台日与自有日账, en: Platform days beside ours}
description: >-
  Each day of a shop of which the platform itself tells sales, with our orders of that day by the day paid and by the day ordered. The platform's shop is
  ours of the same number; where the platform tells of one shop and our orders name at most one, they are the same whatever they are called; else it is not known which
  of our orders are meant (scope = unknown) and nothing of ours stands here. A view: metrics share it.
description_zh: >-
  平台给出成交数据的每个店铺日，配上本系统按付款日、按下单日的订单日账。店铺编号相同即为同一店铺；平台只有一个店铺、订单也至多写了一个店铺时视为同一个；否则无法对应（scope = unknown），不填自有数据。
grain: platform, shop_id, date, dated_by
materialized: view
facts:
  order_days: {}
  refund_days: {}
columns:
  platform: {type: varchar, zh: 平台}
  shop_id: {type: varchar, zh: 店铺, description: 'as the platform''s file says; empty where it names none'}
  date: {type: date, zh: 日期}
  dated_by: {type: varchar, zh: 记日方式, description: paid or ordered}
  scope: {type: varchar, zh: 对应范围, description: 'shop (the same number), platform (the only shop) or unknown'}
  told_paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 平台成交金额, description: as the platform tells it}
  told_user_paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 平台用户支付金额}
  told_orders: {type: bigint, unit: order, zh: 平台成交订单数}
  told_buyers: {type: bigint, unit: person, zh: 平台成交人数}
  told_refund_amount: {type: 'decimal(18,2)', unit: yuan, zh: 平台退款金额（退款时间）}
  told_refund_of_day_amount: {type: 'decimal(18,2)', unit: yuan, zh: 平台退款金额（支付时间）}
  subsidy_amount: {type: 'decimal(18,2)', unit: yuan, zh: 补贴, description: 'what platform and talents added: as the platform tells it of the day, else by what its amount with subsidies exceeds the one without, else as the orders of the day tell who bore their discounts; NULL where nobody does'}
  user_amount: {type: 'decimal(18,2)', unit: yuan, zh: 平台所述买家支付, description: 'what buyers paid as the platform tells it; else its amount less subsidy_amount; NULL where neither is told'}
  kept_orders: {type: bigint, unit: order, zh: 有效订单数}
  refunded_orders: {type: bigint, unit: order, zh: 全额退款订单数}
  cancelled_orders: {type: bigint, unit: order, zh: 付款后取消订单数}
  left_out_orders: {type: bigint, unit: order, zh: 不计订单数}
  kept_people: {type: bigint, unit: person, zh: 有效订单买家数}
  refunded_people: {type: bigint, unit: person, zh: 只有全额退款订单的人数}
  cancelled_people: {type: bigint, unit: person, zh: 只有取消订单的人数}
  left_out_people: {type: bigint, unit: person, zh: 只有不计订单的人数}
  kept_nameless: {type: bigint, unit: order, zh: 认不出买家的有效订单}
  refunded_nameless: {type: bigint, unit: order, zh: 认不出买家的全额退款订单}
  cancelled_nameless: {type: bigint, unit: order, zh: 认不出买家的取消订单}
  left_out_nameless: {type: bigint, unit: order, zh: 认不出买家的不计订单}
  paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 支付金额}
  refund_amount: {type: 'decimal(18,2)', unit: yuan, zh: 退款金额}
  cancelled_amount: {type: 'decimal(18,2)', unit: yuan, zh: 取消订单支付金额}
  cancelled_refund_amount: {type: 'decimal(18,2)', unit: yuan, zh: 取消订单退款金额}
  left_out_amount: {type: 'decimal(18,2)', unit: yuan, zh: 不计订单支付金额}
  left_out_refund_amount: {type: 'decimal(18,2)', unit: yuan, zh: 不计订单退款金额}
  returned_amount: {type: 'decimal(18,2)', unit: yuan, zh: 当日退回金额, description: 'refunds of the day, whenever paid: of paid orders'}
  left_out_returned_amount: {type: 'decimal(18,2)', unit: yuan, zh: 不计订单当日退回金额}
  unknown_returned_amount: {type: 'decimal(18,2)', unit: yuan, zh: 未知订单当日退回金额}
*/
with shops as (
  select
    platform,
    count(distinct shop_id) as shops
  from facts.order_days
  group by platform
),

numbers as (
  select distinct
    platform,
    shop_id
  from facts.order_days
  where shop_id is not null
),

said as (
  select
    *,
    coalesce(shop_id, '') as said_shop,
    case
      when coalesce(platform_subsidy_amount, talent_subsidy_amount) is not null
        then coalesce(platform_subsidy_amount, 0) + coalesce(talent_subsidy_amount, 0)
      else paid_amount - user_paid_amount
    end as said_subsidy,
    min(coalesce(shop_id, '')) over (partition by platform)
    = max(coalesce(shop_id, '')) over (partition by platform) as is_only_shop
  from core.platform_days
  where
    paid_amount is not null or user_paid_amount is not null or orders is not null or buyers is not null
    or refund_amount is not null or refund_of_day_amount is not null
),

matched as (
  select
    d.*,
    case
      when n.shop_id is not null then 'shop'
      when d.is_only_shop and coalesce(s.shops, 0) <= 1 then 'platform'
      else 'unknown'
    end as scope
  from said as d
  left join shops as s on d.platform = s.platform
  left join numbers as n on d.platform = n.platform and d.said_shop = n.shop_id
),

-- who bore the discounts, of days of which the platform tells no subsidies
borne as (
  select
    m.platform,
    m.said_shop,
    m.date,
    sum(coalesce(d.platform_discount_amount, 0) + coalesce(d.talent_discount_amount, 0)) as amount
  from matched as m
  inner join core.orders as o
    on
      m.platform = o.platform and m.date = o.paid_date
      and (m.scope = 'platform' or (m.scope = 'shop' and m.said_shop = o.shop_id))
  inner join core.order_discounts as d
    on o.platform = d.platform and o.order_id = d.order_id and coalesce(o.shop_id, '') = coalesce(d.shop_id, '')
  where
    m.said_subsidy is null and o.order_kind in ('normal', 'deposit') and o.paid_amount > 0
    and (d.platform_discount_amount is not null or d.talent_discount_amount is not null)
  group by m.platform, m.said_shop, m.date
),

returned as (
  select
    m.platform,
    m.said_shop,
    m.date,
    sum(r.refund_amount) as amount,
    sum(r.left_out_refund_amount) as left_out_amount,
    sum(r.unknown_refund_amount) as unknown_amount
  from matched as m
  inner join facts.refund_days as r
    on
      m.platform = r.platform and m.date = r.date
      and (m.scope = 'platform' or (m.scope = 'shop' and m.said_shop = r.shop_id))
  group by m.platform, m.said_shop, m.date
),

dated as (
  select
    m.platform,
    m.said_shop,
    m.date,
    m.scope,
    w.dated_by
  from matched as m
  cross join unnest(['paid', 'ordered']) as w (dated_by)
),

counted as (
  select
    m.platform,
    m.said_shop,
    m.date,
    m.dated_by,
    sum(f.kept_orders) as kept_orders,
    sum(f.refunded_orders) as refunded_orders,
    sum(f.cancelled_orders) as cancelled_orders,
    sum(f.left_out_orders) as left_out_orders,
    sum(f.kept_people) as kept_people,
    sum(f.refunded_people) as refunded_people,
    sum(f.cancelled_people) as cancelled_people,
    sum(f.left_out_people) as left_out_people,
    sum(f.kept_nameless) as kept_nameless,
    sum(f.refunded_nameless) as refunded_nameless,
    sum(f.cancelled_nameless) as cancelled_nameless,
    sum(f.left_out_nameless) as left_out_nameless,
    sum(f.paid_amount) as paid_amount,
    sum(f.refund_amount) as refund_amount,
    sum(f.cancelled_amount) as cancelled_amount,
    sum(f.cancelled_refund_amount) as cancelled_refund_amount,
    sum(f.left_out_amount) as left_out_amount,
    sum(f.left_out_refund_amount) as left_out_refund_amount
  from dated as m
  left join facts.order_days as f
    on
      m.platform = f.platform and m.date = f.date and m.dated_by = f.dated_by
      and (m.scope = 'platform' or (m.scope = 'shop' and m.said_shop = f.shop_id))
  group by m.platform, m.said_shop, m.date, m.dated_by
),

subsidised as (
  select
    m.*,
    coalesce(m.said_subsidy, b.amount) as subsidy
  from matched as m
  left join borne as b on m.platform = b.platform and m.said_shop = b.said_shop and m.date = b.date
)

select
  m.platform,
  m.said_shop as shop_id,
  m.date,
  c.dated_by,
  m.scope,
  m.paid_amount as told_paid_amount,
  m.user_paid_amount as told_user_paid_amount,
  m.orders as told_orders,
  m.buyers as told_buyers,
  m.refund_amount as told_refund_amount,
  m.refund_of_day_amount as told_refund_of_day_amount,
  cast(m.subsidy as decimal(18, 2)) as subsidy_amount,
  cast(coalesce(m.user_paid_amount, m.paid_amount - m.subsidy) as decimal(18, 2)) as user_amount,
  cast(coalesce(c.kept_orders, 0) as bigint) as kept_orders,
  cast(coalesce(c.refunded_orders, 0) as bigint) as refunded_orders,
  cast(coalesce(c.cancelled_orders, 0) as bigint) as cancelled_orders,
  cast(coalesce(c.left_out_orders, 0) as bigint) as left_out_orders,
  cast(coalesce(c.kept_people, 0) as bigint) as kept_people,
  cast(coalesce(c.refunded_people, 0) as bigint) as refunded_people,
  cast(coalesce(c.cancelled_people, 0) as bigint) as cancelled_people,
  cast(coalesce(c.left_out_people, 0) as bigint) as left_out_people,
  cast(coalesce(c.kept_nameless, 0) as bigint) as kept_nameless,
  cast(coalesce(c.refunded_nameless, 0) as bigint) as refunded_nameless,
  cast(coalesce(c.cancelled_nameless, 0) as bigint) as cancelled_nameless,
  cast(coalesce(c.left_out_nameless, 0) as bigint) as left_out_nameless,
  cast(coalesce(c.paid_amount, 0) as decimal(18, 2)) as paid_amount,
  cast(coalesce(c.refund_amount, 0) as decimal(18, 2)) as refund_amount,
  cast(coalesce(c.cancelled_amount, 0) as decimal(18, 2)) as cancelled_amount,
  cast(coalesce(c.cancelled_refund_amount, 0) as decimal(18, 2)) as cancelled_refund_amount,
  cast(coalesce(c.left_out_amount, 0) as decimal(18, 2)) as left_out_amount,
  cast(coalesce(c.left_out_refund_amount, 0) as decimal(18, 2)) as left_out_refund_amount,
  cast(coalesce(r.amount, 0) as decimal(18, 2)) as returned_amount,
  cast(coalesce(r.left_out_amount, 0) as decimal(18, 2)) as left_out_returned_amount,
  cast(coalesce(r.unknown_amount, 0) as decimal(18, 2)) as unknown_returned_amount
from subsidised as m
inner join counted as c on m.platform = c.platform and m.said_shop = c.said_shop and m.date = c.date
left join returned as r on m.platform = r.platform and m.said_shop = r.said_shop and m.date = r.date
