/*
title: {zh: 私域在籍, en: Memberships}
description: Each stay of a person in a group, in WeCom or as a member, from joining to leaving. A second join while still inside opens nothing new; a leave without a known join is not a stay. The first leave told of any of a person's ids ends it. A join known only by its day never lies after a leave told of that day; of the two only the stay's end is certain.
description_zh: 每个人每一段入群、加企微、入会的在籍时间，从加入到离开。只知日期的加入不会排在当天的离开之后：两者之中，只有离开是确定的。
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
  joined_at:            {type: timestamp, zh: 加入时间, description: "where only the day is known its last second, or the time of a leave told by the hour on that day"}
  left_at:              {type: timestamp, zh: 离开时间, description: NULL while still inside at as_of}
  is_left_inferred:     {type: boolean, zh: 离开是否推断, description: "nobody told the leave: a later whole list of members is without the person, and left_at is its time; NULL while still inside"}
  left_after:           {type: timestamp, zh: 离开不早于, description: "where the leave is inferred: the last list with the person, so the leave lies between this and left_at"}
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
  - condition: {sql: 'left_after is null or (is_left_inferred and left_after <= left_at)', name: an inferred leave lies between two lists}
*/
with moves as (
  select
    e.person_id,
    e.platform,
    e.event,
    e.event_id,
    e.event_at,
    e.event_at_utc,
    e.event_date,
    e.event_at_has_time as has_time,
    e.is_inferred,
    e.happened_after,
    e.entry_path,
    e.live_session_id,
    coalesce(w.kind, e.event) as kind,
    case when w.kind = 'group' then e.group_id end as group_id,
    case when w.is_exit then 0 else 1 end as is_join
  from core.events as e
  inner join core.event_words as w on e.event = w.event
  where e.person_id is not null and w.is_move
),

followed as (
  select
    *,
    lag(is_join) over (
      partition by person_id, platform, kind, group_id order by event_at asc, is_join desc, event_id asc
    ) as before_it
  from moves
),

mornings as (
  select
    *,
    first_value(before_it) over (
      partition by person_id, platform, kind, group_id, event_date
      order by event_at asc, is_join desc, event_id asc
    ) = 1 as was_inside
  from followed
),

-- The hour of the day's first leave, which a join without an hour must not lie after. Who was inside and is missing in a
-- list of members left before it: a join of that day is another one.
left_that_day as (
  select
    *,
    min(case when is_leave then event_at end) over same_day as day_left_at,
    min(case when is_leave then event_at_utc end) over same_day as day_left_at_utc
  from (
    select
      *,
      has_time and is_join = 0 and not (is_inferred and coalesce(was_inside, false)) as is_leave
    from mornings
  ) as told
  window same_day as (partition by person_id, platform, kind, group_id, event_date)
),

timed as (
  select
    *,
    case when not has_time and is_join = 1 then coalesce(day_left_at, event_at) else event_at end as moved_at,
    case when not has_time and is_join = 1 then coalesce(day_left_at_utc, event_at_utc) else event_at_utc end
      as moved_at_utc
  from left_that_day
),

stepped as (
  select
    *,
    lag(is_join) over (
      partition by person_id, platform, kind, group_id order by moved_at asc, is_join desc, event_id asc
    ) as was_join
  from timed
),

turns as (
  select
    *,
    lead(moved_at) over (
      partition by person_id, platform, kind, group_id order by moved_at asc, is_join desc, event_id asc
    ) as next_at,
    lead(moved_at_utc) over (
      partition by person_id, platform, kind, group_id order by moved_at asc, is_join desc, event_id asc
    ) as next_at_utc,
    lead(is_inferred) over (
      partition by person_id, platform, kind, group_id order by moved_at asc, is_join desc, event_id asc
    ) as is_next_inferred,
    lead(happened_after) over (
      partition by person_id, platform, kind, group_id order by moved_at asc, is_join desc, event_id asc
    ) as next_after
  from stepped
  where is_join <> coalesce(was_join, 0)
)

select
  t.person_id,
  t.platform,
  t.kind,
  t.event,
  t.group_id,
  t.moved_at as joined_at,
  t.next_at as left_at,
  t.is_next_inferred as is_left_inferred,
  case when t.is_next_inferred then greatest(t.next_after, t.moved_at) end as left_after,
  t.moved_at_utc as joined_at_utc,
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
