"""
title: {zh: 随机实验, en: Experiments}
description: >-
  What a campaign or push caused where a control group was held back at random: the difference in means between the
  people of the test group and those of the control group (events test_group and control_group with a campaign_id, or
  a message_id), from the moment they were assigned on, whatever they then received. Its interval is Welch's. Who stands
  in both groups is left out and counted. Only people whose window is over. sizes_p asks whether the sizes of the groups
  fit the planned share of controls (control_share; not asked where nobody gave it): below 0.001 the assignment is
  broken, and nothing is estimated. spend is net amount of kept orders in yuan; purchase and live_attendance are shares.
description_zh: >-
  随机留出对照组的活动或推送带来了多少：实验组与对照组（事件 test_group、control_group，带活动编号或消息编号）自分组起
  的均值之差及 Welch 区间，不论之后是否收到；两组都在的人不计。只算窗口已满的人。给出计划的对照比例时检验人数是否相符。
variant: intention to treat, Welch
grain: platform, experiment, outcome, window_days
parameters:
  within_days: [7, 30, 90]
  least_people: 50
  control_share: null
inputs:
  groups: |
    with assigned as (
      select
        e.platform,
        coalesce(e.campaign_id, e.message_id) as experiment,
        e.person_id,
        min(e.event_at) as assigned_at,
        count(distinct w.act) as groups,
        max(w.act) as assigned
      from core.events as e inner join core.event_words as w on e.event = w.event
      where
        w.act in ('test', 'control') and e.person_id is not null and coalesce(e.campaign_id, e.message_id) is not null
      group by e.platform, coalesce(e.campaign_id, e.message_id), e.person_id
    ),
    known as (
      select a.*, w.window_days,
        date_diff('day', cast(a.assigned_at as date), o.known_until) >= w.window_days - 1 as is_order_over,
        date_diff('day', cast(a.assigned_at as date), v.known_until) >= w.window_days - 1 as is_event_over
      from assigned as a
      cross join unnest($within_days) as w (window_days)
      left join core.known as o on a.platform = o.platform and o.kind = 'orders'
      left join core.known as v on a.platform = v.platform and v.kind = 'events'
    ),
    spent as (
      select k.platform, k.experiment, k.person_id, k.window_days, sum(o.net_amount) as amount
      from known as k inner join core.orders as o
        on
          k.person_id = o.person_id and o.paid_at >= k.assigned_at
          and date_diff('day', cast(k.assigned_at as date), o.paid_date) < k.window_days
      where o.order_no is not null
      group by k.platform, k.experiment, k.person_id, k.window_days
    ),
    watched as (
      select distinct k.platform, k.experiment, k.person_id, k.window_days
      from known as k
      inner join core.events as e
        on
          k.person_id = e.person_id and e.event_at >= k.assigned_at
          and date_diff('day', cast(k.assigned_at as date), e.event_date) < k.window_days
      inner join core.event_words as w on e.event = w.event
      where w.act = 'watch'
    ),
    outcomes as (
      select n.outcome from unnest(['spend', 'purchase', 'live_attendance']) as n (outcome)
    ),
    measured as (
      select
        k.platform, k.experiment, n.outcome, k.window_days, k.person_id, k.groups, k.assigned,
        case when n.outcome = 'live_attendance' then k.is_event_over else k.is_order_over end as is_over,
        case n.outcome
          when 'spend' then cast(coalesce(s.amount, 0) as double)
          when 'purchase' then cast(case when s.person_id is not null then 1 else 0 end as double)
          else cast(case when v.person_id is not null then 1 else 0 end as double)
        end as value
      from known as k
      cross join outcomes as n
      left join spent as s
        on
          k.platform = s.platform and k.experiment = s.experiment and k.person_id = s.person_id
          and k.window_days = s.window_days
      left join watched as v
        on
          k.platform = v.platform and k.experiment = v.experiment and k.person_id = v.person_id
          and k.window_days = v.window_days
    )
    select
      platform, experiment, outcome, cast(window_days as bigint) as window_days, assigned,
      count(case when groups = 2 then 1 end) as in_both,
      count(case when groups = 1 then 1 end) as people,
      count(case when groups = 1 and is_over then 1 end) as mature_people,
      coalesce(sum(case when groups = 1 and is_over then value end), 0) as total,
      coalesce(sum(case when groups = 1 and is_over then value * value end), 0) as squares
    from measured
    group by platform, experiment, outcome, window_days, assigned
columns:
  platform: {type: varchar, zh: 平台}
  experiment: {type: varchar, zh: 实验, description: 'the campaign_id of the assignment, or its message_id'}
  outcome: {type: varchar, zh: 结果, description: 'spend, purchase or live_attendance'}
  window_days: {type: bigint, unit: day, zh: 窗口, description: 'from the day of the assignment on, it included'}
  unit: {type: varchar, zh: 单位, description: 'of the means and effects below: yuan per head, or share (0 to 1)'}
  test_people: {type: bigint, unit: person, zh: 实验组人数}
  control_people: {type: bigint, unit: person, zh: 对照组人数}
  in_both: {type: bigint, unit: person, zh: 两组都在的人数,
    description: told to be in both groups; in none of the counts}
  sizes_p: {type: double, zh: 人数相符概率,
    description: probability of sizes as far from the plan by chance alone; NULL without control_share}
  mature_test_people: {type: bigint, unit: person, zh: 窗口已满的实验组人数}
  mature_control_people: {type: bigint, unit: person, zh: 窗口已满的对照组人数}
  test_mean: {type: double, zh: 实验组均值}
  control_mean: {type: double, zh: 对照均值}
  effect: {type: double, zh: 因果影响, description: test_mean - control_mean}
  effect_low: {type: double, zh: 95%下限}
  effect_high: {type: double, zh: 95%上限}
  verdict: {type: varchar, zh: 结论, description: 'caused, chance (cannot be told from it), refused'}
  reason: {type: varchar, zh: 原因,
    description: 'of refused: uneven_groups, not_over, too_few_test, too_few_control; NULL elsewhere'}
  said_zh: {type: varchar, zh: 说明, description: the row as a sentence in Chinese}
  said_en: {type: varchar, zh: 说明（英文）, description: the same in English}
checks:
  - unique: [platform, experiment, outcome, window_days]
  - in_set: {column: verdict, values: [caused, chance, refused]}
  - condition: {sql: "(effect is null) = (verdict = 'refused')", name: what is refused has no number}
"""

from pipelines.models.experiment import Group, difference, sizes_p
from pipelines.uplift_words import load_uplift_words, refused, told

BROKEN = 0.001  # a share of controls that chance alone gives less often than this was not the planned one
COLUMNS = [
    "platform", "experiment", "outcome", "window_days", "unit", "test_people", "control_people", "in_both", "sizes_p",
    "mature_test_people", "mature_control_people", "test_mean", "control_mean", "effect", "effect_low", "effect_high",
    "verdict", "reason", "said_zh", "said_en",
]  # fmt: skip


def fit(frames, parameters):
    """One row per experiment, outcome and window; of one that is refused, why."""
    found = {}
    for row in zip(*frames["groups"].values(), strict=True):
        one = dict(zip(frames["groups"], row, strict=True))
        place = (one["platform"], one["experiment"], one["outcome"], int(one["window_days"]))
        found.setdefault(place, {})[one["assigned"]] = one
    rows = [_row(place, groups, parameters) for place, groups in sorted(found.items())]
    return {name: [row.get(name) for row in rows] for name in COLUMNS}


def _row(place, groups, parameters):
    test, control = (_group(groups.get(name)) for name in ("test", "control"))
    people = [int(groups[name]["people"]) if name in groups else 0 for name in ("test", "control")]
    words, share = load_uplift_words().experiments[place[2]], parameters["control_share"]
    row = dict(zip(COLUMNS, (*place, words.unit, *people), strict=False))
    row["in_both"] = sum(int(one["in_both"]) for one in groups.values())
    row["sizes_p"] = None if share is None else sizes_p(people[1], sum(people), share)
    row |= {"mature_test_people": test.people, "mature_control_people": control.people}
    if (refusal := _refusal(row, parameters["least_people"], place[3])) is not None:
        said = refused(*refusal)
        return row | {"verdict": "refused", "reason": refusal[0], "said_zh": said["zh"], "said_en": said["en"]}
    effect, low, high = difference(test, control)
    is_chance = low <= 0 <= high
    numbers = {"difference": effect, "effect": effect, "low": low, "high": high}
    said = told(words, "random_chance" if is_chance else "random", numbers, days=place[3])
    row |= {"test_mean": test.mean, "control_mean": control.mean, "effect": effect, "effect_low": low}
    row |= {"effect_high": high, "verdict": "chance" if is_chance else "caused"}
    return row | {"said_zh": said["zh"], "said_en": said["en"]}


def _group(row):
    """The people of one group whose window is over."""
    return Group(*(float(row[name]) for name in ("mature_people", "total", "squares"))) if row else Group(0, 0, 0)


def _refusal(row, least, window):
    if row["sizes_p"] is not None and row["sizes_p"] < BROKEN:
        return "uneven_groups", row["sizes_p"], None
    counts = (row["mature_test_people"], row["mature_control_people"])
    if not any(counts) and row["test_people"] + row["control_people"]:
        return "not_over", None, window
    reasons, least = ("too_few_test", "too_few_control"), max(least, 2)
    return next(((reason, n, least) for reason, n in zip(reasons, counts, strict=True) if n < least), None)
