/*
title: {zh: 各店铺周期买家, en: Buyers by period and shop}
description: >-
  Identified people with a paid order in a calendar period, in each shop (scope = shop) and in all together (scope = all), with how many orders they kept. Who bought in two
  shops is one person in all, and one in each shop. Additive over people.
description_zh: 各自然周期内有支付订单的可识别买家，按店铺（scope = shop）与全部店铺合计（scope = all），以及其中有效订单两笔以上的人数。在两个店铺买过的人，合计算一人、各店各算一人。
grain: period, scope, platform, shop_id
counted_by: paid_buyers
parameters:
  period: month
choices: {period: [week, month]}
dated_by: period
columns:
  period: {type: date, zh: 周期, description: date on which the period starts}
  scope: {type: varchar, zh: 范围, description: shop or all}
  platform: {type: varchar, zh: 平台, description: all where scope is}
  shop_id: {type: varchar, zh: 店铺, description: 'all where scope is; none where the order names none'}
  paid_buyers: {type: bigint, unit: person, zh: 支付人数, description: 'with a paid order, refunded or cancelled later or not'}
  buyers: {type: bigint, unit: person, zh: 买家数, description: with a kept order}
  two_order_buyers: {type: bigint, unit: person, zh: 两单及以上买家数, description: with two kept orders or more}
checks:
  - not_null: [period, scope, platform, shop_id]
  - condition: {sql: 'two_order_buyers <= buyers and buyers <= paid_buyers', name: two orders are more than one}
*/
with paid as (
  select
    case when $period = 'week' then paid_week else paid_month end as period,
    person_id,
    platform,
    coalesce(shop_id, 'none') as shop_id,
    count(*) filter (where is_kept) as orders
  from core.orders
  where person_id is not null and order_kind in ('normal', 'deposit') and paid_amount > 0
  group by all
),

scoped as (
  select
    period,
    'shop' as scope,
    platform,
    shop_id,
    person_id,
    orders
  from paid
  union all
  select
    period,
    'all' as scope,
    'all' as platform,
    'all' as shop_id,
    person_id,
    cast(sum(orders) as bigint) as orders
  from paid
  group by period, person_id
)

select
  period,
  scope,
  platform,
  shop_id,
  count(*) as paid_buyers,
  count(*) filter (where orders > 0) as buyers,
  count(*) filter (where orders > 1) as two_order_buyers
from scoped
group by period, scope, platform, shop_id
