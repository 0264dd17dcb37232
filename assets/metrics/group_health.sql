/*
title: {zh: 群健康, en: Group health}
description: >-
  One chat group on one day: who is in, who came, left, spoke and bought. Where the platform gives the day's aggregates
  (core.group_days) they are used and measured_by says group_days; what they leave out, and all other days, is counted
  from the people's own events (measured_by = events). Where a platform tells how many members there are but not who left,
  leaves are estimated from the difference and is_leaves_estimated is true. What neither
  tells is NULL, not 0: joins and members of a group without any person's move, activity where no group of the platform has any, and what was
  to be counted on a day in a gap of the data (core.data_gaps).
description_zh: >-
  一个群的一天：在群、加入、离开、活跃、消息、推送、成交。平台给汇总的用汇总，否则由个人事件计算，measured_by 说明来源；
  平台不给退群明细时，由人数差推算离开数；两者都没有的为空，而不是 0。
grain: platform, group_id, date
parameters:
  push_hours: 24
facts:
  group_activity: {}
  group_pushes: {push_hours: push_hours}
columns:
  platform: {type: varchar, zh: 平台}
  group_id: {type: varchar, zh: 粉丝群}
  group_name: {type: varchar, zh: 群名}
  threshold: {type: varchar, zh: 门槛, description: 'the group''s joining threshold, e.g. follow_7+fan_5'}
  date: {type: date, zh: 日期}
  measured_by: {type: varchar, zh: 数据来源, description: 'group_days (the platform''s aggregates) or events (counted from people)'}
  members_before: {type: bigint, unit: person, zh: 日初人数, description: members at the end of the day before}
  joins: {type: bigint, unit: person, zh: 加入人次, description: people who joined the group on the day,
    zh_description: 当日加入该群的人次}
  leaves: {type: bigint, unit: person, zh: 离开人次, description: people who left it or were removed on the day,
    zh_description: 当日离开或被移出该群的人次}
  members: {type: bigint, unit: person, zh: 日末人数, description: members at the end of the day,
    zh_description: 当日结束时在群的人数}
  net_growth: {type: bigint, unit: person, zh: 净增, description: 'joins - leaves; where either is not known, members - members_before',
    zh_description: 加入人次减离开人次；其一未知时为日末人数减日初人数}
  net_growth_rate: {type: double, unit: ratio, of: [net_growth, members_before], zh: 净增率, zh_description: 净增 ÷ 日初人数}
  leave_rate: {type: double, unit: ratio, of: [leaves, present_members], zh: 退群率,
    zh_description: 离开人次 ÷ 当日在过群的人数}
  present_members: {type: bigint, unit: person, zh: 当日在过群人数,
    description: 'members + leaves: everyone who was inside at some time of the day', zh_description: 日末人数加离开人次}
  active_members: {type: bigint, unit: person, zh: 活跃人数,
    description: 'people who wrote, opened a red packet or did anything else of their own in the group; joining and applying are not activity',
    zh_description: 当日在群里发言、开红包等有主动行为的人数，入群本身不算}
  active_rate: {type: double, unit: ratio, of: [active_members, present_members], zh: 群活跃率,
    description: 'above 1 where files do not tell of some members'' joining',
    zh_description: 活跃人数 ÷ 当日在过群人数；有人入群记录缺失时可能大于 1}
  messages: {type: bigint, unit: event, zh: 消息数, description: messages written in the group on the day,
    zh_description: 当日群内消息条数}
  red_packets: {type: bigint, unit: event, zh: 红包数, description: red packets sent into the group}
  red_packet_opens: {type: bigint, unit: event, zh: 开红包次数}
  pushes: {type: bigint, unit: event, zh: 推送数, description: 'messages of the merchant to the group, red packets included', zh_description: 商家发到群里的消息，含红包}
  orders: {type: bigint, unit: order, zh: 群内成交订单, description: kept orders that came through the group,
    zh_description: 经该群成交的有效订单数}
  buyers: {type: bigint, unit: person, zh: 群内成交人数, description: identified people with such an order}
  paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 群内成交金额, description: amount of these orders,
    zh_description: 经该群成交的有效订单金额}
  member_orders: {type: bigint, unit: order, zh: 群成员订单, description: kept orders of people whose latest group this was when they paid,
    zh_description: 付款时最近加入的群是本群的人，其有效订单数}
  member_amount: {type: 'decimal(18,2)', unit: yuan, zh: 群成员金额, description: 'their amount, by whatever channel',
    zh_description: 这些订单的金额，不论渠道}
  leaves_after_push: {type: bigint, unit: person, zh: 推送后离开,
    description: leaves known by person within push_hours (24) after a push to the group, zh_description: 群推送后 24 小时内离开的人次}
  leaves_after_push_rate: {type: double, unit: ratio, of: [leaves_after_push, known_leaves], zh: 推送后离开占比,
    zh_description: 推送后离开 ÷ 有个人记录的离开}
  known_leaves: {type: bigint, unit: person, zh: 有记录的离开, description: "leaves known by person and moment; those that only lists of members show are not among them"}
  is_leaves_estimated: {type: boolean, zh: 离开为推算, description: leaves = members_before + joins - members as no file tells who left}
checks:
  - unique: [platform, group_id, date]
  - between: {column: leave_rate, min: 0, max: 1}
  - between: {column: leaves_after_push_rate, min: 0, max: 1}
  - between: {column: members, min: 0}
*/
with spans as (
  select
    platform,
    group_id,
    min(date) as first_date,
    bool_or(moves > 0) as has_moves,
    bool_or(members is not null) as is_counted
  from (
    select platform, group_id, date, joins + leaves as moves, cast(null as bigint) as members
    from facts.group_activity
    where joins + leaves + acts + orders > 0
    union all
    select platform, group_id, date, 0 as moves, null as members
    from facts.group_pushes
    where pushes > 0
    union all
    select platform, group_id, date, 0 as moves, members
    from core.group_days
  ) as seen
  group by platform, group_id
),

dates as (
  select
    s.*,
    s.first_date + cast(n.day_no as integer) as date
  from spans as s
  cross join unnest(generate_series(cast(0 as bigint), date_diff('day', s.first_date, $as_of))) as n (day_no)
),

-- days of which the platform's own events or orders are not known
gaps as (
  select
    g.platform,
    c.date,
    bool_or(g.kind = 'memberships') as lacks_moves,
    bool_or(g.kind = 'orders') as lacks_orders
  from core.data_gaps as g
  inner join core.calendar as c on g.first_date <= c.date and g.last_date >= c.date
  where g.shop_id is null and g.reason <> 'cut'
  group by g.platform, c.date
),

-- of these platforms the files tell what people do in groups, so silence is silence
talking as (
  select distinct platform
  from facts.group_activity
  where active_members > 0
),

days as (
  select
    s.platform,
    s.group_id,
    s.date,
    s.is_counted,
    t.group_id is not null as is_told,
    case when s.has_moves and u.lacks_moves is not true then coalesce(a.joins, 0) end as event_joins,
    case when s.has_moves and u.lacks_moves is not true then coalesce(a.leaves, 0) end as event_leaves,
    case when s.has_moves and u.lacks_moves is not true then coalesce(a.timed_leaves, 0) end as timed_leaves,
    sum(coalesce(a.joins, 0) - coalesce(a.leaves, 0)) over (
      partition by s.platform, s.group_id order by s.date rows between unbounded preceding and current row
    ) as event_members,
    t.members as told_members,
    lag(t.members) over (partition by s.platform, s.group_id order by s.date) as told_members_before,
    t.joins as told_joins,
    t.leaves as told_leaves,
    coalesce(t.active_members, case when k.platform is not null then coalesce(a.active_members, 0) end)
      as active_members,
    coalesce(t.messages, case when k.platform is not null then coalesce(a.messages, 0) end) as messages,
    case when k.platform is not null then coalesce(a.red_packet_opens, 0) end as red_packet_opens,
    coalesce(t.red_packets, p.red_packets, 0) as red_packets,
    coalesce(p.pushes, 0) as pushes,
    coalesce(p.leaves_after_push, 0) as leaves_after_push,
    case when a.orders > 0 or u.lacks_orders is not true then coalesce(a.orders, 0) end as orders,
    case when a.orders > 0 or u.lacks_orders is not true then coalesce(a.buyers, 0) end as buyers,
    case when a.orders > 0 or u.lacks_orders is not true then coalesce(a.paid_amount, 0) end as paid_amount,
    case when a.member_orders > 0 or u.lacks_orders is not true then coalesce(a.member_orders, 0) end as member_orders,
    case when a.member_orders > 0 or u.lacks_orders is not true then coalesce(a.member_amount, 0) end as member_amount
  from dates as s
  left join facts.group_activity as a on s.platform = a.platform and s.group_id = a.group_id and s.date = a.date
  left join core.group_days as t on s.platform = t.platform and s.group_id = t.group_id and s.date = t.date
  left join facts.group_pushes as p on s.platform = p.platform and s.group_id = p.group_id and s.date = p.date
  left join gaps as u on s.platform = u.platform and s.date = u.date
  left join talking as k on s.platform = k.platform
),

-- what the platform tells comes first; of a group whose members it counts, days it leaves out have no number of members
measured as (
  select
    *,
    case when is_counted then told_members when event_joins is not null then event_members end as members,
    case when is_counted then told_members_before else event_members - event_joins + event_leaves end as members_before,
    coalesce(told_joins, event_joins) as joins,
    -- where nobody tells who left, those left who are missing
    case
      when told_leaves is null and coalesce(event_leaves, 0) = 0
        then told_members_before + coalesce(told_joins, event_joins) - told_members
    end as missing
  from days
)

select
  c.*,
  g.name as group_name,
  coalesce(g.threshold, 'unknown') as threshold,
  case when c.is_told then 'group_days' else 'events' end as measured_by,
  coalesce(case when c.missing >= 0 then c.missing end, c.told_leaves, c.event_leaves) as leaves,
  coalesce(c.joins - leaves, c.members - c.members_before) as net_growth,
  c.members + coalesce(leaves, 0) as present_members,
  coalesce(c.timed_leaves, 0) as known_leaves,
  coalesce(c.missing > 0, false) as is_leaves_estimated
from measured as c
left join core.groups as g on c.platform = g.platform and c.group_id = g.group_id
