/*
title: {zh: 活动, en: Activities}
description: Events and kept orders of known people in one shape, an order being the word 'order'; what retention asks about.
description_zh: 已知人员的互动与有效订单合成一列，订单记作 order；留存从这里取数。
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
  platform
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
  platform
from core.orders
where order_no is not null
