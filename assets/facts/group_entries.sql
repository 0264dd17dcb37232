/*
title: {zh: 入群, en: Group entries}
description: >-
  Applications, approvals and joins of the chat groups by day and entry path, for every breakdown of theirs, and how many of the joins
  stayed and bought within so many days. Of entry_path_threshold_group the segment is the group, as the threshold is looked up. Additive in
  every column. Whether the days are over is not asked here.
description_zh: 群的申请、通过、加入按日期与入群路径计数，附加入后留存与购买的次数；不判断观察期是否已满。各列可直接相加。
grain: date, platform, entry_path, segment_by, segment, segment_platform
counted_by: [applications, approvals, joins]
columns:
  date: {type: date, zh: 日期, description: 'of the application, the approval or the join'}
  platform: {type: varchar, zh: 平台, description: 'of the group, whose clocks say what is known'}
  entry_path: {type: varchar, zh: 入群路径, description: 'other where nobody tells it; an approval came the way that was applied for'}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: value of the breakdown; none where there is no such value}
  segment_platform: {type: varchar, zh: 细分值的平台, description: whose number segment is; NULL where it is no number}
  applications: {type: bigint, unit: event, zh: 申请数}
  approved_applications: {type: bigint, unit: event, zh: 已通过申请数,
    description: applications followed by an approval or a join before any rejection or new application}
  approvals: {type: bigint, unit: event, zh: 通过数}
  joins: {type: bigint, unit: membership, zh: 入群数, description: stays in a group that began}
  stayed_7: {type: bigint, unit: membership, zh: 7天仍在群, description: joins not followed by leaving within 7 days}
  stayed_30: {type: bigint, unit: membership, zh: 30天仍在群, description: joins not followed by leaving within 30 days}
  stayed_90: {type: bigint, unit: membership, zh: 90天仍在群, description: joins not followed by leaving within 90 days}
  prospects: {type: bigint, unit: membership, zh: 未购入群数, description: joins of people who had not bought before}
  first_orders_30: {type: bigint, unit: membership, zh: 30天内首单的入群数, description: prospects whose first order came within 30 days}
  repeat_prospects: {type: bigint, unit: membership, zh: 未复购入群数,
    description: joins of people who had not bought a second time before}
  repurchases_90: {type: bigint, unit: membership, zh: 90天内复购的入群数,
    description: repeat_prospects whose second purchase came within 90 days}
checks:
  - not_null: [date, platform, entry_path, segment_by, segment]
  - condition: {sql: 'stayed_90 <= stayed_30 and stayed_30 <= stayed_7 and stayed_7 <= joins', name: who stays longer stayed}
*/
with asking as (
  select
    e.*,
    case when w.kind = 'group' then 'join' else w.act end as act
  from core.events as e
  inner join core.event_words as w on e.event = w.event
  where
    (w.act in ('apply', 'approve', 'reject') or (w.kind = 'group' and not w.is_exit))
    and e.group_id is not null
    and e.person_id is not null
),

-- an application is approved when the next thing that happens to it is an approval or the join itself; an approval came
-- the way that was applied for
applications as (
  select
    platform,
    group_id,
    act,
    event_at,
    coalesce(entry_path, case when act = 'approve' and lag(act) over turn = 'apply' then lag(entry_path) over turn end)
      as entry_path,
    live_session_id,
    lead(act) over turn as next_act
  from asking
  window turn as (
    partition by platform, group_id, person_id
    order by
      event_at,
      case act when 'apply' then 1 when 'approve' then 2 when 'reject' then 2 else 3 end,
      event_id
  )
),

happened as (
  select
    act,
    cast(event_at as date) as date,
    platform,
    group_id,
    entry_path,
    live_session_id,
    act = 'apply' and next_act in ('approve', 'join') as is_approved,
    cast(null as bigint) as stayed_seconds,
    cast(null as boolean) as had_bought,
    cast(null as boolean) as had_repeated,
    cast(null as bigint) as first_order_days,
    cast(null as bigint) as second_order_days
  from applications
  where act in ('apply', 'approve')
  union all
  select
    'join' as act,
    cast(m.joined_at as date) as date,
    m.platform,
    m.group_id,
    m.entry_path,
    m.live_session_id,
    false as is_approved,
    case
      when m.left_at is not null
        then date_diff('second', date_trunc('second', m.joined_at_utc), date_trunc('second', m.left_at_utc))
    end as stayed_seconds,
    coalesce(p.first_order_at < m.joined_at, false) as had_bought,
    coalesce(p.second_order_at < m.joined_at, false) as had_repeated,
    date_diff('day', cast(m.joined_at as date), cast(p.first_order_at as date)) as first_order_days,
    date_diff('day', cast(m.joined_at as date), cast(p.second_order_at as date)) as second_order_days
  from core.memberships as m
  left join core.people as p on m.person_id = p.person_id
  where m.kind = 'group'
),

entries as (
  select
    e.date,
    e.platform,
    coalesce(e.entry_path, 'other') as entry_path,
    $breakdown_columns,
    e.act,
    e.is_approved,
    e.act = 'join' and coalesce(e.stayed_seconds > 7 * 86400, true) as has_stayed_7,
    e.act = 'join' and coalesce(e.stayed_seconds > 30 * 86400, true) as has_stayed_30,
    e.act = 'join' and coalesce(e.stayed_seconds > 90 * 86400, true) as has_stayed_90,
    e.act = 'join' and not e.had_bought as is_prospect,
    e.act = 'join' and not e.had_bought and e.first_order_days <= 30 as has_bought,
    e.act = 'join' and not e.had_repeated as is_repeat_prospect,
    e.act = 'join' and not e.had_repeated and e.second_order_days <= 90 as has_repeated
  from happened as e
)

select
  date,
  platform,
  entry_path,
  $breakdowns,
  count(*) filter (where act = 'apply') as applications,
  count(*) filter (where is_approved) as approved_applications,
  count(*) filter (where act = 'approve') as approvals,
  count(*) filter (where act = 'join') as joins,
  count(*) filter (where has_stayed_7) as stayed_7,
  count(*) filter (where has_stayed_30) as stayed_30,
  count(*) filter (where has_stayed_90) as stayed_90,
  count(*) filter (where is_prospect) as prospects,
  count(*) filter (where has_bought) as first_orders_30,
  count(*) filter (where is_repeat_prospect) as repeat_prospects,
  count(*) filter (where has_repeated) as repurchases_90
from entries
group by all
