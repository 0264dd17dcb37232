/*
title: {zh: 留存, en: Retention}
description: >-
  Of the people who did a start event in a period, how many did a back event k periods later. start and back: lists of event
  words, order (a kept order), purchase (a day with one), any (whatever a person does of their own: not messages merely delivered,
  approvals or leaving), public (by public traffic) or private_entry (the merchant's private entry events), each with conditions
  on the columns of core.activities where wanted: order[paid_amount>=100&channel=live|ad]. cohorts = first: each person once, by their first start event ever;
  recurring: in every period with one. mode = on: in the k-th period after the cohort's; on_or_after: in it or later; a list
  of days, e.g. 7, 14, 30: in days 1-7, 8-14, 15-30 after the person's own start (period_no counts the brackets, 0 is the start's
  own day). period = day, week, month by the calendar, or rolling_24h: k counts windows of 24 hours from the person's own start.
  Only back events at or after the start count, min_count of them inside the cell (on_or_after: from it on). A cell is mature for a person when it is
  over within the known days of the back events (core.known, by the platform of the start): orders for order, memberships for joining and leaving,
  events for other words, events and orders for any.
description_zh: >-
  某期内做过起始行为的人，k 期后有多少做过回访行为。默认：首次进入私域 → 任何主动行为，按周。第 0 期为起始当期。
  on 只看第 k 期，on_or_after 看第 k 期及以后，也可给出天数分段。未走完的格子只给人数，不给比率。
variant: calendar on, first
grain: cohort, period_no, segment_by, segment
parameters: {segments: breakdowns}
choices: {segments: default}
facts:
  returns: [start, back, period, mode, cohorts, min_count, week_starts]
constants:
  clocks: $back_clocks
whom: [people, mature_people, returned]
columns:
  cohort: {type: date, zh: 起始期, description: date on which the cohort's period starts}
  period_no: {type: bigint, zh: 第几期, description: 'periods after the cohort''s; 0 is its own; with a list of days, the bracket'}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值,
    description: 'channel, domain, platform of the start event; entry path, threshold, group, live session, host of the person''s first private entry; none without'}
  period: {type: varchar, zh: 周期, description: the parameter}
  mode: {type: varchar, zh: 口径, description: 'on, on_or_after or bracket'}
  first_day: {type: bigint, unit: day, zh: 段首日, description: first day of a bracket after the start; NULL otherwise}
  last_day: {type: bigint, unit: day, zh: 段末日, description: last day of a bracket after the start; NULL otherwise}
  people: {type: bigint, unit: person, zh: 起始人数, description: everyone in the cohort,
    zh_description: 该起始期内的全部人数，不论观察期是否已满}
  mature_people: {type: bigint, unit: person, zh: 成熟人数,
    description: people whose cell is over as far as the back events are known; the denominator, zh_description: 该期已走完的人数，作分母}
  returned: {type: bigint, unit: person, zh: 回访人数,
    description: 'mature people who came back; the numerator. In a calendar cell that is over for nobody yet, the count so far',
    zh_description: 该期回访的人数，作分子；未走完的格子为截至目前的人数}
  retention_rate: {type: double, unit: ratio, of: [returned, mature_people], zh: 留存率,
    description: NULL while immature, zh_description: 回访人数 ÷ 成熟人数；未成熟为空}
  is_mature: {type: boolean, zh: 是否成熟, description: the cell is over for everyone of the cohort}
  is_small: {type: boolean, small_of: mature_people, zh: 样本过小, description: fewer than small_group mature people}
checks:
  - unique: [cohort, period_no, segment_by, segment]
  - between: {column: retention_rate, min: 0, max: 1}
  - condition: {sql: 'returned <= people and mature_people <= people', name: no more back than there are}
*/
with brackets as (
  select
    row_number() over (order by m.last_day) - 1 as period_no,
    coalesce(lag(m.last_day) over (order by m.last_day) + 1, 0) as first_day,
    m.last_day
  from unnest($bounds) as m (last_day)
  where $counts = 'bracket'
),

-- age: the last cell that is over, of brackets the days that are; -1 while none is
aged as (
  select
    f.cohort,
    f.segment_by,
    f.segment,
    f.period_no,
    greatest(
      case
        when $counts = 'bracket' then date_diff('day', cast(f.started_at as date), e.known_until)
        when $period = 'rolling_24h' then date_diff('second', f.started_at, e.ends_at_utc) // 86400 - 1
        when $period = 'week' then (date_diff('day', f.cohort, e.known_until) + 1) // 7 - 1
        when $period = 'month'
          then year(e.known_until + 1) * 12 + month(e.known_until + 1) - year(f.cohort) * 12 - month(f.cohort) - 1
        else date_diff('day', f.cohort, e.known_until)
      end,
      -1
    ) as age,
    sum(f.people) as people
  from facts.returns as f
  left join statistics.asked_until as e on f.platform = e.platform
  group by all
),

cohorts as (
  select
    cohort,
    segment_by,
    segment,
    age,
    sum(people) as people,
    sum(sum(people)) over (partition by cohort, segment_by, segment) as cohort_people,
    case
      when $counts = 'bracket' then (select max(period_no) from brackets)
      when $period = 'week' then date_diff('day', cohort, $as_of) // 7
      when $period = 'month' then year($as_of) * 12 + month($as_of) - year(cohort) * 12 - month(cohort)
      else date_diff('day', cohort, $as_of)
    end as last_no
  from aged
  where period_no = -1
  group by cohort, segment_by, segment, age
),

-- the whole grid, cells without a return included: periods up to the one that holds as_of, or every bracket
matured as (
  select
    c.cohort,
    c.segment_by,
    c.segment,
    c.cohort_people as people,
    c.period_no,
    b.first_day,
    b.last_day,
    sum(case when c.age >= coalesce(b.last_day, c.period_no) then c.people else 0 end) as mature_people
  from (
    select
      g.*,
      n.period_no
    from cohorts as g
    cross join unnest(generate_series(cast(0 as bigint), cast(g.last_no as bigint))) as n (period_no)
  ) as c
  left join brackets as b on c.period_no = b.period_no
  group by all
),

-- those for whom the cell is over; from a cell on, up to the last one over. Of calendar cells also everyone so far
back as (
  select
    a.cohort,
    a.segment_by,
    a.segment,
    case when $counts = 'on_or_after' and w.is_over then least(a.period_no, a.age) else a.period_no end as period_no,
    sum(case when w.is_over then a.people else 0 end) as returned,
    sum(case when w.is_over then 0 else a.people end) as so_far
  from aged as a
  left join brackets as b on a.period_no = b.period_no
  cross join unnest([true, false]) as w (is_over)
  where
    a.period_no >= 0
    and (w.is_over or ($counts <> 'bracket' and $period <> 'rolling_24h'))
    and (
      not w.is_over or a.age >= coalesce(b.last_day, case when $counts = 'on_or_after' then 0 else a.period_no end)
    )
  group by all
)

select
  m.*,
  cast($period as varchar) as period,
  $counts as mode,
  m.mature_people = m.people as is_mature,
  coalesce(
    case
      when m.mature_people > 0 and $counts = 'on_or_after' then sum(b.returned) over onwards
      when m.mature_people > 0 then b.returned
      when $counts = 'on_or_after' then sum(b.so_far) over onwards
      else b.so_far
    end, 0
  ) as returned
from matured as m
left join back as b
  on m.cohort = b.cohort and m.segment_by = b.segment_by and m.segment = b.segment and m.period_no = b.period_no
window onwards as (partition by m.cohort, m.segment_by, m.segment order by m.period_no desc)
