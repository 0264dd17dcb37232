/*
title: {zh: 回访, en: Returns}
description: >-
  People by the period of a start event and by the periods in which they did a back event at or after it; period_no -1 counts everyone who
  started. What the parameters mean is told in metrics.retention; built for what it answers every night. Additive in people within a
  period_no: a start is a person's first one ever, or with cohorts = recurring their first one of each period.
description_zh: 按起始期统计做过起始行为的人（期号 -1），以及其后各期做过回访行为的人；参数含义见留存。
grain: cohort, platform, segment_by, segment, segment_platform, period_no, started_at
counted_by: people
parameters:
  start: [private_entry]
  back: [any]
  period: week
  mode: ['on']
  cohorts: first
  min_count: 1
  week_starts: monday
activities: {start: 0, back: 0}
constants:
  counts: >-
    case when list_contains(cast($mode as varchar[]), 'on') then 'on' when list_contains(cast($mode as varchar[]), 'on_or_after') then 'on_or_after'
    else 'bracket' end
  bounds: >-
    (select list(b.day order by b.day) from (select 0 as day union select try_cast(unnest(cast($mode as varchar[])) as bigint)) as b where b.day >= 0)
  week_shift: "case when $week_starts = 'sunday' then 1 else 0 end"
  asks_entry: "list_has_any($segments, ['entry_path', 'threshold', 'group', 'live_session', 'host'])"
choices: {period: [day, week, month, rolling_24h], mode: ['on', on_or_after, number], cohorts: [first, recurring], week_starts: [monday, sunday]}
dated_by: cohort
instead:
  repeats: >-
    $start_word <> '' and $start_word = $back_word and $cohorts = 'first' and $min_count = 1
    and list_contains(cast($mode as varchar[]), 'on') and $period <> 'rolling_24h'
    and ($segments = ['all'] or ($start_word = 'order' and list_has_all(['all', 'channel', 'domain', 'platform'], $segments)))
    and ($period <> 'week' or $week_starts = $core_week_starts)
person: n.person_id
columns:
  cohort: {type: date, zh: 起始期, description: date on which the period of the start begins}
  platform: {type: varchar, zh: 平台, description: 'of the start, whose clock says what is known'}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值,
    description: 'channel, domain, platform of the start; entry path, group, live session of the first private entry; none without'}
  segment_platform: {type: varchar, zh: 细分值的平台, description: whose number segment is; NULL where it is no number}
  period_no: {type: bigint, zh: 第几期, description: 'periods after the cohort''s, or number of the bracket; -1 for everyone who started'}
  started_at: {type: timestamp, zh: 起始时刻,
    description: 'with brackets the date of the start, with rolling_24h its second in UTC: a person''s own cells end by it; NULL by the calendar'}
  people: {type: bigint, unit: person, zh: 人数,
    description: 'with mode = on_or_after in the row of the last period that they came back from on'}
checks:
  - not_null: [cohort, segment_by, segment, period_no, people]
*/
-- the start events that may open a cohort; ...
with starts as (
  select
    *,
    case $period
      when 'week' then cast(date_trunc('week', activity_date + $week_shift) as date) - $week_shift
      when 'month' then activity_month
      else activity_date
    end as cohort
  from core.activities
  where
    $start_fits
    -- of a word that fits whole, only its first can be the first of all
    and ($cohorts = 'recurring' or not $start_by_word or activity_at = first_of_kind_at)
),

numbered as (
  select
    *,
    row_number() over (
      partition by person_id, case when $cohorts = 'recurring' then cohort end
      order by
        activity_at,
        activity,
        platform,
        -- of orders of one moment the one that core counts as the first
        activity = 'order' and channel is distinct from first_of_kind_channel,
        activity = 'order' and domain is distinct from first_of_kind_domain,
        channel nulls last,
        domain nulls last
    ) as start_no
  from starts
),

-- ... each person's start in each cohort;
subjects as (
  select
    n.*,
    cast(
      case
        when $counts = 'bracket' then cast(n.activity_date as timestamp)
        when $period = 'rolling_24h' then date_trunc('second', n.activity_at_utc)
      end as timestamp
    ) as started_at,
    $breakdown_columns
  from numbered as n
  left join core.people as p on $asks_entry and n.person_id = p.person_id
  where n.start_no = 1
),

bounds as (
  select
    row_number() over (order by m.last_day) - 1 as period_no,
    coalesce(lag(m.last_day) over (order by m.last_day) + 1, 0) as first_day,
    m.last_day
  from unnest($bounds) as m (last_day)
  where $counts = 'bracket'
),

backs as (
  select *
  from core.activities
  where $back_fits
),

-- ... the cell of every back event at or after it;
placed as (
  select
    s.person_id,
    s.cohort,
    case
      when $counts = 'bracket' then b.period_no
      when $period = 'rolling_24h'
        then date_diff('second', s.started_at, date_trunc('second', a.activity_at_utc)) // 86400
      when $period = 'week' then date_diff('day', s.cohort, a.activity_date) // 7
      when $period = 'month'
        then year(a.activity_date) * 12 + month(a.activity_date) - year(s.cohort) * 12 - month(s.cohort)
      else date_diff('day', s.cohort, a.activity_date)
    end as period_no
  from subjects as s
  inner join backs as a on s.person_id = a.person_id and s.activity_at <= a.activity_at
  left join bounds as b
    on
      $counts = 'bracket'
      and date_diff('day', s.activity_date, a.activity_date) between b.first_day and b.last_day
),

-- ... and how often they came back: in a cell, or in it and all later ones together
person_cells as (
  select
    person_id,
    cohort,
    period_no,
    case
      when $counts = 'on_or_after'
        then sum(count(*)) over (
          partition by person_id, cohort order by period_no desc rows between unbounded preceding and current row
        )
      else count(*)
    end as times
  from placed
  where period_no is not null
  group by person_id, cohort, period_no
),

returned as (
  select
    person_id,
    cohort,
    period_no
  from person_cells
  where $counts <> 'on_or_after' and times >= $min_count
  union all
  select
    person_id,
    cohort,
    max(period_no) as period_no
  from person_cells
  where $counts = 'on_or_after' and times >= $min_count
  group by person_id, cohort
),

cells as (
  select
    *,
    -1 as cell_no
  from subjects
  union all
  select
    s.*,
    r.period_no as cell_no
  from subjects as s
  inner join returned as r on s.person_id = r.person_id and s.cohort = r.cohort
)

select
  cohort,
  platform,
  $breakdowns,
  cast(cell_no as bigint) as period_no,
  started_at,
  count(*) as people
from cells
group by all
