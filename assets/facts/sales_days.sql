/*
title: {zh: 每日成交, en: Sales by day}
description: >-
  Paid orders of kind normal or deposit, their amounts, and the people who paid them, by day and every breakdown of the order. A person
  counts once for a day and a value of a breakdown, in the row of one of the platforms bought on there, so that rows add up over platforms; over
  longer periods people do not add up, therefore the fact is asked with the period. Who bought in several live sessions counts in
  each: facts.several_sessions tells how many.
description_zh: >-
  正常与定金的已付款订单、金额与买家，按天与订单的各细分。同一天同一细分值内每人只算一次（记在其中一个平台的行），各行可直接相加；更长周期的人数不可相加，须带周期参数重算。
grain: date, platform, segment_by, segment, segment_platform
counted_by: paid_orders
facts:
  paid_orders: [period, start_date, end_date]
columns:
  date: {type: date, zh: 日期, description: as in facts.paid_orders}
  platform: {type: varchar, zh: 平台, description: 'of the orders, whose clock says until when refunds are known'}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: value of the order; none where it has no such value}
  segment_platform: {type: varchar, zh: 细分值的平台, description: whose number segment is; NULL where it is no number}
  paid_orders: {type: bigint, unit: order, zh: 支付订单数}
  paid_buyers: {type: bigint, unit: person, over_segments: distinct, zh: 支付人数, description: identified people with a paid order}
  orders: {type: bigint, unit: order, zh: 有效订单数, description: paid orders that were not fully refunded}
  buyers: {type: bigint, unit: person, over_segments: distinct, zh: 买家数, description: identified people with a kept order}
  new_buyers: {type: bigint, unit: person, over_segments: distinct, zh: 新客数, description: buyers without a kept order in new_buyer_lookback_days before the period}
  paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 支付金额}
  refund_amount: {type: 'decimal(18,2)', unit: yuan, zh: 退款金额}
  identified_amount: {type: 'decimal(18,2)', unit: yuan, zh: 可识别买家支付金额}
  private_channel_amount: {type: 'decimal(18,2)', unit: yuan, zh: 私域渠道金额}
  unknown_channel_amount: {type: 'decimal(18,2)', unit: yuan, zh: 渠道未知金额}
  member_amount: {type: 'decimal(18,2)', unit: yuan, zh: 在籍会员金额}
checks:
  - not_null: [date, segment_by, segment, paid_orders]
  - condition: {sql: 'buyers <= paid_buyers or paid_buyers is null', name: who kept an order has paid one}
*/
-- Counting people needs their orders side by side only where a person has several in the period. In a single day few
-- have: a kept order that is the only one of its day is counted as it comes.
with alike as (
  select
    o.date,
    o.platform,
    $breakdown_columns,
    count(*) as paid_orders,
    count(*) filter (where o.is_kept) as orders,
    count(*) filter (where o.is_lone) as lone_buyers,
    count(*) filter (where o.is_lone and o.is_new) as lone_new_buyers,
    sum(o.paid_amount) as paid_amount,
    sum(o.refund_amount) as refund_amount,
    sum(case when o.person_id is not null then o.paid_amount else 0 end) as identified_amount,
    sum(case when o.domain = 'private' then o.paid_amount else 0 end) as private_channel_amount,
    sum(case when o.domain = 'unknown' then o.paid_amount else 0 end) as unknown_channel_amount,
    sum(case when o.was_member then o.paid_amount else 0 end) as member_amount
  from facts.paid_orders as o
  group by all
),

-- people with several kept orders in the period, or with one that was not kept, and all their orders there; the only
-- kept one among them has been counted already
several as (
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
    o.platform,
    o.person_id,
    o.is_kept,
    o.is_lone,
    s.is_new,
    $breakdown_columns
  from facts.paid_orders as o
  inner join several as s on o.person_id = s.person_id and o.date = s.date
),

by_person as (
  select
    date,
    person_id,
    is_new,
    $breakdowns,
    min(platform) as platform,
    bool_or(is_lone) as is_counted,
    bool_or(is_kept and not is_lone) as has_kept
  from together
  group by all
),

parts as (
  select
    date,
    platform,
    $breakdowns,
    sum(paid_orders) as paid_orders,
    sum(lone_buyers) as paid_buyers,
    sum(orders) as orders,
    sum(lone_buyers) as buyers,
    sum(lone_new_buyers) as new_buyers,
    sum(paid_amount) as paid_amount,
    sum(refund_amount) as refund_amount,
    sum(identified_amount) as identified_amount,
    sum(private_channel_amount) as private_channel_amount,
    sum(unknown_channel_amount) as unknown_channel_amount,
    sum(member_amount) as member_amount
  from alike
  group by all
  union all
  select
    date,
    platform,
    segment_by,
    segment,
    segment_platform,
    0 as paid_orders,
    count(*) filter (where not is_counted) as paid_buyers,
    0 as orders,
    count(*) filter (where has_kept) as buyers,
    count(*) filter (where has_kept and is_new) as new_buyers,
    0 as paid_amount,
    0 as refund_amount,
    0 as identified_amount,
    0 as private_channel_amount,
    0 as unknown_channel_amount,
    0 as member_amount
  from by_person
  group by date, platform, segment_by, segment, segment_platform
)

select
  date,
  platform,
  segment_by,
  segment,
  segment_platform,
  cast(sum(paid_orders) as bigint) as paid_orders,
  cast(sum(paid_buyers) as bigint) as paid_buyers,
  cast(sum(orders) as bigint) as orders,
  cast(sum(buyers) as bigint) as buyers,
  cast(sum(new_buyers) as bigint) as new_buyers,
  cast(sum(paid_amount) as decimal(18, 2)) as paid_amount,
  cast(sum(refund_amount) as decimal(18, 2)) as refund_amount,
  cast(sum(identified_amount) as decimal(18, 2)) as identified_amount,
  cast(sum(private_channel_amount) as decimal(18, 2)) as private_channel_amount,
  cast(sum(unknown_channel_amount) as decimal(18, 2)) as unknown_channel_amount,
  cast(sum(member_amount) as decimal(18, 2)) as member_amount
from parts
group by date, platform, segment_by, segment, segment_platform
