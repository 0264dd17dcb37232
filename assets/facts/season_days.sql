/*
title: {zh: 平常日与大促日, en: Ordinary days and festivals}
description: >-
  What kind of day each day of the calendar is: of a sales festival, in its shadow (shadow_days after its last day, when what was bought ahead is
  missing), of a public holiday (with all days off around it), or ordinary: only ordinary days tell what is usual. A view over the calendar.
description_zh: >-
  日历上每天属于哪一类：大促、大促后的回落期（结束后 shadow_days 天）、法定假日（连同前后连休的休息日）、平常日。只有平常日能说明“平时”是多少。
grain: date
materialized: view
parameters: {shadow_days: 7}
columns:
  date: {type: date, zh: 日期}
  kind: {type: varchar, zh: 日子类型, description: 'festival, shadow, holiday or ordinary, the first that holds'}
  festival: {type: varchar, zh: 大促, description: whose day or shadow it is; NULL on other days}
  festival_name: {type: varchar, zh: 大促名称}
  first_date: {type: date, zh: 大促首日, description: the calendar's first day where the data begins inside the festival}
  last_date: {type: date, zh: 大促末日}
  days_after_end: {type: bigint, unit: day, zh: 距大促末日天数, description: '0 on its last day, below 0 before, above 0 in its shadow'}
  is_announced: {type: boolean, zh: 调休是否已公布, description: false while the year's days off and make-up workdays are not known}
*/
-- days that follow each other share what their number leaves of the date
with days as (
  select
    date,
    festival,
    festival_name,
    is_holiday,
    is_workday,
    is_announced,
    date - cast(row_number() over (partition by festival order by date) as integer) as festival_run,
    date - cast(row_number() over (partition by is_workday order by date) as integer) as work_run
  from core.calendar
),

festivals as (
  select
    festival,
    min(festival_name) as festival_name,
    min(date) as first_date,
    max(date) as last_date
  from days
  where festival is not null
  group by festival, festival_run
),

days_off as (
  select
    min(date) as first_date,
    max(date) as last_date
  from days
  where not is_workday
  group by work_run
  having bool_or(is_holiday)
),

shadows as (
  select
    d.date,
    max(f.last_date) as last_date
  from days as d
  inner join festivals as f on d.date > f.last_date and d.date <= f.last_date + $shadow_days
  where d.festival is null
  group by d.date
)

select
  d.date,
  case
    when d.festival is not null then 'festival'
    when s.date is not null then 'shadow'
    when o.first_date is not null then 'holiday'
    else 'ordinary'
  end as kind,
  f.festival,
  f.festival_name,
  f.first_date,
  f.last_date,
  cast(date_diff('day', f.last_date, d.date) as bigint) as days_after_end,
  d.is_announced
from days as d
left join shadows as s on d.date = s.date
left join festivals as f
  on coalesce(s.last_date, d.date) >= f.first_date and coalesce(s.last_date, d.date) <= f.last_date
left join days_off as o on d.date >= o.first_date and d.date <= o.last_date
