/*
title: {zh: 私域进出, en: Moves in and out of the private domain}
description: >-
  Each join and leave of a private membership, and each person's first private entry ever. The one place that says what moves members. A
  view: every row is a move.
description_zh: 每次加入、离开私域关系，以及每人首次进入私域。
grain: {text: one move}
materialized: view
columns:
  person_id: {type: varchar, zh: 人}
  platform: {type: varchar, zh: 平台}
  group_id: {type: varchar, zh: 粉丝群}
  live_session_id: {type: varchar, zh: 直播场次, description: the session the stay came from}
  moved_at: {type: timestamp, zh: 时间}
  step: {type: bigint, zh: 进出, description: '1 a join, -1 a leave, 0 the first entry ever'}
*/
select
  person_id,
  platform,
  group_id,
  live_session_id,
  joined_at as moved_at,
  cast(1 as bigint) as step
from core.memberships
where is_private_entry
union all
select
  person_id,
  platform,
  group_id,
  live_session_id,
  left_at as moved_at,
  cast(-1 as bigint) as step
from core.memberships
where is_private_entry and left_at is not null
union all
select
  person_id,
  private_platform as platform,
  private_group_id as group_id,
  private_live_session_id as live_session_id,
  private_at as moved_at,
  cast(0 as bigint) as step
from core.people
where private_at is not null
