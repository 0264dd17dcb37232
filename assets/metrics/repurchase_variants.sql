/*
title: {zh: 复购口径对照, en: Repurchase variants}
description: >-
  All repurchase rates in use side by side, on the same orders: why 罗盘, 有赞 and a CRM say different numbers of one month. R1, R1d, R2, R4, R5 and R6 are those of repurchase_period. R3: buyers
  whose first purchase ever fell in the period and who bought again on a later day within repeat_days (30) / those whose days are over. R7, shop scope: as R1, but each shop by itself: buyers with two
  or more kept orders in one shop / buyers, each once a shop; of each shop, and of all shops added up. R8, as 有赞 counts: buyers with two or more orders that were not
  refunded or cancelled / everybody who paid, also those whose orders all went back. less_r1_rate is how far each lies from R1 of the period.
description_zh: >-
  同一批订单上，常见的各种复购率并列：罗盘、有赞与 CRM 为何不同。R1、R1d、R2、R4、R5、R6 同“周期复购率”。R3：首购在该期的买家中，30 天内另一天再买的比例（只算已满的人）。
  R7（店铺口径）：同 R1，但各店铺分别统计，各店及合计。R8（有赞口径）：未退款的订单两单及以上的人 ÷ 全部支付的人（含全部退款的）。less_r1_rate 为与 R1 之差。
variant: R1, R1d, R2, R3, R4, R5, R6, R7, R8
grain: period, variant, platform, shop_id
parameters:
  period: month
  repeat_days: 30
choices: {period: [week, month]}
facts:
  first_orders: {longest_gap_days: repeat_days}
  shop_buyers: {period: period}
metrics:
  repurchase_period: [period]
columns:
  period: {type: date, zh: 周期, description: date on which the period starts}
  variant: {type: varchar, zh: 口径编号, description: 'R1, R1d, R2, R3, R4, R5, R6, R7 or R8'}
  platform: {type: varchar, zh: 平台, description: of R7 of one shop; all in the other rows}
  shop_id: {type: varchar, zh: 店铺, description: 'of R7: the shop, or all for the shops added up; all in the other rows'}
  numerator: {type: bigint, unit: person, zh: 分子, description: 'people; orders in R2, people once a shop in R7 of all'}
  denominator: {type: bigint, unit: person, zh: 分母, description: as the numerator}
  repurchase_rate: {type: double, unit: ratio, of: {parts: [numerator, denominator], when: is_mature}, zh: 复购率,
    description: 'NULL until is_mature or without anybody; of R3 as soon as somebody''s days are over'}
  less_r1_rate: {type: double, unit: ratio, of: {alone: both rates stand in the table}, zh: 与 R1 之差, description: repurchase_rate less that of R1 in the same period}
  is_mature: {type: boolean, zh: 是否成熟, description: 'the period is over, as far as orders are known; in R5 the next one too; in R3 somebody''s days are over'}
  is_small: {type: boolean, small_of: denominator, zh: 样本过小, description: a denominator below small_group}
checks:
  - unique: [period, variant, platform, shop_id]
  - between: {column: repurchase_rate, min: 0, max: 1}
  - between: {column: less_r1_rate, min: -1, max: 1}
  - condition: {sql: 'numerator <= denominator', name: numerator within denominator}
*/
with first_purchases as (
  select
    case when $period = 'week' then c.week else c.month end as period,
    sum(f.buyers) as denominator,
    sum(case when f.gap_days <= $repeat_days then f.buyers else 0 end) as numerator
  from facts.first_orders as f
  inner join core.calendar as c on f.date = c.date
  left join core.known as k on f.platform = k.platform and k.kind = 'orders'
  where f.segment_by = 'all' and date_diff('day', f.date, k.known_until) >= $repeat_days
  group by all
),

-- over as far as the orders of the platform, or of all platforms of the period, are known
shops as (
  select
    s.*,
    case when $period = 'week' then s.period + 6 else last_day(s.period) end
    <= coalesce(k.known_until, s.period - 1) as is_over
  from facts.shop_buyers as s
  left join core.known as k on s.platform = k.platform and k.kind = 'orders'
  where s.scope = 'shop'
),

periods as (
  select period, sum(two_order_buyers) as two_order_buyers, sum(buyers) as buyers, bool_and(is_over) as is_over
  from shops
  group by period
),

variants as (
  select period, variant, 'all' as platform, 'all' as shop_id, numerator, denominator, is_mature
  from metrics.repurchase_period
  where segment_by = 'all'
  union all
  select period, 'R3' as variant, 'all' as platform, 'all' as shop_id, numerator, denominator, true as is_mature
  from first_purchases
  union all
  select period, 'R7' as variant, platform, shop_id, two_order_buyers, buyers, is_over
  from shops
  where buyers > 0
  union all
  select period, 'R7' as variant, 'all' as platform, 'all' as shop_id, two_order_buyers, buyers, is_over
  from periods
  where buyers > 0
  union all
  select a.period, 'R8' as variant, 'all' as platform, 'all' as shop_id, a.two_order_buyers, a.paid_buyers, p.is_over
  from facts.shop_buyers as a
  inner join periods as p on a.period = p.period
  where a.scope = 'all'
),

rated as (
  select *, case when is_mature then cast(numerator as double) / nullif(cast(denominator as double), 0) end as own_rate
  from variants
)

select *, own_rate - max(case when variant = 'R1' then own_rate end) over (partition by period) as less_r1_rate
from rated
