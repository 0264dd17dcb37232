/*
title: {zh: 触达消息, en: Pushes}
description: Every message sent to many (or other act of the merchant in a group) up to as_of, with what became of it.
description_zh: 截至数据日期的每条群发消息（或商家在群里的其他动作）及其触达结果。
grain: platform, message_id
columns:
  platform:    {type: varchar, zh: 平台}
  message_id:  {type: varchar, zh: 消息编号, description: 'a hash of when, what and to whom where no file tells it'}
  sent_at:     {type: timestamp, zh: 发送时间}
  sent_at_utc: {type: timestamp, zh: 发送时间（UTC）, description: 'the same instant in UTC; durations are differences of these'}
  sent_date:   {type: date, zh: 发送日}
  kind:        {type: varchar, zh: 消息类型}
  is_message:  {type: boolean, zh: 是否消息, description: "a message to people; a link-mic, a sticker, a screenshot, a PK or a vote is play in the group and no push"}
  group_id:    {type: varchar, zh: 粉丝群}
  campaign_id: {type: varchar, zh: 活动}
  live_session_id: {type: varchar, zh: 直播场次}
  sent:        {type: bigint, unit: person, zh: 发送人数}
  delivered:   {type: bigint, unit: person, zh: 送达人数}
  opened:      {type: bigint, unit: person, zh: 打开人数}
  clicked:     {type: bigint, unit: person, zh: 点击人数}
  participants: {type: bigint, unit: person, zh: 参与人数, description: took part in it}
  cost_amount: {type: 'decimal(18,2)', unit: yuan, zh: 花费}
checks:
  - unique: [platform, message_id]
  - not_null: [platform, message_id, sent_at]
*/
select
  p.platform,
  p.message_id,
  p.sent_at,
  p.sent_at - interval '1 second' * case
    when c.utc_offset_changes_at <= p.sent_at then c.utc_offset_seconds_after else c.utc_offset_seconds
  end as sent_at_utc,
  cast(p.sent_at as date) as sent_date,
  p.kind,
  coalesce(
    p.kind in (
      'announcement', 'live_notice', 'video_notice', 'red_packet', 'coupon', 'product', 'lottery', 'text', 'sms', 'dm'
    ), true
  ) as is_message,
  p.group_id,
  p.campaign_id,
  p.live_session_id,
  p.sent,
  p.delivered,
  p.opened,
  p.clicked,
  p.participants,
  p.cost_amount
from staging.pushes as p
left join core.calendar as c on cast(p.sent_at as date) = c.date
where p.sent_at < $as_of + 1
