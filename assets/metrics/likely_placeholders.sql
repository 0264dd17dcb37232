/*
title: {zh: 疑似占位账号, en: Likely placeholders}
description: >-
  People with far more orders than anybody else: often no person, but an id or a phone that a system writes where it knows none (a
  cashier, a test account, a shop's own number). They are in every number as one loyal buyer until the merchant says what they are;
  nothing is dropped. The five with most orders are looked at, and those above a step of `times` are told.
description_zh: >-
  订单数远多于其他人的账号：往往不是一个人，而是系统在不知道买家时写入的占位编号或电话。仅作提示，不剔除任何数据。
grain: person_id
parameters:
  least_orders: 20
  times: 5
  most_people: 5
columns:
  person_id:    {type: varchar, zh: 人}
  masked_ids:   {type: varchar, zh: 账号（遮盖）, description: 'platform, kind and the beginning of each id; a phone by that of its hash'}
  orders:       {type: bigint, unit: order, zh: 订单数, description: "the person's paid orders, kept or not"}
  next_orders:  {type: bigint, unit: order, zh: 其后一人的订单数, description: orders of the busiest person who is not told here; NULL where that is fewer than least_orders / times}
  all_orders:   {type: bigint, unit: order, zh: 全部订单数, description: paid orders whose buyer is known}
  order_share_rate: {type: double, unit: ratio, of: [orders, all_orders], zh: 订单占比}
checks:
  - unique: [person_id]
  - between: {column: order_share_rate, min: 0, max: 1}
*/
with counted as (
  select
    person_id,
    count(*) as orders
  from core.orders
  where person_id is not null
  group by person_id
),

busy as (
  select
    person_id,
    orders,
    row_number() over (order by orders desc, person_id asc) as place,
    lead(orders) over (order by orders desc, person_id asc) as next_orders
  from counted
  where orders * $times >= $least_orders
),

stepped as (
  select
    *,
    max(case when orders >= $least_orders and orders >= $times * coalesce(next_orders, 0) then place end) over ()
      as last_place
  from busy
  where place <= $most_people
),

told as (
  select
    person_id,
    orders,
    max(case when place = last_place then next_orders end) over () as next_orders
  from stepped
  where place <= last_place
)

select
  t.person_id,
  t.orders,
  t.next_orders,
  e.all_orders,
  array_to_string(
    list_sort(
      list(distinct concat(
        i.platform, ' ', i.id_type, ' ', left(i.id_value, 1), '***',
        case when length(i.id_value) >= 6 then right(i.id_value, 2) else '' end
      ))
    ), ', '
  ) as masked_ids
from told as t
inner join core.identities as i on t.person_id = i.person_id
cross join (select sum(orders) as all_orders from counted) as e
group by t.person_id, t.orders, t.next_orders, e.all_orders
