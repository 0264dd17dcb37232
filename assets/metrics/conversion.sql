/*
title: {zh: 公域到复购的阶梯, en: Conversion ladder}
description: >-
  Of the people first touched in public in a week, how many climbed each step: follow, fan club, private, first order,
  second order. people counts an ordered ladder: every step before was reached too, none later than the next (the same
  second counts), and all inside the window. reached_people counts the step alone, whatever was skipped. Events are measured
  in elapsed time (24 h a day, 0 = the same calendar day), orders by calendar dates; nothing before the public touch counts.
description_zh: >-
  某周首次在公域被触达的人，走到了哪一步：关注、进粉丝团、入私域、首单、复购。依次走到的人要求前面各步都走过且时间不倒退，都在窗口内；
  做过这一步的人只看这一步是否发生。触达之前发生的不算。
grain: cohort_week, segment_by, segment, window_days, step_no
parameters:
  within_days: [7, 30, 90]
  cohort_period: week
  segments: breakdowns
choices: {cohort_period: [week, month, all], segments: default}
facts:
  touches: {longest_days: within_days}
columns:
  cohort_week: {type: date, zh: 触达周,
    description: 'week of the first public touch; with cohort_period = month its month, with all the first day of data'}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: 'value at the first public touch; paid or organic by whether that touch was paid for; none where it has no such value'}
  window_days: {type: bigint, unit: day, zh: 窗口, description: days after the first public touch, zh_description: 首次公域触达之后的天数}
  step_no: {type: bigint, zh: 步序, description: 1 to 6}
  step: {type: varchar, zh: 步骤, description: 'public, follow, fan_club, private, first_order or second_order'}
  cohort_people: {type: bigint, unit: person, zh: 触达人数, description: 'everyone first touched in the cohort, mature or not'}
  mature_people: {type: bigint, unit: person, zh: 已满天数的触达人数,
    description: 'those whose whole window lies within the known days of their platform''s events and, for private, memberships, for orders also orders; the denominator of rate_from_first', zh_description: 窗口已走完的触达人数}
  previous_people: {type: bigint, unit: person, zh: 上一步人数,
    description: mature people who reached the previous step; the denominator of rate_from_previous,
    zh_description: 已满天数的触达人数中走到上一步的；第一步为已满天数的触达人数}
  people: {type: bigint, unit: person, zh: 依次走到的人,
    description: mature people who reached this step in order inside the window, zh_description: 已满天数的触达人数中依次走到本步的}
  rate_from_first: {type: double, unit: ratio, of: [people, mature_people], zh: 总转化率,
    description: NULL while nobody is mature, zh_description: 依次走到的人 ÷ 已满天数的触达人数}
  rate_from_previous: {type: double, unit: ratio, of: [people, previous_people], zh: 步间转化率,
    description: NULL where nobody reached the previous step, zh_description: 依次走到的人 ÷ 上一步人数}
  reached_people: {type: bigint, unit: person, zh: 做过这一步的人,
    description: 'mature people who did this step inside the window, whatever they skipped',
    zh_description: 已满天数的触达人数中窗口内做过本步的，不要求走过前面各步}
  reached_rate: {type: double, unit: ratio, of: [reached_people, mature_people], zh: 做过的比例, zh_description: 做过这一步的人 ÷ 已满天数的触达人数}
  median_days: {type: double, unit: day, zh: 中位天数,
    description: 'median of the whole days that this step needed after the public touch, among people: 24 hours each, a day begun counts (0 = the same date)',
    zh_description: 依次走到的人从公域触达到本步所需整天数的中位数，不足 24 小时按一天，同一自然日为 0}
  is_mature: {type: boolean, zh: 是否成熟, description: the whole cohort's window lies within the known days}
  is_small: {type: boolean, small_of: mature_people, zh: 样本过小, description: fewer than small_group mature people}
checks:
  - unique: [cohort_week, segment_by, segment, window_days, step_no]
  - between: {column: rate_from_first, min: 0, max: 1}
  - between: {column: rate_from_previous, min: 0, max: 1}
  - between: {column: reached_rate, min: 0, max: 1}
  - condition: {sql: 'people <= reached_people', name: the ordered ladder is part of those who reached the step}
*/
-- until when the rows are known that a step and those before it are counted from
with known as (
  select
    p.platform,
    s.step_no,
    case
      when s.step_no = 1 then coalesce(p.events, p.orders)
      when s.step_no <= 3 then p.events
      when s.step_no = 4 and p.memberships is not null then least(p.events, p.memberships)
      when s.step_no >= 5 and p.orders is not null then least(p.events, p.memberships, p.orders)
    end as known_until
  from (
    select
      platform,
      max(case when kind = 'events' then known_until end) as events,
      max(case when kind = 'memberships' then known_until end) as memberships,
      max(case when kind = 'orders' then known_until end) as orders
    from core.known
    group by platform
  ) as p
  cross join unnest([1, 2, 3, 4, 5, 6]) as s (step_no)
),

-- for how many days a step is known after the touch, as far as the windows ask
alike as (
  select
    d.cohort_start as cohort_week,
    f.segment_by,
    f.segment,
    f.step_no,
    f.days,
    f.ladder_days,
    least(coalesce(date_diff('day', f.date, k.known_until), -1), list_max($within_days)) as known_days,
    least(coalesce(date_diff('day', f.date, n.known_until), -1), list_max($within_days)) as next_known_days,
    least(coalesce(date_diff('day', d.cohort_end, k.known_until), -1), list_max($within_days)) as cohort_known_days,
    sum(f.people) as people
  from facts.touches as f
  inner join statistics.cohorts as d on f.date = d.date
  left join known as k on f.platform = k.platform and f.step_no = k.step_no
  left join known as n on f.platform = n.platform and f.step_no + 1 = n.step_no
  group by all
),

windowed as (
  select
    a.*,
    w.window_days,
    a.known_days >= w.window_days as is_over,
    coalesce(a.known_days >= w.window_days and a.ladder_days <= w.window_days, false) as is_reached,
    coalesce(a.next_known_days >= w.window_days and a.ladder_days <= w.window_days, false) as may_go_on
  from alike as a
  cross join unnest($within_days) as w (window_days)
),

-- the median is the first number of days whose count passes the middle of the row; of two middles their mean
ordered as (
  select
    *,
    sum(people) over (
      partition by cohort_week, segment_by, segment, window_days, step_no, is_reached order by ladder_days
      range between unbounded preceding and current row
    ) as up_to,
    sum(people) over (
      partition by cohort_week, segment_by, segment, window_days, step_no, is_reached
    ) as everyone
  from windowed
),

steps as (
  select
    cohort_week,
    segment_by,
    segment,
    window_days,
    step_no,
    bool_and(cohort_known_days >= window_days) as is_mature,
    sum(people) as cohort_people,
    sum(case when is_over then people else 0 end) as mature_people,
    sum(case when is_reached then people else 0 end) as people,
    sum(case when may_go_on then people else 0 end) as may_go_on_people,
    sum(case when is_over and days <= window_days then people else 0 end) as reached_people,
    cast(
      min(case when is_reached and up_to * 2 >= everyone then ladder_days end)
      + min(case when is_reached and up_to * 2 > everyone then ladder_days end) as double
    ) / 2 as median_days
  from ordered
  group by cohort_week, segment_by, segment, window_days, step_no
)

select
  *,
  case step_no
    when 1 then 'public'
    when 2 then 'follow'
    when 3 then 'fan_club'
    when 4 then 'private'
    when 5 then 'first_order'
    else 'second_order'
  end as step,
  coalesce(
    lag(may_go_on_people) over (partition by cohort_week, segment_by, segment, window_days order by step_no),
    mature_people
  ) as previous_people
from steps
