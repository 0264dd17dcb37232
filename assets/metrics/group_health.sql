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
  pushes: {type: bigint, unit: event, zh: 推送数, description: 'messages of the merchant to the group, red packets included'}
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
  known_leaves: {type: bigint, unit: person, zh: 有记录的离开, description: leaves known by person}
  is_leaves_estimated: {type: boolean, zh: 离开为推算, description: leaves = members_before + joins - members as no file tells who left}
checks:
  - unique: [platform, group_id, date]
  - between: {column: leave_rate, min: 0, max: 1}
  - between: {column: leaves_after_push_rate, min: 0, max: 1}
  - between: {column: members, min: 0}
*/
with moves as (
  select
    platform,
    group_id,
    cast(joined_at as date) as date,
    1 as joins,
    0 as leaves
  from core.memberships
  where kind = 'group' and group_id is not null
  union all
  select
    platform,
    group_id,
    cast(left_at as date) as date,
    0 as joins,
    1 as leaves
  from core.memberships
  where kind = 'group' and group_id is not null and left_at is not null
),

moved as (
  select
    platform,
    group_id,
    date,
    sum(joins) as joins,
    sum(leaves) as leaves
  from moves
  group by platform, group_id, date
),

-- first per person, so that a person counts once a day
acts_by_person as (
  select
    e.platform,
    e.group_id,
    e.event_date as date,
    e.person_id,
    count(*) filter (where w.act = 'message') as messages,
    count(*) filter (where w.act = 'red_packet') as red_packet_opens,
    max(case when e.is_active and not coalesce(w.is_move or w.act = 'apply', false) then 1 else 0 end) as is_active
  from core.events as e
  left join core.event_words as w on e.event = w.event
  where e.group_id is not null
  group by e.platform, e.group_id, e.event_date, e.person_id
),

acts as (
  select
    platform,
    group_id,
    date,
    sum(messages) as messages,
    sum(red_packet_opens) as red_packet_opens,
    count(*) filter (where is_active = 1 and person_id is not null) as active_members
  from acts_by_person
  group by platform, group_id, date
),

-- of these platforms the files tell what people do in groups, so silence is silence
talking as (
  select distinct platform
  from acts
  where active_members > 0
),

pushed as (
  select
    platform,
    group_id,
    sent_date as date,
    count(*) as pushes,
    count(*) filter (where kind = 'red_packet') as red_packets
  from core.pushes
  where group_id is not null
  group by platform, group_id, sent_date
),

-- a leave follows a push when the last push before it, or in the same second, is at most push_hours old
timeline as (
  select
    platform,
    group_id,
    sent_date as date,
    sent_at_utc as moment,
    sent_at_utc,
    0 as is_leave
  from core.pushes
  where group_id is not null
  union all
  select
    platform,
    group_id,
    cast(left_at as date) as date,
    left_at_utc as moment,
    cast(null as timestamp) as sent_at_utc,
    1 as is_leave
  from core.memberships
  where kind = 'group' and group_id is not null and left_at is not null
),

followed as (
  select
    platform,
    group_id,
    date,
    moment,
    is_leave,
    max(sent_at_utc) over (
      partition by platform, group_id order by moment, is_leave rows between unbounded preceding and current row
    ) as last_sent_at
  from timeline
),

driven as (
  select
    platform,
    group_id,
    date,
    count(*) filter (
      where date_diff('second', date_trunc('second', last_sent_at), date_trunc('second', moment)) <= $push_hours * 3600
    ) as leaves_after_push
  from followed
  where is_leave = 1
  group by platform, group_id, date
),

sold_by_person as (
  select
    platform,
    group_id,
    paid_date as date,
    person_id,
    count(*) as orders,
    sum(paid_amount) as paid_amount
  from core.orders
  where is_kept and group_id is not null
  group by platform, group_id, paid_date, person_id
),

sold as (
  select
    platform,
    group_id,
    date,
    sum(orders) as orders,
    count(person_id) as buyers,
    sum(paid_amount) as paid_amount
  from sold_by_person
  group by platform, group_id, date
),

member_sold as (
  select
    member_group_platform as platform,
    member_group_id as group_id,
    paid_date as date,
    count(*) as orders,
    sum(paid_amount) as paid_amount
  from core.orders
  where is_kept and member_group_id is not null
  group by member_group_platform, member_group_id, paid_date
),

spans as (
  select
    platform,
    group_id,
    min(date) as first_date,
    bool_or(what = 'moved') as has_moves,
    bool_or(what = 'told members') as is_counted
  from (
    select platform, group_id, date, 'moved' as what from moved
    union all
    select platform, group_id, date, 'acts' as what from acts
    union all
    select platform, group_id, date, 'pushed' as what from pushed
    union all
    select platform, group_id, date, 'sold' as what from sold
    union all
    select platform, group_id, date, case when members is not null then 'told members' else 'told' end as what
    from core.group_days
  ) as seen
  group by platform, group_id
),

dates as (
  select
    s.platform,
    s.group_id,
    s.has_moves,
    s.is_counted,
    s.first_date + cast(n.day_no as integer) as date
  from spans as s
  cross join unnest(generate_series(cast(0 as bigint), date_diff('day', s.first_date, $as_of))) as n (day_no)
),

-- days of which the platform's own events or orders are not known
unknown as (
  select
    g.kind,
    g.platform,
    c.date
  from core.data_gaps as g
  inner join core.calendar as c on g.first_date <= c.date and g.last_date >= c.date
  where g.kind in ('memberships', 'orders') and g.shop_id is null and g.reason <> 'cut'
),

days as (
  select
    s.platform,
    s.group_id,
    s.date,
    s.is_counted,
    t.group_id is not null as is_told_today,
    case when s.has_moves and u.date is null then coalesce(m.joins, 0) end as event_joins,
    case when s.has_moves and u.date is null then coalesce(m.leaves, 0) end as event_leaves,
    case
      when s.has_moves and u.date is null
        then sum(coalesce(m.joins, 0) - coalesce(m.leaves, 0)) over (
          partition by s.platform, s.group_id order by s.date rows between unbounded preceding and current row
        )
    end as event_members,
    t.members as told_members,
    t.joins as told_joins,
    t.leaves as told_leaves,
    coalesce(t.active_members, case when k.platform is not null then coalesce(a.active_members, 0) end)
      as active_members,
    coalesce(t.messages, case when k.platform is not null then coalesce(a.messages, 0) end) as messages,
    case when k.platform is not null then coalesce(a.red_packet_opens, 0) end as red_packet_opens,
    t.red_packets as told_red_packets,
    lag(t.members) over (partition by s.platform, s.group_id order by s.date) as told_members_before
  from dates as s
  left join moved as m on s.platform = m.platform and s.group_id = m.group_id and s.date = m.date
  left join unknown as u on s.platform = u.platform and s.date = u.date and u.kind = 'memberships'
  left join core.group_days as t on s.platform = t.platform and s.group_id = t.group_id and s.date = t.date
  left join acts as a on s.platform = a.platform and s.group_id = a.group_id and s.date = a.date
  left join talking as k on s.platform = k.platform
),

-- what the platform tells comes first; of a group whose members it counts, days it leaves out have no number of members
measured as (
  select
    *,
    cast(case when is_counted then told_members else event_members end as bigint) as members,
    cast(
      case when is_counted then told_members_before else event_members - event_joins + event_leaves end as bigint
    ) as members_before,
    cast(coalesce(told_joins, event_joins) as bigint) as joins
  from days
),

-- where nobody tells who left, those left who are missing
missed as (
  select
    *,
    case
      when told_leaves is null and coalesce(event_leaves, 0) = 0 and told_members_before + joins - told_members >= 0
        then told_members_before + joins - told_members
    end as missing
  from measured
),

counted as (
  select
    *,
    cast(coalesce(missing, told_leaves, event_leaves) as bigint) as leaves,
    coalesce(missing > 0, false) as is_leaves_estimated
  from missed
)

select
  c.platform,
  c.group_id,
  g.name as group_name,
  coalesce(g.threshold, 'unknown') as threshold,
  c.date,
  case when c.is_told_today then 'group_days' else 'events' end as measured_by,
  c.members_before,
  c.joins,
  c.leaves,
  c.members,
  coalesce(c.joins - c.leaves, c.members - c.members_before) as net_growth,
  cast(coalesce(c.joins - c.leaves, c.members - c.members_before) as double) / nullif(c.members_before, 0)
    as net_growth_rate,
  cast(c.leaves as double) / nullif(c.members + c.leaves, 0) as leave_rate,
  c.members + coalesce(c.leaves, 0) as present_members,
  cast(c.active_members as bigint) as active_members,
  cast(c.active_members as double) / nullif(c.members + coalesce(c.leaves, 0), 0) as active_rate,
  cast(c.messages as bigint) as messages,
  cast(coalesce(c.told_red_packets, p.red_packets, 0) as bigint) as red_packets,
  cast(c.red_packet_opens as bigint) as red_packet_opens,
  cast(coalesce(p.pushes, 0) as bigint) as pushes,
  cast(coalesce(s.orders, case when u.date is null then 0 end) as bigint) as orders,
  cast(coalesce(s.buyers, case when u.date is null then 0 end) as bigint) as buyers,
  cast(coalesce(s.paid_amount, case when u.date is null then 0 end) as decimal(18, 2)) as paid_amount,
  cast(coalesce(m.orders, case when u.date is null then 0 end) as bigint) as member_orders,
  cast(coalesce(m.paid_amount, case when u.date is null then 0 end) as decimal(18, 2)) as member_amount,
  cast(coalesce(d.leaves_after_push, 0) as bigint) as leaves_after_push,
  cast(coalesce(d.leaves_after_push, 0) as double) / nullif(c.event_leaves, 0) as leaves_after_push_rate,
  cast(coalesce(c.event_leaves, 0) as bigint) as known_leaves,
  c.is_leaves_estimated
from counted as c
left join core.groups as g on c.platform = g.platform and c.group_id = g.group_id
left join unknown as u on c.platform = u.platform and c.date = u.date and u.kind = 'orders'
left join pushed as p on c.platform = p.platform and c.group_id = p.group_id and c.date = p.date
left join sold as s on c.platform = s.platform and c.group_id = s.group_id and c.date = s.date
left join member_sold as m on c.platform = m.platform and c.group_id = m.group_id and c.date = m.date
left join driven as d on c.platform = d.platform and c.group_id = d.group_id and c.date = d.date
