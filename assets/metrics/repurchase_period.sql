/*
title: {zh: 周期复购率, en: Repurchase by period}
description: >-
  The other repurchase rates in use, by calendar period, each under its id. R1: buyers with two or more kept orders in the period / buyers. R1d: the same
  with orders of one day counted once. R2: repeat orders (not the buyer's first ever) / orders of identified buyers. R4: buyers of the period with
  more than one kept order in their lifetime, as known at as_of / buyers. R5: buyers of the period who buy again in the next period / buyers. R6: new buyers (no kept
  order in the look-back before the period; ever before with a look-back of -1) with two or more orders in the period / new buyers. Breakdowns are those of the buyer's first order ever.
description_zh: >-
  按自然周期的各种复购口径，各有编号。R1：期内两单及以上人数占比；R1d：同日多单算一次；R2：复购订单占比；R4：历史购买超过一单的买家占比；
  R5：下一期回购率；R6：新客当期复购率。细分按买家首单。
variant: R1, R1d, R2, R4, R5, R6
grain: period, segment_by, segment, variant
parameters:
  period: month
  segments: breakdowns
choices: {period: [week, month], segments: default}
facts:
  repurchase_periods: {period: period}
columns:
  period: {type: date, zh: 周期, description: date on which the period starts}
  period_unit: {type: varchar, zh: 周期单位, description: 'week or month, the parameter period'}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: value at the buyer's first order ever; none where it has no such value}
  variant: {type: varchar, zh: 口径编号, description: 'R1, R1d, R2, R4, R5 or R6'}
  numerator: {type: bigint, unit: person, zh: 分子, description: 'people; orders in R2',
    zh_description: 按人计的分子人数；R2 为订单数}
  denominator: {type: bigint, unit: person, zh: 分母, description: 'people; orders in R2',
    zh_description: 按人计的分母人数；R2 为订单数}
  repurchase_rate: {type: double, unit: ratio, of: {parts: [numerator, denominator], when: is_mature}, zh: 复购率,
    description: NULL until is_mature or without anybody, zh_description: 分子 ÷ 分母；周期未完为空}
  is_mature: {type: boolean, zh: 是否成熟, description: 'the period is over, as far as the orders of every platform in the row are known; in R5, the next one too'}
  is_history_short: {type: boolean, zh: 历史不足,
    description: 'R6: orders are known for less than the look-back before the period; false for the others',
    zh_description: R6：此前订单历史不足 365 天，部分老客会被当成新客}
  is_small: {type: boolean, small_of: denominator, zh: 样本过小, description: a denominator below small_group}
checks:
  - unique: [period, segment_by, segment, variant]
  - between: {column: repurchase_rate, min: 0, max: 1}
  - condition: {sql: 'numerator <= denominator', name: numerator within denominator}
*/
with history as (
  select min(paid_date) as first_order_date
  from core.orders
),

rolled as (
  select
    p.period,
    p.following_period,
    p.segment_by,
    p.segment,
    min(coalesce(k.known_until, p.period - 1)) as known_until,
    sum(p.orders) as orders,
    sum(p.repeat_orders) as repeat_orders,
    sum(p.buyers) as buyers,
    sum(p.two_order_buyers) as two_order_buyers,
    sum(p.two_day_buyers) as two_day_buyers,
    sum(p.lifetime_repeat_buyers) as lifetime_repeat_buyers,
    sum(p.coming_back_buyers) as coming_back_buyers,
    sum(p.new_buyers) as new_buyers,
    sum(p.new_two_order_buyers) as new_two_order_buyers
  from facts.repurchase_periods as p
  left join core.known as k on p.platform = k.platform and k.kind = 'orders'
  group by p.period, p.following_period, p.segment_by, p.segment
)

select
  r.period,
  case when $period = 'week' then 'week' else 'month' end as period_unit,
  r.segment_by,
  r.segment,
  v.variant,
  case v.variant
    when 'R1' then r.two_order_buyers
    when 'R1d' then r.two_day_buyers
    when 'R2' then r.repeat_orders
    when 'R4' then r.lifetime_repeat_buyers
    when 'R5' then r.coming_back_buyers
    else r.new_two_order_buyers
  end as numerator,
  case v.variant when 'R2' then r.orders when 'R6' then r.new_buyers else r.buyers end as denominator,
  case
    when v.variant <> 'R5' then r.following_period - 1 <= r.known_until
    when $period = 'week' then r.following_period + 6 <= r.known_until
    else last_day(r.following_period) <= r.known_until
  end as is_mature,
  v.variant = 'R6' and date_diff('day', h.first_order_date, r.period) < $new_buyer_lookback_days as is_history_short
from rolled as r
cross join history as h
cross join unnest(['R1', 'R1d', 'R2', 'R4', 'R5', 'R6']) as v (variant)
