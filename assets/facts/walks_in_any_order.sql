/*
title: {zh: 漏斗步行（任意顺序）, en: Ways through a funnel in any order}
description: >-
  What facts.walks says with order = any: how many different steps everybody took within a window, whatever their order.
description_zh: 任意顺序口径的漏斗：每个人在窗口内做过几个不同的步骤、各用多久；见漏斗步行。
grain: {text: 'one person; with cohorts = recurring, one person and period'}
materialized: view
facts:
  step_acts: [steps, within, order, exclude, cohort_period, week_starts]
  step_starts: [steps, within, order, exclude, cohort_period, week_starts, cohorts]
columns:
  person_id: {type: varchar, zh: 人}
  cohort: {type: date, zh: 起始期}
  platform: {type: varchar, zh: 平台}
  first_second: {type: bigint, unit: second, zh: 最早起点, description: seconds of UTC since 1970}
  is_mature: {type: boolean, zh: 是否成熟, description: only the steps of those who are stand here}
  seconds_2: {type: bigint, unit: second, zh: 到第2步用时, description: 'of the attempt that was the first to take the step, from its start; NULL where none did'}
  seconds_3: {type: bigint, unit: second, zh: 到第3步用时}
  seconds_4: {type: bigint, unit: second, zh: 到第4步用时}
  seconds_5: {type: bigint, unit: second, zh: 到第5步用时}
  seconds_6: {type: bigint, unit: second, zh: 到第6步用时}
  seconds_7: {type: bigint, unit: second, zh: 到第7步用时}
  seconds_8: {type: bigint, unit: second, zh: 到第8步用时}
*/
-- from each act on, when each step came first in its window, and when it was ended
with windows as (
  select
    person_id,
    at_second,
    opens,
    min(case when fills = 1 then at_second end) over ahead as first_1,
    min(case when fills = 2 then at_second end) over ahead as first_2,
    min(case when fills = 4 then at_second end) over ahead as first_3,
    min(case when fills = 8 then at_second end) over ahead as first_4,
    min(case when fills = 16 then at_second end) over ahead as first_5,
    min(case when fills = 32 then at_second end) over ahead as first_6,
    min(case when fills = 64 then at_second end) over ahead as first_7,
    min(case when fills = 128 then at_second end) over ahead as first_8,
    min(case when is_excluded then at_second end) over later as excluded_at
  from facts.step_acts
  window
    ahead as (partition by person_id order by at_second range between current row and $within_seconds following),
    later as (partition by person_id order by at_second range between 1 following and $within_seconds following)
),

attempts as (
  select
    s.person_id,
    s.cohort,
    w.at_second,
    list_sort(
      list_filter(
        [w.first_1, w.first_2, w.first_3, w.first_4, w.first_5, w.first_6, w.first_7, w.first_8],
        lambda x: x < coalesce(w.excluded_at, 1000000000000)
      )
    ) as moments
  from facts.step_starts as s
  inner join windows as w on s.person_id = w.person_id and w.at_second between s.first_second and s.last_second
  where s.is_mature and w.opens
),

reached as (
  select
    a.person_id,
    a.cohort,
    a.at_second,
    n.steps,
    case n.steps
      when 2 then a.moments[2]
      when 3 then a.moments[3]
      when 4 then a.moments[4]
      when 5 then a.moments[5]
      when 6 then a.moments[6]
      when 7 then a.moments[7]
      else a.moments[8]
    end as moment
  from attempts as a
  cross join unnest([2, 3, 4, 5, 6, 7, 8]) as n (steps)
  where n.steps <= array_length(a.moments)
),

-- one number for an attempt: when it took so many steps, and how many seconds it had needed by then
taken as (
  select
    person_id,
    cohort,
    steps,
    min(moment * 1000000000 + moment - at_second) as finish
  from reached
  group by person_id, cohort, steps
)

select
  s.person_id,
  s.cohort,
  s.platform,
  s.first_second,
  s.is_mature,
  max(case when t.steps = 2 then t.finish % 1000000000 end) as seconds_2,
  max(case when t.steps = 3 then t.finish % 1000000000 end) as seconds_3,
  max(case when t.steps = 4 then t.finish % 1000000000 end) as seconds_4,
  max(case when t.steps = 5 then t.finish % 1000000000 end) as seconds_5,
  max(case when t.steps = 6 then t.finish % 1000000000 end) as seconds_6,
  max(case when t.steps = 7 then t.finish % 1000000000 end) as seconds_7,
  max(case when t.steps = 8 then t.finish % 1000000000 end) as seconds_8
from facts.step_starts as s
left join taken as t on s.person_id = t.person_id and s.cohort = t.cohort
group by s.person_id, s.cohort, s.platform, s.first_second, s.is_mature
