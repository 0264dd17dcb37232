/*
title: {zh: 触达与其后, en: Reaches and what followed}
description: >-
  Whom each message of the last `days` (90) days of messages reached, by how many had reached that person in the 7 days up to it (push_no), and what
  they did next: kept orders within buy_days, leaving the group within leave_hours. Reached are the people whom a file names (reached_by = events: delivered, opened,
  clicked); of a message to a group of which no file does, those who stood in the group when it was sent (members). A message that reached nobody known has
  no row. Additive but for paid_amount: an order after two messages is in both; credited_amount has it once, with the last message that reached its buyer before.
description_zh: >-
  最近 90 天的每条消息触达了谁，按此人 7 天内收到的第几条（push_no）计数，以及其后的行为：3 天内的有效订单、24 小时内退群。
  有触达明细的按明细（events）；发到群里而没有明细的，按发送时在群的人（members）。同一订单前有两条消息时两条的 paid_amount 都含它，credited_amount 只归最后一条。
grain: platform, message_id, push_no, reached_by
parameters:
  days: 90
  buy_days: 3
  leave_hours: 24
columns:
  platform: {type: varchar, zh: 平台}
  message_id: {type: varchar, zh: 消息编号}
  push_no: {type: bigint, zh: 7天内第几条, description: 'messages that reached the person in the 7 days up to this one, it included; of several in one second all'}
  reached_by: {type: varchar, zh: 触达依据, description: events or members}
  reached: {type: bigint, unit: event, zh: 触达人次, description: 'people, each once for a message'}
  delivered: {type: bigint, unit: person, zh: 送达人数, description: of them those whom a file names as having received it}
  opened: {type: bigint, unit: person, zh: 打开人数, description: the same for opening it}
  clicked: {type: bigint, unit: person, zh: 点击人数}
  bought: {type: bigint, unit: event, zh: 其后购买人次, description: of reached those with a kept order within buy_days}
  orders: {type: bigint, unit: order, zh: 其后订单数, description: their orders}
  paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 其后金额, description: of these orders}
  credited_orders: {type: bigint, unit: order, zh: 归因订单数, description: 'of these orders those after which no later message reached the buyer before paying'}
  credited_amount: {type: 'decimal(18,2)', unit: yuan, zh: 归因金额}
  watched: {type: bigint, unit: event, zh: 在群人次, description: 'of reached those inside the group when it was sent, of whom it is known whether they left in time'}
  left_in_time: {type: bigint, unit: event, zh: 其后退群人次, description: of watched those who left the group within leave_hours}
checks:
  - not_null: [platform, message_id, push_no, reached_by, reached]
  - condition: {sql: 'bought <= reached and left_in_time <= watched', name: what followed is within what was reached}
*/
with sent as (
  select
    platform,
    message_id,
    group_id,
    sent_at,
    sent_at_utc,
    sent_date,
    max(sent_date) over () - $days as day_before
  from core.pushes
  where is_message
),

messages as (
  select *
  from sent
  where sent_date > day_before - 7
),

named as (
  select
    m.platform,
    m.message_id,
    e.person_id,
    max(case when w.act = 'receive' then 1 else 0 end) as has_received,
    max(case when w.act = 'open' then 1 else 0 end) as has_opened,
    max(case when w.act = 'press' then 1 else 0 end) as has_clicked
  from messages as m
  inner join core.events as e on m.platform = e.platform and m.message_id = e.message_id
  inner join core.event_words as w on e.event = w.event
  where w.act in ('receive', 'open', 'press') and e.person_id is not null
  group by m.platform, m.message_id, e.person_id
),

stays as (
  select
    m.platform,
    m.message_id,
    s.person_id,
    s.left_at_utc,
    s.is_left_inferred,
    s.left_after
  from messages as m
  inner join core.memberships as s
    on
      m.platform = s.platform
      and m.group_id = s.group_id
      and m.sent_at_utc >= s.joined_at_utc
      and (s.left_at_utc is null or m.sent_at_utc < s.left_at_utc)
  where s.kind = 'group'
),

reaches as (
  select
    platform,
    message_id,
    person_id,
    'events' as reached_by,
    has_received,
    has_opened,
    has_clicked
  from named
  union all
  select
    s.platform,
    s.message_id,
    s.person_id,
    'members' as reached_by,
    0 as has_received,
    0 as has_opened,
    0 as has_clicked
  from stays as s
  anti join named as n on s.platform = n.platform and s.message_id = n.message_id
),

numbered as (
  select
    r.*,
    m.sent_at,
    m.sent_at_utc,
    m.sent_date,
    m.sent_date > m.day_before as is_asked,
    count(*) over (
      partition by r.person_id
      order by date_diff('second', cast(cast('2000-01-01' as date) as timestamp), date_trunc('second', m.sent_at_utc))
      range between 604799 preceding and current row
    ) as push_no
  from reaches as r
  inner join messages as m on r.platform = m.platform and r.message_id = m.message_id
),

matches as (
  select
    r.platform,
    r.message_id,
    r.person_id,
    o.paid_amount,
    row_number() over (
      partition by o.platform, o.shop_id, o.order_id order by r.sent_at_utc desc, r.platform asc, r.message_id asc
    ) as touch_no
  from numbered as r
  inner join core.orders as o
    on
      r.person_id = o.person_id
      and r.sent_at_utc <= o.paid_at_utc
      and date_diff('day', r.sent_date, o.paid_date) <= $buy_days
  where o.order_no is not null
),

bought as (
  select
    platform,
    message_id,
    person_id,
    count(*) as orders,
    sum(paid_amount) as paid_amount,
    count(*) filter (where touch_no = 1) as credited_orders,
    sum(case when touch_no = 1 then paid_amount else 0 end) as credited_amount
  from matches
  group by platform, message_id, person_id
),

followed as (
  select
    r.*,
    b.orders,
    b.paid_amount,
    b.credited_orders,
    b.credited_amount,
    s.person_id is not null
    and not (
      coalesce(s.is_left_inferred, false)
      and s.left_after < r.sent_at + interval '1 second' * ($leave_hours * 3600)
    ) as is_watched,
    not coalesce(s.is_left_inferred, false)
    and date_diff('second', date_trunc('second', r.sent_at_utc), date_trunc('second', s.left_at_utc))
    <= $leave_hours * 3600 as has_left
  from numbered as r
  left join bought as b
    on r.platform = b.platform and r.message_id = b.message_id and r.person_id = b.person_id
  left join stays as s
    on r.platform = s.platform and r.message_id = s.message_id and r.person_id = s.person_id
  where r.is_asked
)

select
  platform,
  message_id,
  push_no,
  reached_by,
  count(*) as reached,
  cast(sum(has_received) as bigint) as delivered,
  cast(sum(has_opened) as bigint) as opened,
  cast(sum(has_clicked) as bigint) as clicked,
  count(orders) as bought,
  cast(coalesce(sum(orders), 0) as bigint) as orders,
  cast(coalesce(sum(paid_amount), 0) as decimal(18, 2)) as paid_amount,
  cast(coalesce(sum(credited_orders), 0) as bigint) as credited_orders,
  cast(coalesce(sum(credited_amount), 0) as decimal(18, 2)) as credited_amount,
  count(*) filter (where is_watched) as watched,
  count(*) filter (where is_watched and has_left) as left_in_time
from followed
group by platform, message_id, push_no, reached_by
