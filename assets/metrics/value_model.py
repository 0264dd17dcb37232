"""
title: {zh: 价值模型, en: Value model}
description: >-
  How often a segment's buyers buy, when they stop, and what they spend: BG/NBD (r, alpha, a, b) and Gamma-Gamma
  (p, q, v), by maximum likelihood over the purchases up to as_of. The unit of time is a week of 7 days; a
  purchase is a person-day; the first one is in neither frequency nor amount. x repeat purchases, the last t
  weeks after the first, watched for T weeks, have the likelihood Γ(r+x)/Γ(r) × alpha^r / (alpha+T)^(r+x) × B(a,
  b+x)/B(a, b) × (1 + [x > 0] a/(b+x−1) × ((alpha+T)/(alpha+t))^(r+x)); a mean of m over x repeat purchases has
  Γ(px+q)/(Γ(px) Γ(q)) × v^q x^(px) m^(px−1) / (v+xm)^(px+q). Standard errors come from the curvature at the
  maximum. Hold-out: the same model fitted on what had happened by calibration_end foretells the purchases
  since, of those who were buyers by then. NULL where value_gate refuses the segment or the likelihood has no
  maximum that tells the parameters apart.
description_zh: >-
  BG/NBD（r、alpha、a、b：购买频率与流失）与 Gamma-Gamma（p、q、v：客单金额）的极大似然估计。时间单位为周；同一天算
  一次购买；首购不计入频次与金额。留出检验：只用校准截止日之前的数据拟合，预测之后的购买次数并与实际对照。数据不足
  （见 value_gate）或估计不出时为空。
variant: BG/NBD and Gamma-Gamma, maximum likelihood
grain: segment_by, segment
parameters: {holdout_days: 90}
metrics:
  value_gate: [segments, least_buyers, least_history_days, latest_order_days, least_loyal_buyers]
inputs:
  day: select $as_of as as_of
  gate: select segment_by, segment, bool_and(is_met) as is_met from metrics.value_gate group by segment_by, segment
  histories: |
    with histories as (select * from statistics.purchase_histories)
    select segment_by, segment, true as is_whole, repeat_purchases, first_to_last_days, age_days,
      cast(0 as bigint) as days_after, count(*) as people, cast(0 as bigint) as purchases_after
    from histories
    group by segment_by, segment, repeat_purchases, first_to_last_days, age_days
    union all
    select segment_by, segment, false as is_whole, repeat_purchases, first_to_last_days, age_days, days_after,
      count(*) as people, cast(sum(purchases_after) as bigint) as purchases_after
    from statistics.histories_before
    group by segment_by, segment, repeat_purchases, first_to_last_days, age_days, days_after
  amounts: |
    select segment_by, segment, repeat_purchases, cast(repeat_amount as double) as repeat_amount, count(*) as people
    from statistics.purchase_histories
    where repeat_purchases > 0
    group by segment_by, segment, repeat_purchases, repeat_amount
columns:
  segment_by: {type: varchar, zh: 细分维度, description: all or platform}
  segment: {type: varchar, zh: 细分值, description: all or the platform bought on}
  r: {type: double, zh: r, description: shape of the rates at which buyers buy while they are active}
  alpha: {type: double, zh: alpha, description: 'its rate, in weeks: r / alpha purchases a week on average'}
  a: {type: double, zh: a, description: first parameter of the probability to stop after a purchase}
  b: {type: double, zh: b, description: 'its second: a / (a + b) on average'}
  r_standard_error: {type: double, zh: r 的标准误, description: NULL where the buyers hardly differ in it}
  alpha_standard_error: {type: double, zh: alpha 的标准误}
  a_standard_error: {type: double, zh: a 的标准误}
  b_standard_error: {type: double, zh: b 的标准误}
  log_likelihood: {type: double, zh: 对数似然, description: of BG/NBD at its maximum}
  p: {type: double, zh: p, description: shape of the amounts of one buyer; NULL where the amounts do not tell it}
  q: {type: double, zh: q, description: 'how buyers differ in it: v p / (q − 1) yuan a purchase on average'}
  v: {type: double, zh: v}
  p_standard_error: {type: double, zh: p 的标准误}
  q_standard_error: {type: double, zh: q 的标准误}
  v_standard_error: {type: double, zh: v 的标准误}
  people:
    type: bigint
    unit: person
    over_segments: distinct
    zh: 人数
    description: buyers up to as_of; on them the parameters are fitted
  calibration_end: {type: date, zh: 校准截止日, description: holdout_days before as_of}
  holdout_actual: {type: bigint, zh: 留出期实际购买,
    description: purchases after calibration_end of those who were buyers by then}
  holdout_predicted: {type: double, zh: 留出期预测购买,
    description: what the model of calibration_end foretold of them; NULL where it could not be fitted on so little}
checks:
  - unique: [segment_by, segment]
  - condition: {sql: 'r > 0 and alpha > 0 and a > 0 and b > 0', name: parameters are positive}
"""

import numpy as np

from pipelines.models import bg_nbd, gamma_gamma
from pipelines.models.seasonal import days_of

WEEK = 7
PURCHASES, SPEND = ("r", "alpha", "a", "b"), ("p", "q", "v")


def fit(frames, parameters):
    """One row per segment; of one that the gate refuses only how many people it has."""
    (as_of,) = days_of(frames["day"]["as_of"])
    end = (as_of - parameters["holdout_days"]).item()
    rows, fitted = [], _Fitted()
    for segment_by, segment, is_met in sorted(zip(*frames["gate"].values(), strict=True)):
        histories, amounts = (_of(frames[name], segment_by, segment) for name in ("histories", "amounts"))
        whole = {name: column[histories["is_whole"]] for name, column in histories.items()}
        row = {"segment_by": segment_by, "segment": segment, "people": int(whole["people"].sum())}
        row["calibration_end"] = end
        estimate = fitted(_in_weeks(whole)) if is_met else None
        if estimate:
            row |= _told(PURCHASES, estimate) | {"log_likelihood": estimate.log_likelihood}
            row |= _told(SPEND, gamma_gamma.fit(*(amounts[name] for name in AMOUNTS)))
            row |= _held_out({name: column[~histories["is_whole"]] for name, column in histories.items()}, fitted)
        rows.append(row)
    return {name: [row.get(name) for row in rows] for name in COLUMNS}


AMOUNTS = ("repeat_purchases", "repeat_amount", "people")
ERRORS = [f"{name}_standard_error" for name in (*PURCHASES, *SPEND)]
COLUMNS = ["segment_by", "segment", *PURCHASES, *SPEND, *ERRORS, "log_likelihood", "people"]
COLUMNS += ["calibration_end", "holdout_actual", "holdout_predicted"]


def _of(frame, segment_by, segment):
    """The rows of one segment."""
    mine = (frame["segment_by"] == segment_by) & (frame["segment"] == segment)
    return {name: np.asarray(column[mine]) for name, column in frame.items()}


def _in_weeks(histories):
    days = ("first_to_last_days", "age_days")
    recency, age = (histories[name] / WEEK for name in days)
    return bg_nbd.Histories.of(histories["repeat_purchases"], recency, age, histories["people"])


def _told(names, estimate):
    if estimate is None:
        return {}
    errors = dict(zip((f"{name}_standard_error" for name in names), estimate.standard_errors, strict=True))
    return dict(zip(names, estimate.values, strict=True)) | errors


class _Fitted(dict):
    """Estimates by histories: where everybody bought on one platform, its are those of all."""

    def __call__(self, histories):
        key = tuple(column.tobytes() for column in vars(histories).values())
        if key not in self:
            self[key] = bg_nbd.fit(histories)
        return self[key]


def _held_out(before, fitted):
    """Purchases since the calibration's end, and how many a model fitted on what came before expects of them."""
    if not np.any(before["days_after"] > 0):
        return {}
    told = {"holdout_actual": int(before["purchases_after"].sum())}
    estimate = fitted(_in_weeks(before))
    if estimate is None:
        return told
    repeats = before["repeat_purchases"]
    recency, age, ahead = (before[name] / WEEK for name in ("first_to_last_days", "age_days", "days_after"))
    expected = bg_nbd.alive(estimate.values, repeats, recency, age)
    expected = expected * bg_nbd.purchases_if_alive(estimate.values, repeats, age, ahead)
    return told | {"holdout_predicted": float(np.sort(expected * before["people"]).sum())}
