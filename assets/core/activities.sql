/*
title: {zh: 活动, en: Activities}
description: "Events and kept orders of known people in one shape, an order being the word 'order'; what retention, funnels and lifecycles ask about, and compare in their conditions."
description_zh: 已知人员的互动与有效订单合成一列，订单记作 order；留存、漏斗、生命周期从这里取数，条件也按这里的列。
grain: {text: one event or order}
materialized: view
columns:
  person_id:         {type: varchar, zh: 人}
  activity:          {type: varchar, zh: 活动, description: "the event's word, or order"}
  activity_at:       {type: timestamp, zh: 时间}
  activity_at_utc:   {type: timestamp, zh: 时间（UTC）, description: the same instant in UTC}
  activity_date:     {type: date, zh: 日期}
  activity_week:     {type: date, zh: 周}
  activity_month:    {type: date, zh: 月}
  first_of_kind_at:  {type: timestamp, zh: 首次时间, description: "the person's first activity of this word"}
  first_of_kind_date: {type: date, zh: 首次日期}
  first_of_kind_platform: {type: varchar, zh: 首次平台, description: where that was}
  first_of_kind_channel: {type: varchar, zh: 首次渠道, description: 'of the first order; NULL for events'}
  first_of_kind_domain: {type: varchar, zh: 首次公私域, description: 'of the first order; NULL for events'}
  is_first_in_day:   {type: boolean, zh: 当日首次}
  is_first_in_week:  {type: boolean, zh: 当周首次}
  is_first_in_month: {type: boolean, zh: 当月首次}
  is_active:         {type: boolean, zh: 是否主动}
  channel:           {type: varchar, zh: 渠道}
  domain:            {type: varchar, zh: 域}
  platform:          {type: varchar, zh: 平台}
  shop_id:           {type: varchar, zh: 店铺, description: of orders}
  group_id:          {type: varchar, zh: 粉丝群}
  live_session_id:   {type: varchar, zh: 直播场次}
  campaign_id:       {type: varchar, zh: 活动}
  entry_path:        {type: varchar, zh: 入群路径, description: of events}
  value:             {type: double, zh: 数值, description: "of events: level, amount or seconds; what the event's word says"}
  paid_amount:       {type: 'decimal(18,2)', unit: yuan, zh: 支付金额, description: of orders}
  net_amount:        {type: 'decimal(18,2)', unit: yuan, zh: 净额, description: 'of orders, less refunds up to as_of'}
checks:
  - not_null: [person_id, activity, activity_at]
*/
select
  person_id,
  event as activity,
  event_at as activity_at,
  event_at_utc as activity_at_utc,
  event_date as activity_date,
  event_week as activity_week,
  event_month as activity_month,
  first_of_kind_at,
  cast(first_of_kind_at as date) as first_of_kind_date,
  first_of_kind_platform,
  cast(null as varchar) as first_of_kind_channel,
  cast(null as varchar) as first_of_kind_domain,
  is_first_in_day,
  is_first_in_week,
  is_first_in_month,
  is_active,
  channel,
  domain,
  platform,
  cast(null as varchar) as shop_id,
  group_id,
  live_session_id,
  campaign_id,
  entry_path,
  value,
  cast(null as decimal(18, 2)) as paid_amount,
  cast(null as decimal(18, 2)) as net_amount
from core.events
where person_id is not null
union all
select
  person_id,
  'order' as activity,
  paid_at as activity_at,
  paid_at_utc as activity_at_utc,
  paid_date as activity_date,
  paid_week as activity_week,
  paid_month as activity_month,
  first_paid_at as first_of_kind_at,
  first_paid_date as first_of_kind_date,
  first_order_platform as first_of_kind_platform,
  first_order_channel as first_of_kind_channel,
  first_order_domain as first_of_kind_domain,
  is_first_in_day,
  is_first_in_week,
  is_first_in_month,
  true as is_active,
  channel,
  domain,
  platform,
  shop_id,
  group_id,
  live_session_id,
  campaign_id,
  cast(null as varchar) as entry_path,
  cast(null as double) as value,
  paid_amount,
  net_amount
from core.orders
where order_no is not null
