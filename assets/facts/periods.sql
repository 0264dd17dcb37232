/*
title: {zh: 周期, en: Periods}
description: Every day from start_date to end_date and the period that it lies in. A view over the calendar.
description_zh: 起止日期之间的每一天及其所属周期。
grain: date
materialized: view
parameters:
  period: day
  start_date: null
  end_date: null
choices: {period: [day, week, month, range]}
columns:
  date: {type: date, zh: 日期}
  period_date: {type: date, zh: 周期, description: its first day; of a range start_date or the first day with data}
  period_end: {type: date, zh: 周期末日}
  sold_date: {type: date, zh: 成交周期, description: the date under which facts.paid_orders tells the period}
*/
with bounds as (
  select
    coalesce(cast($start_date as date), first_date) as start_date,
    least($as_of, coalesce(cast($end_date as date), $as_of)) as end_date
  from core.as_of
)

select
  c.date,
  case $period
    when 'week' then c.week
    when 'month' then c.month
    when 'range' then b.start_date
    else c.date
  end as period_date,
  case $period
    when 'week' then c.week + 6
    when 'month' then last_day(c.month)
    when 'range' then coalesce(cast($end_date as date), $as_of)
    else c.date
  end as period_end,
  case $period
    when 'week' then c.week
    when 'month' then c.month
    when 'range' then cast(coalesce($start_date, '1900-01-01') as date)
    else c.date
  end as sold_date
from core.calendar as c
inner join bounds as b on c.date >= b.start_date and c.date <= b.end_date
