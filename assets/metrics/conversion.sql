/*
title: {zh: 公域到复购的阶梯, en: Conversion ladder}
description: >-
  Of the people first touched in public in a week, how many climbed each step: follow, fan club, private, first order,
  second order. people counts an ordered ladder: every step before was reached too, none later than the next (the same
  second counts), and all inside the window. reached_people counts the step alone, whatever was skipped. Events are measured
  in elapsed time (24 h a day, 0 = the same calendar day), orders by calendar dates; nothing before the public touch counts.
description_zh: >-
  某周首次在公域被触达的人，走到了哪一步：关注、进粉丝团、入私域、首单、复购。到达人数要求前面各步都走过且时间不倒退，都在窗口内；
  发生人数只看这一步是否发生。触达之前发生的不算。
grain: cohort_week, segment_by, segment, window_days, step_no
parameters:
  within_days: [7, 30, 90]
  cohort_period: week
  segments: [all, channel, paid, platform, live_session, host, festival]
choices: {cohort_period: [week, month, all], segments: default}
columns:
  cohort_week: {type: date, zh: 触达周,
    description: 'week of the first public touch; with cohort_period = month its month, with all the first day of data'}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: 'value at the first public touch; paid or organic by whether that touch was paid for; none where it has no such value'}
  window_days: {type: bigint, unit: day, zh: 窗口, description: days after the first public touch, zh_description: 首次公域触达之后的天数}
  step_no: {type: bigint, zh: 步序, description: 1 to 6}
  step: {type: varchar, zh: 步骤, description: 'public, follow, fan_club, private, first_order or second_order'}
  cohort_people: {type: bigint, unit: person, zh: 触达人数, description: 'everyone first touched in the cohort, mature or not'}
  mature_people: {type: bigint, unit: person, zh: 成熟触达人数,
    description: 'those whose whole window lies within the known days of their platform''s events and, for private, memberships, for orders also orders; the denominator of rate_from_first', zh_description: 窗口已走完的触达人数}
  previous_people: {type: bigint, unit: person, zh: 上一步人数,
    description: mature people who reached the previous step; the denominator of rate_from_previous,
    zh_description: 成熟触达人数中走到上一步的；第一步为成熟触达人数}
  people: {type: bigint, unit: person, zh: 到达人数,
    description: mature people who reached this step in order inside the window, zh_description: 成熟触达人数中依次走到本步的}
  rate_from_first: {type: double, unit: ratio, of: [people, mature_people], zh: 总转化率,
    description: NULL while nobody is mature, zh_description: 到达人数 ÷ 成熟触达人数}
  rate_from_previous: {type: double, unit: ratio, of: [people, previous_people], zh: 步间转化率,
    description: NULL where nobody reached the previous step, zh_description: 到达人数 ÷ 上一步人数}
  reached_people: {type: bigint, unit: person, zh: 发生人数,
    description: 'mature people who did this step inside the window, whatever they skipped',
    zh_description: 成熟触达人数中窗口内做过本步的，不要求走过前面各步}
  reached_rate: {type: double, unit: ratio, of: [reached_people, mature_people], zh: 发生率, zh_description: 发生人数 ÷ 成熟触达人数}
  median_days: {type: double, unit: day, zh: 中位天数,
    description: 'median of the whole days that this step needed after the public touch, among people: 24 hours each, a day begun counts (0 = the same date)',
    zh_description: 到达者从公域触达到本步所需整天数的中位数，不足 24 小时按一天，同一自然日为 0}
  is_mature: {type: boolean, zh: 是否成熟, description: the whole cohort's window lies within the known days}
  is_small: {type: boolean, zh: 样本过小, description: fewer than small_group mature people}
checks:
  - unique: [cohort_week, segment_by, segment, window_days, step_no]
  - between: {column: rate_from_first, min: 0, max: 1}
  - between: {column: rate_from_previous, min: 0, max: 1}
  - between: {column: reached_rate, min: 0, max: 1}
  - condition: {sql: 'people <= reached_people', name: the ordered ladder is part of those who reached the step}
*/
-- the smallest window that holds each step: days of 24 hours for events (0 = the same date), dates apart for orders
with measured as (
  select
    first_public_at,
    followed_at,
    fan_club_at,
    private_at,
    first_order_at,
    second_order_at,
    first_public_channel,
    first_public_platform,
    first_public_is_paid,
    first_public_live_session_id,
    cast(first_public_at as date) as first_public_date,
    case
      when followed_at < first_public_at then null
      when cast(followed_at as date) = cast(first_public_at as date) then 0
      else
        (
          date_diff('second', date_trunc('second', first_public_at_utc), date_trunc('second', followed_at_utc)) + 86399
        ) // 86400
    end as follow_days,
    case
      when fan_club_at < first_public_at then null
      when cast(fan_club_at as date) = cast(first_public_at as date) then 0
      else
        (
          date_diff('second', date_trunc('second', first_public_at_utc), date_trunc('second', fan_club_at_utc)) + 86399
        ) // 86400
    end as fan_club_days,
    case
      when private_at < first_public_at then null
      when cast(private_at as date) = cast(first_public_at as date) then 0
      else
        (
          date_diff('second', date_trunc('second', first_public_at_utc), date_trunc('second', private_at_utc)) + 86399
        ) // 86400
    end as private_days,
    case
      when first_order_at >= first_public_at
        then date_diff('day', cast(first_public_at as date), cast(first_order_at as date))
    end as first_order_days,
    case
      when second_order_at >= first_public_at
        then date_diff('day', cast(first_public_at as date), cast(second_order_at as date))
    end as second_order_days
  from core.people
  where first_public_at is not null
),

-- the highest step reached in order, no step before an earlier one
climbed as (
  select
    *,
    case
      when followed_at is null or followed_at < first_public_at then 1
      when fan_club_at is null or fan_club_at < followed_at then 2
      when private_at is null or private_at < fan_club_at then 3
      when first_order_at is null or first_order_at < private_at then 4
      when second_order_at is null then 5
      else 6
    end as highest_step
  from measured
),

-- people alike in date, steps and every breakdown become one row with their number
alike as (
  select
    first_public_date,
    first_public_channel,
    first_public_platform,
    first_public_is_paid,
    first_public_live_session_id,
    case when follow_days <= list_max($within_days) then follow_days end as follow_days,
    case when fan_club_days <= list_max($within_days) then fan_club_days end as fan_club_days,
    case when private_days <= list_max($within_days) then private_days end as private_days,
    case when first_order_days <= list_max($within_days) then first_order_days end as first_order_days,
    case when second_order_days <= list_max($within_days) then second_order_days end as second_order_days,
    highest_step,
    count(*) as people
  from climbed
  group by all
),

stepped as (
  select
    a.first_public_date,
    a.first_public_channel,
    a.first_public_platform,
    a.first_public_is_paid,
    a.first_public_live_session_id,
    s.step_no,
    case s.step_no
      when 1 then cast(0 as bigint)
      when 2 then a.follow_days
      when 3 then a.fan_club_days
      when 4 then a.private_days
      when 5 then a.first_order_days
      else a.second_order_days
    end as days,
    -- in elapsed time a later step never needs fewer days than one before it; only dates against hours can differ
    case
      when s.step_no > a.highest_step then null
      when s.step_no = 1 then cast(0 as bigint)
      when s.step_no = 2 then a.follow_days
      when s.step_no = 3 then a.fan_club_days
      when s.step_no = 4 then a.private_days
      when a.private_days is null then null
      when s.step_no = 5 and a.first_order_days is not null then greatest(a.first_order_days, a.private_days)
      when s.step_no = 6 and a.second_order_days is not null then greatest(a.second_order_days, a.private_days)
    end as ladder_days,
    case
      when s.step_no - 1 > a.highest_step then null
      when s.step_no <= 2 then cast(0 as bigint)
      when s.step_no = 3 then a.follow_days
      when s.step_no = 4 then a.fan_club_days
      when s.step_no = 5 then a.private_days
      when a.private_days is not null and a.first_order_days is not null
        then greatest(a.first_order_days, a.private_days)
    end as previous_ladder_days,
    a.people
  from alike as a
  cross join unnest([1, 2, 3, 4, 5, 6]) as s (step_no)
),

rolled as (
  select
    case
      when $cohort_period = 'week' then c.week
      when $cohort_period = 'month' then c.month
      else d.first_date
    end as cohort_week,
    case
      when $cohort_period = 'week' then c.week + 6
      when $cohort_period = 'month' then last_day(c.month)
      else $as_of
    end as cohort_end,
    a.first_public_date,
    b.segment_by,
    case b.segment_by
      when 'all' then 'all'
      when 'channel' then coalesce(a.first_public_channel, 'none')
      when 'paid' then case when a.first_public_is_paid then 'paid' else 'organic' end
      when 'platform' then coalesce(a.first_public_platform, 'none')
      when 'live_session' then coalesce(a.first_public_live_session_id, 'none')
      when 'host' then coalesce(l.host_id, 'none')
      when 'festival' then coalesce(c.festival, 'none')
      else 'no such breakdown'
    end as segment,
    a.step_no,
    a.days,
    a.ladder_days,
    a.previous_ladder_days,
    -- until when the rows are known that a step and those before it are counted from
    case
      when a.step_no = 1 then coalesce(e.known_until, o.known_until)
      when a.step_no <= 3 then e.known_until
      when a.step_no = 4 and m.known_until is not null then least(e.known_until, m.known_until)
      when a.step_no >= 5 and o.known_until is not null then least(e.known_until, m.known_until, o.known_until)
    end as known_until,
    cast(sum(a.people) as bigint) as people
  from stepped as a
  left join core.known as e on a.first_public_platform = e.platform and e.kind = 'events'
  left join core.known as m on a.first_public_platform = m.platform and m.kind = 'memberships'
  left join core.known as o on a.first_public_platform = o.platform and o.kind = 'orders'
  inner join core.calendar as c on a.first_public_date = c.date
  cross join core.as_of as d
  left join core.live_sessions as l
    on a.first_public_platform = l.platform and a.first_public_live_session_id = l.live_session_id
  cross join unnest($segments) as b (segment_by)
  group by all
),

windowed as (
  select
    r.*,
    cast(w.window_days as bigint) as window_days,
    coalesce(date_diff('day', r.first_public_date, r.known_until) >= w.window_days, false) as is_over,
    coalesce(date_diff('day', r.cohort_end, r.known_until) >= w.window_days, false) as is_cohort_over
  from rolled as r
  cross join unnest($within_days) as w (window_days)
),

steps as (
  select
    cohort_week,
    segment_by,
    segment,
    window_days,
    step_no,
    bool_and(is_cohort_over) as is_mature,
    cast(sum(people) as bigint) as cohort_people,
    cast(sum(case when is_over then people else 0 end) as bigint) as mature_people,
    cast(sum(case when is_over and ladder_days <= window_days then people else 0 end) as bigint) as people,
    cast(sum(case when is_over and previous_ladder_days <= window_days then people else 0 end) as bigint)
      as previous_people,
    cast(sum(case when is_over and days <= window_days then people else 0 end) as bigint) as reached_people
  from windowed
  group by cohort_week, segment_by, segment, window_days, step_no
),

-- the median is the first number of days whose count passes the middle of the row; of two middles their mean
places as (
  select
    cohort_week,
    segment_by,
    segment,
    window_days,
    step_no,
    ladder_days,
    sum(people) over (
      partition by cohort_week, segment_by, segment, window_days, step_no
      order by ladder_days rows between unbounded preceding and current row
    ) as up_to,
    sum(people) over (partition by cohort_week, segment_by, segment, window_days, step_no) as everyone
  from (
    select
      cohort_week,
      segment_by,
      segment,
      window_days,
      step_no,
      ladder_days,
      cast(sum(people) as bigint) as people
    from windowed
    where is_over and ladder_days <= window_days
    group by cohort_week, segment_by, segment, window_days, step_no, ladder_days
  ) as by_days
),

medians as (
  select
    cohort_week,
    segment_by,
    segment,
    window_days,
    step_no,
    cast(
      min(case when up_to * 2 >= everyone then ladder_days end)
      + min(case when up_to * 2 > everyone then ladder_days end) as double
    ) / 2 as median_days
  from places
  group by cohort_week, segment_by, segment, window_days, step_no
),

followed as (
  select
    s.*,
    m.median_days
  from steps as s
  left join medians as m
    on
      s.cohort_week = m.cohort_week
      and s.segment_by = m.segment_by
      and s.segment = m.segment
      and s.window_days = m.window_days
      and s.step_no = m.step_no
)

select
  cohort_week,
  segment_by,
  segment,
  window_days,
  cast(step_no as bigint) as step_no,
  case step_no
    when 1 then 'public'
    when 2 then 'follow'
    when 3 then 'fan_club'
    when 4 then 'private'
    when 5 then 'first_order'
    else 'second_order'
  end as step,
  cohort_people,
  mature_people,
  previous_people,
  people,
  cast(people as double) / nullif(mature_people, 0) as rate_from_first,
  cast(people as double) / nullif(previous_people, 0) as rate_from_previous,
  reached_people,
  cast(reached_people as double) / nullif(mature_people, 0) as reached_rate,
  median_days,
  is_mature,
  mature_people < $small_group as is_small
from followed
