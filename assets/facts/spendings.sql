/*
title: {zh: 起始后的消费, en: Spendings after a start}
description: >-
  People by the period of a start and what they spent in the periods after it; period_no -1 counts everyone who started. A view; what
  the parameters mean is told in metrics.money_retention.
description_zh: 按起始期统计人数（期号 -1）及其后各期的消费人数、订单与净额。视图；参数含义见金额留存。
grain: cohort, platform, segment_by, segment, segment_platform, period_no
materialized: view
dated_by: cohort
parameters:
  start: [private_entry]
  back: [order]
  period: month
  cohorts: first
  week_starts: monday
choices: {period: [day, week, month], cohorts: [first, recurring], week_starts: [monday, sunday]}
activities: {start: 0, back: 0}
constants:
  week_shift: "case when $week_starts = 'sunday' then 1 else 0 end"
  asks_entry: "list_has_any($segments, ['entry_path', 'threshold', 'group', 'live_session', 'host'])"
columns:
  cohort: {type: date, zh: 起始期, description: date on which the period of the start begins}
  platform: {type: varchar, zh: 平台, description: 'of the start, whose clock says what is known'}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: as in metrics.retention}
  segment_platform: {type: varchar, zh: 细分值的平台, description: whose number segment is; NULL where it is no number}
  period_no: {type: bigint, zh: 第几期, description: 'periods after the cohort''s; -1 for everyone who started'}
  people: {type: bigint, unit: person, zh: 人数, description: 'who started (-1), or who spent in the period'}
  orders: {type: bigint, unit: order, zh: 订单数}
  net_amount: {type: 'decimal(18,2)', unit: yuan, zh: 净额}
*/
with starts as (
  select
    *,
    case $period
      when 'week' then cast(date_trunc('week', activity_date + $week_shift) as date) - $week_shift
      when 'month' then activity_month
      else activity_date
    end as cohort
  from core.activities
  where $start_fits and ($cohorts = 'recurring' or not $start_by_word or activity_at = first_of_kind_at)
),

numbered as (
  select
    *,
    row_number() over (
      partition by person_id, case when $cohorts = 'recurring' then cohort end
      order by activity_at, activity, platform, channel nulls last, domain nulls last
    ) as start_no
  from starts
),

subjects as (
  select
    n.person_id,
    n.activity_at,
    n.cohort,
    n.platform,
    $breakdown_columns
  from numbered as n
  left join core.people as p on $asks_entry and n.person_id = p.person_id
  where n.start_no = 1
),

backs as (
  select
    person_id,
    activity_at,
    activity_date,
    net_amount
  from core.activities
  where $back_fits and net_amount is not null
),

-- everybody once, and what they spent in each period
spent as (
  select
    s.person_id,
    s.cohort,
    case $period
      when 'week' then date_diff('day', s.cohort, b.activity_date) // 7
      when 'month' then year(b.activity_date) * 12 + month(b.activity_date) - year(s.cohort) * 12 - month(s.cohort)
      else date_diff('day', s.cohort, b.activity_date)
    end as cell_no,
    count(b.net_amount) as orders,
    sum(b.net_amount) as net_amount
  from subjects as s
  inner join backs as b on s.person_id = b.person_id and s.activity_at <= b.activity_at
  group by all
  union all
  select
    person_id,
    cohort,
    -1 as cell_no,
    0 as orders,
    cast(0 as decimal(18, 2)) as net_amount
  from subjects
)

select
  s.cohort,
  s.platform,
  $breakdowns,
  cast(t.cell_no as bigint) as period_no,
  count(*) as people,
  cast(sum(t.orders) as bigint) as orders,
  cast(coalesce(sum(t.net_amount), 0) as decimal(18, 2)) as net_amount
from subjects as s
inner join spent as t on s.person_id = t.person_id and s.cohort = t.cohort
group by all
