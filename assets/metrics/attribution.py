"""
title: {zh: 归因, en: Attribution}
description: >-
  How much of a month's purchases and of their net amount each channel brought, by seven models over the same
  paths (facts.path_touches): of a purchase the touches of look_back_days before it, since the purchase before.
  first, last: all of it to that touch. linear: equal parts to every touch. position: 40 % to the first touch,
  40 % to the last, 20 % in equal parts to those between; of two touches half each. time_decay: by weight, which
  halves for every half_life_days before the purchase. shapley: equal parts to every channel of the path, which is
  the Shapley value where a set of channels is worth the purchases whose paths need no other. markov: by what
  would be lost if every path ended where it meets the channel, in a chain of order markov_order over the paths
  with and without a purchase. A purchase without a touch is the channel none's by every model, and each model's
  parts add up to all purchases. A channel that a model gives nothing has 0. Models share out what was sold; what
  would not have been sold without a channel they do not tell.
description_zh: >-
  同一批路径上，七种模型各把当月的购买次数与净额分给哪些渠道。路径为购买前 look_back_days 天内、上一次购买之后的
  触点。first、last：全归首、末触点；linear：各触点均分；position：首末各 40%、中间均分 20%，只有两个触点时各半；
  time_decay：距购买每早 half_life_days 天权重减半；shapley：路径中各渠道均分（以“只需这些渠道的购买”为合作价值时的
  夏普利值）；markov：每条路径遇到该渠道即中断时会损失多少（markov_order 阶，含未成交路径）。没有触点的购买在各模型中
  都记为 none，每个模型加总都等于全部购买。归因只是分账，不说明没有该渠道就卖不出去。
grain: month, model, channel
parameters: {markov_order: 1}
choices: {markov_order: [1, 2, 3]}
facts:
  path_steps: [look_back_days, half_life_days]
inputs:
  places: |
    select month, channel, place, is_first_of_channel, path_touches, path_channels,
      cast(sum(touches) as bigint) as touches, cast(sum(path_amount) as double) as path_amount,
      cast(sum(decay_parts) as bigint) as decay_parts,
      cast(sum(decay_amount_parts) as bigint) as decay_amount_parts
    from facts.path_steps
    where kind = 'place'
    group by month, channel, place, is_first_of_channel, path_touches, path_channels
    order by month, channel, place, is_first_of_channel, path_touches, path_channels
  moves: |
    with asked as (
      select month, channel, before_1, touches, purchases_ended, ended_amount,
        case when $markov_order >= 2 then before_2 else '' end as before_2,
        case when $markov_order >= 3 then before_3 else '' end as before_3
      from facts.path_steps
      where kind = 'move'
    )
    select month, before_3, before_2, before_1, channel, cast(sum(touches) as bigint) as touches,
      cast(sum(purchases_ended) as bigint) as purchases_ended, cast(sum(ended_amount) as double) as ended_amount
    from asked
    group by month, before_3, before_2, before_1, channel
    order by month, before_3, before_2, before_1, channel
  channels: |
    select month, channel, case when min(domain) = max(domain) then min(domain) else 'mixed' end as domain
    from facts.path_steps
    group by month, channel
    order by month, channel
  months: |
    with clocks as (
      select
        min(case when kind = 'orders' then known_from end) as orders_from,
        max(case when kind = 'orders' then known_until end) as orders_until,
        min(case when kind = 'events' then known_from end) as events_from,
        max(case when kind = 'events' then known_until end) as events_until
      from core.known
      where is_own
    ),
    -- days of which a tenth of the rows or more is missing
    gaps as (
      select g.kind, c.date
      from core.data_gaps as g
      inner join core.calendar as c on g.first_date <= c.date and g.last_date >= c.date
      where g.kind in ('orders', 'events')
      group by g.kind, c.date
      having sum(g.share_rate) >= 0.1
    ),
    sold as (
      select paid_month as month, last_day(paid_month) as month_end,
        count(case when person_id is null then 1 end) as unidentified_orders,
        cast(sum(case when person_id is null then net_amount else 0 end) as double) as unidentified_net_amount
      from core.orders
      where is_kept
      group by paid_month
    ),
    missing as (
      select s.month, s.month_end, s.unidentified_orders, s.unidentified_net_amount,
        count(case when g.date < s.month then 1 end) as missing_before,
        count(case when g.date >= s.month and g.date <= s.month_end then 1 end) as missing_days,
        count(case when g.date > s.month_end and g.kind = 'orders' then 1 end) as missing_after
      from sold as s
      left join gaps as g on g.date >= s.month - $look_back_days and g.date <= s.month_end + $look_back_days
      group by s.month, s.month_end, s.unidentified_orders, s.unidentified_net_amount
    )
    select m.month, m.unidentified_orders, m.unidentified_net_amount,
      coalesce(m.month_end <= least(c.orders_until, coalesce(c.events_until, c.orders_until)), false)
        and m.missing_days = 0 as is_over,
      coalesce(m.month_end + $look_back_days <= c.orders_until, false) and m.missing_after = 0 as is_followed,
      coalesce(m.month < c.orders_from or m.month - $look_back_days < c.events_from, true) or m.missing_before > 0
        as is_history_short
    from missing as m
    cross join clocks as c
    order by m.month
columns:
  month: {type: date, zh: 月, description: of the purchase}
  model: {type: varchar, zh: 模型, description: 'first, last, linear, position, time_decay, shapley or markov'}
  channel: {type: varchar, zh: 渠道,
    description: every channel touched on a path of the month; none for purchases without a touch,
    zh_description: 当月路径上出现过的渠道；没有触点的购买为 none}
  domain: {type: varchar, zh: 公私域,
    description: 'of its touches: public, private or unknown; mixed where they differ (a paid touch is always public)',
    zh_description: 该渠道触点所属的域；不一致时为 mixed（付费流量一律算公域）}
  conversions: {type: double, unit: event, zh: 归因购买次数,
    description: its part of month_conversions; by markov NULL until is_mature,
    zh_description: 当月购买次数中分给该渠道的部分，各渠道合计等于当月；markov 未成熟为空}
  net_amount: {type: 'decimal(18,2)', unit: yuan, zh: 归因净额,
    description: 'its part of month_net_amount, in whole cents that add up to it; by markov NULL until is_mature',
    zh_description: 当月购买净额中分给该渠道的部分，精确到分、合计相等；markov 未成熟为空}
  month_conversions: {type: bigint, unit: event, zh: 当月购买次数,
    description: all purchases of the month (person-days with a kept order),
    zh_description: 当月全部购买，同一人同一天算一次}
  month_net_amount: {type: 'decimal(18,2)', unit: yuan, zh: 当月购买净额,
    description: 'of these purchases, less refunds known so far', zh_description: 这些购买的净额，已减去目前已知的退款}
  conversion_share_rate:
    type: double
    unit: ratio
    of: {parts: [conversions, month_conversions], when: is_mature}
    zh: 购买次数占比
    description: NULL until is_mature
    zh_description: 归因购买次数 ÷ 当月购买次数；未成熟为空
  amount_share_rate:
    type: double
    unit: ratio
    of: {parts: [net_amount, month_net_amount], when: is_mature}
    zh: 净额占比
    description: NULL until is_mature
    zh_description: 归因净额 ÷ 当月购买净额；未成熟为空
  unidentified_orders: {type: bigint, unit: order, zh: 无买家订单数,
    description: 'kept orders of the month that name no buyer, whose touches nobody knows; in no model',
    zh_description: 认不出买家的有效订单，触点不可知，不参与归因}
  unidentified_net_amount: {type: 'decimal(18,2)', unit: yuan, zh: 无买家订单净额,
    description: of these orders; with month_net_amount it is that of all kept orders of the month,
    zh_description: 这些订单的净额；与当月购买净额相加即当月全部有效订单净额}
  is_mature: {type: boolean, zh: 是否成熟,
    description: 'the month is over, and orders and events of it are known (no day lies in a gap of core.data_gaps that
      hides a tenth of them or more); by markov orders of look_back_days more, as until then a path without a purchase
      may yet lead to one',
    zh_description: 当月已结束且订单、互动均可知；markov 还须再过 look_back_days 天，未成交路径才算定局}
  is_history_short: {type: boolean, zh: 历史不足,
    description: 'events of the look_back_days before the month, or orders of its first day, are not known, so touches
      may be missing',
    zh_description: 月初之前 look_back_days 天的互动、或月初的订单不可知，触点可能不全}
  is_small: {type: boolean, small_of: month_conversions, zh: 样本过小, description: fewer than small_group purchases}
checks:
  - unique: [month, model, channel]
  - not_null: [month, model, channel, domain, month_conversions, month_net_amount, is_mature]
  - between: {column: conversions, min: 0}
  - between: {column: net_amount, min: 0}
  - in_set: {column: model, values: [first, last, linear, position, time_decay, shapley, markov]}
  - no_rows:
      name: the parts of every model add up to all purchases of the month and their net amount
      sql: >-
        select month, model from {table} group by month, model
        having abs(sum(conversions) - max(month_conversions)) > 0.000001 * max(month_conversions)
        or sum(net_amount) <> max(month_net_amount)
"""

import numpy as np

from pipelines.models.path_shares import in_cents, shares
from pipelines.models.removal import Touches, removal_effects
from pipelines.spec.table_file import TableError

BY_PLACE = ("first", "last", "linear", "position", "shapley")
MODELS = (*BY_PLACE, "time_decay", "markov")
NONE = "none"


def fit(frames, parameters):
    """One row per month with a purchase, model and channel. Raises TableError where weights halve in no time."""
    if not parameters["half_life_days"] > 0:
        raise TableError("metrics.attribution: parameter 'half_life_days' is 0; expected more than 0, such as 7")
    rows = []
    for known in zip(*frames["months"].values(), strict=True):
        told = dict(zip(frames["months"], known, strict=True))
        of_month = {name: _at(frames[name], told["month"]) for name in ("places", "moves", "channels")}
        if len(of_month["places"]["month"]):
            rows += _rows(told, of_month, parameters["markov_order"])
    return {name: [row[name] for row in rows] for name in COLUMNS}


COLUMNS = ["month", "model", "channel", "domain", "conversions", "net_amount", "month_conversions", "month_net_amount"]
COLUMNS += ["unidentified_orders", "unidentified_net_amount", "is_mature", "is_history_short"]


def _at(frame, month):
    mine = np.asarray(frame["month"] == month)
    return {name: np.asarray(column)[mine] for name, column in frame.items()}


def _rows(told, of_month, order):
    """A month's rows. `told`: what is known of the month; `order`: the chain's."""
    channels, domains = (of_month["channels"][name].tolist() for name in ("channel", "domain"))
    parts = _parts(of_month["places"], channels)
    total, cents = (round(float(whole)) for whole in (parts["last"][0].sum(), parts["last"][1].sum() * 100))
    if told["is_over"] and told["is_followed"]:
        parts["markov"] = _by_removal(of_month["moves"], channels, parts["last"], order)
    same = {name: told[name] for name in ("unidentified_orders", "unidentified_net_amount", "is_history_short")}
    same |= {"month": told["month"].astype("datetime64[D]").item()}
    same |= {"month_conversions": total, "month_net_amount": cents / 100}
    rows = []
    for model in MODELS:
        conversions, amounts = [None] * len(channels), [None] * len(channels)
        if model in parts:
            conversions = parts[model][0] * (total / parts[model][0].sum())
            amounts = in_cents(parts[model][1], cents) / 100
        is_mature = bool(told["is_over"] and model in parts)
        for channel, domain, conversion, amount in zip(channels, domains, conversions, amounts, strict=True):
            of_model = {"model": model, "channel": channel, "domain": domain, "is_mature": is_mature}
            rows.append({**same, **of_model, "conversions": conversion, "net_amount": amount})
    return rows


def _parts(places, channels):
    """By model that looks at paths one by one, the purchases and the yuan that each channel gets."""
    number = {channel: place for place, channel in enumerate(channels)}
    which = np.array([number[channel] for channel in places["channel"]])

    def summed(values):
        return np.bincount(which, values, len(channels))

    parts = {}
    for model in BY_PLACE:
        share = shares(model, places)
        parts[model] = summed(share * places["touches"]), summed(share * places["path_amount"])
    parts["time_decay"] = summed(places["decay_parts"] / 1e9), summed(places["decay_amount_parts"] / 1e6)
    return parts


def _by_removal(moves, channels, ended, order):
    """By the chain: none keeps its own, the others share the rest as their removal would lose of it."""
    number = {channel: place for place, channel in enumerate(["", *channels])}
    names = ("before_3", "before_2", "before_1", "channel")[-order - 1 :]
    histories = [np.array([number[channel] for channel in moves[name]], dtype=np.int64) for name in names]
    brought = (moves["purchases_ended"], moves["ended_amount"])
    effects = removal_effects(Touches(histories, moves["touches"], brought), len(channels))
    is_none = np.array([channel == NONE for channel in channels])
    return [
        np.where(is_none, own, lost * (own[~is_none].sum() / max(lost.sum(), np.finfo(float).tiny)))
        for own, lost in zip(ended, effects, strict=True)
    ]
