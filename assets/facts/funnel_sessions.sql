/*
title: {zh: 场次登记的所属场次, en: Sessions of a funnel sheet}
description: >-
  Which live session each row of core.session_funnels is of, and what our own rows say of that session: the one whose number was typed, else the only
  one of the platform with the same host or account that began within match_minutes of the time typed. A count is NULL where no such session is known, before our rows are known for the day
  after the start (a session may last beyond midnight), and where no event of its kind ever names a session of the platform. A view.
description_zh: 手工登记的每一行属于哪一场直播，以及自有明细对该场的记录：优先用登记的场次编号，否则取同平台、同主播或同账号、开播时间相差 match_minutes 分钟以内的唯一一场。匹配不到、次日明细尚不可知、或从未有该类互动写明场次的，为空。
grain: platform, account_id, host_id, started_at
materialized: view
parameters:
  match_minutes: 15
facts:
  sessions: {}
columns:
  platform: {type: varchar, zh: 平台}
  account_id: {type: varchar, zh: 账号, description: as typed}
  host_id: {type: varchar, zh: 主播, description: as typed}
  started_at: {type: timestamp, zh: 开播, description: as typed}
  live_session_id: {type: varchar, zh: 直播场次, description: the session that the row is of; NULL where none is found}
  matched_by: {type: varchar, zh: 匹配方式, description: 'id: by the number typed; start: by start and host or account; unknown: the number typed is known nowhere else; several: several began then; none'}
  sheet_rows: {type: bigint, unit: row, zh: 同场登记行数, description: rows of the sheet that are of the same session}
  identified_viewers: {type: bigint, unit: person, zh: 可识别观众}
  identified_group_members: {type: bigint, unit: person, zh: 可识别进群人数}
  identified_contacts: {type: bigint, unit: person, zh: 可识别加企微人数, description: also of a platform that has no live sessions of its own}
  identified_followers: {type: bigint, unit: person, zh: 可识别新增粉丝}
  matched_orders: {type: bigint, unit: order, zh: 明细订单数}
  matched_amount: {type: 'decimal(18,2)', unit: yuan, zh: 明细金额}
*/
with found as (
  select
    s.platform,
    s.account_id,
    s.host_id,
    s.started_at,
    min(l.live_session_id) as live_session_id,
    count(*) as sessions
  from core.session_funnels as s
  inner join core.live_sessions as l
    on
      s.platform = l.platform
      and (s.host_id = l.host_id or s.account_id = l.account_id)
      and abs(date_diff('second', date_trunc('second', s.started_at), date_trunc('second', l.started_at)))
      <= 60 * $match_minutes
  where s.live_session_id is null
  group by s.platform, s.account_id, s.host_id, s.started_at
),

-- numbers of sessions are a platform's own; an event of a platform without sessions names another's: whose, is known where
-- one platform alone has the number
numbers as (
  select platform, live_session_id from core.live_sessions
  union
  select platform, live_session_id from core.session_funnels where live_session_id is not null
),

owned as (
  select live_session_id, min(platform) as platform
  from numbers
  group by live_session_id
  having count(*) = 1
),

contacts as (
  select
    coalesce(h.platform, o.platform) as platform,
    f.live_session_id,
    sum(f.new_contacts) as new_contacts,
    min(k.known_until) as known_until
  from facts.sessions as f
  left join (select distinct platform from numbers) as h on f.platform = h.platform
  left join owned as o on f.live_session_id = o.live_session_id
  left join core.known as k on f.platform = k.platform and k.kind = 'events'
  where f.new_contacts > 0
  group by coalesce(h.platform, o.platform), f.live_session_id
),

contact_clocks as (
  select platform, min(known_until) as known_until
  from contacts
  group by platform
),

tells as (
  select
    platform,
    sum(viewers) > 0 as viewers,
    sum(new_group_members) > 0 as group_members,
    sum(new_followers) > 0 as followers,
    sum(orders) > 0 as orders
  from facts.sessions
  group by platform
),

placed as (
  select
    s.platform,
    s.account_id,
    s.host_id,
    s.started_at,
    coalesce(s.live_session_id, case when f.sessions = 1 then f.live_session_id end) as live_session_id,
    s.live_session_id is not null as is_typed,
    f.sessions
  from core.session_funnels as s
  left join found as f
    on
      s.platform = f.platform
      and s.account_id = f.account_id
      and s.host_id = f.host_id
      and s.started_at = f.started_at
),

beside as (
  select
    p.*,
    case
      when p.is_typed and l.live_session_id is null and o.live_session_id is null and c.live_session_id is null
        then 'unknown'
      when p.is_typed then 'id' when p.sessions = 1 then 'start' when p.sessions > 1 then 'several' else 'none'
    end as matched_by,
    case when p.live_session_id is null then 1 else count(*) over (partition by p.platform, p.live_session_id) end
      as sheet_rows,
    coalesce(e.known_until > cast(p.started_at as date), false) as are_events_known,
    t.orders and r.known_until > cast(p.started_at as date) as tells_orders,
    t.viewers as tells_viewers,
    t.group_members as tells_group_members,
    t.followers as tells_followers,
    n.known_until > cast(p.started_at as date) and u.live_session_id is null as tells_contacts,
    coalesce(o.viewers, 0) as viewers,
    coalesce(o.new_group_members, 0) as new_group_members,
    coalesce(o.new_followers, 0) as new_followers,
    coalesce(c.new_contacts, 0) as new_contacts,
    coalesce(o.orders, 0) as orders,
    coalesce(o.paid_amount, 0) as paid_amount
  from placed as p
  left join core.live_sessions as l on p.platform = l.platform and p.live_session_id = l.live_session_id
  left join facts.sessions as o on p.platform = o.platform and p.live_session_id = o.live_session_id
  left join contacts as c on p.platform = c.platform and p.live_session_id = c.live_session_id
  left join contacts as u on u.platform is null and p.live_session_id = u.live_session_id
  left join tells as t on p.platform = t.platform
  left join contact_clocks as n on p.platform = n.platform
  left join core.known as e on p.platform = e.platform and e.kind = 'events'
  left join core.known as r on p.platform = r.platform and r.kind = 'orders'
),

found_out as (
  select
    *,
    matched_by in ('id', 'start') as is_found
  from beside
)

select
  platform,
  account_id,
  host_id,
  started_at,
  live_session_id,
  matched_by,
  cast(sheet_rows as bigint) as sheet_rows,
  cast(case when is_found and are_events_known and tells_viewers then viewers end as bigint) as identified_viewers,
  cast(
    case when is_found and are_events_known and tells_group_members then new_group_members end as bigint
  ) as identified_group_members,
  cast(case when is_found and tells_contacts then new_contacts end as bigint) as identified_contacts,
  cast(
    case when is_found and are_events_known and tells_followers then new_followers end as bigint
  ) as identified_followers,
  cast(case when is_found and tells_orders then orders end as bigint) as matched_orders,
  cast(case when is_found and tells_orders then paid_amount end as decimal(18, 2)) as matched_amount
from found_out
