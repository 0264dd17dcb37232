/*
title: {zh: 漏斗步骤行为, en: Acts of a funnel}
description: >-
  What people did that fits a step of a funnel, or ends an attempt: which steps each fits (a sum of 1 for the first, 2 for the
  second, 4, 8 …), when to the second, and whether the window that it opens is over within the known days. A view: SQL that
  facts.walks shares; what the parameters mean is told in metrics.funnel.
description_zh: 符合漏斗某一步（或中断尝试）的行为：符合哪些步、时刻（秒）、以其为起点的窗口是否已走完。供漏斗共用的视图。
grain: {text: one event or order}
materialized: view
parameters:
  steps: [watch, 'follow|fan_club', private_entry, purchase, purchase]
  within: 30d
  order: ordered
  exclude: []
  cohort_period: week
  week_starts: monday
choices:
  within: [duration]
  order: [ordered, strict, any]
  cohort_period: [day, week, month, all]
  week_starts: [monday, sunday]
activities: {steps: 8, exclude: 0}
constants:
  clocks: list_distinct(list_concat($steps_clocks, $exclude_clocks))
  step_count: len($steps)
  numbered_steps: >-
    list_transform(range(1, len($steps) + 1), lambda i: concat(i, ' ', case when $order = 'any' then concat(i, ' of ', len($steps)) else
    cast($steps as varchar[])[i] end))
  week_shift: "case when $week_starts = 'sunday' then 1 else 0 end"
  within_seconds: >-
    cast(regexp_extract($within, '[0-9]+') as bigint) * case regexp_extract($within, '[a-z]+') when 's' then 1 when 'min' then 60
    when 'h' then 3600 when 'd' then 86400 else 604800 end
  opening: "case when $order = 'any' then 255 else 1 end"
columns:
  person_id: {type: varchar, zh: 人}
  at_second: {type: bigint, unit: second, zh: 时刻, description: seconds of UTC since 1970}
  fills: {type: bigint, zh: 符合的步骤, description: 'a sum of 1, 2, 4, 8 …; in any order only its lowest'}
  is_excluded: {type: boolean, zh: 是否中断, description: it ends every attempt before it}
  opens: {type: boolean, zh: 是否起点, description: an attempt may begin with it}
  cohort: {type: date, zh: 起始期, description: date on which its period starts; NULL with cohort_period = all}
  is_over: {type: boolean, zh: 窗口是否已满}
  platform: {type: varchar, zh: 平台}
  channel: {type: varchar, zh: 渠道}
  domain: {type: varchar, zh: 域}
*/
with asked as (
  select
    person_id,
    platform,
    channel,
    domain,
    date_diff('second', cast('1970-01-01' as timestamp), date_trunc('second', activity_at_utc)) as at_second,
    cast($steps_fill as bigint) as fits,
    $exclude_fits as is_excluded,
    case $cohort_period
      when 'day' then activity_date
      when 'week' then cast(date_trunc('week', activity_date + $week_shift) as date) - $week_shift
      when 'month' then activity_month
    end as cohort
  from core.activities
  where $steps_fits or $exclude_fits or ($order = 'strict' and is_active)
),

-- what ends attempts may open one, and is no later step of another
filled as (
  select
    *,
    case
      when $order <> 'any' then case when is_excluded then fits & 1 else fits end
      when is_excluded then cast(0 as bigint)
      else fits & (-fits)
    end as fills
  from asked
)

select
  f.person_id,
  f.at_second,
  f.fills,
  f.is_excluded,
  (f.fills & $opening) <> 0 as opens,
  f.cohort,
  coalesce(
    f.at_second + $within_seconds
    < date_diff('second', cast('1970-01-01' as timestamp), date_trunc('second', e.ends_at_utc)), false
  ) as is_over,
  f.platform,
  f.channel,
  f.domain
from filled as f
left join statistics.asked_until as e on f.platform = e.platform
