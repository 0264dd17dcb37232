/*
title: {zh: 门槛前沿, en: Threshold frontier}
description: >-
  What another joining threshold would have let in: for each chat group, each requirement (follow_days, fan_level) and each level that the platform offers, how many of those who joined met it
  when they did, and how those who met it and those who did not went on: volume against quality. Of people without a record that old it is not known,
  so the number lies between least_joins and most_joins. Below the level that is asked nobody knows who would have come: those people could not ask. least_joins then has who joined and
  whom an application that was turned away tells of; most_joins is NULL. The group's threshold is the one known last. No cause is claimed: people
  who follow long differ in more than that.
description_zh: >-
  换一个入群门槛会放进多少人：对每个群、每种门槛（关注天数、粉丝团等级）、每个档位，入群者中当时达到该档的有多少，达到者与未达到者后来的留存与首单如何（量与质）。
  没有当时记录的人无法判断，因此给出下限与上限。低于现行门槛的档位无从知道谁会来：只有已入群者与被拒的申请可数，上限为空。门槛取最近已知的；不表示因果。
grain: platform, group_id, requirement, level
parameters:
  start_date: null
  end_date: null
facts:
  group_standings: {}
columns:
  platform: {type: varchar, zh: 平台}
  group_id: {type: varchar, zh: 粉丝群}
  group_name: {type: varchar, zh: 群名}
  requirement: {type: varchar, zh: 门槛类型, description: 'follow_days (for how long one must have followed; 1 is to follow at all) or fan_level (in the fan club)'}
  level: {type: bigint, zh: 档位, description: 'days or level, as the platform offers them'}
  asked_level: {type: bigint, zh: 现行档位, description: 'what the group asks; 0 nothing, NULL where no file tells'}
  is_asked: {type: boolean, zh: 是否现行, description: level is the one asked}
  joins: {type: bigint, unit: membership, zh: 入群数, description: 'stays begun, from start_date to end_date where these are given'}
  least_joins: {type: bigint, unit: membership, zh: 至少, description: 'who would have joined at least: above the level asked those known to meet it, at it all joins, below it all joins and the applications of level_turned_away'}
  most_joins: {type: bigint, unit: membership, zh: 至多, description: 'at most: those of whom it is not known, too; NULL below the level asked'}
  least_rate: {type: double, unit: ratio, of: [least_joins, joins], zh: 至少留下比例, description: 'above 1 below the level asked'}
  most_rate: {type: double, unit: ratio, of: [most_joins, joins], zh: 至多留下比例}
  unknown_joins: {type: bigint, unit: membership, zh: 无法判断, description: joins of people of whom no file tells enough}
  level_turned_away: {type: bigint, unit: event, zh: 达到该档而被拒, description: 'below the level asked: applications turned away of people known to meet this level and not the one asked; else 0'}
  met_mature_joins: {type: bigint, unit: membership, zh: 达到者满30天入群数, description: 'joins known to meet the level, after which joins and leaves are known for 30 days'}
  met_stayed: {type: bigint, unit: membership, zh: 达到者30天仍在群}
  met_stay_rate: {type: double, unit: ratio, of: [met_stayed, met_mature_joins], zh: 达到者30天留群率}
  met_prospects: {type: bigint, unit: membership, zh: 达到者未购入群数, description: 'of people who had not bought before, after which orders are known for 30 days'}
  met_first_orders: {type: bigint, unit: membership, zh: 达到者30天内首单}
  met_first_order_rate: {type: double, unit: ratio, of: [met_first_orders, met_prospects], zh: 达到者30天首单率}
  short_mature_joins: {type: bigint, unit: membership, zh: 未达到者满30天入群数, description: 'the same of those known not to meet it, whom this threshold would have kept out'}
  short_stayed: {type: bigint, unit: membership, zh: 未达到者30天仍在群}
  short_stay_rate: {type: double, unit: ratio, of: [short_stayed, short_mature_joins], zh: 未达到者30天留群率}
  short_prospects: {type: bigint, unit: membership, zh: 未达到者未购入群数}
  short_first_orders: {type: bigint, unit: membership, zh: 未达到者30天内首单}
  short_first_order_rate: {type: double, unit: ratio, of: [short_first_orders, short_prospects], zh: 未达到者30天首单率}
  why: {type: varchar, zh: 说明, description: 'no_record (no file tells of this requirement for anybody who joined; least and most are NULL), below_asked, or NULL'}
  is_small: {type: boolean, small_of: joins, zh: 样本过小, description: fewer than small_group joins}
checks:
  - unique: [platform, group_id, requirement, level]
  - between: {column: met_stay_rate, min: 0, max: 1}
  - between: {column: short_stay_rate, min: 0, max: 1}
  - condition: {sql: 'least_joins <= most_joins', name: the least is no more than the most}
*/
with levels as (
  select 'follow_days' as requirement, cast(f.level as bigint) as level
  from unnest([1, 7, 30, 60]) as f (level)
  union all
  select 'fan_level' as requirement, cast(c.level as bigint) as level
  from unnest([1, 3, 5, 9, 12, 15, 17, 20]) as c (level)
),

standings as (
  select
    f.*,
    g.name as group_name,
    g.follow_days_required,
    g.fan_level_required,
    case when date_diff('day', f.date, k.known_until) >= 30 then 1 else 0 end as is_stay_mature,
    case when date_diff('day', f.date, o.known_until) >= 30 then 1 else 0 end as is_order_mature,
    max(case when f.is_level_told then 1 else 0 end) over (partition by f.platform) = 1 as tells_levels
  from facts.group_standings as f
  left join core.groups as g on f.platform = g.platform and f.group_id = g.group_id
  left join core.known as k on f.platform = k.platform and k.kind = 'memberships'
  left join core.known as o on f.platform = o.platform and o.kind = 'orders'
  where
    ($start_date is null or f.date >= cast($start_date as date))
    and ($end_date is null or f.date <= cast($end_date as date))
),

-- met: 1 or 0; NULL where it is not known. Who is in the fan club has the level that is told, or where levels are told the first
judged as (
  select
    s.*,
    l.requirement,
    l.level,
    case l.requirement when 'follow_days' then s.follow_days_required else s.fan_level_required end as asked_level,
    case
      when l.requirement = 'follow_days' and s.follow_days >= l.level then 1
      when l.requirement = 'follow_days' then case when s.follow_days is not null then 0 end
      when s.fan_level >= l.level then 1
      when s.fan_level is not null and (s.is_level_told or s.tells_levels) then 0
    end as met,
    case
      when l.requirement = 'follow_days' then s.follow_days < s.follow_days_required
      else s.fan_level < s.fan_level_required
    end as is_short_of_asked
  from standings as s
  cross join levels as l
),

counted as (
  select
    platform,
    group_id,
    max(group_name) as group_name,
    requirement,
    level,
    asked_level,
    coalesce(asked_level, 0) > level as is_below,
    sum(joins) as joins,
    sum(case when met = 1 then joins else 0 end) as met_joins,
    sum(case when met is null then joins else 0 end) as unknown_joins,
    sum(case when met = 1 and is_short_of_asked then turned_away else 0 end) as turned_away,
    sum(case when met = 1 then is_stay_mature * joins else 0 end) as met_mature_joins,
    sum(case when met = 1 then is_stay_mature * stayed_30 else 0 end) as met_stayed,
    sum(case when met = 1 then is_order_mature * prospects else 0 end) as met_prospects,
    sum(case when met = 1 then is_order_mature * first_orders_30 else 0 end) as met_first_orders,
    sum(case when met = 0 then is_stay_mature * joins else 0 end) as short_mature_joins,
    sum(case when met = 0 then is_stay_mature * stayed_30 else 0 end) as short_stayed,
    sum(case when met = 0 then is_order_mature * prospects else 0 end) as short_prospects,
    sum(case when met = 0 then is_order_mature * first_orders_30 else 0 end) as short_first_orders
  from judged
  group by platform, group_id, requirement, level, asked_level
)

select
  *,
  coalesce(asked_level = level, false) as is_asked,
  case when is_below then turned_away else 0 end as level_turned_away,
  case
    when is_below then joins + turned_away
    when asked_level = level then joins
    when unknown_joins < joins then met_joins
  end as least_joins,
  case
    when is_below then null
    when asked_level = level then joins
    when unknown_joins < joins then met_joins + unknown_joins
  end as most_joins,
  case
    when is_below then 'below_asked'
    when coalesce(asked_level <> level, true) and unknown_joins = joins then 'no_record'
  end as why
from counted
where joins > 0
