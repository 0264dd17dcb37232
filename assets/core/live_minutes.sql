/*
title: {zh: 直播分时, en: Live minutes}
description: >-
  The curves of live sessions up to as_of, a row per minute or longer span. They stand beside the session's own figures and never replace them: the
  minutes of entries do not add up to it. A table of days is no curve, and left out.
description_zh: 截至数据日期的直播分时曲线，每分钟（或更长间隔）一行。与整场数据并列，不相加替代：各分钟的进入人数之和不等于整场。按天的表不是曲线，不在其中。
grain: platform, account_id, live_session_id, minute_at
columns:
  platform: {type: varchar, zh: 平台}
  account_id: {type: varchar, zh: 账号, description: empty where not given}
  live_session_id: {type: varchar, zh: 直播场次编号, description: "as the file tells it; else the session of the account (without one, of the platform) that ran then, where exactly one did"}
  is_session_told: {type: boolean, zh: 场次是否写明, description: the file names the session}
  minute_at: {type: timestamp, zh: 时间, description: when the span begins}
  span_seconds: {type: bigint, unit: second, zh: 间隔, description: "how long the span is: the least distance of two rows of the file; NULL where it has one row. A file may be of minutes or of hours"}
  shop_id: {type: varchar, zh: 店铺}
  online_people: {type: bigint, unit: person, zh: 在线人数, description: 'of a moment, so never added up'}
  viewers: {type: bigint, unit: person, zh: 进入人数, description: who came in}
  left_people: {type: bigint, unit: person, zh: 离开人数}
  comments: {type: bigint, unit: event, zh: 评论次数}
  new_fan_club: {type: bigint, unit: person, zh: 新加粉丝团}
  new_followers: {type: bigint, unit: person, zh: 新增粉丝}
  orders: {type: bigint, unit: order, zh: 成交订单数}
  buyers: {type: bigint, unit: person, zh: 成交人数}
  paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 成交金额}
  ad_cost_amount: {type: 'decimal(18,2)', unit: yuan, zh: 投放消耗}
checks:
  - unique: [platform, account_id, live_session_id, minute_at]
  - not_null: [platform, account_id, minute_at]
*/
with followed as (
  select
    *,
    lag(minute_at) over (partition by platform, account_id, live_session_id, file_id order by minute_at) as before_at
  from staging.live_minutes
  where minute_at < $as_of + 1
),

spans as (
  select
    *,
    min(date_diff('second', date_trunc('second', before_at), date_trunc('second', minute_at))) over (
      partition by platform, account_id, live_session_id, file_id
    ) as span_seconds
  from followed
),

-- a session of which nobody tells the end may have run for a day
sessions as (
  select
    platform,
    live_session_id,
    account_id,
    started_at,
    ended_at,
    coalesce(ended_at, started_at + interval 1 day) as may_end_at
  from core.live_sessions
),

ran as (
  select
    m.platform,
    m.account_id,
    m.minute_at,
    case when count(*) = 1 and count(s.ended_at) = 1 then min(s.live_session_id) end as live_session_id
  from spans as m
  inner join sessions as s
    on
      m.platform = s.platform
      and (m.account_id = '' or m.account_id = s.account_id)
      and m.minute_at + interval '1 second' * coalesce(m.span_seconds, 60) > s.started_at
      and m.minute_at < s.may_end_at
  where m.live_session_id = ''
  group by m.platform, m.account_id, m.minute_at
)

select
  m.platform,
  m.account_id,
  coalesce(nullif(m.live_session_id, ''), r.live_session_id) as live_session_id,
  m.live_session_id <> '' as is_session_told,
  m.minute_at,
  m.span_seconds,
  m.shop_id,
  m.online_people,
  m.viewers,
  m.left_people,
  m.comments,
  m.new_fan_club,
  m.new_followers,
  m.orders,
  m.buyers,
  m.paid_amount,
  m.ad_cost_amount
from spans as m
left join ran as r
  on m.live_session_id = '' and m.platform = r.platform and m.account_id = r.account_id and m.minute_at = r.minute_at
where coalesce(m.span_seconds, 60) < 86400
