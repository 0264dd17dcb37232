/*
title: {zh: 获客与其后订单, en: Acquired people and their orders}
description: >-
  People by the day on which they were acquired (month_no 0), and their kept orders since, by months of 30 days after that day: month 1 is within
  30 days, month 2 within 60, those after longest_months stand as one more. Acquired is first seen in any event or paid order (start = seen), first
  touched in public (public), first private entry (private) or first kept order (order). Orders before that day count nowhere. Additive in every column.
description_zh: 按获客日统计人数（month_no 为 0），以及其后每 30 天的有效订单与净额；获客可为首次出现、首次公域触达、首次入私域或首单。各列可直接相加。
grain: date, platform, segment_by, segment, segment_platform, month_no
counted_by: [people, orders]
parameters:
  start: seen
  longest_months: 12
choices: {start: [seen, public, private, order]}
covers: [longest_months]
columns:
  date: {type: date, zh: 获客日}
  platform: {type: varchar, zh: 平台, description: 'on which they were acquired, whose clock says what is known'}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: value at the acquisition; none where it has no such value}
  segment_platform: {type: varchar, zh: 细分值的平台, description: whose number segment is; NULL where it is no number}
  month_no: {type: bigint, zh: 第几个月, description: 0 the people themselves}
  people: {type: bigint, unit: person, zh: 人数}
  orders: {type: bigint, unit: order, zh: 订单数}
  net_amount: {type: 'decimal(18,2)', unit: yuan, zh: 净额}
checks:
  - not_null: [date, segment_by, segment, month_no, people, orders]
*/
with counted as (
  select
    date,
    platform,
    channel,
    domain,
    cast(0 as bigint) as month_no,
    1 as people,
    0 as orders,
    cast(0 as decimal(18, 2)) as net_amount
  from statistics.acquired
  union all
  select
    p.date,
    p.platform,
    p.channel,
    p.domain,
    cast(
      least(greatest((date_diff('day', p.date, o.paid_date) + 29) // 30, 1), $longest_months + 1) as bigint
    ) as month_no,
    0 as people,
    1 as orders,
    o.net_amount
  from statistics.acquired as p
  inner join core.orders as o on p.person_id = o.person_id
  where o.order_no is not null and o.paid_date >= p.date
),

alike as (
  select
    c.date,
    c.platform,
    c.month_no,
    c.people,
    c.orders,
    c.net_amount,
    $breakdown_columns
  from counted as c
)

select
  date,
  platform,
  $breakdowns,
  month_no,
  cast(sum(people) as bigint) as people,
  cast(sum(orders) as bigint) as orders,
  cast(sum(net_amount) as decimal(18, 2)) as net_amount
from alike
group by all
