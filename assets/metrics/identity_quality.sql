/*
title: {zh: 身份匹配质量, en: Identity quality}
description: >-
  How well people are recognised: ids per platform and kind, how many are linked with another id, how many were set aside as belonging to
  too many people, and the share of kept orders whose buyer is known. Orders stand on the rows with id_type = all; platform = all is the
  whole merchant, the match rate that every report prints. Phones belong to no platform: platform = any.
description_zh: >-
  认人认得多准：各平台各类账号有多少，多少和别的账号连到同一人，多少因牵涉人数过多被剔除，多少有效订单认得出买家（匹配率）。
grain: platform, id_type
columns:
  platform: {type: varchar, zh: 平台, description: all for the whole merchant; any for phones}
  id_type: {type: varchar, zh: 账号类型, description: all for the platform's total}
  ids: {type: bigint, unit: id, zh: 账号数, description: distinct ids seen in events and orders,
    zh_description: 在事件与订单中出现过的账号数，去重}
  people: {type: bigint, unit: person, zh: 人数, description: people that these ids stand for,
    zh_description: 这些账号对应的人数}
  linked_ids: {type: bigint, unit: id, zh: 已关联账号, description: ids whose person has more than one id}
  linked_rate: {type: double, unit: ratio, of: [linked_ids, ids], zh: 关联率, zh_description: 已关联账号 ÷ 账号数}
  cut_hubs: {type: bigint, unit: id, zh: 剔除账号, description: 'ids linked with too many others (identity_hub_limit), which link nobody',
    zh_description: 关联账号过多（超过 identity_hub_limit）而被剔除、不再用来合并身份的账号数}
  orders: {type: bigint, unit: order, zh: 有效订单数, description: kept orders; NULL on rows of one id_type,
    zh_description: 有效订单数；单一账号类型的行不适用}
  orders_without_buyer: {type: bigint, unit: order, zh: 无买家订单, description: kept orders whose buyer is not known,
    zh_description: 认不出买家的有效订单数}
  match_rate: {type: double, unit: ratio, of: [orders - orders_without_buyer, orders], zh: 订单匹配率,
    zh_description: 认得出买家的有效订单 ÷ 有效订单}
  amount_without_buyer: {type: 'decimal(18,2)', unit: yuan, zh: 无买家金额, description: amount of orders_without_buyer}
checks:
  - unique: [platform, id_type]
  - between: {column: linked_rate, min: 0, max: 1}
  - between: {column: match_rate, min: 0, max: 1}
*/
-- most ids stand alone and are a person each; only of the others people must be told apart
with people as (
  select
    person_id,
    min(platform) as platform,
    min(id_type) as id_type,
    count(*) as ids
  from core.identities
  where person_id is not null and method <> 'shared_id'
  group by person_id
),

linked as (
  select
    i.platform,
    i.id_type,
    i.person_id,
    count(*) as ids
  from core.identities as i
  inner join people as p on i.person_id = p.person_id and p.ids > 1
  where i.method <> 'shared_id'
  group by i.platform, i.id_type, i.person_id
),

lone as (
  select
    platform,
    id_type
  from core.identities
  where method = 'shared_id'
  union all
  select
    platform,
    id_type
  from people
  where ids = 1
),

alike as (
  select
    platform,
    id_type,
    cast(null as varchar) as person_id,
    count(*) as ids,
    count(*) as lone_people,
    0 as linked_ids,
    0 as cut_hubs
  from lone
  group by platform, id_type
  union all
  select
    platform,
    id_type,
    cast(null as varchar) as person_id,
    count(*) filter (where person_id is null) as ids,
    0 as lone_people,
    0 as linked_ids,
    count(*) as cut_hubs
  from core.identities
  where method = 'hub_cut'
  group by platform, id_type
  union all
  select
    platform,
    id_type,
    person_id,
    ids,
    0 as lone_people,
    ids as linked_ids,
    0 as cut_hubs
  from linked
),

ids as (
  select
    case when grouping(platform) = 1 then 'all' else platform end as platform,
    case when grouping(id_type) = 1 then 'all' else id_type end as id_type,
    sum(ids) as ids,
    count(distinct person_id) + sum(lone_people) as people,
    sum(linked_ids) as linked_ids,
    sum(cut_hubs) as cut_hubs
  from alike
  group by grouping sets ((platform, id_type), (platform), (id_type), ())
  -- over nothing DuckDB gives a total of nothing, Spark no row
  having count(*) > 0
),

orders as (
  select
    case when grouping(platform) = 1 then 'all' else platform end as platform,
    'all' as id_type,
    count(*) as orders,
    count(*) filter (where person_id is null) as orders_without_buyer,
    coalesce(sum(case when person_id is null then paid_amount end), 0) as amount_without_buyer
  from core.orders
  where is_kept
  group by grouping sets ((platform), ())
  having count(*) > 0
  union all
  select
    'all' as platform,
    'all' as id_type,
    0 as orders,
    0 as orders_without_buyer,
    0 as amount_without_buyer
  from (select count(*) as orders from core.orders where is_kept) as kept
  where kept.orders = 0
)

select
  coalesce(i.platform, o.platform) as platform,
  coalesce(i.id_type, o.id_type) as id_type,
  coalesce(i.ids, 0) as ids,
  coalesce(i.people, 0) as people,
  coalesce(i.linked_ids, 0) as linked_ids,
  coalesce(i.cut_hubs, 0) as cut_hubs,
  o.orders,
  o.orders_without_buyer,
  o.amount_without_buyer
from ids as i
full outer join orders as o on i.platform = o.platform and i.id_type = o.id_type
