/*
title: {zh: 群晚间活动, en: Group evenings}
description: >-
  What our own rows tell of a chat group from from_hour (18) to midnight: who spoke, left and bought. Rows of which only the day is known are in no evening. An evening
  of which they tell nothing has no row. Additive in every column over people; people are counted once an evening.
description_zh: 由个人明细统计的一个群从 18 点到零点：发言、离开、成交。只知道日期、没有时刻的明细不计入。按人可直接相加。
grain: platform, group_id, date
counted_by: [active_members, messages, orders, member_orders, leaves]
parameters:
  from_hour: 18
columns:
  platform: {type: varchar, zh: 平台}
  group_id: {type: varchar, zh: 粉丝群}
  date: {type: date, zh: 日期}
  active_members: {type: bigint, unit: person, zh: 活跃人数, description: 'people who did anything of their own in the group; joining and applying are not activity'}
  messages: {type: bigint, unit: event, zh: 消息数}
  orders: {type: bigint, unit: order, zh: 群内成交订单, description: kept orders that came through the group}
  paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 群内成交金额}
  member_orders: {type: bigint, unit: order, zh: 群成员订单, description: kept orders of people whose latest group this was when they paid}
  leaves: {type: bigint, unit: person, zh: 离开人次, description: those whose moment a file tells}
checks:
  - unique: [platform, group_id, date]
  - not_null: [platform, group_id, date]
*/
with spoken as (
  select
    e.platform,
    e.group_id,
    e.event_date as date,
    count(*) filter (where w.act = 'message') as messages,
    count(distinct e.person_id) filter (where e.is_active and not coalesce(w.is_move or w.act = 'apply', false))
      as active_members
  from core.events as e
  left join core.event_words as w on e.event = w.event
  where e.group_id is not null and e.event_at_has_time and hour(e.event_at) >= $from_hour
  group by e.platform, e.group_id, e.event_date
),

parted as (
  select
    platform,
    group_id,
    cast(left_at as date) as date,
    count(*) as leaves
  from core.memberships
  where
    kind = 'group' and group_id is not null and left_at is not null and not is_left_inferred
    and hour(left_at) >= $from_hour
    -- of leaving by day alone the last second stands
    and left_at < cast(cast(left_at as date) as timestamp) + interval 86399 second
  group by platform, group_id, cast(left_at as date)
),

sold as (
  select
    platform,
    group_id,
    paid_date as date,
    count(*) as orders,
    sum(paid_amount) as paid_amount
  from core.orders
  where is_kept and group_id is not null and paid_at_has_time and hour(paid_at) >= $from_hour
  group by platform, group_id, paid_date
),

member_sold as (
  select
    member_group_platform as platform,
    member_group_id as group_id,
    paid_date as date,
    count(*) as member_orders
  from core.orders
  where is_kept and member_group_id is not null and paid_at_has_time and hour(paid_at) >= $from_hour
  group by member_group_platform, member_group_id, paid_date
)

select
  platform,
  group_id,
  date,
  coalesce(active_members, 0) as active_members,
  coalesce(messages, 0) as messages,
  coalesce(orders, 0) as orders,
  cast(coalesce(paid_amount, 0) as decimal(18, 2)) as paid_amount,
  coalesce(member_orders, 0) as member_orders,
  coalesce(leaves, 0) as leaves
from spoken
full join parted using (platform, group_id, date)
full join sold using (platform, group_id, date)
full join member_sold using (platform, group_id, date)
where
  coalesce(active_members, 0) + coalesce(messages, 0) + coalesce(orders, 0) + coalesce(member_orders, 0)
  + coalesce(leaves, 0) > 0
