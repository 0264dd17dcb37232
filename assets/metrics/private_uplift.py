"""
title: {zh: 私域带来的增量, en: What the private domain caused}
description: >-
  What becoming private changed, apart from who becomes private: the difference between joiners and others, and how
  much of it is caused. spend (net amount of kept orders, yuan) and live_attendance (share who watched a live session):
  at the start of each week, people seen before and still outside; those who became private within it against those who
  did not, whether or not they did later, known as long and buyers or not as they are; outcomes count from the day after
  the week, so that nobody has to live to join. repurchase (R3): first-time buyers seen before their first order, those
  inside at that order against the others. Adjusted for is what was known before: platform, channel, first visit, recent
  acts and views, following, fan club, purchases, season. The effect is that on joiners (ATT): the mean over joiners of
  y − g(x), less the mean over the others of p / (1 − p) (y − g(x)) times their number by that of joiners; g what is
  expected of the others, p the propensity to join, both fitted on other people (cross-fitted). Who has p above 0.95 has
  no counterpart, is left out and counted. placebo: the same comparison where there is nothing to find, as many days
  that end four weeks before the week (of repurchase, who joined only four weeks after the window). What is refused is
  NULL; what is doubtful is not to be read as caused. What no file tells, such as liking the brand, stays in it. At most
  most_joiners joiners and most_people others are drawn, by a hash of their key. All is as of the end of the last whole
  week (windows over, joiners counted): a new week may change it, a new day does so only where it tells of earlier ones.
description_zh: >-
  入私域本身改变了多少（而不是入私域的人本来就不同）。消费与看播：每周开始时见过且还不在私域的人，本周加入的与没加入的
  同类人（认识的时间、是否买过相同，之后是否加入不论）比，从该周之后算起；复购（R3）：首购前见过的首购者，首购时已在私域
  的与其余的比。只用加入之前已知的信息调整，双重稳健、交叉拟合，估计对加入者的影响；找不到相似者的不计入并列出人数。
  安慰剂：在不可能有影响的地方做同样的比较（到四周之前为止同样长的天数；复购为窗口结束四周之后才加入的人）。不足以判断时
  为空并说明原因；统计截至最近一个完整的周，平日不变；存疑的不能当作因果；没有文件记录的差别仍在其中。
variant: ATT, weekly landmarks, AIPW cross-fitted
grain: outcome, window_days, segment_by, segment
parameters:
  within_days: [30, 90, 180]
  segments: [all, stage]
  most_joiners: 2500
  most_people: 15000
  controls_per_joiner: 3
  least_joiners: 200
  least_outcomes: 20
choices: {segments: default}
inputs:
  panel: |
    with units as (select * from statistics.uplift_units)
    select * from statistics.uplift_panel
  joined: |
    select count(*) as joiners,
      count(case when p.first_seen_at < cast(c.week as timestamp) then 1 end) as joiners_seen_before
    from core.people as p inner join core.calendar as c on cast(p.private_at as date) = c.date
    where c.week + 6 <= $as_of
  inside: |
    select count(*) as joiners,
      count(case when p.first_seen_at < p.first_order_at and p.first_seen_at < p.private_at then 1 end)
        as joiners_seen_before
    from core.people as p inner join core.calendar as c on cast(p.first_order_at as date) = c.date
    where p.first_order_was_member and c.week + 6 <= $as_of
columns:
  outcome: {type: varchar, zh: 结果, description: 'spend, live_attendance or repurchase'}
  window_days: {type: bigint, unit: day, zh: 窗口, description: from the day after the week (of the first order) on,
    zh_description: '从该周（或首单）的次日算起的天数'}
  segment_by: {type: varchar, zh: 细分维度, description: all or stage}
  segment: {type: varchar, zh: 细分值, description: 'all; buyers or not_yet_buyers, before the week'}
  unit: {type: varchar, zh: 单位, description: 'of the means and effects below: yuan per head, or share (0 to 1)'}
  joiners: {type: bigint, over_segments: apart, unit: person, zh: 加入者,
    description: 'everybody who became private by the end of the last whole week; of repurchase, buyers inside at
      their first order; NULL of a stage'}
  joiners_seen_before: {type: bigint, over_segments: apart, unit: person, zh: 此前见过的加入者,
    description: 'of them those seen before that week, or before that order and joining: nobody else can be compared'}
  treated: {type: bigint, over_segments: apart, unit: person, zh: 参与比较的加入者,
    description: 'drawn of these, their window over', zh_description: '其中被抽取、且观察期已满的人'}
  controls: {type: bigint, zh: 对照, description: 'people, each at a week, that they are compared with',
    zh_description: '拿来比较的人，每人在某一周'}
  treated_mean: {type: double, zh: 加入者均值}
  control_mean: {type: double, zh: 对照均值}
  naive_difference: {type: double, zh: 直接相差, description: 'treated_mean - control_mean, nothing else adjusted',
    zh_description: '加入者均值 − 对照均值，没有做其他调整'}
  effect: {type: double, zh: 因果影响, description: 'of becoming private, on who did',
    zh_description: '入私域对加入者的影响，已扣除加入之前就有的不同'}
  effect_low: {type: double, zh: 95%下限, zh_description: '影响的 95% 区间下限'}
  effect_high: {type: double, zh: 95%上限, zh_description: '影响的 95% 区间上限'}
  treated_left_out: {type: bigint, over_segments: apart, unit: person, zh: 无可比者的加入者,
    description: 'of treated those almost sure to join (propensity above 0.95), who have no counterpart'}
  effective_controls: {type: double, zh: 有效对照数,
    description: as many controls of equal weight would tell as much}
  furthest_before: {type: double, zh: 调整前最大差别,
    description: 'greatest standardised difference in what was known before; each stands in uplift_balance'}
  furthest_after: {type: double, zh: 调整后最大差别,
    description: 'the same after weighing; above 0.1 doubtful, above 0.25 refused'}
  placebo_treated: {type: bigint, over_segments: apart, unit: person, zh: 安慰剂人数,
    description: joiners that the placebo could be asked of}
  placebo_effect: {type: double, zh: 安慰剂影响, description: should be 0; NULL where too few could be asked,
    zh_description: '在不可能有影响的地方做同样比较的结果，应接近 0；人数太少时为空'}
  placebo_low: {type: double, zh: 安慰剂95%下限}
  placebo_high: {type: double, zh: 安慰剂95%上限}
  verdict: {type: varchar, zh: 结论,
    description: 'caused, chance (cannot be told from it), doubtful (not to be read as caused), refused'}
  reason: {type: varchar, zh: 原因,
    description: 'too_few_treated, too_few_controls, too_few_outcomes, nothing_known, no_overlap or unbalanced where it
      is refused, placebo or balance where it is doubtful'}
  said_zh: {type: varchar, zh: 说明, description: the row as a sentence in Chinese}
  said_en: {type: varchar, zh: 说明（英文）, description: the same in English}
checks:
  - unique: [outcome, window_days, segment_by, segment]
  - in_set: {column: verdict, values: [caused, chance, doubtful, refused]}
  - condition: {sql: "(effect is null) = (verdict = 'refused')", name: what is refused has no number}
  - condition: {sql: effect_low <= effect and effect <= effect_high, name: an effect lies in its interval}
"""

from pipelines.models.uplift import effect, naive
from pipelines.models.uplift_panel import Panel, refusal_of, verdict
from pipelines.uplift_words import load_uplift_words, refused, told

OUTCOMES = ("spend", "live_attendance", "repurchase")
FIRST_ORDER = "repurchase"  # its landmark; who buys for the first time is at one stage
COLUMNS = [
    "outcome", "window_days", "segment_by", "segment", "unit", "joiners", "joiners_seen_before", "treated",
    "controls", "treated_mean", "control_mean", "naive_difference", "effect", "effect_low", "effect_high",
    "treated_left_out", "effective_controls", "furthest_before", "furthest_after", "placebo_treated",
    "placebo_effect", "placebo_low", "placebo_high", "verdict", "reason", "said_zh", "said_en",
]  # fmt: skip


def fit(frames, parameters):
    """One row per outcome, window and segment; of one that is refused, why."""
    panel, rows = Panel(frames["panel"]), []
    for outcome in OUTCOMES:
        joined = frames["inside" if outcome == FIRST_ORDER else "joined"]
        counted = {name: int(column[0]) for name, column in joined.items()}
        for window in parameters["within_days"]:
            for segment_by, segment in _segments(panel, outcome, parameters["segments"]):
                row = {"outcome": outcome, "window_days": window, "segment_by": segment_by, "segment": segment}
                stage = "" if segment_by == "all" else segment
                rows.append(row | (counted if not stage else {}) | _row(panel, parameters, outcome, window, stage))
    return {name: [row.get(name) for row in rows] for name in COLUMNS}


def _segments(panel, outcome, asked):
    stages = panel.stages() if "stage" in asked and outcome != FIRST_ORDER else []
    return [("all", "all")] * ("all" in asked) + [("stage", stage) for stage in stages]


def _row(panel, parameters, outcome, window, stage):
    words = load_uplift_words().outcomes[outcome]
    compared = panel.comparison(outcome, window, stage=stage)
    row = {"unit": words.unit, "treated": int(compared.treated.sum()), "controls": compared.controls}
    refusal = compared.too_few(parameters["least_joiners"], parameters["least_outcomes"])
    if refusal is None:
        weighed = panel.weigh(outcome, window, stage=stage)
        row |= {"treated_left_out": weighed.treated_left_out, "effective_controls": weighed.effective_controls}
        row |= {"furthest_before": weighed.furthest_before, "furthest_after": weighed.furthest_after}
        refusal = refusal_of(weighed)
    if refusal:
        said = refused(refusal.reason, refusal.found, refusal.needed)
        return row | {"verdict": "refused", "reason": refusal.reason, "said_zh": said["zh"], "said_en": said["en"]}
    placebo_row, placebo = _placebo(panel, parameters, outcome, window, stage)
    return row | placebo_row | _estimated(compared, weighed, placebo, words, window)


def _estimated(compared, weighed, placebo, words, window):
    """The effect, and what it and its tests amount to."""
    found, means = effect(weighed, compared.outcome), naive(compared.treated, compared.outcome)
    difference = means[0] - means[1]
    chosen = verdict(difference, found, placebo, weighed.furthest_after)
    numbers = {"difference": difference, "effect": found.value, "low": found.low, "high": found.high}
    numbers |= {"placebo": placebo.value, "placebo_low": placebo.low, "placebo_high": placebo.high} if placebo else {}
    said = told(words, chosen, numbers, days=window, apart=f"{weighed.furthest_after:.2f}")
    kind, _, reason = chosen.partition("_")
    return {
        "treated_mean": means[0],
        "control_mean": means[1],
        "naive_difference": difference,
        "effect": found.value,
        "effect_low": found.low,
        "effect_high": found.high,
        "verdict": kind if kind in ("doubtful", "chance") else "caused",
        "reason": reason or None,
        "said_zh": said["zh"],
        "said_en": said["en"],
    }


def _placebo(panel, parameters, outcome, window, stage):
    """The same comparison where there is nothing to find; nothing where too few can be asked, or nothing could be."""
    compared = panel.comparison(outcome, window, is_placebo=True, stage=stage)
    row = {"placebo_treated": int(compared.treated.sum())}
    if compared.too_few(parameters["least_joiners"] // 2, parameters["least_outcomes"]):
        return row, None
    weighed = panel.weigh(outcome, window, is_placebo=True, stage=stage)
    if refusal_of(weighed):
        return row, None
    found = effect(weighed, compared.outcome)
    return row | {"placebo_effect": found.value, "placebo_low": found.low, "placebo_high": found.high}, found
