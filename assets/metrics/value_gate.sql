/*
title: {zh: 价值模型门槛, en: What the value model needs}
description: >-
  Before anything is predicted of a segment's buyers: the conditions that its data must meet, what is found, and in said what is missing. Too few
  buyers, too short a history, no recent order or nobody who bought several times, and value_model, expected_purchases and the predictions
  of customer_value stay empty. least_… and latest_… are the parameters.
description_zh: >-
  预测之前，数据须满足的条件与实际情况；买家太少、历史太短、近期无订单或没有多次购买的人时，不做预测，缺什么写在 said 里。
grain: segment_by, segment, condition
parameters:
  least_buyers: 500
  least_history_days: 180
  latest_order_days: 30
  least_loyal_buyers: 1
  segments: [all, platform]
choices: {segments: default}
notice: said
columns:
  segment_by: {type: varchar, zh: 细分维度, description: all or platform}
  segment: {type: varchar, zh: 细分值, description: all or the platform bought on}
  condition_no: {type: bigint, zh: 条件序号}
  condition: {type: varchar, zh: 条件,
    description: 'buyers; history_days, from the first purchase to as_of; days_since_order, from the last one; loyal_buyers, with three purchases or more',
    zh_description: 买家数、历史天数、距最近订单天数、买过三次及以上的人数}
  needed: {type: bigint, zh: 要求, description: 'at least, of days_since_order at most', zh_description: '至少需要多少（距最近一单天数为至多）'}
  found: {type: bigint, zh: 实际, zh_description: '实际有多少'}
  is_met: {type: boolean, zh: 是否满足}
  said: {type: varchar, zh: 说明, description: what is missing; NULL where the condition is met}
checks:
  - unique: [segment_by, segment, condition]
  - condition: {sql: '(said is null) = is_met', name: what is missing is said}
*/
with counted as (
  select
    segment_by,
    segment,
    count(*) as buyers,
    date_diff('day', min(first_date), $as_of) as history_days,
    date_diff('day', max(last_date), $as_of) as days_since_order,
    count(case when purchases >= 3 then 1 end) as loyal_buyers
  from statistics.purchase_histories
  group by segment_by, segment
),

conditions as (
  select
    c.segment_by,
    c.segment,
    n.condition_no,
    case n.condition_no
      when 1 then 'buyers' when 2 then 'history_days' when 3 then 'days_since_order' else 'loyal_buyers'
    end as condition,
    case n.condition_no
      when 1 then $least_buyers
      when 2 then $least_history_days
      when 3 then $latest_order_days
      else $least_loyal_buyers
    end as needed,
    case n.condition_no
      when 1 then c.buyers when 2 then c.history_days when 3 then c.days_since_order else c.loyal_buyers
    end as found
  from counted as c
  cross join unnest([1, 2, 3, 4]) as n (condition_no)
)

select
  *,
  case when condition_no = 3 then found <= needed else found >= needed end as is_met,
  case
    when condition_no = 3 and found > needed
      then concat(
        segment, ': nothing is predicted: the last order is ', found, ' days old, at most ', needed, ' allowed'
      )
    when condition_no <> 3 and found < needed
      then concat(
        segment, ': nothing is predicted: ',
        case condition_no
          when 1 then 'buyers' when 2 then 'days of history' else 'buyers with three purchases or more'
        end,
        ': ', found, ' found, ', needed, ' needed'
      )
  end as said
from conditions
