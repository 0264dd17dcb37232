/*
title: {zh: 漏斗用时分布, en: Time to convert}
description: >-
  Of the people who took a step of a funnel, how many within each span of time after the start of their attempt; of those who began,
  how many had taken it by then. Asked as metrics.funnel is; bins are the upper ends of the spans, the window is the last one.
description_zh: 走到漏斗某一步的人，按距起点的用时分段计数，并累计占起始人数的比例。问法同漏斗；bins 为各段上限，最后一段到窗口为止。
grain: cohort, segment_by, segment, step_no, bin_no
parameters:
  bins: [1min, 10min, 1h, 6h, 1d, 3d, 7d]
  segments: [all]
choices: {bins: [duration], segments: [all, channel, domain, platform, live_session, host, group, threshold, entry_path]}
facts:
  climbs: [steps, within, order, exclude, cohorts, cohort_period, week_starts]
constants:
  bounds: >-
    list_transform(cast($bins as varchar[]), lambda b: cast(regexp_extract(b, '[0-9]+') as bigint) * case regexp_extract(b, '[a-z]+')
    when 's' then 1 when 'min' then 60 when 'h' then 3600 when 'd' then 86400 else 604800 end)
columns:
  cohort: {type: date, zh: 起始期, description: date on which the period of the start begins}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: as in metrics.funnel}
  step_no: {type: bigint, zh: 步序, description: from 2 on}
  step: {type: varchar, zh: 步骤, description: 'as asked for; in any order, so many of them'}
  bin_no: {type: bigint, zh: 段序}
  from_seconds: {type: bigint, unit: second, zh: 段起, description: 'more than this; in the first span 0, and it counts'}
  to_seconds: {type: bigint, unit: second, zh: 段止, description: 'up to this, it included'}
  mature_people: {type: bigint, unit: person, zh: 成熟人数, description: those with a start in the cohort whose window is over}
  step_people: {type: bigint, unit: person, zh: 到达人数, description: mature people who took the step}
  people: {type: bigint, unit: person, zh: 本段人数, description: of them those who needed so long}
  people_so_far: {type: bigint, unit: person, zh: 累计人数, description: those who needed no longer}
  share: {type: double, unit: ratio, of: [people, step_people], zh: 本段占比, description: NULL where nobody took the step}
  rate_so_far: {type: double, unit: ratio, of: [people_so_far, mature_people], zh: 累计转化率, description: NULL while nobody is mature}
  is_small: {type: boolean, small_of: step_people, zh: 样本过小, description: fewer than small_group who took the step}
checks:
  - unique: [cohort, segment_by, segment, step_no, bin_no]
  - between: {column: share, min: 0, max: 1}
  - between: {column: rate_so_far, min: 0, max: 1}
*/
with bins as (
  select
    row_number() over (order by b.bound) as bin_no,
    coalesce(lag(b.bound) over (order by b.bound), 0) as from_seconds,
    b.bound as to_seconds
  from (
    select distinct cast(n.bound as bigint) as bound
    from unnest($bounds) as n (bound)
    where n.bound < $within_seconds
    union all
    select cast($within_seconds as bigint) as bound
  ) as b
),

counted as (
  select
    segment_by,
    segment,
    cohort,
    step_no,
    seconds,
    sum(case when is_mature then people else 0 end) as people
  from facts.climbs
  group by all
),

began as (
  select
    segment_by,
    segment,
    cohort,
    sum(people) as mature_people
  from counted
  where step_no = 1
  group by segment_by, segment, cohort
),

taken as (
  select
    c.segment_by,
    c.segment,
    c.cohort,
    c.step_no,
    b.bin_no,
    sum(c.people) as people
  from counted as c
  inner join bins as b
    on c.seconds <= b.to_seconds and (c.seconds > b.from_seconds or (b.bin_no = 1 and c.seconds = 0))
  where c.step_no > 1
  group by all
),

-- every step and span, nobody's included
listed as (
  select
    w.*,
    cast(substr(n.step, 1, 1) as bigint) as step_no,
    substr(n.step, 3) as step
  from (select * from began cross join bins) as w
  cross join unnest($numbered_steps) as n (step)
)

select
  w.*,
  coalesce(t.people, 0) as people,
  sum(coalesce(t.people, 0)) over (partition by w.segment_by, w.segment, w.cohort, w.step_no) as step_people,
  sum(coalesce(t.people, 0)) over (
    partition by w.segment_by, w.segment, w.cohort, w.step_no order by w.bin_no
    rows between unbounded preceding and current row
  ) as people_so_far
from listed as w
left join taken as t
  on
    w.segment_by = t.segment_by
    and w.segment = t.segment
    and w.cohort = t.cohort
    and w.step_no = t.step_no
    and w.bin_no = t.bin_no
where w.step_no > 1
