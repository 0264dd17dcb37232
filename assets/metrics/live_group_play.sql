/*
title: {zh: 直播前中后的群玩法, en: Group play around live sessions}
description: >-
  What the merchant did in chat groups before, during and after a live session: notices, red packets, link-ups, draws, products. An act belongs to the session that it names; one that names none
  to the sessions of its platform that start within `hours` (3) after it, run at its time, or ended within `hours` before. So an act between two sessions stands in both,
  and rows of several sessions do not add up. kind = all holds the phase as a whole, with the kept orders that came through the groups acted in during that time (for an
  act at another time that names the session, orders are not looked for). Sessions without any act have no row.
description_zh: >-
  一场直播前、中、后，商家在群里做了什么（预告、红包、连麦、抽奖、商品）。写明场次的归该场；没写的，归同平台 3 小时内开播、正在播、3 小时内下播的场次，因此可能同时算在两场，各场不能相加。
  kind = all 为整个阶段，并含该时段经这些群成交的有效订单。
grain: platform, live_session_id, phase, kind
parameters:
  hours: 3
columns:
  platform: {type: varchar, zh: 平台}
  live_session_id: {type: varchar, zh: 直播场次}
  started_at: {type: timestamp, zh: 开播时间}
  phase: {type: varchar, zh: 阶段, description: 'before, during or after; of a session whose end nobody tells there is no during, and after begins with its start'}
  kind: {type: varchar, zh: 玩法, description: as in core.pushes; all for the whole phase}
  acts: {type: bigint, unit: event, zh: 次数, description: each in one group}
  named_acts: {type: bigint, unit: event, zh: 写明场次的次数, description: of acts those that name the session}
  groups: {type: bigint, zh: 群数}
  delivered: {type: bigint, unit: person, zh: 送达人数, description: 'over acts, so who was reached twice counts twice; NULL where none tells'}
  opened: {type: bigint, unit: person, zh: 打开人数}
  clicked: {type: bigint, unit: person, zh: 点击人数}
  participants: {type: bigint, unit: person, zh: 参与人数}
  participant_delivered: {type: bigint, unit: person, zh: 有参与人数的送达, description: delivered of the acts that tell participants too}
  delivered_participants: {type: bigint, unit: person, zh: 有送达人数的参与, description: participants of the acts that tell deliveries too}
  participation_rate: {type: double, unit: ratio, of: [delivered_participants, participant_delivered], zh: 参与率, description: may be above 1 as platforms count both at different times}
  cost_amount: {type: 'decimal(18,2)', unit: yuan, zh: 花费}
  orders: {type: bigint, unit: order, zh: 群内成交订单, description: 'kept orders through these groups in the phase; only of kind = all'}
  paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 群内成交金额, description: of these orders}
checks:
  - unique: [platform, live_session_id, phase, kind]
  - in_set: {column: phase, values: [before, during, after]}
*/
with phased as (
  select
    l.platform, l.live_session_id, l.started_at, p.phase,
    case p.phase
      when 'before' then l.started_at - interval '1 second' * ($hours * 3600)
      when 'during' then l.started_at
      else coalesce(l.ended_at, l.started_at)
    end as begins_at,
    case
      when p.phase = 'before' then l.started_at
      else
        coalesce(l.ended_at, l.started_at)
        + interval '1 second' * case p.phase when 'after' then $hours * 3600 else 0 end
    end as ends_at
  from core.live_sessions as l
  cross join unnest(['before', 'during', 'after']) as p (phase)
),

-- what an act is looked up by: the session that it names, else its day
keys as (
  select platform, live_session_id, live_session_id as key from core.live_sessions
  union
  select s.platform, s.live_session_id, cast(c.date as varchar) as key
  from phased as s
  inner join core.calendar as c on cast(s.begins_at as date) <= c.date and cast(s.ends_at as date) >= c.date
),

-- one that names the session is before or after it, however long
acted as (
  select
    s.*,
    p.kind, p.group_id, p.delivered, p.opened, p.clicked, p.participants, p.cost_amount,
    p.live_session_id is not null as is_named
  from phased as s
  inner join keys as k on s.platform = k.platform and s.live_session_id = k.live_session_id
  inner join core.pushes as p
    on s.platform = p.platform and k.key = coalesce(p.live_session_id, cast(p.sent_date as varchar))
  where
    p.group_id is not null and coalesce(p.live_session_id, s.live_session_id) = s.live_session_id
    and (p.sent_at >= s.begins_at or (p.live_session_id is not null and s.phase = 'before'))
    and (p.sent_at < s.ends_at or (p.live_session_id is not null and s.phase = 'after'))
),

sold as (
  select a.platform, a.live_session_id, a.phase, count(*) as orders, sum(o.paid_amount) as paid_amount
  from (select distinct platform, live_session_id, phase, begins_at, ends_at, group_id from acted) as a
  inner join core.orders as o on a.platform = o.platform and a.group_id = o.group_id
  where o.is_kept and o.paid_at_has_time and o.paid_at >= a.begins_at and o.paid_at < a.ends_at
  group by a.platform, a.live_session_id, a.phase
)

select
  a.platform, a.live_session_id, a.started_at, a.phase,
  case when n.n = 1 then 'all' else coalesce(a.kind, 'none') end as kind,
  count(*) as acts, count(*) filter (where a.is_named) as named_acts, count(distinct a.group_id) as groups,
  sum(a.delivered) as delivered, sum(a.opened) as opened, sum(a.clicked) as clicked,
  sum(a.participants) as participants,
  sum(case when a.participants is not null then a.delivered end) as participant_delivered,
  sum(case when a.delivered is not null then a.participants end) as delivered_participants,
  sum(a.cost_amount) as cost_amount,
  case when n.n = 1 then coalesce(s.orders, 0) end as orders,
  case when n.n = 1 then coalesce(s.paid_amount, 0) end as paid_amount
from acted as a
cross join unnest([1, 2]) as n (n)
left join sold as s on a.platform = s.platform and a.live_session_id = s.live_session_id and a.phase = s.phase
group by all
