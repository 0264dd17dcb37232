"""
title: {zh: 增量估计的可比性, en: Balance behind the uplift}
description: >-
  In what joiners and those they are compared with differed before, and how much of it weighing leaves: the balance
  table of private_uplift. A control weighs p / (1 − p), p the propensity to join; a difference is that of the means in
  standard deviations (of both groups before weighing). Above 0.1 the two groups are not alike in it. No row where
  private_uplift has too few people or nothing is known of them; where it is refused for want of overlap or balance,
  here is why.
description_zh: >-
  加入者与对照在加入之前有哪些差别，加权之后还剩多少：private_uplift 的平衡表。差别以标准差计，超过 0.1 即不相似。
variant: standardised mean differences, ATT weights
grain: landmark, window_days, segment_by, segment, covariate
parameters:
  within_days: [30, 90, 180]
  segments: [all, stage]
  most_joiners: 2500
  most_people: 15000
  controls_per_joiner: 3
  least_joiners: 200
choices: {segments: default}
inputs:
  panel: |
    with units as (select * from statistics.uplift_units)
    select * from statistics.uplift_panel where outcome <> 'live_attendance' and not is_placebo
columns:
  landmark: {type: varchar, zh: 起点, description: 'week (of spend and live attendance) or first_order (of repurchase)'}
  window_days: {type: bigint, unit: day, zh: 窗口, description: whose end decides who is old enough to be compared}
  segment_by: {type: varchar, zh: 细分维度, description: all or stage}
  segment: {type: varchar, zh: 细分值, description: 'all; buyers or not_yet_buyers, as it was at the landmark'}
  covariate: {type: varchar, zh: 协变量, description: what was known before; of a word the share who have it}
  treated: {type: bigint, over_segments: apart, unit: person, zh: 参与比较的加入者, description: with a counterpart}
  controls: {type: bigint, zh: 对照, description: people and weeks that they are compared with}
  treated_mean: {type: double, zh: 加入者均值}
  control_mean: {type: double, zh: 对照均值}
  weighed_control_mean: {type: double, zh: 加权后对照均值}
  difference_before: {type: double, zh: 调整前差别, description: in standard deviations}
  difference_after: {type: double, zh: 调整后差别, description: in standard deviations}
checks:
  - unique: [landmark, window_days, segment_by, segment, covariate]
"""

from pipelines.models.uplift_panel import Panel

LANDMARKS = {"spend": "week", "repurchase": "first_order"}
COLUMNS = [
    "landmark", "window_days", "segment_by", "segment", "covariate", "treated", "controls", "treated_mean",
    "control_mean", "weighed_control_mean", "difference_before", "difference_after",
]  # fmt: skip


def fit(frames, parameters):
    """One row per covariate of each comparison that has enough people."""
    panel, rows = Panel(frames["panel"]), []
    for outcome, landmark in LANDMARKS.items():
        stages = panel.stages() if "stage" in parameters["segments"] and landmark == "week" else []
        segments = [("all", "all")] * ("all" in parameters["segments"]) + [("stage", stage) for stage in stages]
        for window in parameters["within_days"]:
            for segment_by, segment in segments:
                asked = {"outcome": outcome, "window": window, "stage": "" if segment_by == "all" else segment}
                if not panel.comparison(**asked).too_few(parameters["least_joiners"], outcomes=0):
                    place = (landmark, window, segment_by, segment)
                    rows += [(*place, *row) for row in _rows(panel.weigh(**asked))]
    return {name: [row[number] for row in rows] for number, name in enumerate(COLUMNS)}


def _rows(weighed):
    kept = weighed.is_kept
    treated, controls = int((kept & weighed.treated).sum()), int((kept & ~weighed.treated).sum())
    for one in weighed.differences:
        means = (one.treated, one.controls, one.weighed_controls)
        yield one.name, treated, controls, *means, one.before, one.after
