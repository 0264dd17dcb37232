/*
title: {zh: 活跃周期, en: Active periods}
description: >-
  Each person and period in which they did what is asked for, with the number of days on which they did. A view: SQL that
  facts.lifecycles shares.
description_zh: 每个人做过所问行为的每个周期，及其中做过的天数。供生命周期与粘性共用的视图。
grain: person_id, period_date
materialized: view
parameters:
  acts: [any]
  period: week
  week_starts: monday
choices: {period: [day, week, month], week_starts: [monday, sunday]}
activities: {acts: 0}
constants:
  week_shift: "case when $week_starts = 'sunday' then 1 else 0 end"
columns:
  person_id: {type: varchar, zh: 人}
  period_date: {type: date, zh: 周期, description: date on which the period starts}
  following_date: {type: date, zh: 下一周期}
  platform: {type: varchar, zh: 平台, description: 'where, of several the first by name'}
  active_days: {type: bigint, unit: day, zh: 活跃天数}
*/
-- of a word on a day the first will do
with days as (
  select
    person_id,
    activity_date,
    min(platform) as platform
  from core.activities
  where $acts_fits and (not $acts_by_word or is_first_in_day)
  group by person_id, activity_date
),

placed as (
  select
    *,
    case $period
      when 'week' then cast(date_trunc('week', activity_date + $week_shift) as date) - $week_shift
      when 'month' then cast(date_trunc('month', activity_date) as date)
      else activity_date
    end as period_date
  from days
)

select
  person_id,
  period_date,
  case $period
    when 'week' then period_date + 7
    when 'month' then last_day(period_date) + 1
    else period_date + 1
  end as following_date,
  min(platform) as platform,
  count(*) as active_days
from placed
group by person_id, period_date
