/*
title: {zh: 客户价值, en: Customer value}
description: >-
  What each buyer is worth: how recently, how often and for how much they bought (RFM), and what value_model expects of them. Scores are
  those of rfm_scores; high is above the mean score. Of x repeat purchases, the last
  t weeks after the first, followed up for T weeks: alive_probability = 1 / (1 + a/(b+x−1) × ((alpha+T)/(alpha+t))^(r+x)), 1 where x = 0; expected purchases
  are that times those of expected_purchases; expected_spend_amount = (v + x m) p / (p x + q − 1), m the mean of the repeat purchases; clv_amount is that
  times the discounted purchases of 365 days. Amounts are net. A view: a day changes everybody's recency, so nobody's row is stored.
description_zh: >-
  每位买家的价值：最近一次、购买次数、净额的五分位打分与八类 RFM 人群，以及模型给出的活跃概率、未来 90/365 天预期购买次数、预期客单与客户终身价值（折现）。
  打分界限见 RFM 打分界限；得分高于平均分为高。视图：每过一天所有人的数值都会变。
variant: RFM quintiles; BG/NBD and Gamma-Gamma
grain: person_id, segment_by, segment
parameters:
  segments: [all]
choices: {segments: [all, platform]}
materialized: view
metrics:
  rfm_scores: [segments]
  value_gate: [least_buyers, least_history_days, latest_order_days, least_loyal_buyers]
  value_model: [least_buyers, least_history_days, latest_order_days, least_loyal_buyers, holdout_days]
  expected_purchases:
    [least_buyers, least_history_days, latest_order_days, least_loyal_buyers, holdout_days, discount_rate]
columns:
  person_id: {type: varchar, zh: 人}
  segment_by: {type: varchar, zh: 细分维度, description: 'all: every purchase; platform (asked for by segments): those of one platform alone'}
  segment: {type: varchar, zh: 细分值, description: all or the platform bought on}
  first_purchase_date: {type: date, zh: 首购日}
  last_purchase_date: {type: date, zh: 最近购买日}
  recency_days: {type: bigint, unit: day, zh: 距最近购买天数, description: R; from the last purchase to the last day known of the platform's orders}
  frequency: {type: bigint, zh: 购买次数, description: F; distinct days with a kept order}
  monetary_amount: {type: 'decimal(18,2)', unit: yuan, zh: 累计净额, description: M; of kept orders, zh_description: '有效订单的累计净额（M）'}
  recency_score: {type: bigint, zh: R 得分, description: '1 to 5, the most recent 5'}
  frequency_score: {type: bigint, zh: F 得分, description: 1 to 5}
  monetary_score: {type: bigint, zh: M 得分, description: 1 to 5}
  rfm_segment: {type: varchar, zh: RFM 人群,
    description: 'important_ where M is high, else general_; value (R and F high), develop (R alone), keep (F alone), retain (neither)',
    zh_description: 重要/一般 × 价值（R、F 高）、发展（仅 R 高）、保持（仅 F 高）、挽留（都低）}
  rfm_name: {type: varchar, zh: RFM 人群名称, description: 'the same in Chinese, 重要价值 to 一般挽留'}
  repeat_purchases: {type: bigint, zh: 复购次数, description: x; frequency less the first}
  first_to_last_days: {type: bigint, unit: day, zh: 首购到末购天数, description: t, zh_description: t，首购到最近一次购买}
  age_days: {type: bigint, unit: day, zh: 首购至今天数, description: 'T; from the first purchase to the last day known'}
  average_repeat_amount: {type: 'decimal(18,2)', unit: yuan, of: [repeat_amount, repeat_purchases], zh: 复购次均净额,
    description: m; NULL without repeat purchases}
  alive_probability: {type: double, unit: ratio, of: {estimated_from: [repeat_purchases, first_to_last_days, age_days]}, zh: 活跃概率,
    description: probability that the buyer has not stopped}
  expected_purchases_90_days: {type: double, zh: 90天预期购买次数, zh_description: '模型预期的未来 90 天购买次数'}
  expected_purchases_365_days: {type: double, zh: 365天预期购买次数}
  expected_spend_amount: {type: 'decimal(18,2)', unit: yuan, over_segments: apart, zh: 预期次均净额, description: of the next purchase}
  clv_amount: {type: 'decimal(18,2)', unit: yuan, over_segments: apart, zh: 客户终身价值, description: 'net amount expected of the next 365 days, discounted',
    zh_description: '模型预期的未来 365 天净额，已折现'}
  not_predicted: {type: varchar, zh: 未预测原因,
    description: 'too_few_buyers, too_short_history, no_recent_order, nobody_loyal (see value_gate), no_maximum (the purchases do not tell the parameters),
      no_spend_model (the amounts do not); NULL where all is predicted'}
checks:
  - unique: [person_id, segment_by, segment]
  - not_null: [recency_score, frequency_score, monetary_score, rfm_segment]
  - between: {column: recency_score, min: 1, max: 5}
  - between: {column: frequency_score, min: 1, max: 5}
  - between: {column: monetary_score, min: 1, max: 5}
  - between: {column: alive_probability, min: 0, max: 1}
  - condition: {sql: '(clv_amount is null) = (not_predicted is not null)', name: what is not predicted says why}
*/
with bounds as (
  select
    segment_by,
    segment,
    max(case when score >= 2 then recency_days end) as recency_2,
    max(case when score >= 3 then recency_days end) as recency_3,
    max(case when score >= 4 then recency_days end) as recency_4,
    max(case when score >= 5 then recency_days end) as recency_5,
    max(case when is_high then recency_days end) as recency_high,
    min(case when score >= 2 then frequency end) as frequency_2,
    min(case when score >= 3 then frequency end) as frequency_3,
    min(case when score >= 4 then frequency end) as frequency_4,
    min(case when score >= 5 then frequency end) as frequency_5,
    min(case when is_high then frequency end) as frequency_high,
    min(case when score >= 2 then monetary_amount end) as monetary_2,
    min(case when score >= 3 then monetary_amount end) as monetary_3,
    min(case when score >= 4 then monetary_amount end) as monetary_4,
    min(case when score >= 5 then monetary_amount end) as monetary_5,
    min(case when is_high then monetary_amount end) as monetary_high
  from metrics.rfm_scores
  group by segment_by, segment
),

rated as (
  select
    *,
    date_diff('day', last_date, observed_until) as recency_days,
    purchases as frequency,
    cast(net_amount as decimal(18, 2)) as monetary_amount
  from statistics.purchase_histories
),

scored as (
  select
    r.*,
    case
      when r.recency_days <= b.recency_5 then 5
      when r.recency_days <= b.recency_4 then 4
      when r.recency_days <= b.recency_3 then 3
      when r.recency_days <= b.recency_2 then 2
      else 1
    end as recency_score,
    case
      when r.frequency >= b.frequency_5 then 5
      when r.frequency >= b.frequency_4 then 4
      when r.frequency >= b.frequency_3 then 3
      when r.frequency >= b.frequency_2 then 2
      else 1
    end as frequency_score,
    case
      when r.monetary_amount >= b.monetary_5 then 5
      when r.monetary_amount >= b.monetary_4 then 4
      when r.monetary_amount >= b.monetary_3 then 3
      when r.monetary_amount >= b.monetary_2 then 2
      else 1
    end as monetary_score,
    concat(
      case when r.monetary_amount >= b.monetary_high then 'important_' else 'general_' end,
      case
        when r.recency_days <= b.recency_high and r.frequency >= b.frequency_high then 'value'
        when r.recency_days <= b.recency_high then 'develop'
        when r.frequency >= b.frequency_high then 'keep'
        else 'retain'
      end
    ) as rfm_segment
  from rated as r
  inner join bounds as b on r.segment_by = b.segment_by and r.segment = b.segment
),

-- of what is missing the first
refused as (
  select
    segment_by,
    segment,
    case min(case when not is_met then condition_no end)
      when 1 then 'too_few_buyers'
      when 2 then 'too_short_history'
      when 3 then 'no_recent_order'
      when 4 then 'nobody_loyal'
    end as reason
  from metrics.value_gate
  group by segment_by, segment
),

predicted as (
  select
    s.*,
    case
      when m.r is null then null
      when s.repeat_purchases = 0 then cast(1 as double)
      else 1 / (
        1 + exp(
          least(
            ln(m.a / (m.b + s.repeat_purchases - 1)) + (m.r + s.repeat_purchases)
            * ln((m.alpha + cast(s.age_days as double) / 7) / (m.alpha + cast(s.first_to_last_days as double) / 7)),
            700
          )
        )
      )
    end as alive_probability,
    e.purchases_90_days,
    e.purchases_365_days,
    e.discounted_365_days,
    case
      when m.p * s.repeat_purchases + m.q > 1
        then (m.v + cast(s.repeat_amount as double)) * m.p / (m.p * s.repeat_purchases + m.q - 1)
    end as expected_spend,
    case when f.reason is not null then f.reason when m.r is null then 'no_maximum' end as reason
  from scored as s
  left join metrics.value_model as m on s.segment_by = m.segment_by and s.segment = m.segment
  left join refused as f on s.segment_by = f.segment_by and s.segment = f.segment
  left join metrics.expected_purchases as e
    on
      s.segment_by = e.segment_by
      and s.segment = e.segment
      and s.repeat_purchases = e.repeat_purchases
      and s.age_days = e.age_days
)

select
  *,
  first_date as first_purchase_date,
  last_date as last_purchase_date,
  concat(
    case when rfm_segment like 'important%' then '重要' else '一般' end,
    case
      when rfm_segment like '%value' then '价值'
      when rfm_segment like '%develop' then '发展'
      when rfm_segment like '%keep' then '保持'
      else '挽留'
    end
  ) as rfm_name,
  alive_probability * purchases_90_days as expected_purchases_90_days,
  alive_probability * purchases_365_days as expected_purchases_365_days,
  expected_spend as expected_spend_amount,
  expected_spend * alive_probability * discounted_365_days as clv_amount,
  coalesce(reason, case when expected_spend is null then 'no_spend_model' end) as not_predicted
from predicted
