"""
title: {zh: 预期购买次数, en: Expected purchases}
description: >-
  What value_model expects of a buyer who is still active: purchases in the next 90 and 365 days, by how often
  they bought again and how long ago they bought first, for every such pair that some buyer has. Times the
  probability that somebody is still active (customer_value) it is what is expected of them. With x repeat
  purchases in T weeks: the mean of (1 − ((alpha+T) / (alpha+T+pt))^(r+x)) / p over p from beta(a, b+x), t the
  weeks ahead. discounted_… counts a purchase after d days as (1 + discount_rate)^(−d/365).
description_zh: >-
  仍活跃的买家在未来 90 天与 365 天的预期购买次数，按复购次数与首购至今天数；乘以活跃概率即该买家的预期购买次数。
  折现列把 d 天后的一次购买按年折现率折算。
grain: segment_by, segment, repeat_purchases, age_days
parameters: {discount_rate: 0.1}
metrics:
  value_model: [segments, least_buyers, least_history_days, latest_order_days, least_loyal_buyers, holdout_days]
inputs:
  model: select segment_by, segment, r, alpha, a, b from metrics.value_model where r is not null
  histories: |
    select segment_by, segment, repeat_purchases, age_days, count(*) as people from statistics.purchase_histories
    group by segment_by, segment, repeat_purchases, age_days
columns:
  segment_by: {type: varchar, zh: 细分维度, description: all or platform}
  segment: {type: varchar, zh: 细分值, description: all or the platform bought on}
  repeat_purchases: {type: bigint, zh: 复购次数, description: distinct days with a kept order after the first}
  age_days: {type: bigint, unit: day, zh: 首购至今天数, description: from the first purchase to the last day known}
  people: {type: bigint, unit: person, over_segments: apart, zh: 人数, description: buyers of whom both are so}
  purchases_90_days: {type: double, zh: 90天预期购买, description: of one of them who is still active}
  purchases_365_days: {type: double, zh: 365天预期购买, description: of one of them who is still active}
  discounted_365_days:
    type: double
    zh: 365天预期购买（折现）
    description: purchases_365_days, each worth the less the later it comes
checks:
  - unique: [segment_by, segment, repeat_purchases, age_days]
  - between: {column: purchases_90_days, min: 0}
  - condition: {sql: purchases_90_days <= purchases_365_days, name: more in more time}
  - condition: {sql: discounted_365_days <= purchases_365_days, name: later is worth less}
"""

import numpy as np

from pipelines.models import bg_nbd

WEEK, YEAR = 7, 365
KEYS = ("segment_by", "segment", "repeat_purchases", "age_days", "people")


def fit(frames, parameters):
    """One row per segment, number of repeat purchases and age; none of a segment without a model."""
    found = [
        _of_segment(frames["histories"], model, parameters) for model in zip(*frames["model"].values(), strict=True)
    ]
    return {name: np.concatenate([part[name] for part in found]) if found else [] for name in COLUMNS}


COLUMNS = [*KEYS, "purchases_90_days", "purchases_365_days", "discounted_365_days"]


def _of_segment(histories, model, parameters):
    segment_by, segment, *estimates = model
    mine = (histories["segment_by"] == segment_by) & (histories["segment"] == segment)
    told = {name: histories[name][mine] for name in KEYS}
    repeats, age = told["repeat_purchases"], told["age_days"] / WEEK
    rate = np.log1p(parameters["discount_rate"]) / YEAR * WEEK
    told["purchases_90_days"] = bg_nbd.purchases_if_alive(estimates, repeats, age, 90 / WEEK)
    told["purchases_365_days"] = bg_nbd.purchases_if_alive(estimates, repeats, age, YEAR / WEEK)
    told["discounted_365_days"] = bg_nbd.discounted_if_alive(estimates, repeats, age, YEAR / WEEK, rate)
    return told
