/*
title: {zh: 同日多场成交, en: Several live sessions in a day}
description: >-
  Of the people whose paid orders of one day are of several live sessions (or of one and of none), each session. facts.sales_days
  counts them in every session; a host with several of these sessions must count them once. Few people, so each by themselves.
description_zh: 同一天在多场直播（或场内与场外）付款的人，每场一行；按主播统计时据此去重。
grain: date, segment_by, segment, segment_platform, person_id, is_new
counted_by: paid_orders
facts:
  paid_orders: [period, start_date, end_date]
columns:
  date: {type: date, zh: 日期, description: as in facts.sales_days}
  segment_by: {type: varchar, zh: 细分维度, description: live_session}
  segment: {type: varchar, zh: 细分值, description: the session; none where the order names none}
  segment_platform: {type: varchar, zh: 细分值的平台, description: whose number segment is}
  person_id: {type: varchar, zh: 人}
  is_new: {type: boolean, zh: 是否新客, description: as new_buyers of facts.sales_days}
  paid_orders: {type: bigint, unit: order, zh: 支付订单数}
  orders: {type: bigint, unit: order, zh: 有效订单数}
checks:
  - not_null: [date, segment, person_id, paid_orders]
*/
with several as (
  select
    date,
    person_id,
    bool_or(is_new) as is_new
  from facts.paid_orders
  where person_id is not null and not is_lone
  group by date, person_id
),

together as (
  select
    o.date,
    o.person_id,
    s.is_new,
    o.is_kept,
    $breakdown_columns
  from facts.paid_orders as o
  inner join several as s on o.person_id = s.person_id and o.date = s.date
),

by_session as (
  select
    date,
    person_id,
    is_new,
    $breakdowns,
    count(*) as paid_orders,
    count(*) filter (where is_kept) as orders
  from together
  group by all
),

numbered as (
  select
    *,
    count(*) over (partition by date, person_id) as sessions
  from by_session
)

select
  date,
  segment_by,
  segment,
  segment_platform,
  person_id,
  is_new,
  paid_orders,
  orders
from numbered
where sessions > 1
