"""
title: {zh: 每日应有的数字, en: What a day was expected to be}
description: >-
  Of each day and metric what was to be expected by its weekday and the level of late, between what it may lie, and
  whether it lay outside. Expected: the median level of the last 14 days times what the weekday adds (the median of
  the last twelve weeks); only ordinary days count (season_days). The range is threshold robust standard deviations
  of how far the last 56 ordinary days were from what was expected of them, on a scale of logarithms, and never
  narrower than chance makes it for so few orders. A day is unusual outside that range, unless three of those
  days were nearly as far out. metrics.alerts tells one alert a day of them.
description_zh: >-
  每天每个指标按星期与近期水平应有的数值、正常范围，以及是否超出。
  近期水平取前 14 天的中位数，星期效应取前 12 周的中位数，只用平常日；
  范围取前 56 个平常日偏差的稳健标准差的 threshold 倍（对数尺度），且不窄于这么少的订单本身的偶然波动。
  近期若已有三天偏得差不多远，则不算异常。每天一条的提醒见 metrics.alerts。
grain: date, metric, segment_by, segment
parameters: {threshold: 3.5, segments: [all, platform]}
choices: {segments: default}
facts:
  season_days: [shadow_days]
metrics:
  daily_summary: {segments: segments}
inputs:
  days: select date, kind from facts.season_days where date <= $as_of
  figures: |
    select date, segment_by, segment, is_sales_known, is_members_known,
      cast(paid_orders as double) as paid_orders, cast(paid_amount as double) as paid_amount,
      cast(new_buyers as double) as new_buyers, cast(joins as double) as joins, cast(leaves as double) as leaves
    from metrics.daily_summary
    where list_contains($segments, segment_by)
columns:
  date: {type: date, zh: 日期}
  metric: {type: varchar, zh: 指标,
    description: 'paid_orders, paid_amount, new_buyers, joins or leaves, as daily_summary has it'}
  metric_name: {type: varchar, zh: 指标名称}
  metric_no: {type: bigint, zh: 指标序号, description: 'the lower, the more others follow from it'}
  segment_by: {type: varchar, zh: 细分维度, description: all or platform}
  segment: {type: varchar, zh: 细分值, description: all or the platform; a platform alone is the whole and not repeated}
  value: {type: double, zh: 实际值, description: 'in the metric''s own unit; NULL where the day is not known'}
  expected: {type: double, zh: 应有值, description: the middle of what was to be expected; NULL where not_judged}
  low: {type: double, zh: 范围下限}
  high: {type: double, zh: 范围上限}
  deviations: {type: double, zh: 偏离程度,
    description: 'how unusual: robust standard deviations from what was expected, below it negative'}
  is_unusual: {type: boolean, zh: 是否异常, description: outside the range; false where not_judged}
  not_judged: {type: varchar, zh: 未判断原因,
    description: 'unknown (the day is not known), festival, shadow or holiday (see season_days), too_short (too few
      ordinary days before it), irregular (more than one in eight of them was five times or a fifth of what was
      expected); often: outside the range, as three of the 56 ordinary days before were; else NULL',
    zh_description: 当天不可知、大促、大促后回落期、法定假日、之前平常日太少、本来就没有规律；
      often 为近期常有的偏离，不再提醒}
checks:
  - unique: [date, metric, segment_by, segment]
  - not_null: [date, metric, segment_by, segment, is_unusual]
  - condition: {sql: low <= expected and expected <= high, name: what is expected lies within the range}
  - condition: {sql: '(expected is not null) = (coalesce(not_judged, ''often'') = ''often'')',
      name: what is not judged says why}
  - condition: {sql: not is_unusual or value < low or value > high, name: what is unusual lies outside the range}
"""

import numpy as np

from pipelines.models import seasonal

# In the order in which one is the root of the others; what says whether a day of it is known, and its Chinese name.
METRICS = {
    "paid_orders": ("is_sales_known", "支付订单数"),
    "paid_amount": ("is_sales_known", "支付金额"),
    "new_buyers": ("is_sales_known", "新客数"),
    "joins": ("is_members_known", "加入次数"),
    "leaves": ("is_members_known", "离开次数"),
}
COLUMNS = ["date", "metric", "metric_name", "metric_no", "segment_by", "segment", "value"]
JUDGED = ["expected", "low", "high", "deviations"]
COLUMNS += [*JUDGED, "is_unusual", "not_judged"]


def fit(frames, parameters):
    """A row per day from the segment's first one to as_of, metric and segment."""
    figures, parts = frames["figures"], []
    told = set(zip(figures["segment_by"], figures["segment"], strict=True))
    several = sum(segment_by == "platform" for segment_by, _ in told) > 1
    kinds = dict(zip(seasonal.days_of(frames["days"]["date"]), frames["days"]["kind"], strict=True))
    for segment_by, segment in sorted(told):
        if segment_by == "all" or several:
            mine = (figures["segment_by"] == segment_by) & (figures["segment"] == segment)
            days = {name: column[mine] for name, column in figures.items()}
            parts += _of_segment(days, kinds, parameters["threshold"])
    return {name: np.concatenate([part[name] for part in parts]) if parts else [] for name in COLUMNS}


def _of_segment(figures, kinds, threshold):
    dates = seasonal.days_of(figures["date"])
    first = dates.min()
    days = int((dates.max() - first).astype(int)) + 1
    every = first + np.arange(days)
    kind = np.array([kinds.get(day, "ordinary") for day in every], dtype=object)
    values = {name: _known(figures, name, first, days) for name in METRICS}
    with np.errstate(divide="ignore", invalid="ignore"):
        an_order = seasonal.of_late(np.where(kind == "ordinary", values["paid_amount"] / values["paid_orders"], np.nan))
    for number, (name, (_, title)) in enumerate(METRICS.items(), start=1):
        # of amounts chance is that of orders, which differ: their squares are about twice the square of the typical one
        unit, added = (2 * an_order, 1.0) if name == "paid_amount" else (np.ones(days), 0.5)
        found = seasonal.judge(values[name], kind == "ordinary", unit, added, threshold)
        named = {"metric": name, "metric_name": title, "metric_no": number}
        named |= {key: figures[key][0] for key in ("segment_by", "segment")}
        yield {
            "date": every,
            **{key: np.full(days, value, dtype=object) for key, value in named.items()},
            "value": values[name],
            **{key: getattr(found, key) for key in JUDGED},
            "is_unusual": found.is_out & ~found.is_often,
            "not_judged": _why_not(values[name], kind, found),
        }


def _known(figures, name, first, days):
    """A metric's figures by day; NaN where the day is not known."""
    is_known = figures[METRICS[name][0]].astype(bool)
    value = np.where(is_known, np.ma.filled(np.ma.asarray(figures[name], dtype=float), np.nan), np.nan)
    return seasonal.by_day(seasonal.days_of(figures["date"]), value, first, days)


def _why_not(values, kind, found):
    return np.select(
        [np.isnan(values), kind != "ordinary", found.is_wild, ~found.is_judged, found.is_often],
        ["unknown", kind, "irregular", "too_short", "often"],
        default=None,
    )
