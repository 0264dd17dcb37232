/*
title: {zh: 触点统计, en: Touches counted}
description: >-
  The touches of facts.path_touches by month, counted in two ways. kind place: touches of paths with a purchase, by where they stand in a path
  of how many touches and channels. kind move: touches of all paths, by the three channels before them. What a model gives to a touch
  follows from the one or the other. Additive in every column over people.
description_zh: 触点按月计数，两种分法：place 为成交路径中的触点，按在路径中的位置、路径长度与渠道数；move 为全部路径中的触点，按之前三个渠道。按人可直接相加。
grain: kind, month, channel, domain, place, is_first_of_channel, path_touches, path_channels, before_1, before_2, before_3
counted_by: touches
facts:
  path_touches: [look_back_days, half_life_days]
columns:
  kind: {type: varchar, zh: 分法, description: place or move}
  month: {type: date, zh: 月, description: 'of the purchase, else of the touches'}
  channel: {type: varchar, zh: 渠道, description: none for a purchase without a touch}
  domain: {type: varchar, zh: 域, description: 'public, private or unknown'}
  place: {type: varchar, zh: 位置, description: 'first, middle or last of the path, or its only touch; NULL of a move'}
  is_first_of_channel: {type: boolean, zh: 是否该渠道首个触点, description: of the path; NULL of a move}
  path_touches: {type: bigint, unit: event, zh: 路径触点数, description: NULL of a move}
  path_channels: {type: bigint, zh: 路径渠道数, description: distinct ones; NULL of a move}
  before_1: {type: varchar, zh: 前一渠道, description: the channel before this one in the path; empty where there is none; NULL of a place}
  before_2: {type: varchar, zh: 前二渠道, description: the one before that}
  before_3: {type: varchar, zh: 前三渠道, description: and the one before that}
  touches: {type: bigint, unit: event, zh: 触点数}
  purchases_ended: {type: bigint, unit: event, zh: 促成购买次数, description: of the touches those that are the last before a purchase}
  ended_amount: {type: 'decimal(18,2)', unit: yuan, zh: 促成购买净额, description: of these purchases}
  path_amount: {type: 'decimal(18,2)', unit: yuan, zh: 路径净额, description: of the purchase of each touch}
  decay_parts: {type: bigint, zh: 衰减份额, description: 'parts of purchases by weight, in billionths'}
  decay_amount_parts: {type: bigint, zh: 衰减净额份额, description: 'the same of their net amounts, in millionths of a yuan'}
checks:
  - not_null: [kind, month, channel, domain, touches]
  - condition: {sql: 'purchases_ended <= touches', name: a touch ends one purchase at most}
*/
with touched as (
  select
    *,
    case
      when path_touches = 1 then 'only'
      when touch_no = 1 then 'first'
      when touch_no = path_touches then 'last'
      else 'middle'
    end as place,
    is_converted and touch_no = path_touches as ends_purchase,
    case when is_converted then cast(weight as double) / path_weight else 0 end as share
  from facts.path_touches
),

counted as (
  select
    case when grouping(place) = 0 then 'place' else 'move' end as kind,
    month,
    channel,
    domain,
    is_converted,
    place,
    is_first_of_channel,
    path_touches,
    path_channels,
    before_1,
    before_2,
    before_3,
    count(*) as touches,
    sum(case when ends_purchase then 1 else 0 end) as purchases_ended,
    sum(case when ends_purchase then net_amount else 0 end) as ended_amount,
    sum(net_amount) as path_amount,
    sum(cast(floor(1000000000 * share + 0.5) as bigint)) as decay_parts,
    sum(cast(floor(1000000 * share * cast(net_amount as double) + 0.5) as bigint)) as decay_amount_parts
  from touched
  group by grouping sets (
    (month, channel, domain, is_converted, place, is_first_of_channel, path_touches, path_channels),
    (month, channel, domain, before_1, before_2, before_3)
  )
)

select
  kind,
  month,
  channel,
  domain,
  place,
  is_first_of_channel,
  path_touches,
  path_channels,
  before_1,
  before_2,
  before_3,
  cast(touches as bigint) as touches,
  cast(purchases_ended as bigint) as purchases_ended,
  cast(ended_amount as decimal(18, 2)) as ended_amount,
  cast(path_amount as decimal(18, 2)) as path_amount,
  cast(decay_parts as bigint) as decay_parts,
  cast(decay_amount_parts as bigint) as decay_amount_parts
from counted
where is_converted or (kind = 'move' and channel <> 'none')
