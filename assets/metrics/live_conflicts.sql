/*
title: {zh: 直播冲突, en: Live conflicts}
description: >-
  Pairs of live sessions of one platform that ran at the same time and cannot both be as told: an account has one session at a time (same_account), a host sits in one room (same_host);
  where a session names no account it is not known whether they are one (account_unknown). Likely the same session told twice, or a wrong hour. Nothing is taken off any
  number for it. A session whose end nobody tells is not compared from its start on.
description_zh: >-
  同一平台、时间重叠而不可能同时成立的两场直播：同一账号（same_account）、同一主播（same_host），或没写账号、无从判断（account_unknown）。多半是同一场登记了两次，或时刻有误。只提示，不从任何数字中扣除。没有下播时间的场次不作为先开播的一方比较。
grain: platform, live_session_id, other_live_session_id
columns:
  platform: {type: varchar, zh: 平台}
  live_session_id: {type: varchar, zh: 直播场次, description: 'each pair stands twice, once from either side'}
  other_live_session_id: {type: varchar, zh: 另一场次}
  conflict: {type: varchar, zh: 冲突, description: 'same_account, same_host or account_unknown'}
  started_at: {type: timestamp, zh: 开播时间}
  ended_at: {type: timestamp, zh: 下播时间}
  other_started_at: {type: timestamp, zh: 另一场开播时间}
  other_ended_at: {type: timestamp, zh: 另一场下播时间}
  overlap_minutes: {type: double, unit: minute, zh: 重叠时长, description: NULL where the end of the later one is not told}
  is_alike: {type: boolean, zh: 数字相同, description: 'viewers and amount of both are told and equal: likely one session twice'}
  unclear_minutes: {type: bigint, unit: row, zh: 无法归属的分钟, description: rows of core.live_minutes in the overlap that belong to no session for it}
checks:
  - unique: [platform, live_session_id, other_live_session_id]
  - in_set: {column: conflict, values: [same_account, same_host, account_unknown]}
*/
with pairs as (
  select
    a.platform,
    a.live_session_id,
    b.live_session_id as other_live_session_id,
    a.account_id,
    a.started_at,
    a.ended_at,
    b.started_at as other_started_at,
    b.ended_at as other_ended_at,
    greatest(a.started_at, b.started_at) as meets_at,
    case when a.ended_at is not null and b.ended_at is not null then least(a.ended_at, b.ended_at) end as parts_at,
    case
      when a.account_id = b.account_id then 'same_account'
      when a.host_id = b.host_id then 'same_host'
      when a.account_id is null or b.account_id is null then 'account_unknown'
    end as conflict,
    coalesce(a.viewers = b.viewers and a.paid_amount = b.paid_amount, false) as is_alike
  from core.live_sessions as a
  inner join core.live_sessions as b
    on
      a.platform = b.platform
      and a.live_session_id <> b.live_session_id
      and a.started_at < coalesce(b.ended_at, b.started_at + interval 1 second)
      and b.started_at < coalesce(a.ended_at, a.started_at + interval 1 second)
)

select
  p.platform,
  p.live_session_id,
  p.other_live_session_id,
  p.conflict,
  p.started_at,
  p.ended_at,
  p.other_started_at,
  p.other_ended_at,
  cast(date_diff('second', date_trunc('second', p.meets_at), date_trunc('second', p.parts_at)) as double) / 60
    as overlap_minutes,
  p.is_alike,
  count(m.minute_at) as unclear_minutes
from pairs as p
left join core.live_minutes as m
  on
    p.platform = m.platform
    and m.live_session_id is null
    and (m.account_id = '' or p.account_id = m.account_id)
    and p.meets_at <= m.minute_at
    and p.parts_at > m.minute_at
where p.conflict is not null
group by all
