/*
title: {zh: 漏斗, en: Funnel}
description: >-
  Of the people who began (did the first of the steps asked for), how many went on to each next one inside the window, and how
  long it took. steps: up to eight of what people do, as in retention (watch, follow|fan_club, order[paid_amount>=100]). An attempt
  begins with the first step; each next step is by an act of its own, at the same second or later, at most `within` (90s, 15min, 2h, 7d)
  after the start. People are counted by whichever attempt gets them further, once per cohort (recurring: by every period with a
  start; first: by their first start ever, and no other); of several starts before the next step the last one counts. order = ordered:
  anything may lie between (ClickHouse windowFunnel, PostHog sequential, Amplitude this order, Mixpanel with re-entry); strict: nothing
  else that a person does of their own (PostHog strict, Amplitude exact order, ClickHouse strict_order over such rows); any: step_no
  counts different steps in whatever order (PostHog unordered), and an act that fits several is the first of them. exclude: acts that
  end an attempt where it stands (of one second they come first, then acts in the order of the steps). A window counts once it is over within the known days of all that the steps ask for.
description_zh: >-
  做过第一步的人，在窗口内依次走到后面每一步的人数、比率与用时。每步各需一次行为，时间不早于上一步（同一秒也算），距起点不超过窗口；
  多次尝试取走得最远的一次。order：ordered 中间可夹杂其他行为，strict 中间不得有其他主动行为，any 不论先后只数做过几步；exclude 为中断尝试的行为。
  窗口未走完的起点不计入比率。
variant: furthest attempt, latest start
grain: cohort, segment_by, segment, step_no
parameters: {segments: [all]}
choices: {segments: [all, channel, domain, platform, live_session, host, group, threshold, entry_path]}
facts:
  climbs: [steps, within, order, exclude, cohorts, cohort_period, week_starts]
whom: [cohort_people, mature_people, previous_people, people]
columns:
  cohort: {type: date, zh: 起始期, description: 'date on which the period of the start begins; with cohort_period = all the first day of data'}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值,
    description: 'channel, domain, platform of the first start of the cohort; entry path, threshold, group, live session, host of the person''s first private entry; none without'}
  step_no: {type: bigint, zh: 步序, description: '1 is the start; in any order, so many different steps'}
  step: {type: varchar, zh: 步骤, description: 'as asked for; in any order, so many of them'}
  cohort_people: {type: bigint, unit: person, zh: 起始人数, description: 'everyone who began in the cohort, mature or not'}
  mature_people: {type: bigint, unit: person, zh: 成熟人数,
    description: those with a start in the cohort whose window is over; the denominator of rate_from_first, zh_description: 窗口已走完的起始人数}
  previous_people: {type: bigint, unit: person, zh: 上一步人数,
    description: mature people who took the step before; of the first step all of them, zh_description: 走到上一步的成熟人数}
  people: {type: bigint, unit: person, zh: 到达人数, description: mature people who took this step and all before it, zh_description: 依次走到本步的成熟人数}
  rate_from_first: {type: double, unit: ratio, of: [people, mature_people], zh: 总转化率,
    description: NULL while nobody is mature, zh_description: 到达人数 ÷ 成熟人数}
  rate_from_previous: {type: double, unit: ratio, of: [people, previous_people], zh: 步间转化率,
    description: NULL where nobody took the step before, zh_description: 到达人数 ÷ 上一步人数}
  seconds_p25: {type: double, unit: second, zh: 用时四分之一分位, description: 'from the start of the attempt to this step, among people; of the attempt that was the first to take it'}
  seconds_p50: {type: double, unit: second, zh: 用时中位数, description: median of the same}
  seconds_p75: {type: double, unit: second, zh: 用时四分之三分位, description: third quartile of the same}
  average_seconds: {type: double, unit: second, zh: 平均用时, description: mean of the same}
  is_mature: {type: boolean, zh: 是否成熟, description: 'the window of the whole cohort, up to the last day of its period, lies within the known days'}
  is_small: {type: boolean, small_of: mature_people, zh: 样本过小, description: fewer than small_group mature people}
checks:
  - unique: [cohort, segment_by, segment, step_no]
  - between: {column: rate_from_first, min: 0, max: 1}
  - between: {column: rate_from_previous, min: 0, max: 1}
  - condition: {sql: 'people <= previous_people and previous_people <= mature_people and mature_people <= cohort_people', name: nobody comes in on the way}
*/
with counted as (
  select
    segment_by,
    segment,
    cohort,
    platform,
    step_no,
    seconds,
    sum(people) as everyone,
    cast(sum(case when is_mature then people else 0 end) as bigint) as people
  from facts.climbs
  group by all
),

ended as (
  select
    c.segment_by,
    c.segment,
    c.cohort,
    sum(c.everyone) as cohort_people,
    sum(c.people) as mature_people,
    bool_and(
      coalesce(
        case $cohort_period
          when 'day' then cast(c.cohort + 1 as timestamp)
          when 'week' then cast(c.cohort + 7 as timestamp)
          when 'month' then cast(last_day(c.cohort) + 1 as timestamp)
          else cast($as_of + 1 as timestamp)
        end + interval '1 second' * $within_seconds <= cast(e.known_until + 1 as timestamp), false
      )
    ) as is_mature
  from counted as c
  left join statistics.asked_until as e on c.platform = e.platform
  where c.step_no = 1
  group by c.segment_by, c.segment, c.cohort
),

-- a quantile is the first time whose count passes its place in the row
placed as (
  select
    segment_by,
    segment,
    cohort,
    step_no,
    seconds,
    sum(people) as people,
    cast(sum(sum(people)) over (partition by segment_by, segment, cohort, step_no order by seconds) as bigint) as up_to,
    cast(sum(sum(people)) over (partition by segment_by, segment, cohort, step_no) as bigint) - 1 as last_place
  from counted
  where people > 0
  group by segment_by, segment, cohort, step_no, seconds
),

timed as (
  select
    p.segment_by,
    p.segment,
    p.cohort,
    p.step_no,
    q.quarter,
    sum(p.people) as people,
    cast(sum(p.people * p.seconds) as double) / sum(p.people) as average_seconds,
    min(case when p.up_to > (q.quarter * p.last_place) // 4 then p.seconds end) as lower_second,
    min(case when p.up_to > (q.quarter * p.last_place + 3) // 4 then p.seconds end) as upper_second,
    cast(max((q.quarter * p.last_place) % 4) as double) / 4 as part
  from placed as p
  cross join unnest([1, 2, 3]) as q (quarter)
  group by p.segment_by, p.segment, p.cohort, p.step_no, q.quarter
),

taken as (
  select
    segment_by,
    segment,
    cohort,
    step_no,
    max(people) as people,
    max(average_seconds) as average_seconds,
    max(case when quarter = 1 then lower_second + part * (upper_second - lower_second) end) as seconds_p25,
    max(case when quarter = 2 then lower_second + part * (upper_second - lower_second) end) as seconds_p50,
    max(case when quarter = 3 then lower_second + part * (upper_second - lower_second) end) as seconds_p75
  from timed
  group by segment_by, segment, cohort, step_no
),

-- every step, nobody's included
listed as (
  select
    e.*,
    cast(substr(n.step, 1, 1) as bigint) as step_no,
    substr(n.step, 3) as step
  from ended as e
  cross join unnest($numbered_steps) as n (step)
)

select
  e.*,
  coalesce(t.people, 0) as people,
  coalesce(
    case
      when e.step_no = 1 then e.mature_people
      else lag(t.people) over (partition by e.segment_by, e.segment, e.cohort order by e.step_no)
    end, 0
  ) as previous_people,
  t.average_seconds,
  t.seconds_p25,
  t.seconds_p50,
  t.seconds_p75
from listed as e
left join taken as t
  on e.segment_by = t.segment_by and e.segment = t.segment and e.cohort = t.cohort and e.step_no = t.step_no
