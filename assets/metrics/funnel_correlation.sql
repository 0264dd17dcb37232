/*
title: {zh: 转化相关行为, en: What goes with converting}
description: >-
  Of the people who began a funnel, by their first start: how many of those who also did something else before they were through
  took the last step, and how many of those who did not; one row per event word, but for those of the steps. "Before" is after the
  start and before the last step, or within the window of those who did not take it. Asked as metrics.funnel is. It says what goes
  together, not what causes it: those who convert soon had less time for anything else. Only people whose window is over.
description_zh: >-
  进入漏斗的人（按首次起点）中，途中还做过某一行为的与没做过的，各有多少走完最后一步。相关不等于因果：转化快的人本来就没有时间做别的。
  仅统计窗口已走完的人。
variant: odds ratio with a half added to every cell (Haldane-Anscombe)
grain: activity
parameters:
  steps: [watch, 'follow|fan_club', private_entry, purchase, purchase]
  within: 30d
  order: ordered
  exclude: []
choices: {within: [duration], order: [ordered, strict, any]}
activities: {steps: 8, exclude: 0}
facts:
  walks: {steps: steps, within: within, order: order, exclude: exclude, cohorts: once, cohort_period: whole}
constants:
  step_count: len($steps)
  once: "'first'"
  whole: "'all'"
  within_seconds: >-
    cast(regexp_extract($within, '[0-9]+') as bigint) * case regexp_extract($within, '[a-z]+') when 's' then 1 when 'min' then 60
    when 'h' then 3600 when 'd' then 86400 else 604800 end
columns:
  activity: {type: varchar, zh: 行为, description: "the event's word, or order"}
  people: {type: bigint, unit: person, zh: 起始人数, description: everyone who began and whose window is over}
  converted_people: {type: bigint, unit: person, zh: 转化人数, description: of them those who took the last step}
  with_people: {type: bigint, unit: person, zh: 做过的人数, description: of people those who did this before}
  converted_with_people: {type: bigint, unit: person, zh: 做过且转化人数}
  without_people: {type: bigint, unit: person, zh: 没做过的人数}
  converted_without_people: {type: bigint, unit: person, zh: 没做过但转化人数}
  with_rate: {type: double, unit: ratio, of: [converted_with_people, with_people], zh: 做过者转化率}
  without_rate: {type: double, unit: ratio, of: [converted_without_people, without_people], zh: 没做过者转化率, description: NULL where everybody did}
  odds_ratio: {type: double, zh: 优势比, description: 'odds of converting with it, divided by the odds without it; 1 where it makes no difference', zh_description: 做过者与没做过者转化优势之比，1 为无差别}
  odds_ratio_low: {type: double, zh: 优势比下限, description: 'lower end of its 95 % interval, on the log scale'}
  odds_ratio_high: {type: double, zh: 优势比上限, description: upper end of the same}
  is_small: {type: boolean, zh: 样本过小, description: fewer than small_group people with it or without it}
checks:
  - unique: [activity]
  - between: {column: with_rate, min: 0, max: 1}
  - between: {column: without_rate, min: 0, max: 1}
  - condition: {sql: 'converted_with_people <= with_people and with_people + without_people = people', name: everybody did it or did not}
*/
with tried as (
  select
    person_id,
    first_second,
    case $step_count
      when 1 then 0 when 2 then seconds_2 when 3 then seconds_3 when 4 then seconds_4 when 5 then seconds_5
      when 6 then seconds_6 when 7 then seconds_7 else seconds_8
    end as needed_seconds
  from facts.walks
  where is_mature
),

others as (
  select
    person_id,
    activity,
    date_diff('second', cast('1970-01-01' as timestamp), date_trunc('second', activity_at_utc)) as at_second
  from core.activities
  where not $steps_fits
),

counted as (
  select
    o.activity,
    e.people,
    e.converted_people,
    count(distinct t.person_id) as with_people,
    count(distinct case when t.needed_seconds is not null then t.person_id end) as converted_with_people
  from tried as t
  inner join others as o
    on
      t.person_id = o.person_id
      and t.first_second < o.at_second
      and t.first_second + coalesce(t.needed_seconds - 1, $within_seconds) >= o.at_second
  cross join (select count(*) as people, count(needed_seconds) as converted_people from tried) as e
  group by o.activity, e.people, e.converted_people
),

-- a half is added to every cell
odds as (
  select
    *,
    ln((converted_with_people + 0.5e0) / (with_people - converted_with_people + 0.5e0))
    - ln(
      (converted_people - converted_with_people + 0.5e0)
      / (people - converted_people - with_people + converted_with_people + 0.5e0)
    ) as log_ratio,
    1.959963984540054 * sqrt(
      1 / (converted_with_people + 0.5e0) + 1 / (with_people - converted_with_people + 0.5e0)
      + 1 / (converted_people - converted_with_people + 0.5e0)
      + 1 / (people - converted_people - with_people + converted_with_people + 0.5e0)
    ) as log_margin
  from counted
)

select
  *,
  people - with_people as without_people,
  converted_people - converted_with_people as converted_without_people,
  exp(log_ratio) as odds_ratio,
  exp(log_ratio - log_margin) as odds_ratio_low,
  exp(log_ratio + log_margin) as odds_ratio_high,
  least(with_people, people - with_people) < $small_group as is_small
from odds
