/*
title: {zh: 每日进退群, en: Joins and leaves by day}
description: >-
  Joins and leaves of private memberships, the change of people inside at least one of them, and first private entries, by day and every
  breakdown of the stay. Additive over days. Who has stays of several live sessions is inside each: facts.several_stays tells when.
description_zh: 按天与各细分的私域关系加入、离开、在籍人数净变化与首次入私域人数，可按天相加。
grain: date, segment_by, segment, segment_platform
counted_by: moves
facts:
  member_moves: {}
columns:
  date: {type: date, zh: 日期}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: value of the stay; none where it has no such value}
  segment_platform: {type: varchar, zh: 细分值的平台, description: whose number segment is; NULL where it is no number}
  moves: {type: bigint, unit: event, zh: 进出次数, description: joins and leaves and first entries}
  joins: {type: bigint, unit: membership, zh: 加入次数}
  leaves: {type: bigint, unit: membership, zh: 离开次数}
  growth: {type: bigint, zh: 在籍人数净变化, description: people who came in by their first open stay less those whose last one ended}
  private_entries: {type: bigint, unit: person, zh: 新入私域人数}
checks:
  - not_null: [date, segment_by, segment, moves]
*/
with valued as (
  select
    m.person_id,
    m.moved_at,
    m.step,
    $breakdown_columns
  from facts.member_moves as m
),

by_person as (
  select
    person_id,
    moved_at,
    step,
    $breakdowns,
    count(*) as moves
  from valued
  group by all
),

-- a person is in from the first open stay to the end of the last one
stays_open as (
  select
    *,
    sum(step * moves) over (
      partition by segment_by, segment, segment_platform, person_id
      order by moved_at asc, step desc rows between unbounded preceding and current row
    ) as open_stays
  from by_person
)

select
  cast(moved_at as date) as date,
  segment_by,
  segment,
  segment_platform,
  cast(sum(moves) as bigint) as moves,
  cast(sum(case when step = 1 then moves else 0 end) as bigint) as joins,
  cast(sum(case when step = -1 then moves else 0 end) as bigint) as leaves,
  cast(
    sum(case when step = 1 and open_stays = moves then 1 when step = -1 and open_stays = 0 then -1 else 0 end) as bigint
  ) as growth,
  cast(sum(case when step = 0 then moves else 0 end) as bigint) as private_entries
from stays_open
group by cast(moved_at as date), segment_by, segment, segment_platform
