/*
title: {zh: 私域在籍, en: Memberships}
description: Each stay of a person in a group, in WeCom or as a member, from joining to leaving. A second join while still inside opens nothing new; a leave without a known join is not a stay. The first leave told of any of a person's ids ends it.
description_zh: 每个人每一段入群、加企微、入会的在籍时间，从加入到离开。
grain: person_id, platform, kind, group_id, joined_at
rebuild:
  delete: touched_people
  restrict:
    core.events: touched_people
columns:
  person_id:            {type: varchar, zh: 人}
  platform:             {type: varchar, zh: 平台}
  kind:                 {type: varchar, zh: 类型, description: "group, wecom, member, follow, fan_club, or the word of a private entry event that is none of them"}
  event:                {type: varchar, zh: 加入事件}
  group_id:             {type: varchar, zh: 粉丝群, description: NULL where the stay is not in a group}
  joined_at:            {type: timestamp, zh: 加入时间}
  left_at:              {type: timestamp, zh: 离开时间, description: NULL while still inside at as_of}
  joined_at_utc:        {type: timestamp, zh: 加入时间（UTC）, description: the same instant in UTC}
  left_at_utc:          {type: timestamp, zh: 离开时间（UTC）, description: the same instant in UTC}
  entry_path:           {type: varchar, zh: 入群路径}
  live_session_id:      {type: varchar, zh: 直播场次, description: the session the join came from}
  follow_days_required: {type: bigint, unit: day, zh: 关注天数门槛}
  fan_level_required:   {type: bigint, zh: 粉丝团等级门槛}
  threshold:            {type: varchar, zh: 门槛, description: 'label of both thresholds, e.g. follow_7+fan_5; none; unknown where no file tells'}
  is_private_entry:     {type: boolean, zh: 是否算私域, description: "the join is one of the merchant's private entry events"}
checks:
  - unique: [person_id, platform, kind, group_id, joined_at]
  - not_null: [person_id, joined_at]
  - condition: {sql: 'left_at is null or left_at >= joined_at', name: leaves after joining}
*/
with moves as (
  select
    e.person_id,
    e.platform,
    e.event,
    e.event_id,
    e.event_at,
    e.event_at_utc,
    e.entry_path,
    e.live_session_id,
    coalesce(w.kind, e.event) as kind,
    case when w.kind = 'group' then e.group_id end as group_id,
    case when w.is_exit then 0 else 1 end as is_join
  from core.events as e
  inner join core.event_words as w on e.event = w.event
  where e.person_id is not null and w.is_move
),

stepped as (
  select
    *,
    lag(is_join) over (
      partition by person_id, platform, kind, group_id order by event_at asc, is_join desc, event_id asc
    ) as was_join
  from moves
),

turns as (
  select
    *,
    lead(event_at) over (
      partition by person_id, platform, kind, group_id order by event_at asc, is_join desc, event_id asc
    ) as next_at,
    lead(event_at_utc) over (
      partition by person_id, platform, kind, group_id order by event_at asc, is_join desc, event_id asc
    ) as next_at_utc
  from stepped
  where is_join <> coalesce(was_join, 0)
)

select
  t.person_id,
  t.platform,
  t.kind,
  t.event,
  t.group_id,
  t.event_at as joined_at,
  t.next_at as left_at,
  t.event_at_utc as joined_at_utc,
  t.next_at_utc as left_at_utc,
  coalesce(t.entry_path, case when t.kind = 'group' then 'other' else t.kind end) as entry_path,
  t.live_session_id,
  g.follow_days_required,
  g.fan_level_required,
  case when t.kind <> 'group' then 'none' else coalesce(g.threshold, 'unknown') end as threshold,
  list_contains($private_entry_events, t.event) as is_private_entry
from turns as t
left join core.groups as g on t.platform = g.platform and t.group_id = g.group_id
where t.is_join = 1
