/*
title: {zh: 生命周期, en: Lifecycle}
description: >-
  Of the people active in a period, how many are new (their first period ever), returning (active in the period before, too) or resurrected
  (active before, but not in the period before); and how many who were active in the period before are dormant in this one. acts: what
  counts as active, as in retention; period: day, week or month by the calendar. A period is mature once it is over within the
  known days; until then nobody is called dormant. Where history begins everybody is new.
description_zh: >-
  某周期活跃的人中，多少是新增（首次活跃）、留存（上一周期也活跃）、回流（更早活跃过、上一周期没有）；以及上一周期活跃、本周期没有的沉默人数。
  周期未走完时不判沉默。数据起始的周期里人人都是新增。
variant: calendar periods, as PostHog
grain: period_date, segment_by, segment
parameters: {segments: breakdowns}
choices: {segments: default}
facts:
  lifecycles: [acts, period, week_starts]
constants:
  clocks: $acts_clocks
columns:
  period_date: {type: date, zh: 周期, description: date on which the period starts}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值,
    description: 'channel and domain in which they were first seen; platform of the activity; entry path, threshold, group, live session, host of the first private entry; none without'}
  active_people: {type: bigint, unit: person, zh: 活跃人数, description: 'new, returning and resurrected together'}
  new_people: {type: bigint, unit: person, zh: 新增人数, description: active for the first time}
  returning_people: {type: bigint, unit: person, zh: 留存人数, description: 'active in the period before, too'}
  resurrected_people: {type: bigint, unit: person, zh: 回流人数, description: 'active before, but not in the period before'}
  dormant_people: {type: bigint, over_segments: part, unit: person, zh: 沉默人数,
    description: active in the period before and not in this one; NULL while the period is not over, zh_description: 上一周期活跃、本周期没有；周期未走完为空}
  previous_people: {type: bigint, over_segments: part, unit: person, zh: 上一周期活跃人数, description: those who return and those who do not; NULL while the period is not over}
  returning_rate: {type: double, unit: ratio, of: [returning_people, previous_people], zh: 留存率,
    description: NULL while the period is not over, zh_description: 留存人数 ÷ 上一周期活跃人数}
  quick_ratio: {type: double, unit: ratio, of: [new_people + resurrected_people, dormant_people], zh: 进出比,
    description: 'above 1 more come than go; NULL while the period is not over or nobody goes', zh_description: 大于 1 表示进多于出}
  history_days: {type: bigint, unit: day, zh: 此前历史天数, description: 'days of data before the period; where they are few, new is new to the data', zh_description: 周期之前有多少天数据；太少时新增只是数据里第一次出现}
  is_mature: {type: boolean, zh: 是否成熟, description: the period is over within the known days}
  is_small: {type: boolean, small_of: active_people, zh: 样本过小, description: fewer than small_group active people}
checks:
  - unique: [period_date, segment_by, segment]
  - between: {column: returning_rate, min: 0, max: 1}
  - condition: {sql: 'active_people = new_people + returning_people + resurrected_people', name: each active person is in one state}
*/
with counted as (
  select
    f.period_date,
    f.segment_by,
    f.segment,
    sum(case when f.state = 'new' then f.people else 0 end) as new_people,
    sum(case when f.state = 'returning' then f.people else 0 end) as returning_people,
    sum(case when f.state = 'resurrected' then f.people else 0 end) as resurrected_people,
    sum(case when f.state = 'dormant' then f.people else 0 end) as gone_people,
    bool_and(
      coalesce(
        case $period
          when 'week' then f.period_date + 6
          when 'month' then last_day(f.period_date)
          else f.period_date
        end <= e.known_until, false
      )
    ) as is_mature
  from facts.lifecycles as f
  left join statistics.asked_until as e on f.platform = e.platform
  where f.period_date <= $as_of
  group by f.period_date, f.segment_by, f.segment
)

select
  c.period_date,
  c.segment_by,
  c.segment,
  c.new_people + c.returning_people + c.resurrected_people as active_people,
  c.new_people,
  c.returning_people,
  c.resurrected_people,
  case when c.is_mature then c.gone_people end as dormant_people,
  case when c.is_mature then c.returning_people + c.gone_people end as previous_people,
  greatest(date_diff('day', d.first_date, c.period_date), 0) as history_days,
  c.is_mature
from counted as c
cross join core.as_of as d
