/*
title: {zh: 留存, en: Retention}
description: >-
  Of the people who did a start event in a period, how many did a back event k periods later. start and back: lists of event
  words, order (a kept order), any (whatever a person does of their own: not messages merely delivered, approvals or leaving) or
  private_entry (the merchant's private entry events). cohorts = first: each person once, by their first start event ever;
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
parameters:
  start: [private_entry]
  back: [any]
  period: week
  mode: ['on']
  cohorts: first
  min_count: 1
  week_starts: monday
  segments: [all, channel, domain, platform, entry_path, threshold, group, live_session, host]
choices: {period: [day, week, month, rolling_24h], mode: ['on', on_or_after, number], cohorts: [first, recurring], week_starts: [monday, sunday], segments: default}
words_of:
  start: &activity {column: core.activities.activity, or: [any, private_entry]}
  back: *activity
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
  is_small: {type: boolean, zh: 样本过小, description: fewer than small_group mature people}
checks:
  - unique: [cohort, period_no, segment_by, segment]
  - between: {column: retention_rate, min: 0, max: 1}
  - condition: {sql: 'returned <= people and mature_people <= people', name: no more back than there are}
*/
with asked as (
  select
    case
      when list_contains(cast($mode as varchar[]), 'on') then 'on'
      when list_contains(cast($mode as varchar[]), 'on_or_after') then 'on_or_after'
      else 'bracket'
    end as mode
),

-- the days after a start that make each bracket; no rows when mode is a word
bounds as (
  select distinct try_cast(m.bound as bigint) as last_day
  from unnest(cast($mode as varchar[])) as m (bound)
),

brackets as (
  select
    row_number() over (order by last_day) as period_no,
    coalesce(lag(last_day) over (order by last_day), 0) + 1 as first_day,
    last_day
  from bounds
  where last_day > 0
  union all
  select
    0 as period_no,
    0 as first_day,
    0 as last_day
  from asked
  where mode = 'bracket'
),

-- until when the back events are known of a platform's people
kinds as (
  select distinct
    case
      when b.word = 'order' then 'orders'
      when b.word = 'private_entry' or coalesce(w.is_move, false) then 'memberships'
      else 'events'
    end as kind
  from unnest($back) as b (word)
  left join core.event_words as w on b.word = w.event
),

horizons as (
  select
    platform,
    min(known_until) as known_until
  from core.known
  where kind in (select kind from kinds) or (kind = 'orders' and list_contains($back, 'any'))
  group by platform
),

ends as (
  select
    h.platform,
    h.known_until,
    cast(h.known_until + 1 as timestamp) - interval '1 second' * c.utc_offset_seconds as ends_at_utc
  from horizons as h
  left join core.calendar as c on h.known_until + 1 = c.date
),

-- each day's period; a day is its own where the question has no calendar period
days as (
  select
    date,
    case $period
      when 'week'
        then
          cast(date_trunc('week', date + case when $week_starts = 'sunday' then 1 else 0 end) as date)
          - case when $week_starts = 'sunday' then 1 else 0 end
      when 'month' then month
      else date
    end as period_date
  from core.calendar
  where date <= $as_of
),

-- the last calendar cell of a cohort that is over for a platform's people; -1 while none is
ages as (
  select distinct
    d.period_date as cohort,
    e.platform,
    cast(
      case
        when e.known_until is null or e.known_until < d.period_date then -1
        when $period = 'week' then (date_diff('day', d.period_date, e.known_until) + 1) // 7 - 1
        when $period = 'month'
          then
            year(e.known_until + 1) * 12 + month(e.known_until + 1)
            - year(d.period_date) * 12 - month(d.period_date) - 1
        else date_diff('day', d.period_date, e.known_until)
      end as bigint
    ) as age
  from days as d
  cross join ends as e
),

-- One word coming back to itself, by the calendar: core has already marked each person's first activity of a period, so
-- one grouped scan answers. The condition is a constant: an engine drops the branch that does not apply.
marked as (
  select
    cast(first_of_kind_at as date) as first_date,
    first_of_kind_platform as platform,
    case $period when 'day' then activity_date when 'week' then activity_week else activity_month end as back_date,
    count(*) as number
  from core.activities
  where
    $start = $back and array_length($start) = 1 and $start[1] not in ('any', 'private_entry')
    and $cohorts = 'first' and $min_count = 1 and $segments = ['all']
    and list_contains(cast($mode as varchar[]), 'on') and $period in ('day', 'week', 'month')
    and ($period <> 'week' or $week_starts = $core_week_starts)
    and activity = $start[1]
    and case $period when 'day' then is_first_in_day when 'week' then is_first_in_week else is_first_in_month end
  group by all
),

-- Every other question: the start events that may open a cohort; ...
starts as (
  select
    a.person_id,
    a.activity_at as start_at,
    a.activity_at_utc as start_at_utc,
    a.activity_date as start_date,
    d.period_date as cohort,
    row_number() over (
      partition by a.person_id, case when $cohorts = 'recurring' then d.period_date end
      order by a.activity_at, a.activity, a.platform, a.channel nulls last, a.domain nulls last
    ) as start_no,
    a.channel,
    a.domain,
    a.platform
  from core.activities as a
  inner join days as d on a.activity_date = d.date
  where
    not (
      $start = $back and array_length($start) = 1 and $start[1] not in ('any', 'private_entry')
      and $cohorts = 'first' and $min_count = 1 and $segments = ['all']
      and list_contains(cast($mode as varchar[]), 'on') and $period in ('day', 'week', 'month')
      and ($period <> 'week' or $week_starts = $core_week_starts)
    )
    and (
      list_contains($start, a.activity)
      or (list_contains($start, 'any') and a.is_active)
      or (list_contains($start, 'private_entry') and list_contains($private_entry_events, a.activity))
    )
    and ($cohorts = 'recurring' or a.activity_at = a.first_of_kind_at)
),

-- ... each person's start in each cohort, and (age) the last cell that is over for them;
subjects as (
  select
    n.person_id,
    n.start_at,
    n.start_at_utc,
    n.start_date,
    n.cohort,
    cast(
      case
        when q.mode = 'bracket' then coalesce(greatest(date_diff('day', n.start_date, e.known_until), -1), -1)
        when $period = 'rolling_24h'
          then
            coalesce(
              greatest(date_diff('second', date_trunc('second', n.start_at_utc), e.ends_at_utc), 0) // 86400 - 1, -1
            )
        else coalesce(o.age, -1)
      end as bigint
    ) as age,
    case when list_contains($segments, 'channel') then coalesce(n.channel, 'none') end as channel,
    case when list_contains($segments, 'domain') then coalesce(n.domain, 'none') end as domain,
    case when list_contains($segments, 'platform') then coalesce(n.platform, 'none') end as platform,
    case when list_contains($segments, 'entry_path') then coalesce(p.private_entry_path, 'none') end as entry_path,
    case
      when list_contains($segments, 'threshold')
        then case when p.private_group_id is null then 'none' else coalesce(g.threshold, 'unknown') end
    end as threshold,
    case when list_contains($segments, 'group') then coalesce(p.private_group_id, 'none') end as group_id,
    case
      when list_contains($segments, 'live_session') then coalesce(p.private_live_session_id, 'none')
    end as live_session_id,
    case when list_contains($segments, 'host') then coalesce(l.host_id, 'none') end as host_id
  from starts as n
  cross join asked as q
  left join ends as e on n.platform = e.platform
  left join ages as o on n.cohort = o.cohort and n.platform = o.platform
  left join core.people as p on n.person_id = p.person_id and $segments <> ['all']
  left join core.groups as g on p.private_platform = g.platform and p.private_group_id = g.group_id
  left join core.live_sessions as l
    on p.private_platform = l.platform and p.private_live_session_id = l.live_session_id
  where n.start_no = 1
),

-- ... the cell of every back event at or after it;
placed as (
  select
    s.person_id,
    s.cohort,
    case
      when q.mode = 'bracket' then b.period_no
      when $period = 'rolling_24h'
        then date_diff('second', date_trunc('second', s.start_at_utc), date_trunc('second', a.activity_at_utc)) // 86400
      when $period = 'week' then date_diff('day', s.cohort, a.activity_date) // 7
      when $period = 'month'
        then year(a.activity_date) * 12 + month(a.activity_date) - year(s.cohort) * 12 - month(s.cohort)
      else date_diff('day', s.cohort, a.activity_date)
    end as period_no
  from subjects as s
  cross join asked as q
  inner join core.activities as a on s.person_id = a.person_id and s.start_at <= a.activity_at
  left join brackets as b
    on
      date_diff('day', s.start_date, a.activity_date) >= b.first_day
      and date_diff('day', s.start_date, a.activity_date) <= b.last_day
  where
    list_contains($back, a.activity)
    or (list_contains($back, 'any') and a.is_active)
    or (list_contains($back, 'private_entry') and list_contains($private_entry_events, a.activity))
),

person_cells as (
  select
    person_id,
    cohort,
    period_no,
    count(*) as times
  from placed
  where period_no is not null
  group by person_id, cohort, period_no
),

-- ... and who came back often enough: in a cell, or in it and all later ones together.
from_here as (
  select
    person_id,
    cohort,
    period_no,
    sum(times) over (
      partition by person_id, cohort order by period_no desc rows between unbounded preceding and current row
    ) as times
  from person_cells
  where list_contains(cast($mode as varchar[]), 'on_or_after')
),

returns as (
  select
    person_id,
    cohort,
    period_no
  from person_cells
  where not list_contains(cast($mode as varchar[]), 'on_or_after') and times >= $min_count
  union all
  select
    person_id,
    cohort,
    max(period_no) as period_no
  from from_here
  where times >= $min_count
  group by person_id, cohort
),

-- those for whom the cell is over; from a cell on, up to the last one over. Of calendar cells also everyone so far
returned as (
  select
    r.person_id,
    r.cohort,
    case when q.mode = 'on_or_after' then least(r.period_no, s.age) else r.period_no end as period_no,
    true as is_over
  from returns as r
  cross join asked as q
  inner join subjects as s on r.person_id = s.person_id and r.cohort = s.cohort
  left join brackets as b on r.period_no = b.period_no
  where q.mode = 'on_or_after' or s.age >= coalesce(b.last_day, r.period_no)
  union all
  select
    r.person_id,
    r.cohort,
    r.period_no,
    false as is_over
  from returns as r
  cross join asked as q
  where q.mode <> 'bracket' and $period <> 'rolling_24h'
),

-- people (period_no -1) and returns, first as fine as the breakdowns asked for, then rolled up
alike as (
  select
    cohort,
    age,
    channel,
    domain,
    platform,
    entry_path,
    threshold,
    group_id,
    live_session_id,
    host_id,
    -1 as period_no,
    true as is_over,
    count(*) as number
  from subjects
  group by all
  union all
  select
    s.cohort,
    s.age,
    s.channel,
    s.domain,
    s.platform,
    s.entry_path,
    s.threshold,
    s.group_id,
    s.live_session_id,
    s.host_id,
    r.period_no,
    r.is_over,
    count(*) as number
  from subjects as s
  inner join returned as r on s.person_id = r.person_id and s.cohort = r.cohort
  where r.period_no >= 0
  group by all
),

-- the days that start a period, numbered
periods as (
  select distinct
    period_date,
    case $period
      when 'month' then year(period_date) * 12 + month(period_date)
      when 'week'
        then date_diff(
          'day', case when $week_starts = 'sunday' then date '1969-12-28' else date '1969-12-29' end, period_date
        ) // 7
      else date_diff('day', date '1969-12-29', period_date)
    end as period_no
  from days
),

marked_cells as (
  select
    c.period_date as cohort,
    b.period_no - c.period_no as period_no,
    coalesce(o.age, -1) as age,
    m.number
  from marked as m
  inner join days as d on m.first_date = d.date
  inner join periods as c on d.period_date = c.period_date
  inner join periods as b on m.back_date = b.period_date
  left join ages as o on d.period_date = o.cohort and m.platform = o.platform
),

counts as (
  select
    a.cohort,
    b.segment_by,
    case b.segment_by
      when 'all' then 'all'
      when 'channel' then a.channel
      when 'domain' then a.domain
      when 'platform' then a.platform
      when 'entry_path' then a.entry_path
      when 'threshold' then a.threshold
      when 'group' then a.group_id
      when 'live_session' then a.live_session_id
      when 'host' then a.host_id
      else 'no such breakdown'
    end as segment,
    a.age,
    a.is_over,
    cast(a.period_no as bigint) as period_no,
    cast(sum(a.number) as bigint) as number
  from alike as a
  cross join unnest($segments) as b (segment_by)
  group by all
  union all
  select
    m.cohort,
    'all' as segment_by,
    'all' as segment,
    m.age,
    b.what <> 'so far' as is_over,
    cast(case when b.what = 'people' then -1 else m.period_no end as bigint) as period_no,
    cast(sum(m.number) as bigint) as number
  from marked_cells as m
  cross join unnest(['people', 'over', 'so far']) as b (what)
  where b.what = 'so far' or (b.what = 'people' and m.period_no = 0) or (b.what = 'over' and m.age >= m.period_no)
  group by all
),

-- the whole grid, cells without a return included: periods up to the one that holds as_of, or every bracket
cohorts as (
  select
    c.cohort,
    c.segment_by,
    c.segment,
    cast(sum(c.number) as bigint) as people,
    cast(
      case
        when max(k.last_no) is not null then max(k.last_no)
        when $period = 'week' then date_diff('day', c.cohort, $as_of) // 7
        when $period = 'month' then year($as_of) * 12 + month($as_of) - year(c.cohort) * 12 - month(c.cohort)
        else date_diff('day', c.cohort, $as_of)
      end as bigint
    ) as last_no
  from counts as c
  cross join (select max(period_no) as last_no from brackets) as k
  where c.period_no = -1
  group by c.cohort, c.segment_by, c.segment
),

grid as (
  select
    c.cohort,
    c.segment_by,
    c.segment,
    c.people,
    cast(n.period_no as bigint) as period_no
  from cohorts as c
  cross join unnest(generate_series(cast(0 as bigint), c.last_no)) as n (period_no)
),

matured as (
  select
    g.cohort,
    g.period_no,
    g.segment_by,
    g.segment,
    g.people,
    b.first_day,
    b.last_day,
    cast(
      sum(case when c.age >= coalesce(b.last_day, g.period_no) then c.number else 0 end) as bigint
    ) as mature_people
  from grid as g
  inner join counts as c
    on g.cohort = c.cohort and g.segment_by = c.segment_by and g.segment = c.segment and c.period_no = -1
  left join brackets as b on g.period_no = b.period_no
  group by g.cohort, g.period_no, g.segment_by, g.segment, g.people, b.first_day, b.last_day
),

back as (
  select
    cohort,
    segment_by,
    segment,
    period_no,
    sum(case when is_over then number else 0 end) as returned,
    sum(case when is_over then 0 else number end) as returned_so_far
  from counts
  where period_no >= 0
  group by cohort, segment_by, segment, period_no
),

filled as (
  select
    m.*,
    q.mode,
    coalesce(
      case when q.mode = 'on_or_after' then sum(b.returned) over onwards else b.returned end, 0
    ) as returned,
    coalesce(
      case when q.mode = 'on_or_after' then sum(b.returned_so_far) over onwards else b.returned_so_far end, 0
    ) as returned_so_far
  from matured as m
  cross join asked as q
  left join back as b
    on m.cohort = b.cohort and m.segment_by = b.segment_by and m.segment = b.segment and m.period_no = b.period_no
  window onwards as (
    partition by m.cohort, m.segment_by, m.segment
    order by m.period_no desc rows between unbounded preceding and current row
  )
)

select
  cohort,
  period_no,
  segment_by,
  segment,
  cast($period as varchar) as period,
  mode,
  cast(first_day as bigint) as first_day,
  cast(last_day as bigint) as last_day,
  people,
  mature_people,
  cast(case when mature_people > 0 then returned else returned_so_far end as bigint) as returned,
  cast(case when mature_people > 0 then returned end as double) / nullif(mature_people, 0) as retention_rate,
  mature_people = people as is_mature,
  mature_people < $small_group as is_small
from filled
