/*
title: {zh: 直播曲线, en: Live curve}
description: >-
  A live session minute by minute, where the platform's curve was loaded (core.live_minutes): who is there, who comes in, what is bought, and what was sent into the chat groups in that
  span. The sums of a curve are not the session's own figures, as who comes twice counts twice.
description_zh: 一场直播的分时曲线（需导入分时数据）：在线、进入、成交，以及同一时段发到群里的消息。曲线之和不等于整场数据，同一人两次进入算两次。
grain: platform, live_session_id, account_id, minute_at
columns:
  platform: {type: varchar, zh: 平台}
  live_session_id: {type: varchar, zh: 直播场次}
  account_id: {type: varchar, zh: 账号, description: empty where not given}
  minute_at: {type: timestamp, zh: 时间, description: when the span begins}
  minute_no: {type: bigint, unit: minute, zh: 第几分钟, description: 'minutes since the start, from 0; below 0 before it; NULL where the session is in no list'}
  span_seconds: {type: bigint, unit: second, zh: 间隔}
  online_people: {type: bigint, unit: person, zh: 在线人数}
  viewers: {type: bigint, unit: person, zh: 进入人数}
  left_people: {type: bigint, unit: person, zh: 离开人数}
  comments: {type: bigint, unit: event, zh: 评论次数}
  new_followers: {type: bigint, unit: person, zh: 新增粉丝}
  new_fan_club: {type: bigint, unit: person, zh: 新加粉丝团}
  orders: {type: bigint, unit: order, zh: 成交订单数}
  paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 成交金额}
  paid_so_far_amount: {type: 'decimal(18,2)', unit: yuan, zh: 累计成交金额, description: of the curve up to and with this span; NULL while none is told}
  group_plays: {type: bigint, unit: event, zh: 群玩法, description: 'messages and plays sent into chat groups of the platform in the span; those that name another session are not among them'}
checks:
  - unique: [platform, live_session_id, account_id, minute_at]
*/
with curve as (
  select *
  from core.live_minutes
  where live_session_id is not null
),

-- a span may last beyond midnight
dates as (
  select
    c.*,
    cast(c.minute_at as date) + d.day_no as date
  from curve as c
  cross join unnest([0, 1]) as d (day_no)
),

played as (
  select
    c.platform,
    c.live_session_id,
    c.account_id,
    c.minute_at,
    count(*) as plays
  from dates as c
  inner join core.pushes as p
    on
      c.platform = p.platform
      and c.date = p.sent_date
      and c.minute_at <= p.sent_at
      and c.minute_at + interval '1 second' * coalesce(c.span_seconds, 60) > p.sent_at
  where p.group_id is not null and coalesce(p.live_session_id, c.live_session_id) = c.live_session_id
  group by c.platform, c.live_session_id, c.account_id, c.minute_at
)

select
  c.platform,
  c.live_session_id,
  c.account_id,
  c.minute_at,
  date_diff('second', date_trunc('second', l.started_at), c.minute_at) // 60 as minute_no,
  c.span_seconds,
  c.online_people,
  c.viewers,
  c.left_people,
  c.comments,
  c.new_followers,
  c.new_fan_club,
  c.orders,
  c.paid_amount,
  sum(c.paid_amount) over (
    partition by c.platform, c.live_session_id, c.account_id order by c.minute_at
    rows between unbounded preceding and current row
  ) as paid_so_far_amount,
  coalesce(p.plays, 0) as group_plays
from curve as c
left join core.live_sessions as l on c.platform = l.platform and c.live_session_id = l.live_session_id
left join played as p
  on
    c.platform = p.platform
    and c.live_session_id = p.live_session_id
    and c.account_id = p.account_id
    and c.minute_at = p.minute_at
