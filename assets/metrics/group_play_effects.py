"""
title: {zh: 群玩法当晚, en: Evenings of group play}
description: >-
  What evenings with a red packet, a product push, a link-mic or any other play in a chat group were like, against the
  same group's other evenings: of each the difference from the mean of the evenings on the same weekday without that
  play, averaged. Per group and play, and over all groups (group_id = all, each evening against its own group's).
  Evenings last from from_hour (18) to midnight, over the days of which events, joins, leaves and orders are known. The
  interval (95 %) holds the spread of these differences and of the other evenings. NULL with fewer than least_evenings
  (5) of either. It is no effect: plays are held on evenings that are special anyway (a live session, a festival), and
  opening a red packet is itself activity.
description_zh: >-
  有红包、商品推送、连麦等玩法的晚上，与同一个群、同一星期几、没有该玩法的其他晚上相比差多少（逐晚比较后平均），按
  群、按玩法，以及全部群合计。晚上指 18 点到零点，只看互动、进退群、订单都可知的日子。区间为 95%。任一侧少于 5 晚则
  为空。这不是因果效应：做玩法的晚上往往本来就特殊（有直播、大促），抢红包本身也算活跃。
grain: platform, group_id, kind, outcome
parameters: {from_hour: 18, least_evenings: 5}
facts:
  group_activity: {}
  group_evenings: {from_hour: from_hour}
inputs:
  evenings: |
    with spans as (
      select a.platform, a.group_id, min(a.date) as first_date, min(k.known_until) as last_date
      from facts.group_activity as a
      inner join core.known as k on a.platform = k.platform
      where k.kind in ('events', 'memberships', 'orders') and a.joins + a.leaves + a.acts + a.orders > 0
      group by a.platform, a.group_id
    ),
    gaps as (
      select distinct g.platform, c.date
      from core.data_gaps as g
      inner join core.calendar as c on g.first_date <= c.date and g.last_date >= c.date
      where g.kind in ('events', 'memberships', 'orders') and g.shop_id is null
    ),
    evenings as (
      select s.platform, s.group_id, c.date, c.day_of_week as weekday
      from spans as s
      inner join core.calendar as c on s.first_date <= c.date and s.last_date >= c.date
      anti join gaps as g on s.platform = g.platform and c.date = g.date
    ),
    played as (
      select distinct p.platform, p.group_id, p.sent_date as date, case when n.n = 1 then p.kind else 'any' end as kind
      from core.pushes as p
      cross join unnest([1, 2]) as n (n)
      where
        p.group_id is not null and p.kind is not null
        -- of a play by day alone the first second stands
        and (hour(p.sent_at) >= $from_hour or p.sent_at = cast(p.sent_date as timestamp))
    ),
    kinds as (select distinct platform, group_id, kind from played),
    marked as (
      select e.platform, e.group_id, k.kind, e.weekday, p.date is not null as is_marked, o.outcome,
        cast(
          coalesce(
            case o.outcome
              when 'active_members' then f.active_members when 'messages' then f.messages when 'orders' then f.orders
              when 'paid_amount' then f.paid_amount when 'member_orders' then f.member_orders else f.leaves
            end, 0
          ) as double
        ) as worth
      from evenings as e
      inner join kinds as k on e.platform = k.platform and e.group_id = k.group_id
      cross join unnest(
        ['active_members', 'messages', 'orders', 'paid_amount', 'member_orders', 'leaves']
      ) as o (outcome)
      left join played as p
        on e.platform = p.platform and e.group_id = p.group_id and e.date = p.date and k.kind = p.kind
      left join facts.group_evenings as f on e.platform = f.platform and e.group_id = f.group_id and e.date = f.date
    )
    select platform, group_id, kind, outcome, weekday, is_marked, count(*) as evenings, sum(worth) as total,
      sum(worth * worth) as squares
    from marked
    group by platform, group_id, kind, outcome, weekday, is_marked
columns:
  platform: {type: varchar, zh: 平台, description: all for all groups}
  group_id: {type: varchar, zh: 粉丝群, description: all for all groups}
  kind:
    type: varchar
    zh: 玩法
    description: as in core.pushes; any for evenings with any of them against those with none
  outcome:
    type: varchar
    zh: 结果
    description: >-
      of the evening: active_members, messages, orders and paid_amount (through the group), member_orders (kept orders
      of its members) or leaves
  evenings:
    type: bigint
    unit: day
    zh: 有玩法的晚上
    description: those that have other evenings of their group and weekday
    zh_description: 有玩法、且有可比晚上的晚上数
  unmatched_evenings:
    type: bigint
    unit: day
    zh: 无可比的晚上
    description: with the play on all such weekdays; left out
  other_evenings:
    type: bigint
    unit: day
    zh: 对照晚上
    description: of the same groups and weekdays, without the play
    zh_description: 同样的群与星期几，没有玩法的晚上数
  mean: {type: double, zh: 有玩法时平均, zh_description: '有玩法的晚上平均'}
  expected: {type: double, zh: 对照平均, description: what the same weekdays are like without it,
    zh_description: '同一群、同一星期几没有玩法的晚上平均'}
  difference: {type: double, zh: 差,
    description: mean - expected; no effect, zh_description: '有玩法时平均 − 对照平均；不是因果影响'}
  difference_low: {type: double, zh: 差的下限, description: of the 95 % interval, zh_description: '差的 95% 区间下限'}
  difference_high: {type: double, zh: 差的上限, zh_description: '差的 95% 区间上限'}
  why:
    type: varchar
    zh: 为空原因
    description: >-
      few_evenings, nothing_told (no evening of the group has any), no_spread (all evenings alike); NULL where it is
      told
checks:
  - unique: [platform, group_id, kind, outcome]
  - condition:
      sql: difference_low <= difference and difference <= difference_high
      name: the difference lies in its interval
"""

import numpy as np

from pipelines.models import matched

KEYS = ("platform", "group_id", "kind", "outcome")


def fit(frames, parameters):
    """One row per group, play and outcome, and one per play and outcome over all groups that tell it."""
    frame = {name: np.asarray(column) for name, column in frames["evenings"].items()}
    if not len(frame["evenings"]):
        return {name: [] for name in COLUMNS}
    by_group = [tuple(key) for key in zip(*(frame[name] for name in KEYS), strict=True)]
    # of groups whose files tell nothing of an outcome its silence is no zero
    told = {key for key, squares in zip(by_group, frame["squares"], strict=True) if squares > 0}
    rows = _rows(frame, by_group, by_group, parameters["least_evenings"], told)
    is_told = np.array([key in told for key in by_group])
    of_told = {name: column[is_told] for name, column in frame.items()}
    groups = [key for key in by_group if key in told]
    together = [("all", "all", kind, outcome) for _, _, kind, outcome in groups]
    rows += _rows(of_told, together, groups, parameters["least_evenings"], set(together))
    return {name: [row[place] for row in rows] for place, name in enumerate(COLUMNS)}


ESTIMATES = ("mean", "expected", "difference", "difference_low", "difference_high")
COLUMNS = [*KEYS, "evenings", "unmatched_evenings", "other_evenings", *ESTIMATES, "why"]


def _rows(frame, keys, units, least, told):
    """A row for each key; units are the groups, within which weekdays are matched."""
    if not keys:
        return []
    cells, units_by = {key: n for n, key in enumerate(sorted(set(keys)))}, {}
    strata = _strata(frame, [cells[key] for key in keys], [units_by.setdefault(key, len(units_by)) for key in units])
    found = matched.differences(strata, len(cells))
    all_marked = np.bincount(strata.cell, weights=strata.marked, minlength=len(cells))
    return [_row(key, n, found, all_marked[n], least, key in told) for key, n in cells.items()]


def _row(key, n, found, all_marked, least, is_told):
    days = int(found.marked[n]), int(all_marked - found.marked[n]), int(found.others[n])
    estimates = [found.mean[n], found.expected[n], found.difference[n], found.low[n], found.high[n]]
    why = None
    if not is_told:
        why = "nothing_told"
    elif min(days[0], days[2]) < least:
        why = "few_evenings"
    elif not np.isfinite(estimates).all():
        why = "no_spread"
    return [*key, *days, *([None] * len(estimates) if why else map(float, estimates)), why]


def _strata(frame, cells, units):
    """The rows of marked and unmarked evenings of one group and weekday beside each other."""
    places = {}
    rows = np.array([
        places.setdefault(key, len(places)) for key in zip(cells, units, frame["weekday"].tolist(), strict=True)
    ])  # fmt: skip
    marked = frame["is_marked"].astype(bool)
    sums = [
        np.bincount(rows, weights=np.where(is_mine, frame[name].astype(float), 0))
        for is_mine in (marked, ~marked)
        for name in ("evenings", "total", "squares")
    ]
    cell, unit = (np.array([key[part] for key in places]) for part in (0, 1))
    return matched.Strata(cell, unit, *sums)
