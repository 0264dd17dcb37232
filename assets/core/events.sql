/*
title: {zh: 互动明细, en: Events}
description: Every interaction of a person up to as_of (a row that tells only the day of one whose hour another row tells is left out), with its channel and its place among that person's events of the same word.
description_zh: 截至数据日期每个人的每次互动（只写日期的行，若另一行写明当天同一互动的时刻，则不计），带渠道，以及它是该人同类互动中的第几次。
grain: platform, event_id
rebuild:
  delete: touched_nodes
  # a phone belongs to no platform
  key: &id ["case when t.user_id_type = 'phone' then 'any' else t.platform end", user_id_type, user_id]
  restrict:
    staging.events: {set: touched_nodes, key: *id}
columns:
  platform:           {type: varchar, zh: 平台}
  event_id:           {type: varchar, zh: 事件编号}
  person_id:          {type: varchar, zh: 人, description: NULL for an id that stands for too many people}
  user_id_type:       {type: varchar, zh: 账号类型}
  user_id:            {type: varchar, zh: 账号}
  event:              {type: varchar, zh: 事件}
  event_at:           {type: timestamp, zh: 时间, description: "where only the day is known: its first second for a sight, its last for a step such as joining or leaving"}
  event_at_has_time:  {type: boolean, zh: 是否有时刻, description: the file told the hour and not only the day}
  event_at_utc:       {type: timestamp, zh: 时间（UTC）, description: the same instant in UTC; durations are differences of these}
  event_date:         {type: date, zh: 日期}
  event_week:         {type: date, zh: 周}
  event_month:        {type: date, zh: 月}
  group_id:           {type: varchar, zh: 粉丝群}
  live_session_id:    {type: varchar, zh: 直播场次}
  campaign_id:        {type: varchar, zh: 活动}
  message_id:         {type: varchar, zh: 消息}
  video_id:           {type: varchar, zh: 短视频}
  product_id:         {type: varchar, zh: 商品}
  entry_path:         {type: varchar, zh: 入群路径}
  inviter_id:         {type: varchar, zh: 邀请人}
  value:              {type: double, zh: 数值, description: "level, amount or seconds; what the event's word says"}
  channel:            {type: varchar, zh: 渠道}
  domain:             {type: varchar, zh: 域, description: "public, private or unknown"}
  is_paid_channel:    {type: boolean, zh: 是否付费流量}
  is_inferred:        {type: boolean, zh: 是否推断, description: "no file tells it: the person is missing in a whole list of members, and has left by its time"}
  happened_after:     {type: timestamp, zh: 不早于, description: "of an inferred event: the last moment at which it had not happened yet, so it lies between this and event_at"}
  is_active:          {type: boolean, zh: 是否主动, description: 'the person did it and it is not a farewell: messages merely delivered, approvals and leaving are not activity'}
  is_first_of_kind:   {type: boolean, zh: 是否首次, description: "the person's first event of this word"}
  first_of_kind_at:   {type: timestamp, zh: 首次时间, description: "when the person's first event of this word was"}
  first_of_kind_platform: {type: varchar, zh: 首次平台, description: "where the person's first event of this word was"}
  is_first_in_day:    {type: boolean, zh: 当日首次, description: "the person's first event of this word on that day"}
  is_first_in_week:   {type: boolean, zh: 当周首次}
  is_first_in_month:  {type: boolean, zh: 当月首次}
checks:
  - unique: [platform, event_id]
  - not_null: [platform, event_id, event, event_at]
  - in_set: {column: domain, values: [public, private, unknown]}
*/
-- people with rows that tell only a day: few, so the rows beside these are soon found
with day_people as (
  select
    platform,
    user_id
  from staging.events
  where event_at_has_time = false
  group by platform, user_id
),

nearby as (
  select
    e.platform,
    e.event_id,
    e.user_id_type,
    e.user_id,
    e.event,
    cast(e.event_at as date) as event_date,
    coalesce(e.group_id, '') as group_id,
    coalesce(e.live_session_id, '') as live_session_id,
    coalesce(e.campaign_id, '') as campaign_id,
    coalesce(e.message_id, '') as message_id,
    coalesce(e.video_id, '') as video_id,
    coalesce(e.product_id, '') as product_id,
    coalesce(e.event_at_has_time, true) as has_time,
    coalesce(e.untold, '') like '%,event_id,%' as is_unnumbered
  from day_people as p
  inner join staging.events as e on p.platform = e.platform and p.user_id = e.user_id
),

-- the day of an event whose hour another row tells, unless both have ids of their own: one event, told twice
day_rows as (
  select distinct
    d.platform,
    d.event_id
  from nearby as d
  inner join nearby as h
    on
      d.platform = h.platform
      and d.user_id_type = h.user_id_type
      and d.user_id = h.user_id
      and d.event = h.event
      and d.event_date = h.event_date
      and d.group_id = h.group_id
      and d.live_session_id = h.live_session_id
      and d.campaign_id = h.campaign_id
      and d.message_id = h.message_id
      and d.video_id = h.video_id
      and d.product_id = h.product_id
  where not d.has_time and h.has_time and (d.is_unnumbered or h.is_unnumbered)
),

timed as (
  select
    e.*,
    case
      when not coalesce(e.event_at_has_time, true) and coalesce(w.is_step, false)
        then cast(cast(e.event_at as date) as timestamp) + interval 86399 second
      else e.event_at
    end as happened_at,
    coalesce(w.is_active, true) as is_active
  from staging.events as e
  left join core.event_words as w on e.event = w.event
  left join day_rows as d on e.platform = d.platform and e.event_id = d.event_id
  where e.event_at < $as_of + 1 and d.event_id is null
),

told as (
  select
    e.*,
    i.person_id,
    e.happened_at - interval '1 second' * case
      when c.utc_offset_changes_at <= e.happened_at then c.utc_offset_seconds_after else c.utc_offset_seconds
    end as event_at_utc,
    cast(e.event_at as date) as event_date,
    cast(date_trunc('week', cast(e.event_at as date) + case when $week_starts = 'sunday' then 1 else 0 end) as date)
    - case when $week_starts = 'sunday' then 1 else 0 end as event_week,
    cast(date_trunc('month', e.event_at) as date) as event_month,
    coalesce(by_entry.channel, by_medium.channel, by_source.channel, by_event.channel, 'unknown') as channel,
    case
      when
        coalesce(by_entry.is_paid, false) or coalesce(by_medium.is_paid, false)
        or coalesce(by_source.is_paid, false) or coalesce(by_event.is_paid, false)
        then 'public'
      else coalesce(by_entry.domain, by_medium.domain, by_source.domain, by_event.domain, 'unknown')
    end as domain,
    coalesce(by_entry.is_paid, false) or coalesce(by_medium.is_paid, false)
    or coalesce(by_source.is_paid, false) or coalesce(by_event.is_paid, false)
      as is_paid_channel
  from timed as e
  left join core.identities as i
    on
      i.platform = case when e.user_id_type = 'phone' then 'any' else e.platform end
      and e.user_id_type = i.id_type
      and e.user_id = i.id_value
  left join core.calendar as c on cast(e.event_at as date) = c.date
  left join core.channels as by_entry on e.entry = by_entry.word
  left join core.channels as by_medium on e.medium = by_medium.word
  left join core.channels as by_source on e.source = by_source.word
  left join core.channels as by_event on e.event = by_event.word
),

ordered as (
  select
    *,
    row_number() over history as event_no,
    first_value(happened_at) over history as first_at,
    first_value(platform) over history as first_platform,
    lag(event_date) over history as previous_date,
    lag(event_week) over history as previous_week,
    lag(event_month) over history as previous_month
  from told
  window history as (partition by person_id, event order by happened_at, platform, event_id)
)

select
  platform,
  event_id,
  person_id,
  user_id_type,
  user_id,
  event,
  happened_at as event_at,
  coalesce(event_at_has_time, true) as event_at_has_time,
  event_at_utc,
  event_date,
  event_week,
  event_month,
  group_id,
  live_session_id,
  campaign_id,
  message_id,
  video_id,
  product_id,
  entry_path,
  inviter_id,
  cast(value as double) as value,
  channel,
  domain,
  is_paid_channel,
  coalesce(is_inferred, false) as is_inferred,
  happened_after,
  is_active,
  case when person_id is not null then event_no = 1 end as is_first_of_kind,
  case when person_id is not null then first_at end as first_of_kind_at,
  case when person_id is not null then first_platform end as first_of_kind_platform,
  case when person_id is not null then event_no = 1 or event_date <> previous_date end as is_first_in_day,
  case when person_id is not null then event_no = 1 or event_week <> previous_week end as is_first_in_week,
  case when person_id is not null then event_no = 1 or event_month <> previous_month end as is_first_in_month
from ordered
