/*
title: {zh: 粘性, en: Stickiness}
description: >-
  Of the people active in a period, how many were active on 1, 2, 3 … days of it, and on at least so many; and how many of its days the average active person
  was active on, as a share of all its days (DAU / WAU, DAU / MAU). acts: what counts as active, as in retention; period: week or month by
  the calendar. A period is mature once it is over within the known days.
description_zh: 某周期活跃的人中，活跃了 1、2、3……天的各有多少、至少这么多天的有多少；以及日均活跃占比（DAU÷WAU 或 DAU÷MAU）。周期未走完不给比率。
variant: exactly and at least, as PostHog and Amplitude
grain: period_date, segment_by, segment, active_days
parameters: {segments: breakdowns}
choices: {period: [week, month], segments: default}
facts:
  lifecycles: [acts, period, week_starts]
constants:
  clocks: $acts_clocks
columns:
  period_date: {type: date, zh: 周期, description: date on which the period starts}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: as in metrics.lifecycle}
  active_days: {type: bigint, unit: day, zh: 活跃天数}
  people: {type: bigint, unit: person, zh: 人数, description: active on exactly so many days}
  at_least_people: {type: bigint, unit: person, zh: 至少人数, description: active on so many days or more}
  active_people: {type: bigint, unit: person, zh: 活跃人数, description: active on any day of the period}
  share: {type: double, unit: ratio, of: {parts: [people, active_people], when: is_mature}, zh: 占比, description: NULL while the period is not over}
  at_least_rate: {type: double, unit: ratio, of: {parts: [at_least_people, active_people], when: is_mature}, zh: 至少占比, description: NULL while the period is not over}
  person_days: {type: bigint, unit: day, zh: 人天, description: 'days of activity of all active people of the period, the same in each of its rows'}
  possible_days: {type: bigint, unit: day, zh: 可能人天, description: active people times the days of the period}
  stickiness: {type: double, unit: ratio, of: {parts: [person_days, possible_days], when: is_mature}, zh: 粘性,
    description: 'average daily active people as a share of the active people of the period; NULL while the period is not over', zh_description: 日均活跃人数 ÷ 周期活跃人数}
  is_mature: {type: boolean, zh: 是否成熟, description: the period is over within the known days}
  is_small: {type: boolean, small_of: active_people, zh: 样本过小, description: fewer than small_group active people}
checks:
  - unique: [period_date, segment_by, segment, active_days]
  - between: {column: share, min: 0, max: 1}
  - between: {column: at_least_rate, min: 0, max: 1}
  - between: {column: stickiness, min: 0, max: 1}
*/
with counted as (
  select
    f.period_date,
    f.segment_by,
    f.segment,
    f.active_days,
    sum(f.people) as people,
    bool_and(
      coalesce(
        case when $period = 'week' then f.period_date + 6 else last_day(f.period_date) end <= e.known_until, false
      )
    ) as is_over
  from facts.lifecycles as f
  left join statistics.asked_until as e on f.platform = e.platform
  where f.state <> 'dormant' and f.period_date <= $as_of
  group by f.period_date, f.segment_by, f.segment, f.active_days
),

whole as (
  select
    period_date,
    segment_by,
    segment,
    sum(people) as active_people,
    sum(people * active_days) as person_days,
    bool_and(is_over) as is_mature,
    case when $period = 'week' then 7 else day(last_day(period_date)) end as days
  from counted
  group by period_date, segment_by, segment
),

-- every number of days, nobody's included
listed as (
  select
    w.*,
    n.active_days
  from whole as w
  cross join unnest(generate_series(cast(1 as bigint), cast(w.days as bigint))) as n (active_days)
)

select
  n.period_date,
  n.segment_by,
  n.segment,
  n.active_days,
  n.active_people,
  n.person_days,
  n.active_people * n.days as possible_days,
  n.is_mature,
  coalesce(c.people, 0) as people,
  sum(coalesce(c.people, 0)) over (
    partition by n.period_date, n.segment_by, n.segment order by n.active_days desc
    rows between unbounded preceding and current row
  ) as at_least_people
from listed as n
left join counted as c
  on
    n.period_date = c.period_date
    and n.segment_by = c.segment_by
    and n.segment = c.segment
    and n.active_days = c.active_days
