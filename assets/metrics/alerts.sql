/*
title: {zh: 异常提醒, en: Alerts}
description: >-
  Days that lay outside what was to be expected of them (expected_days), one alert a day: of all metrics and segments that were unusual that day the one
  that the others follow from. That is the first metric of expected_days; of it the one platform that went the same way as the whole, else the whole.
  Festivals, the days after them and public holidays raise none, nor do days that are not known. It is told of the data as it is now: rows that come later may raise
  an alert for a past day or take one back.
description_zh: >-
  超出正常范围的日子（见 expected_days），每天只提醒一条：当天所有异常的指标与细分里，取其他指标由它而来的那一条——排在最前的指标；若只有一个平台与整体同向异常，
  取该平台，否则取整体。大促、大促后的回落期、法定假日以及数据不可知的日子不提醒。提醒按现有数据判断，之后补到的数据可能增减过去的提醒。
grain: date, metric, segment_by, segment
metrics:
  expected_days: [threshold, segments, shadow_days]
columns:
  date: {type: date, zh: 日期}
  metric: {type: varchar, zh: 指标, description: 'paid_orders, paid_amount, new_buyers, joins or leaves, as daily_summary has it'}
  metric_name: {type: varchar, zh: 指标名称}
  segment_by: {type: varchar, zh: 细分维度, description: all or platform}
  segment: {type: varchar, zh: 细分值}
  direction: {type: varchar, zh: 方向, description: low or high}
  value: {type: double, zh: 实际值, description: in the metric's own unit, zh_description: '当天的实际值'}
  expected: {type: double, zh: 应有值, description: the middle of what was to be expected, zh_description: '按近几周与星期几，当天应有的值'}
  low: {type: double, zh: 范围下限, zh_description: '应有范围的下限'}
  high: {type: double, zh: 范围上限, zh_description: '应有范围的上限'}
  change_rate: {type: double, unit: ratio, of: {estimated_from: [value, expected]}, zh: 偏离比例,
    description: 'value ÷ expected − 1; NULL where nothing was expected', zh_description: 实际值 ÷ 应有值 − 1}
  deviations: {type: double, zh: 偏离程度, description: 'how unusual: robust standard deviations from what was expected, below it negative'}
  others: {type: bigint, zh: 同日其他异常数, description: further metrics and segments that were unusual that day; they stand in expected_days}
  day_no: {type: bigint, zh: 连续第几天, description: 'of days in a row that raise this very alert; who sends messages sends one at 1'}
checks:
  - unique: [date]
  - unique: [date, metric, segment_by, segment]
  - in_set: {column: direction, values: [low, high]}
*/
with unusual as (
  select
    *,
    case when deviations < 0 then 'low' else 'high' end as direction,
    count(*) over (partition by date) - 1 as others,
    sum(case when segment_by = 'platform' then 1 else 0 end) over (
      partition by date, metric, case when deviations < 0 then 'low' else 'high' end
    ) as platforms
  from metrics.expected_days
  where is_unusual
),

-- the first metric; of it the only platform that went that way before the whole, and the whole before one of several
ranked as (
  select
    *,
    row_number() over (
      partition by date
      order by
        metric_no asc,
        case when segment_by = 'platform' and platforms = 1 then 1 when segment_by = 'all' then 2 else 3 end asc,
        abs(deviations) desc,
        segment asc
    ) as rank_no
  from unusual
),

roots as (
  select
    *,
    date - cast(
      row_number() over (partition by metric, segment_by, segment, direction order by date) as integer
    ) as run
  from ranked
  where rank_no = 1
)

select
  *,
  value / nullif(expected, 0) - 1 as change_rate,
  row_number() over (partition by metric, segment_by, segment, direction, run order by date) as day_no
from roots
