/*
title: {zh: 群活动, en: Group activity}
description: >-
  What our own rows tell of a chat group's day: who came, left, spoke and bought. A day of which they tell nothing has no row.
  Additive in every column over people; people are counted once a day.
description_zh: 由个人明细统计的一个群的一天：加入、离开、发言、成交；没有任何明细的日子没有行。按人可直接相加。
grain: platform, group_id, date
counted_by: [joins, leaves, acts, orders, member_orders]
columns:
  platform: {type: varchar, zh: 平台}
  group_id: {type: varchar, zh: 粉丝群}
  date: {type: date, zh: 日期}
  joins: {type: bigint, unit: person, zh: 加入人次}
  leaves: {type: bigint, unit: person, zh: 离开人次}
  timed_leaves: {type: bigint, unit: person, zh: 有时刻的离开, description: 'of these, those whose moment a file tells; of the others only two lists are known, between which they lie'}
  acts: {type: bigint, unit: event, zh: 事件数, description: events of any kind that name the group}
  messages: {type: bigint, unit: event, zh: 消息数}
  red_packet_opens: {type: bigint, unit: event, zh: 开红包次数}
  active_members: {type: bigint, unit: person, zh: 活跃人数,
    description: 'people who did anything of their own in the group; joining and applying are not activity'}
  orders: {type: bigint, unit: order, zh: 群内成交订单, description: kept orders that came through the group}
  buyers: {type: bigint, unit: person, zh: 群内成交人数, description: identified people with such an order}
  paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 群内成交金额, description: amount of these orders}
  member_orders: {type: bigint, unit: order, zh: 群成员订单, description: kept orders of people whose latest group this was when they paid}
  member_amount: {type: 'decimal(18,2)', unit: yuan, zh: 群成员金额, description: 'their amount, by whatever channel'}
checks:
  - unique: [platform, group_id, date]
  - not_null: [platform, group_id, date]
*/
with moved as (
  select
    platform,
    group_id,
    date,
    count(*) filter (where is_join) as joins,
    count(*) filter (where not is_join) as leaves,
    count(*) filter (where not is_join and not is_inferred) as timed_leaves
  from (
    select platform, group_id, cast(joined_at as date) as date, true as is_join, false as is_inferred
    from core.memberships
    where kind = 'group' and group_id is not null
    union all
    select platform, group_id, cast(left_at as date) as date, false as is_join, is_left_inferred as is_inferred
    from core.memberships
    where kind = 'group' and group_id is not null and left_at is not null
  ) as moves
  group by platform, group_id, date
),

spoken as (
  select
    e.platform,
    e.group_id,
    e.event_date as date,
    count(*) as acts,
    count(*) filter (where w.act = 'message') as messages,
    count(*) filter (where w.act = 'red_packet') as red_packet_opens,
    count(distinct e.person_id) filter (where e.is_active and not coalesce(w.is_move or w.act = 'apply', false))
      as active_members
  from core.events as e
  left join core.event_words as w on e.event = w.event
  where e.group_id is not null
  group by e.platform, e.group_id, e.event_date
),

sold as (
  select
    platform,
    group_id,
    paid_date as date,
    count(*) as orders,
    count(distinct person_id) as buyers,
    sum(paid_amount) as paid_amount
  from core.orders
  where is_kept and group_id is not null
  group by platform, group_id, paid_date
),

member_sold as (
  select
    member_group_platform as platform,
    member_group_id as group_id,
    paid_date as date,
    count(*) as member_orders,
    sum(paid_amount) as member_amount
  from core.orders
  where is_kept and member_group_id is not null
  group by member_group_platform, member_group_id, paid_date
)

select
  platform,
  group_id,
  date,
  coalesce(joins, 0) as joins,
  coalesce(leaves, 0) as leaves,
  coalesce(timed_leaves, 0) as timed_leaves,
  coalesce(acts, 0) as acts,
  coalesce(messages, 0) as messages,
  coalesce(red_packet_opens, 0) as red_packet_opens,
  coalesce(active_members, 0) as active_members,
  coalesce(orders, 0) as orders,
  coalesce(buyers, 0) as buyers,
  cast(coalesce(paid_amount, 0) as decimal(18, 2)) as paid_amount,
  coalesce(member_orders, 0) as member_orders,
  cast(coalesce(member_amount, 0) as decimal(18, 2)) as member_amount
from moved
full join spoken using (platform, group_id, date)
full join sold using (platform, group_id, date)
full join member_sold using (platform, group_id, date)
