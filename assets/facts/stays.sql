/*
title: {zh: 在籍时长, en: Stays}
description: >-
  Stays in the private domain by the day of joining and the days until leaving, for every breakdown at joining. Additive: each
  stay stands in one row of a breakdown.
description_zh: 私域在籍按加入日、到离开的天数计数，细分按加入时；各列可直接相加。
grain: date, platform, segment_by, segment, segment_platform, stay_days
counted_by: memberships
columns:
  date: {type: date, zh: 加入日}
  platform: {type: varchar, zh: 平台, description: 'where it is, whose clock says what is known'}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: value at joining; none where it has no such value}
  segment_platform: {type: varchar, zh: 细分值的平台, description: whose number segment is; NULL where it is no number}
  stay_days: {type: bigint, unit: day, zh: 在籍天数, description: calendar days from joining to leaving; NULL while still inside}
  memberships: {type: bigint, unit: membership, zh: 在籍数}
checks:
  - not_null: [date, segment_by, segment, memberships]
*/
with joined as (
  select
    m.platform,
    cast(m.joined_at as date) as date,
    date_diff('day', cast(m.joined_at as date), cast(m.left_at as date)) as stay_days,
    $breakdown_columns
  from core.memberships as m
  where m.is_private_entry
)

select
  date,
  platform,
  $breakdowns,
  stay_days,
  count(*) as memberships
from joined
group by all
