/*
title: {zh: 同一行为的回访, en: The same word again}
description: >-
  People by the period of their first activity of one word and by the periods in which they did it again; period_no -1 counts everyone. Core
  has marked each person's first activity of a period, so one grouped scan answers: what facts.returns is asked of a word coming back to
  itself by the calendar, it takes from here; the table stands for orders by week. Breakdowns are those of the first order; other words have
  only the total.
description_zh: 按某一行为首次发生的期间，统计其后各期再次发生的人；期号 -1 为全部。留存问同一行为回到自身时由此作答；表中存的是按周的订单。细分按首单，其他行为只有合计。
grain: cohort, platform, segment_by, segment, segment_platform, period_no, started_at
counted_by: people
parameters:
  start: [order]
  period: week
  week_starts: monday
activities: {start: 0}
constants:
  week_shift: "case when $week_starts = 'sunday' then 1 else 0 end"
choices: {period: [day, week, month], week_starts: [monday, sunday]}
dated_by: cohort
columns:
  cohort: {type: date, zh: 起始期, description: date on which the period of the first one begins}
  platform: {type: varchar, zh: 平台, description: 'of the first one, whose clock says what is known'}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: value at the first order; none where it has no such value}
  segment_platform: {type: varchar, zh: 细分值的平台, description: 'NULL'}
  period_no: {type: bigint, zh: 第几期, description: 'periods after the cohort''s; -1 for everyone'}
  started_at: {type: timestamp, zh: 起始时刻, description: 'NULL'}
  people: {type: bigint, unit: person, zh: 人数}
checks:
  - not_null: [cohort, segment_by, segment, period_no, people]
*/
with marked as (
  select
    first_of_kind_date,
    first_of_kind_platform as platform,
    first_of_kind_channel as channel,
    first_of_kind_domain as domain,
    case $period when 'day' then activity_date when 'week' then activity_week else activity_month end as period_date,
    count(*) as people
  from core.activities
  where
    activity = $start_word
    and case $period when 'day' then is_first_in_day when 'week' then is_first_in_week else is_first_in_month end
  group by all
),

repeated as (
  select
    case $period
      when 'week' then cast(date_trunc('week', m.first_of_kind_date + $week_shift) as date) - $week_shift
      when 'month' then cast(date_trunc('month', m.first_of_kind_date) as date)
      else m.first_of_kind_date
    end as cohort,
    m.platform,
    m.period_date,
    m.people,
    $breakdown_columns
  from marked as m
)

select
  p.cohort,
  p.platform,
  $breakdowns,
  cast(
    case
      when b.is_everyone then -1
      when $period = 'week' then date_diff('day', p.cohort, p.period_date) // 7
      when $period = 'month'
        then year(p.period_date) * 12 + month(p.period_date) - year(p.cohort) * 12 - month(p.cohort)
      else date_diff('day', p.cohort, p.period_date)
    end as bigint
  ) as period_no,
  cast(null as timestamp) as started_at,
  cast(sum(p.people) as bigint) as people
from repeated as p
cross join unnest([true, false]) as b (is_everyone)
where not b.is_everyone or p.cohort = p.period_date
group by all
