/*
title: {zh: 多场入群, en: Stays of several live sessions}
description: >-
  Of the people who joined from several live sessions (or from one and from none), when they came inside each session's stays and when they
  left the last of them. facts.member_days counts them in every session; a host with several of these sessions must count them once.
description_zh: 从多场直播（或场内与场外）入私域的人，每场的进与出；按主播统计在籍人数时据此去重。
grain: date, segment_by, segment, segment_platform, person_id, moved_at, growth
counted_by: changes
facts:
  member_moves: {}
columns:
  date: {type: date, zh: 日期}
  segment_by: {type: varchar, zh: 细分维度, description: live_session}
  segment: {type: varchar, zh: 细分值, description: the session; none where the stay came from none}
  segment_platform: {type: varchar, zh: 细分值的平台, description: whose number segment is}
  person_id: {type: varchar, zh: 人}
  moved_at: {type: timestamp, zh: 时间}
  growth: {type: bigint, zh: 进出, description: '1 inside from now on, -1 no longer'}
  changes: {type: bigint, unit: event, zh: 次数, description: always 1}
checks:
  - not_null: [date, segment, person_id, moved_at]
*/
with valued as (
  select
    m.person_id,
    m.moved_at,
    m.step,
    $breakdown_columns
  from facts.member_moves as m
  where m.step <> 0
),

by_session as (
  select
    person_id,
    moved_at,
    step,
    $breakdowns,
    count(*) as moves
  from valued
  group by all
),

named as (
  select
    *,
    concat(coalesce(segment_platform, ''), chr(31), segment) as session
  from by_session
),

spread as (
  select
    *,
    min(session) over (partition by person_id) <> max(session) over (partition by person_id) as is_several
  from named
),

stays_open as (
  select
    *,
    sum(step * moves) over (
      partition by session, person_id
      order by moved_at asc, step desc rows between unbounded preceding and current row
    ) as open_stays
  from spread
  where is_several
)

select
  cast(moved_at as date) as date,
  segment_by,
  segment,
  segment_platform,
  person_id,
  moved_at,
  step as growth,
  cast(1 as bigint) as changes
from stays_open
where (step = 1 and open_stays = moves) or (step = -1 and open_stays = 0)
