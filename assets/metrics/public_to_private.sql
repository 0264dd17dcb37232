/*
title: {zh: 公转私, en: Public to private}
description: >-
  Of the people first touched in public in a week, the share whose first private entry followed within N days (elapsed
  time; 0 = the same calendar day). People who were private before their first public touch stay in the denominator and
  are shown as already_private_people. Cost is the recorded ad spend of the cohort's days.
description_zh: >-
  某周首次在公域被触达的人中，N 天内（按时长；0 为同一自然日）首次进入私域的比例，即公转私率。触达前已在私域的人留在分母，并单列。
  成本为该周记录到的广告消耗。
variant: first private entry within N days of the first public touch
grain: cohort_week, segment_by, segment, window_days
parameters:
  within_days: [0, 1, 7, 30]
  cohort_period: week
  segments: breakdowns
choices: {cohort_period: [week, month, all], segments: default}
facts:
  touches: {longest_days: within_days}
  spend_days: {}
columns:
  cohort_week: {type: date, zh: 触达周,
    description: 'week of the first public touch; with cohort_period = month its month, with all the first day of data'}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: 'value at the first public touch; paid or organic by whether that touch was paid for; none where it has no such value'}
  window_days: {type: bigint, unit: day, zh: 窗口, description: days after the first public touch}
  people: {type: bigint, unit: person, zh: 触达人数, description: everyone first touched in public in the cohort,
    zh_description: 该批首次在公域触达的人数，不论观察期是否已满}
  already_private_people: {type: bigint, unit: person, zh: 触达前已在私域人数,
    description: of people those whose first private entry came before their first public touch, zh_description: 触达人数中此前已入私域的}
  mature_people: {type: bigint, unit: person, zh: 已满天数的触达人数,
    description: people whose whole window lies within the known days of their platform's memberships; the denominator, zh_description: 窗口已走完的触达人数，作分母}
  private_people: {type: bigint, unit: person, zh: 公转私人数,
    description: mature people whose first private entry came within the window; the numerator, zh_description: 已满天数的触达人数中窗口内首次入私域的，作分子}
  public_to_private_rate: {type: double, unit: ratio, of: [private_people, mature_people], zh: 公转私率,
    description: NULL while nobody is mature, zh_description: 公转私人数 ÷ 已满天数的触达人数}
  median_days: {type: double, unit: day, zh: 中位天数,
    description: 'median of the whole days from public touch to private entry, among private_people: 24 hours each, a day begun counts (0 = the same date)',
    zh_description: 公转私者从触达到入私域所需整天数的中位数，不足 24 小时按一天，同一自然日为 0}
  cost_amount: {type: 'decimal(18,2)', unit: yuan, over_segments: part, zh: 广告消耗,
    description: 'ad spend recorded on the cohort''s days, from the first day of data up to as_of; NULL where none is recorded or the breakdown has no spend of its own',
    zh_description: 该周记录到的广告消耗；没有记录或该维度无法拆分时为空}
  cost_per_private_amount: {type: 'decimal(18,2)', unit: yuan, of: {parts: [cost_amount, private_people], when: is_mature and is_cost_known},
    zh: 单个私域成本, description: once is_mature and the spend of the whole cohort is known; NULL without cost or private people, zh_description: 广告消耗 ÷ 公转私人数，整组都满天数后才给出}
  is_mature: {type: boolean, zh: 是否成熟, description: the whole cohort's window lies within the known days}
  is_small: {type: boolean, small_of: mature_people, zh: 样本过小, description: fewer than small_group mature people}
checks:
  - unique: [cohort_week, segment_by, segment, window_days]
  - between: {column: public_to_private_rate, min: 0, max: 1}
  - condition: {sql: 'private_people <= mature_people and mature_people <= people', name: numerator within denominator}
*/
-- everyone once, in the row of their step to private
with alike as (
  select
    d.cohort_start as cohort_week,
    d.cohort_end,
    f.segment_by,
    f.segment,
    f.days,
    f.was_before,
    least(coalesce(date_diff('day', f.date, k.known_until), -1), list_max($within_days)) as known_days,
    least(coalesce(date_diff('day', d.cohort_end, k.known_until), -1), list_max($within_days)) as cohort_known_days,
    sum(f.people) as people
  from facts.touches as f
  inner join statistics.cohorts as d on f.date = d.date
  left join core.known as k on f.platform = k.platform and k.kind = 'memberships'
  where f.step_no = 4
  group by all
),

windowed as (
  select
    a.*,
    w.window_days,
    a.known_days >= w.window_days as is_over,
    coalesce(a.known_days >= w.window_days and a.days <= w.window_days, false) as is_private
  from alike as a
  cross join unnest($within_days) as w (window_days)
),

-- the median is the first number of days whose count passes the middle of the row; of two middles their mean
ordered as (
  select
    *,
    sum(people) over (
      partition by cohort_week, segment_by, segment, window_days, is_private order by days
      range between unbounded preceding and current row
    ) as up_to,
    sum(people) over (partition by cohort_week, segment_by, segment, window_days, is_private) as everyone
  from windowed
),

counted as (
  select
    cohort_week,
    cohort_end,
    segment_by,
    segment,
    window_days,
    bool_and(cohort_known_days >= window_days) as is_mature,
    sum(people) as people,
    sum(case when was_before then people else 0 end) as already_private_people,
    sum(case when is_over then people else 0 end) as mature_people,
    sum(case when is_private then people else 0 end) as private_people,
    cast(
      min(case when is_private and up_to * 2 >= everyone then days end)
      + min(case when is_private and up_to * 2 > everyone then days end) as double
    ) / 2 as median_days
  from ordered
  group by cohort_week, cohort_end, segment_by, segment, window_days
),

-- what spend of no session has brought is not what those brought who came from none
spent as (
  select
    d.cohort_start as cohort_week,
    a.segment_by,
    a.segment,
    sum(a.cost_amount) as cost_amount,
    min(k.known_until) as cost_known_until
  from facts.spend_days as a
  inner join statistics.cohorts as d on a.date = d.date
  left join core.known as k on a.platform = k.platform and k.kind = 'ad_spend'
  where a.segment_by not in ('live_session', 'host') or a.segment <> 'none'
  group by d.cohort_start, a.segment_by, a.segment
)

select
  c.*,
  s.cost_amount,
  s.cost_known_until >= c.cohort_end as is_cost_known
from counted as c
left join spent as s on c.cohort_week = s.cohort_week and c.segment_by = s.segment_by and c.segment = s.segment
