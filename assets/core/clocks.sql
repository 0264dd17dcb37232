/*
title: {zh: 数据截止, en: Clocks}
description: >-
  How far each source is known: one row per kind of row and platform that has any. last_date is the last day with rows that some
  file told after it had ended (for every shop that sold on it); a later day that was exported before its end stands in cut_date.
description_zh: 每个来源（数据种类 × 平台）的数据到哪一天为止。最后一天若在结束之前就导出，不算在内，另列在 cut_date。
grain: kind, platform
columns:
  kind:        {type: varchar, zh: 数据种类, description: as in core.source_days}
  platform:    {type: varchar, zh: 平台}
  first_date:  {type: date, zh: 最早日期, description: first day with rows}
  last_date:   {type: date, zh: 数据截止, description: last whole day with rows up to as_of; NULL when there is none}
  cut_date:    {type: date, zh: 未完整导出日, description: 'last day with rows, where it was exported before its end; else NULL'}
  exported_at: {type: timestamp, zh: 导出时间, description: newest own time of a file that told rows; NULL where no file's time is known}
  rows:        {type: bigint, unit: row, zh: 行数}
checks:
  - unique: [kind, platform]
  - not_null: [kind, platform, first_date, rows]
  - condition: {sql: 'cut_date is null or last_date is null or cut_date > last_date', name: a cut day follows the last whole one}
*/
with days as (
  select
    kind,
    platform,
    date,
    -- rows that name no shop are of all shops
    coalesce(bool_or(case when shop_id is null then is_whole end), false)
    or coalesce(bool_and(case when shop_id is not null then is_whole end), false) as is_whole,
    max(exported_at) as exported_at,
    sum(rows) as rows
  from core.source_days
  group by kind, platform, date
),

ends as (
  select
    kind,
    platform,
    min(date) as first_date,
    max(case when is_whole then date end) as last_date,
    max(date) as newest_date,
    max(exported_at) as exported_at,
    cast(sum(rows) as bigint) as rows
  from days
  group by kind, platform
)

select
  kind,
  platform,
  first_date,
  last_date,
  case when last_date is null or newest_date > last_date then newest_date end as cut_date,
  exported_at,
  rows
from ends
