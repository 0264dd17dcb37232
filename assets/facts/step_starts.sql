/*
title: {zh: 漏斗起点, en: Starts of a funnel}
description: >-
  Everybody who may begin a funnel, once (cohorts = first: by their first start ever) or once in every period with a start
  (recurring), with the first and the last second at which a counted attempt may begin. A view: SQL that facts.walks shares.
description_zh: 可进入漏斗的人（首次口径每人一次，重复口径每期一次），及可计入的尝试最早与最晚的起点。供漏斗共用的视图。
grain: {text: 'one person; with cohorts = recurring, one person and period'}
materialized: view
parameters: {cohorts: recurring}
choices: {cohorts: [first, recurring]}
facts:
  step_acts: [steps, within, order, exclude, cohort_period, week_starts]
columns:
  person_id: {type: varchar, zh: 人}
  cohort: {type: date, zh: 起始期, description: of the first start; the first day of data with cohort_period = all}
  platform: {type: varchar, zh: 平台, description: 'of the starts, of several the first by name'}
  first_second: {type: bigint, unit: second, zh: 最早起点}
  last_second: {type: bigint, unit: second, zh: 最晚起点, description: of those whose window is over}
  is_mature: {type: boolean, zh: 是否成熟, description: 'a window that begins with one of the starts (first: with the first) is over'}
*/
with starts as (
  select
    person_id,
    min(cohort) as cohort,
    min(platform) as platform,
    min(at_second) as first_second,
    min(case when is_over then at_second end) as first_over,
    max(case when is_over then at_second end) as last_over
  from facts.step_acts
  where opens
  group by person_id, case when $cohorts = 'recurring' then cohort end
)

select
  s.person_id,
  coalesce(s.cohort, d.first_date) as cohort,
  s.platform,
  s.first_second,
  case when $cohorts = 'first' then s.first_second else s.last_over end as last_second,
  case when $cohorts = 'first' then coalesce(s.first_over = s.first_second, false) else s.first_over is not null end
    as is_mature
from starts as s
cross join core.as_of as d
