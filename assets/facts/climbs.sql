/*
title: {zh: 漏斗到达, en: Steps of a funnel}
description: >-
  People by the steps of a funnel that they took and the seconds that each took them, by the period of their start and for
  every breakdown. A view; what the parameters mean is told in metrics.funnel.
description_zh: 按起始期、细分、步骤与用时统计走到漏斗各步的人。视图；参数含义见漏斗。
grain: cohort, platform, segment_by, segment, segment_platform, is_mature, step_no, seconds
materialized: view
dated_by: cohort
facts:
  walks: [steps, within, order, exclude, cohorts, cohort_period, week_starts]
  step_acts: [steps, within, order, exclude, cohort_period, week_starts]
constants:
  asks_start: "list_has_any($segments, ['channel', 'domain'])"
  asks_entry: "list_has_any($segments, ['entry_path', 'threshold', 'group', 'live_session', 'host'])"
person: w.person_id
columns:
  cohort: {type: date, zh: 起始期}
  platform: {type: varchar, zh: 平台, description: 'of the starts, whose clock says what is known'}
  segment_by: {type: varchar, zh: 细分维度}
  segment: {type: varchar, zh: 细分值,
    description: 'channel, domain, platform of the first start of the cohort; entry path, group, live session of the first private entry; none without'}
  segment_platform: {type: varchar, zh: 细分值的平台, description: whose number segment is; NULL where it is no number}
  is_mature: {type: boolean, zh: 是否成熟}
  step_no: {type: bigint, zh: 步序, description: '1 is the start; in any order, so many different steps'}
  seconds: {type: bigint, unit: second, zh: 用时, description: from the start of the attempt to the step}
  people: {type: bigint, unit: person, zh: 人数}
*/
-- where their first start came from; of several in one second the first by name
with starts as (
  select
    person_id,
    at_second,
    min(channel) as channel,
    min(domain) as domain
  from facts.step_acts
  where $asks_start and opens
  group by person_id, at_second
),

climbers as (
  select
    w.*,
    $breakdown_columns
  from facts.walks as w
  left join starts as n on $asks_start and w.person_id = n.person_id and w.first_second = n.at_second
  left join core.people as p on $asks_entry and w.person_id = p.person_id
),

stepped as (
  select
    c.*,
    k.step_no,
    case k.step_no
      when 1 then cast(0 as bigint)
      when 2 then c.seconds_2
      when 3 then c.seconds_3
      when 4 then c.seconds_4
      when 5 then c.seconds_5
      when 6 then c.seconds_6
      when 7 then c.seconds_7
      else c.seconds_8
    end as seconds
  from climbers as c
  cross join unnest(generate_series(1, $step_count)) as k (step_no)
)

select
  cohort,
  platform,
  $breakdowns,
  is_mature,
  cast(step_no as bigint) as step_no,
  seconds,
  count(*) as people
from stepped
where seconds is not null
group by all
