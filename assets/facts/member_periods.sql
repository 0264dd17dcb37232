/*
title: {zh: 周期进退群, en: Joins and leaves by period}
description: >-
  facts.member_days by period, a person inside once also where several live sessions are one row (of one host, or of one number on two
  platforms). What moved before the first period stands without one. A view over the other facts.
description_zh: 按周期的进退群；多场直播同属一行（同一主播）时，每人只算一次在籍。首个周期之前的变动没有周期。
grain: period_date, segment_by, segment
materialized: view
parameters: {segments: breakdowns}
facts:
  periods: [period, start_date, end_date]
  member_days: {}
  several_stays: {}
columns:
  period_date: {type: date, zh: 周期, description: NULL before the first one}
  segment_by: {type: varchar, zh: 细分维度}
  segment: {type: varchar, zh: 细分值}
  first_date: {type: date, zh: 首日, description: of a move}
  private_entries: {type: bigint, unit: person, zh: 新入私域人数}
  joins: {type: bigint, unit: membership, zh: 加入次数}
  leaves: {type: bigint, unit: membership, zh: 离开次数}
  growth: {type: bigint, zh: 在籍人数净变化}
*/
with insides as (
  select
    *,
    sum(growth) over (
      partition by segment_by, segment, person_id
      order by moved_at asc, growth desc rows between unbounded preceding and current row
    ) as inside
  from facts.several_stays
),

moves as (
  select
    date,
    segment_by,
    segment,
    private_entries,
    joins,
    leaves,
    growth
  from facts.member_days
  union all
  -- who is inside by another session already came in once, and is not out while inside by another one
  select
    date,
    segment_by,
    segment,
    0 as private_entries,
    0 as joins,
    0 as leaves,
    -growth as growth
  from insides
  where (growth = 1 and inside > 1) or (growth = -1 and inside > 0)
)

select
  p.period_date,
  m.segment_by,
  m.segment,
  min(m.date) as first_date,
  cast(sum(m.private_entries) as bigint) as private_entries,
  cast(sum(m.joins) as bigint) as joins,
  cast(sum(m.leaves) as bigint) as leaves,
  cast(sum(m.growth) as bigint) as growth
from moves as m
left join facts.periods as p on m.date = p.date
where m.date <= (select max(date) from facts.periods)
group by p.period_date, m.segment_by, m.segment
