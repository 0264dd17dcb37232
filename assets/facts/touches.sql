/*
title: {zh: 公域触达与阶梯, en: Public touches and steps}
description: >-
  People by the day of their first public touch: for each step of the ladder (1 public, 2 follow, 3 fan club, 4 private, 5 first order,
  6 second order) one row of everyone, by the days that the step took and the days until it was reached in order. Events are measured in
  elapsed time (24 hours a day, a day begun counts, 0 = the same date), orders by dates. Additive in people within a step.
description_zh: 首次公域触达的人按日、按阶梯各步计数：每一步都列出全部的人，按到这一步所需天数、依次走到这一步所需天数分行。
grain: date, platform, segment_by, segment, segment_platform, step_no, days, ladder_days, was_before
counted_by: people
parameters:
  longest_days: 90
covers: [longest_days]
columns:
  date: {type: date, zh: 触达日}
  platform: {type: varchar, zh: 平台, description: 'of the first public touch, whose clock says what is known'}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: value at the first public touch; none where it has no such value}
  segment_platform: {type: varchar, zh: 细分值的平台, description: whose number segment is; NULL where it is no number}
  step_no: {type: bigint, zh: 步序, description: 1 to 6}
  days: {type: bigint, unit: day, zh: 天数,
    description: 'from the touch to the step, whatever was skipped; NULL before the touch, never, or after longest_days'}
  ladder_days: {type: bigint, unit: day, zh: 依次到达天数,
    description: 'from the touch until this step and all before it were reached in order; NULL where they were not within longest_days'}
  was_before: {type: boolean, zh: 触达前已发生, description: the step was taken before the touch}
  people: {type: bigint, unit: person, zh: 人数}
checks:
  - not_null: [date, segment_by, segment, step_no, people]
  - condition: {sql: 'ladder_days is null or ladder_days >= days', name: nobody reaches a step in order before the step}
*/
-- days to each step, -1 where it came before the touch; the highest step reached in order, no step before an earlier one.
-- Events are put in order by the instants in UTC that their days are measured with; orders have only the clock.
with measured as (
  select
    *,
    case
      when followed_at_utc < first_public_at_utc then -1
      when cast(followed_at as date) = cast(first_public_at as date) then 0
      else
        (
          date_diff('second', date_trunc('second', first_public_at_utc), date_trunc('second', followed_at_utc)) + 86399
        ) // 86400
    end as follow_days,
    case
      when fan_club_at_utc < first_public_at_utc then -1
      when cast(fan_club_at as date) = cast(first_public_at as date) then 0
      else
        (
          date_diff('second', date_trunc('second', first_public_at_utc), date_trunc('second', fan_club_at_utc)) + 86399
        ) // 86400
    end as fan_club_days,
    case
      when private_at_utc < first_public_at_utc then -1
      when cast(private_at as date) = cast(first_public_at as date) then 0
      else
        (
          date_diff('second', date_trunc('second', first_public_at_utc), date_trunc('second', private_at_utc)) + 86399
        ) // 86400
    end as private_days,
    case
      when first_order_at < first_public_at then -1
      else date_diff('day', cast(first_public_at as date), cast(first_order_at as date))
    end as first_order_days,
    case
      when second_order_at < first_public_at then -1
      else date_diff('day', cast(first_public_at as date), cast(second_order_at as date))
    end as second_order_days,
    case
      when followed_at is null or followed_at_utc < first_public_at_utc then 1
      when fan_club_at is null or fan_club_at_utc < followed_at_utc then 2
      when private_at is null or private_at_utc < fan_club_at_utc then 3
      when first_order_at is null or first_order_at < private_at then 4
      when second_order_at is null then 5
      else 6
    end as highest_step
  from core.people
  where first_public_at is not null
),

-- people alike in date, steps and every breakdown become one row with their number
alike as (
  select
    cast(t.first_public_at as date) as date,
    t.first_public_platform as platform,
    case when t.follow_days <= $longest_days then t.follow_days end as follow_days,
    case when t.fan_club_days <= $longest_days then t.fan_club_days end as fan_club_days,
    case when t.private_days <= $longest_days then t.private_days end as private_days,
    case when t.first_order_days <= $longest_days then t.first_order_days end as first_order_days,
    case when t.second_order_days <= $longest_days then t.second_order_days end as second_order_days,
    t.highest_step,
    $breakdown_columns,
    count(*) as people
  from measured as t
  group by all
),

stepped as (
  select
    a.*,
    s.step_no,
    case s.step_no
      when 1 then cast(0 as bigint)
      when 2 then a.follow_days
      when 3 then a.fan_club_days
      when 4 then a.private_days
      when 5 then a.first_order_days
      else a.second_order_days
    end as step_days
  from alike as a
  cross join unnest([1, 2, 3, 4, 5, 6]) as s (step_no)
),

-- in elapsed time a later step never needs fewer days than one before it; only dates against hours can differ
laddered as (
  select
    *,
    case when step_days >= 0 then step_days end as days,
    case
      when step_no > highest_step then null
      when step_no <= 4 then step_days
      when step_days is not null and private_days is not null then greatest(step_days, private_days)
    end as ladder_days,
    coalesce(step_days < 0, false) as was_before
  from stepped
)

select
  date,
  platform,
  $breakdowns,
  cast(step_no as bigint) as step_no,
  days,
  ladder_days,
  was_before,
  cast(sum(people) as bigint) as people
from laddered
group by all
