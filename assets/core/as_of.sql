/*
title: {zh: 数据日期, en: Data date}
description: The business day up to which everything in core and metrics counts, and the first and last day with data. One row.
description_zh: 全部数字截至的营业日，以及有数据的首日与末日。
grain: {text: one row}
columns:
  as_of:        {type: date, zh: 数据截至, description: "the last business day that some source tells whole, or the day asked for; how far each source is known says core.clocks"}
  first_date:   {type: date, zh: 最早日期, description: first day with a paid order or an event; NULL when there is none}
  last_date:    {type: date, zh: 最晚日期, description: last such day up to as_of}
  history_days: {type: bigint, unit: day, zh: 历史天数, description: "days from first_date to as_of, both counted"}
checks:
  - row_count: {min: 1, max: 1}
  - not_null: [as_of]
*/
with days as (
  select cast(paid_at as date) as day from staging.orders
  union all
  select cast(event_at as date) as day from staging.events
  union all
  select cast(started_at as date) as day from staging.live_sessions
)

select
  cast($as_of as date) as as_of,
  min(day) as first_date,
  max(day) as last_date,
  cast(date_diff('day', min(day), $as_of) + 1 as bigint) as history_days
from days
where day <= $as_of
