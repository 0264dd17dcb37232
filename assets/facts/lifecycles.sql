/*
title: {zh: 生命周期, en: Lifecycles}
description: >-
  People by period and by what they were in it: new (their first period ever), returning (active in the period before, too),
  resurrected (active before, but not in the period before) or dormant (active in the period before, and not in this one), with the
  days on which they were active. What the parameters mean is told in metrics.lifecycle; built for what it answers every night.
description_zh: 每个周期按状态统计人数：新增、留存、回流、沉默，并按活跃天数细分；参数含义见生命周期。
grain: period_date, platform, segment_by, segment, segment_platform, state, active_days
counted_by: people
dated_by: period_date
facts:
  active_periods: [acts, period, week_starts]
columns:
  period_date: {type: date, zh: 周期, description: date on which the period starts}
  platform: {type: varchar, zh: 平台, description: 'where they were active (of dormant people: in the period before), whose clock says what is known'}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值,
    description: 'channel and domain in which they were first seen; entry path, group, live session of the first private entry; none without'}
  segment_platform: {type: varchar, zh: 细分值的平台, description: whose number segment is; NULL where it is no number}
  state: {type: varchar, zh: 状态, description: 'new, returning, resurrected or dormant'}
  active_days: {type: bigint, unit: day, zh: 活跃天数, description: 0 for dormant people}
  people: {type: bigint, unit: person, zh: 人数}
checks:
  - not_null: [period_date, segment_by, segment, state, active_days, people]
  - in_set: {column: state, values: [new, returning, resurrected, dormant]}
*/
with placed as (
  select
    *,
    lag(following_date) over (partition by person_id order by period_date) as expected_date,
    lead(period_date) over (partition by person_id order by period_date) as next_date
  from facts.active_periods
),

stated as (
  select
    person_id,
    period_date,
    platform,
    case
      when expected_date is null then 'new'
      when expected_date = period_date then 'returning'
      else 'resurrected'
    end as state,
    active_days
  from placed
  union all
  select
    person_id,
    following_date as period_date,
    platform,
    'dormant' as state,
    cast(0 as bigint) as active_days
  from placed
  where next_date is null or next_date > following_date
),

alike as (
  select
    s.period_date,
    s.platform,
    s.state,
    s.active_days,
    $breakdown_columns
  from stated as s
  left join core.people as p on s.person_id = p.person_id
)

select
  period_date,
  platform,
  $breakdowns,
  state,
  active_days,
  count(*) as people
from alike
group by all
