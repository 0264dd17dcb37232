/*
title: {zh: 平台日数据, en: Platform days}
description: >-
  What platforms themselves say of a shop's day, up to as_of. Kept beside our own figures to be compared with them; never mixed. Platforms restate days for a month.
description_zh: 截至数据日期，平台自己给出的店铺日数据，用于与本系统的数字对照，不混用。平台一个月内可能更新。
grain: platform, shop_id, date
columns:
  platform: {type: varchar, zh: 平台}
  shop_id: {type: varchar, zh: 店铺, description: empty where not given}
  date: {type: date, zh: 日期}
  paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 成交金额, description: "what buyers and subsidies paid, as the platform counts it"}
  user_paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 用户支付金额, description: "what buyers paid themselves"}
  orders: {type: bigint, unit: order, zh: 成交订单数, description: "orders paid"}
  pieces: {type: bigint, unit: piece, zh: 成交件数, description: "pieces sold"}
  buyers: {type: bigint, unit: person, zh: 成交人数, description: "people who paid"}
  refund_amount: {type: 'decimal(18,2)', unit: yuan, zh: 退款金额（退款时间）, description: "what went back on the day, whenever it was paid"}
  refund_of_day_amount: {type: 'decimal(18,2)', unit: yuan, zh: 退款金额（支付时间）, description: "what went back of orders paid on the day; grows for weeks"}
  exposed_people: {type: bigint, unit: person, zh: 商品曝光人数, description: "people to whom a product was shown"}
  clicked_people: {type: bigint, unit: person, zh: 商品点击人数, description: "people who opened a product"}
  platform_subsidy_amount: {type: 'decimal(18,2)', unit: yuan, zh: 平台补贴, description: "what the platform added"}
  talent_subsidy_amount: {type: 'decimal(18,2)', unit: yuan, zh: 达人补贴, description: "what talents added"}
  ad_cost_amount: {type: 'decimal(18,2)', unit: yuan, zh: 投放消耗, description: "what advertising cost"}
  new_contacts: {type: bigint, unit: person, zh: 新增客户数, description: "customers added to staff on the day"}
  lost_contacts: {type: bigint, unit: person, zh: 流失客户数, description: "customers who deleted or blocked staff on the day"}
  new_applications: {type: bigint, unit: event, zh: 发起申请数, description: "applications to add a customer that staff sent"}
  chats: {type: bigint, unit: event, zh: 单聊总数, description: "single chats with a message of staff"}
  staff_messages: {type: bigint, unit: event, zh: 员工消息数, description: "messages that staff sent in them"}
  average_reply_seconds: {type: double, unit: second, zh: 平均首次回复时长, description: "how long a customer waited for the first reply; NULL where nobody replied, never 0"}
  groups: {type: bigint, zh: 客户群总数, description: "customer groups at the day's end"}
  new_groups: {type: bigint, zh: 新增客户群数, description: "made on the day"}
  active_groups: {type: bigint, zh: 有消息的群数, description: "groups with a message on the day"}
  group_members: {type: bigint, unit: person, zh: 群成员总数, description: "members of all groups at the day's end; staff may be counted, and who is in two groups twice"}
  new_group_members: {type: bigint, unit: person, zh: 新增群成员数, description: "who joined on the day"}
  members_ever_active: {type: bigint, unit: person, zh: 发过消息的群成员数, description: "members who had ever sent a message up to that day: a running total, and never the day's own"}
  group_messages: {type: bigint, unit: event, zh: 群消息总数, description: "messages in groups"}
checks:
  - unique: [platform, shop_id, date]
  - not_null: [platform, date]
*/
select
  platform,
  shop_id,
  date,
  paid_amount,
  user_paid_amount,
  orders,
  pieces,
  buyers,
  refund_amount,
  refund_of_day_amount,
  exposed_people,
  clicked_people,
  platform_subsidy_amount,
  talent_subsidy_amount,
  ad_cost_amount,
  new_contacts,
  lost_contacts,
  new_applications,
  chats,
  staff_messages,
  average_reply_seconds,
  groups,
  new_groups,
  active_groups,
  group_members,
  new_group_members,
  members_ever_active,
  group_messages
from staging.platform_days
where date <= $as_of
