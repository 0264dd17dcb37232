/*
title: {zh: 复购曲线, en: Repurchase curve}
description: >-
  Kaplan-Meier probability of having bought a second time d days after the first purchase. A buyer's duration is the days from the
  first purchase to the second (a later day), or to the last known day of their platform's orders where there is none by then (censored). repeat_probability = 1 - S,
  S the product of 1 - events / at_risk up to the day; the 95 % interval is Greenwood's on the log-log scale, one minus
  S ^ exp(± 1.959964 × standard_error / (S × |ln S|)), NULL where S is 1 or 0. Nothing is said beyond the last day followed up, nor
  beyond horizon_days.
description_zh: >-
  首购后第 d 天之前已复购的概率（Kaplan-Meier，1 − S）：尚未复购的按截尾处理。区间为 95%，log-log 变换的 Greenwood 法；观察不到的天数不外推。
variant: Kaplan-Meier, log-log Greenwood
grain: segment_by, segment, day
parameters:
  horizon_days: 365
  segments: breakdowns
choices: {segments: default}
facts:
  first_orders: {longest_gap_days: horizon_days}
columns:
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: value at the first order; none where it has no such value}
  day: {type: bigint, unit: day, zh: 首购后天数, description: days since the first purchase,
    zh_description: 从首购算起的天数}
  buyers: {type: bigint, unit: person, over_segments: part, zh: 首购人数, description: all first-time buyers of the segment}
  at_risk: {type: bigint, unit: person, zh: 在观察人数,
    description: buyers without a second purchase and still observed just before the day, zh_description: 到该天仍未复购且仍在观察的人数}
  events: {type: bigint, unit: person, zh: 当天复购, description: buyers whose second purchase came on that day after the first}
  censored: {type: bigint, unit: person, zh: 当天截尾, description: 'buyers whose observation ends on that day, as their platform''s orders are known no further'}
  repeat_probability: {type: double, unit: ratio, of: {estimated_from: [at_risk, events]}, zh: 复购概率,
    description: probability of having bought again by the day, zh_description: 首购后 d 天内再次购买的概率，1 − S}
  standard_error: {type: double, unit: ratio, of: {estimated_from: [at_risk, events]}, zh: 标准误, description: 'Greenwood''s, of the probability; NULL once S is 0'}
  repeat_probability_low: {type: double, unit: ratio, of: {estimated_from: [at_risk, events]}, zh: 95%下限, description: lower end of the 95 % interval of repeat_probability,
    zh_description: 复购概率的 95% 置信区间下限}
  repeat_probability_high: {type: double, unit: ratio, of: {estimated_from: [at_risk, events]}, zh: 95%上限, description: upper end of the 95 % interval of repeat_probability,
    zh_description: 复购概率的 95% 置信区间上限}
  is_small: {type: boolean, small_of: at_risk, zh: 样本过小, description: fewer than small_group buyers at risk}
checks:
  - unique: [segment_by, segment, day]
  - between: {column: repeat_probability, min: 0, max: 1}
  - condition: {sql: 'events + censored <= at_risk', name: nobody repeats who was not at risk}
*/
with durations as (
  select
    f.segment_by,
    f.segment,
    greatest(
      case
        when k.known_until is not null
          then least(f.gap_days, date_diff('day', f.date, k.known_until))
      end, 0
    ) as day,
    sum(case when f.gap_days <= date_diff('day', f.date, k.known_until) then f.buyers else 0 end) as events,
    sum(case when f.gap_days <= date_diff('day', f.date, k.known_until) then 0 else f.buyers end) as censored
  from facts.first_orders as f
  left join core.known as k on f.platform = k.platform and k.kind = 'orders'
  group by all
)

select
  *,
  subjects as buyers,
  1 - survival as repeat_probability,
  1 - survival_high as repeat_probability_low,
  1 - survival_low as repeat_probability_high
from statistics.kaplan_meier
