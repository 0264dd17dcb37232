/*
title: {zh: 推送表现, en: Push performance}
description: >-
  What became of the messages sent in the last `days` (90) days of messages: one row per message, per kind, per group, and per push_no, which is how many messages had reached the
  member in the 7 days up to this one, so that fatigue shows: what the first push of a week brings and the fifth. Of each: what the platform tells (sent, delivered, opened, clicked),
  how many people it reached as far as we know them, how many of these bought within buy_days (3), how many left the group within leave_hours (24).
  What follows a message did not happen because of it: members who are reached often are other people than those who are not. Only reaches whose days are over count in
  a rate.
description_zh: >-
  最近 90 天的消息：按条、按类型、按群，以及按成员 7 天内收到的第几条（疲劳）。平台给的发送、送达、打开、点击；我们认得出的触达人数，其中 3 天内购买、24 小时内退群的人数。
  只说明“其后发生”，不等于由消息引起：常被触达的人与不常被触达的人本来就不同。只统计观察期已满的触达。
grain: segment_by, segment, platform
parameters:
  days: 90
  buy_days: 3
  leave_hours: 24
  most_pushes: 7
facts:
  push_reaches: {days: days, buy_days: buy_days, leave_hours: leave_hours}
columns:
  segment_by: {type: varchar, zh: 细分维度, description: 'message, kind, group or push_no; all for the total'}
  segment: {type: varchar, zh: 细分值, description: 'the message, its kind, the group (none where it went to no group), or the number of the push, from most_pushes (7) on together'}
  platform: {type: varchar, zh: 平台, description: of message and group; all in the other rows}
  sent_at: {type: timestamp, zh: 发送时间, description: of a message}
  kind: {type: varchar, zh: 消息类型, description: of a message}
  group_id: {type: varchar, zh: 粉丝群, description: of a message or group}
  messages: {type: bigint, over_segments: apart, unit: event, zh: 消息数, zh_description: '消息条数'}
  sent: {type: bigint, over_segments: apart, unit: person, zh: 发送人数, description: 'as the platform tells; NULL where no file does, and by push_no'}
  delivered: {type: bigint, over_segments: apart, unit: person, zh: 送达人数, description: 'as the platform tells, else people whom files name',
    zh_description: '平台给出的送达人数，否则为文件写明的人'}
  opened: {type: bigint, over_segments: apart, unit: person, zh: 打开人数, description: 'as the platform tells, else people whom files name',
    zh_description: '平台给出的打开人数，否则为文件写明的人'}
  clicked: {type: bigint, over_segments: apart, unit: person, zh: 点击人数, description: 'as the platform tells, else people whom files name',
    zh_description: '平台给出的点击人数，否则为文件写明的人'}
  delivery_rate: {type: double, unit: ratio, of: {parts: [delivered, sent], when: tells_sent}, zh: 送达率, description: NULL where some messages tell only one of both}
  open_rate: {type: double, unit: ratio, of: {parts: [opened, delivered], when: tells_opened}, zh: 打开率, zh_description: '打开人数 ÷ 送达人数'}
  click_rate: {type: double, unit: ratio, of: {parts: [clicked, delivered], when: tells_clicked}, zh: 点击率, zh_description: '点击人数 ÷ 送达人数'}
  reached: {type: bigint, unit: event, zh: 触达人次, description: 'people whom a message reached, once for each message: those a file names, else those in the group when it was sent; NULL where neither is known',
    zh_description: '消息到达的人，每条消息各计一次：文件写明的人，否则为发送时在群的人'}
  reached_by: {type: varchar, zh: 触达依据, description: 'events, members or both; NULL where nobody is known'}
  mature_reached: {type: bigint, unit: event, zh: 满期触达人次, description: those after which orders of the platform are known for buy_days,
    zh_description: '其后 3 天的订单已可知的触达人次'}
  bought: {type: bigint, unit: event, zh: 其后购买人次, description: of mature_reached those who bought within buy_days (calendar days),
    zh_description: '满期触达人次中，其后 3 天内购买的'}
  buy_rate: {type: double, unit: ratio, of: [bought, mature_reached], zh: 其后购买率, zh_description: '其后购买人次 ÷ 满期触达人次'}
  paid_amount: {type: 'decimal(18,2)', over_segments: part, unit: yuan, zh: 其后金额, description: 'kept orders of bought in these days; only of a message, as an order after two messages is in both'}
  credited_orders: {type: bigint, unit: order, zh: 归因订单数, description: 'each of these orders once, with the last message that reached its buyer before it'}
  credited_amount: {type: 'decimal(18,2)', unit: yuan, zh: 归因金额, description: of these orders; adds up,
    zh_description: '这些订单的金额；每单只归给其买家之前最近收到的一条消息，可以相加'}
  watched: {type: bigint, unit: event, zh: 满期在群人次, description: 'of reached those inside the group when it was sent, of whom it is known whether they left within leave_hours',
    zh_description: '发送时在群、且其后 24 小时是否退群已可知的人次'}
  left_in_time: {type: bigint, unit: event, zh: 其后退群人次, description: of watched those who left the group in that time,
    zh_description: '满期在群人次中，其后 24 小时内退群的'}
  leave_rate: {type: double, unit: ratio, of: [left_in_time, watched], zh: 其后退群率, zh_description: '其后退群人次 ÷ 满期在群人次'}
  is_mature: {type: boolean, zh: 是否成熟, description: 'orders and leaves are known far enough for every message of the row'}
  is_small: {type: boolean, small_of: reached, zh: 样本过小, description: fewer than small_group reached}
checks:
  - unique: [segment_by, segment, platform]
  - between: {column: buy_rate, min: 0, max: 1}
  - between: {column: leave_rate, min: 0, max: 1}
*/
with messages as (
  select
    p.*,
    date_diff('day', p.sent_date, o.known_until) >= $buy_days as can_buy,
    cast(p.sent_at + interval '1 second' * ($leave_hours * 3600) as date) <= m.known_until as can_leave
  from (select *, max(sent_date) over () - $days as day_before from core.pushes where is_message) as p
  left join core.known as o on p.platform = o.platform and o.kind = 'orders'
  left join core.known as m on p.platform = m.platform and m.kind = 'memberships'
  where p.sent_date > p.day_before
),

people as (
  select
    platform,
    message_id,
    nullif(sum(delivered), 0) as delivered,
    nullif(sum(opened), 0) as opened,
    nullif(sum(clicked), 0) as clicked
  from facts.push_reaches
  where reached_by = 'events'
  group by platform, message_id
),

-- a message's own figures stand once, what its people did by push_no
parts as (
  select
    m.platform, m.message_id, m.sent_at, m.kind, m.group_id, 'message' as part, null as push_no, 1 as messages,
    m.sent, coalesce(m.delivered, p.delivered) as delivered, coalesce(m.opened, p.opened) as opened,
    coalesce(m.clicked, p.clicked) as clicked,
    (m.sent is null) = (coalesce(m.delivered, p.delivered) is null) as tells_sent,
    (coalesce(m.opened, p.opened) is null) = (coalesce(m.delivered, p.delivered) is null)
    and (m.delivered is not null or m.opened is null) as tells_opened,
    (coalesce(m.clicked, p.clicked) is null) = (coalesce(m.delivered, p.delivered) is null)
    and (m.delivered is not null or m.clicked is null) as tells_clicked,
    null as reached_by, null as reached, null as mature_reached, null as bought, null as paid_amount,
    null as credited_orders, null as credited_amount, null as watched, null as left_in_time,
    coalesce(m.can_buy and m.can_leave, false) as is_over
  from messages as m
  left join people as p on m.platform = p.platform and m.message_id = p.message_id
  union all
  select
    m.platform, m.message_id, m.sent_at, m.kind, m.group_id, 'reach' as part,
    least(r.push_no, $most_pushes) as push_no,
    null as messages, null as sent, null as delivered, null as opened, null as clicked,
    true as tells_sent, true as tells_opened, true as tells_clicked,
    r.reached_by, r.reached,
    case when m.can_buy then r.reached else 0 end as mature_reached,
    case when m.can_buy then r.bought else 0 end as bought,
    case when m.can_buy then r.paid_amount else 0 end as paid_amount,
    case when m.can_buy then r.credited_orders else 0 end as credited_orders,
    case when m.can_buy then r.credited_amount else 0 end as credited_amount,
    case when m.can_leave then r.watched else 0 end as watched,
    case when m.can_leave then r.left_in_time else 0 end as left_in_time,
    coalesce(m.can_buy and m.can_leave, false) as is_over
  from messages as m
  inner join facts.push_reaches as r on m.platform = r.platform and m.message_id = r.message_id
),

placed as (
  select
    *,
    s.segment_by,
    case s.segment_by
      when 'message' then message_id when 'kind' then coalesce(kind, 'none')
      when 'group' then coalesce(group_id, 'none')
      when 'push_no' then concat(cast(push_no as varchar), case when push_no = $most_pushes then '+' else '' end)
      else 'all'
    end as segment,
    case when s.segment_by in ('message', 'group') then platform else 'all' end as of_platform
  from parts
  cross join unnest(['all', 'message', 'kind', 'group', 'push_no']) as s (segment_by)
  where s.segment_by <> 'push_no' or part = 'reach'
)

select
  segment_by,
  segment,
  of_platform as platform,
  case when segment_by = 'message' then max(sent_at) end as sent_at,
  case when segment_by = 'message' then max(kind) end as kind,
  case when segment_by in ('message', 'group') then max(group_id) end as group_id,
  case when segment_by = 'push_no' then count(distinct concat(platform, chr(31), message_id)) else sum(messages) end
    as messages,
  sum(sent) as sent,
  sum(delivered) as delivered,
  sum(opened) as opened,
  sum(clicked) as clicked,
  bool_and(tells_sent) as tells_sent,
  bool_and(tells_opened) as tells_opened,
  bool_and(tells_clicked) as tells_clicked,
  sum(reached) as reached,
  case when min(reached_by) <> max(reached_by) then 'both' else min(reached_by) end as reached_by,
  sum(mature_reached) as mature_reached,
  sum(bought) as bought,
  case when segment_by = 'message' then sum(paid_amount) end as paid_amount,
  sum(credited_orders) as credited_orders,
  sum(credited_amount) as credited_amount,
  sum(watched) as watched,
  sum(left_in_time) as left_in_time,
  bool_and(is_over) as is_mature
from placed
group by segment_by, segment, of_platform
