/*
title: {zh: 周期成交, en: Sales by period}
description: >-
  facts.sales_days over all platforms, a person counted once also where several live sessions are one row (of one host, or of one number
  on two platforms). A view over the other facts.
description_zh: 合并各平台的周期成交；多场直播同属一行（同一主播）时，每人只算一次。
grain: date, segment_by, segment
materialized: view
parameters: {segments: breakdowns}
facts:
  sales_days: [period, start_date, end_date]
  several_sessions: [period, start_date, end_date]
columns:
  date: {type: date, zh: 日期, description: as in facts.paid_orders}
  segment_by: {type: varchar, zh: 细分维度}
  segment: {type: varchar, zh: 细分值}
  refunds_known_until: {type: date, zh: 退款可知截止, description: of the platform whose refunds are known least far}
  paid_orders: {type: bigint, unit: order, zh: 支付订单数}
  paid_buyers: {type: bigint, unit: person, over_segments: distinct, zh: 支付人数}
  orders: {type: bigint, unit: order, zh: 有效订单数}
  buyers: {type: bigint, unit: person, over_segments: distinct, zh: 买家数}
  new_buyers: {type: bigint, unit: person, over_segments: distinct, zh: 新客数}
  paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 支付金额}
  refund_amount: {type: 'decimal(18,2)', unit: yuan, zh: 退款金额}
  identified_amount: {type: 'decimal(18,2)', unit: yuan, zh: 可识别买家支付金额}
  private_channel_amount: {type: 'decimal(18,2)', unit: yuan, zh: 私域渠道金额}
  unknown_channel_amount: {type: 'decimal(18,2)', unit: yuan, zh: 渠道未知金额}
  member_amount: {type: 'decimal(18,2)', unit: yuan, zh: 在籍会员金额}
*/
with people as (
  select
    date,
    segment_by,
    segment,
    person_id,
    is_new,
    count(*) as sessions,
    count(*) filter (where orders > 0) as kept_sessions
  from facts.several_sessions
  group by date, segment_by, segment, person_id, is_new
),

-- how many times too often people are counted
again as (
  select
    date,
    segment_by,
    segment,
    sum(sessions - 1) as paid_buyers,
    sum(greatest(kept_sessions - 1, 0)) as buyers,
    sum(case when is_new then greatest(kept_sessions - 1, 0) else 0 end) as new_buyers
  from people
  group by date, segment_by, segment
)

select
  s.date,
  s.segment_by,
  s.segment,
  min(coalesce(k.known_until, s.date)) as refunds_known_until,
  cast(sum(s.paid_orders) as bigint) as paid_orders,
  cast(sum(s.paid_buyers) - coalesce(max(a.paid_buyers), 0) as bigint) as paid_buyers,
  cast(sum(s.orders) as bigint) as orders,
  cast(sum(s.buyers) - coalesce(max(a.buyers), 0) as bigint) as buyers,
  cast(sum(s.new_buyers) - coalesce(max(a.new_buyers), 0) as bigint) as new_buyers,
  cast(sum(s.paid_amount) as decimal(18, 2)) as paid_amount,
  cast(sum(s.refund_amount) as decimal(18, 2)) as refund_amount,
  cast(sum(s.identified_amount) as decimal(18, 2)) as identified_amount,
  cast(sum(s.private_channel_amount) as decimal(18, 2)) as private_channel_amount,
  cast(sum(s.unknown_channel_amount) as decimal(18, 2)) as unknown_channel_amount,
  cast(sum(s.member_amount) as decimal(18, 2)) as member_amount
from facts.sales_days as s
left join core.known as k on s.platform = k.platform and k.kind = 'refunds'
left join again as a on s.date = a.date and s.segment_by = a.segment_by and s.segment = a.segment
group by s.date, s.segment_by, s.segment
