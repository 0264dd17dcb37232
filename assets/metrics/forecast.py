"""
title: {zh: 未来四周预测, en: Forecast of four weeks}
description: >-
  What the next 28 days are expected to bring: amount paid, joins, members, with the intervals in which four of five
  days, and nineteen of twenty, are to lie. Amount and joins are the median level of the last 14 ordinary days times
  what the weekday adds; members are the last number and the mean growth of four weeks. Middle and intervals come of
  the errors that the same rule made at every earlier day, by week ahead. Beside them the back-test; at an origin a
  week of the last half year, with what was known then, how many days were foretold, how many lay inside, and how far
  off they were, against carrying the last week on. A day of a festival or its shadow is what the same day of its
  earlier occurrences was in times of an ordinary one, without an interval; without one, and on public holidays,
  nothing is told.
description_zh: >-
  未来 28 天的支付金额、加入次数与在籍人数的预测，以及 80%、95% 区间。
  金额与加入次数取近 14 个平常日的水平乘以星期效应；在籍人数取最新值加近四周的平均日增。
  区间来自同一方法在过去每一天的误差。旁列回测：近半年每周回到当时，只用当时可知的数据预测，
  有多少天落在区间内、平均偏多少，并与“照搬上一周”比较。
  大促及回落期按该大促往年同一天相当于平常日的倍数给出，不给区间；没有往年数据的大促、法定假日不预测。
grain: date, metric, segment_by, segment
parameters: {least_days: 84, segments: [all]}
choices: {segments: [all, platform]}
notice: said
facts:
  season_days: [shadow_days]
metrics:
  daily_summary: {segments: segments}
inputs:
  day: select $as_of as as_of
  days: |
    select date, kind, festival, first_date, days_after_end, is_announced
    from facts.season_days where date <= $as_of + 28
  figures: |
    select date, segment_by, segment, is_sales_known, is_members_known,
      cast(paid_amount as double) as paid_amount, cast(joins as double) as joins, cast(members as double) as members
    from metrics.daily_summary
    where list_contains($segments, segment_by)
columns:
  date: {type: date, zh: 日期, description: the day foretold}
  metric: {type: varchar, zh: 指标, description: 'paid_amount, joins or members, as daily_summary has it'}
  metric_name: {type: varchar, zh: 指标名称}
  segment_by: {type: varchar, zh: 细分维度, description: all or platform}
  segment: {type: varchar, zh: 细分值}
  horizon_days: {type: bigint, unit: day, zh: 提前天数, description: 'from origin_date'}
  origin_date: {type: date, zh: 预测起点, description: the last day from which it can be foretold; before a festival}
  expected: {type: double, zh: 预测值, description: 'the middle, in the metric''s own unit; NULL where reason says why',
    zh_description: '预测的中间值'}
  low_80: {type: double, zh: 80%区间下限, zh_description: '80% 区间下限'}
  high_80: {type: double, zh: 80%区间上限, zh_description: '80% 区间上限'}
  low_95: {type: double, zh: 95%区间下限}
  high_95: {type: double, zh: 95%区间上限}
  reason: {type: varchar, zh: 说明代码,
    description: 'festival: told without an interval. Not told: festival_unseen, holiday; too_short (fewer than
      least_days ordinary days, or too few errors yet), not_known (nothing of the last seven days is known),
      no_ordinary_days (none in four weeks). NULL where all is told',
    zh_description: festival 有预测无区间；festival_unseen 没有往年数据的大促；holiday 法定假日；
      too_short 历史太短；not_known 最近七天数据不可知；no_ordinary_days 四周内没有平常日}
  is_announced: {type: boolean, zh: 调休是否已公布, description: false where holidays of the year are not known yet}
  backtest_days: {type: bigint, unit: day, zh: 回测天数, description: 'foretold earlier, as many weeks ahead',
    zh_description: '用同样方法、同样提前量回测过的天数'}
  inside_80: {type: bigint, unit: day, zh: 落在80%区间天数, zh_description: '以往实际值落在 80% 区间内的天数'}
  coverage_80_rate: {type: double, unit: ratio, of: {estimated_from: [inside_80, backtest_days]}, zh: 80%区间实际覆盖率,
    description: 'inside_80 ÷ backtest_days; NULL without a back-test',
    zh_description: '落在 80% 区间天数 ÷ 回测天数；应接近 80%'}
  inside_95: {type: bigint, unit: day, zh: 落在95%区间天数}
  coverage_95_rate: {type: double, unit: ratio, of: {estimated_from: [inside_95, backtest_days]}, zh: 95%区间实际覆盖率,
    description: 'inside_95 ÷ backtest_days'}
  actual_total: {type: double, zh: 回测实际合计}
  absolute_error: {type: double, zh: 回测绝对误差合计}
  error_rate: {type: double, unit: ratio, of: {estimated_from: [absolute_error, actual_total]}, zh: 回测误差率,
    description: 'absolute_error ÷ actual_total', zh_description: '以往每天的绝对误差之和 ÷ 实际之和'}
  naive_absolute_error: {type: double, zh: 照搬上周的绝对误差合计,
    description: 'of the same days, had the last week been carried on; of members the last number'}
  naive_error_rate:
    {type: double, unit: ratio, of: {estimated_from: [naive_absolute_error, actual_total]}, zh: 照搬上周的误差率,
     description: 'naive_absolute_error ÷ actual_total', zh_description: '若照搬上一周，绝对误差之和 ÷ 实际之和'}
  said: {type: varchar, zh: 说明, description: why nothing is told of the metric; NULL where something is}
checks:
  - unique: [date, metric, segment_by, segment]
  - not_null: [date, metric, segment_by, segment, horizon_days]
  - condition: {sql: low_95 <= low_80 and low_80 <= expected and expected <= high_80 and high_80 <= high_95,
      name: intervals lie within each other}
  - condition: {sql: expected is not null or reason is not null, name: what is not told says why}
  - condition: {sql: inside_80 <= inside_95 and inside_95 <= backtest_days, name: numerator within denominator}
"""

from dataclasses import asdict

import numpy as np

from pipelines.models import forecasting
from pipelines.models.seasonal import by_day, days_of

DAYS, STALE_DAYS = 28, 7
METRICS = {
    "paid_amount": ("is_sales_known", "支付金额"),
    "joins": ("is_members_known", "加入次数"),
    "members": ("is_members_known", "在籍人数"),
}
ENDS = ("expected", "low_80", "high_80", "low_95", "high_95")
SAID = {
    "too_short": "{metric}, {segment}: nothing is forecast: {found} ordinary days known, {needed} needed",
    "not_known": "{metric}, {segment}: nothing is forecast: nothing is known of the last seven days",
    "no_ordinary_days": "{metric}, {segment}: nothing is forecast: no ordinary days in the last four weeks",
}


def fit(frames, parameters):
    """A row per day of the next 28, metric and segment."""
    figures, rows = frames["figures"], []
    (end,) = days_of(frames["day"]["as_of"])
    for segment_by, segment in sorted(set(zip(figures["segment_by"], figures["segment"], strict=True))):
        mine = (figures["segment_by"] == segment_by) & (figures["segment"] == segment)
        dates = days_of(figures["date"][mine])
        first = dates.min()
        days = _Days(frames["days"], first, int((end - first).astype(int)) + 1)
        for metric, (is_known, title) in METRICS.items():
            told = figures[is_known][mine].astype(bool)
            value = np.where(told, np.ma.filled(np.ma.asarray(figures[metric][mine], dtype=float), np.nan), np.nan)
            values = by_day(dates, value, first, days.known)
            named = {"metric": metric, "metric_name": title, "segment_by": segment_by, "segment": segment}
            rows += [named | row for row in _of_metric(named, values, days, parameters["least_days"])]
    return {name: [row[name] for row in rows] for name in COLUMNS}


class _Days:
    """The days from the segment's first one to the last foretold; `known`: how many of them are over."""

    def __init__(self, frame, first, known):
        place = (days_of(frame["date"]) - first).astype(int)
        inside = (place >= 0) & (place < known + DAYS)
        self.first, self.known, self.kind = first, known, np.full(known + DAYS, "ordinary", dtype=object)
        self.kind[place[inside]] = frame["kind"][inside]
        self.is_announced = dict(zip(place[inside], map(bool, frame["is_announced"][inside]), strict=True))
        # of a day of a festival: which, how far from its end, and where the festival began
        begins = (days_of(frame["first_date"]) - first).astype(int)
        told = zip(place, frame["festival"], frame["days_after_end"], begins, frame["kind"], strict=True)
        self.of_festival = {
            day: ((festival, int(after)), begin)
            for day, festival, after, begin, kind in told
            if kind in ("festival", "shadow")
        }

    def date(self, day):
        return (self.first + np.timedelta64(int(day), "D")).item()


def _of_metric(named, values, days, least_days):
    ordinary = days.kind[: days.known] == "ordinary"
    if named["metric"] == "members":
        paths = forecasting.growing_paths(values)
    else:
        paths = forecasting.seasonal_paths(values, ordinary, 1.0 if named["metric"] == "paid_amount" else 0.5)
    found = int(np.sum(ordinary & ~np.isnan(values)))
    refused, origin = _refused(values, paths, found, least_days), paths.last_origin
    said = SAID[refused].format(**named, found=found, needed=least_days) if refused else None
    earlier = {} if refused else _earlier(values, paths, days)
    tests = {} if refused else {week: forecasting.backtest(paths, values, week) for week in _weeks(days, origin)}
    for day in range(days.known, days.known + DAYS):
        horizon = int(day - origin) if not refused else day - days.known + 1
        row = {"date": days.date(day), "horizon_days": horizon, "said": said, "reason": refused}
        row |= {"origin_date": None if refused else days.date(origin), "is_announced": days.is_announced.get(day)}
        row |= dict.fromkeys([*ENDS, *RATES, *asdict(forecasting.Backtest())])
        if not refused:
            row |= _told(paths, days, day, earlier, named["metric"] == "members")
            row |= _tested(tests[(horizon - 1) // 7])
        yield row


def _refused(values, paths, found, least_days):
    if found < least_days:
        return "too_short"
    if np.isnan(values[-STALE_DAYS:]).all():
        return "not_known"
    return "no_ordinary_days" if paths.last_origin < len(values) - DAYS else None


def _weeks(days, origin):
    """The weeks of horizons (0 the first) in which the days to be foretold lie."""
    return range((days.known - origin - 1) // 7, (days.known + DAYS - origin - 2) // 7 + 1)


def _earlier(values, paths, days):
    """By festival and day before its end how far, on average, its earlier occurrences were from an ordinary day."""
    far = {}
    for day, (which, begin) in days.of_festival.items():
        if paths.added is None or not 0 <= day < days.known or np.isnan(values[day]):
            continue
        origins = np.flatnonzero(~np.isnan(paths.ahead[: max(begin, 0)]).all(axis=1))
        horizon = day - origins[-1] if len(origins) else forecasting.HORIZONS + 1
        if horizon <= forecasting.HORIZONS:
            far.setdefault(which, []).append(np.log(values[day] + paths.added) - paths.ahead[origins[-1], horizon - 1])
    return {which: float(np.mean(told)) for which, told in far.items() if not np.isnan(told).any()}


def _told(paths, days, day, earlier, is_stock):
    """The middle and the intervals of a day, or why there are none."""
    kind, horizon = days.kind[day], int(day - paths.last_origin)
    if kind == "ordinary" or is_stock:
        found = forecasting.foretold(paths, paths.last_origin, horizon)
        return {"reason": "too_short"} if found is None else dict(zip(ENDS, map(float, found), strict=True))
    if kind == "holiday":
        return {"reason": "holiday"}
    which, _ = days.of_festival[day]
    ahead = paths.ahead[paths.last_origin, horizon - 1]
    if which not in earlier or np.isnan(ahead):
        return {"reason": "festival_unseen"}
    return {"reason": "festival", "expected": float(paths.values(ahead + earlier[which]))}


RATES = {
    "coverage_80_rate": ("inside_80", "backtest_days"),
    "coverage_95_rate": ("inside_95", "backtest_days"),
    "error_rate": ("absolute_error", "actual_total"),
    "naive_error_rate": ("naive_absolute_error", "actual_total"),
}


NAMED = ["date", "metric", "metric_name", "segment_by", "segment", "horizon_days", "origin_date", "is_announced"]
COLUMNS = [*NAMED, *ENDS, "reason", "said", *asdict(forecasting.Backtest()), *RATES]


def _tested(backtest):
    told = asdict(backtest)
    return told | {name: told[over] / told[under] if told[under] else None for name, (over, under) in RATES.items()}
