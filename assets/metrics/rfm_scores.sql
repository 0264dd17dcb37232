/*
title: {zh: RFM 打分界限, en: RFM scores}
description: >-
  From which value on a buyer has each RFM score, and how many have it. A score is 1 + the whole part of 5 times the share of buyers who are worse: equal values
  score the same, so a score that nobody has is missing, and where most bought once few scores of frequency are there. High is above the mean score.
description_zh: 每个 RFM 分值从哪个数值起、有多少买家。分值 = 1 + 取整(5 × 比其差的买家占比)；数值相同得分相同，没有人的分值不列出；高于平均分为高。
variant: RFM quintiles
grain: segment_by, segment, measure, score
parameters:
  segments: [all]
choices: {segments: [all, platform]}
columns:
  segment_by: {type: varchar, zh: 细分维度, description: 'all: every purchase; platform (asked for by segments): those of one platform alone'}
  segment: {type: varchar, zh: 细分值, description: all or the platform bought on}
  measure: {type: varchar, zh: 维度, description: 'recency, frequency or monetary, as in customer_value'}
  score: {type: bigint, zh: 得分, description: 1 to 5}
  recency_days: {type: bigint, unit: day, zh: 距最近购买天数至多, description: of recency; NULL otherwise}
  frequency: {type: bigint, zh: 购买次数至少, description: of frequency; NULL otherwise}
  monetary_amount: {type: 'decimal(18,2)', unit: yuan, over_segments: apart, zh: 累计净额至少, description: of monetary; NULL otherwise}
  buyers: {type: bigint, unit: person, over_segments: apart, zh: 买家数, description: those with this score}
  is_high: {type: boolean, zh: 是否高, description: above the mean score}
checks:
  - unique: [segment_by, segment, measure, score]
  - between: {column: score, min: 1, max: 5}
*/
with histories as (
  select
    segment_by,
    segment,
    $as_of as as_at,
    cast(-date_diff('day', last_date, observed_until) as decimal(18, 2)) as recency,
    cast(purchases as decimal(18, 2)) as frequency,
    cast(net_amount as decimal(18, 2)) as monetary
  from statistics.purchase_histories
),

counted as (
  select
    segment_by,
    segment,
    as_at,
    recency,
    frequency,
    monetary,
    count(*) as buyers
  from histories
  group by grouping sets (
    (segment_by, segment, as_at, recency), (segment_by, segment, as_at, frequency),
    (segment_by, segment, as_at, monetary)
  )
)

select
  segment_by,
  segment,
  measure,
  score,
  case when measure = 'recency' then -value end as recency_days,
  case when measure = 'frequency' then value end as frequency,
  case when measure = 'monetary' then value end as monetary_amount,
  buyers,
  is_high
from statistics.rfm_scores
