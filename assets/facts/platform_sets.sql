/*
title: {zh: 出现过的平台组合, en: Sets of platforms}
description: >-
  People by the set of platforms on which they were seen, and what they bought on each of these. A row for each platform of a set; people and buyers are the same
  in all rows of a set, amounts are not. Additive in every column over people.
description_zh: 按出现过的平台组合计人数，并列出其在组合内每个平台上的有效订单与金额。同一组合各行的人数相同。
grain: platforms, platform
counted_by: people
columns:
  platforms: {type: varchar, zh: 出现过的平台, description: comma-separated}
  platform: {type: varchar, zh: 其中的平台, description: one of them}
  people: {type: bigint, unit: person, zh: 人数}
  buyers: {type: bigint, unit: person, zh: 买家数, description: 'those with a kept order, wherever'}
  platform_buyers: {type: bigint, unit: person, zh: 该平台买家数, description: with a kept order on the platform}
  orders: {type: bigint, unit: order, zh: 该平台有效订单数}
  paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 该平台有效订单金额}
checks:
  - not_null: [platforms, platform, people]
*/
with bought as (
  select
    person_id,
    platform,
    count(*) as orders,
    sum(paid_amount) as paid_amount
  from core.orders
  where order_no is not null
  group by person_id, platform
),

seen as (
  select
    p.person_id,
    p.platforms,
    p.first_order_at,
    s.platform
  from core.people as p
  cross join unnest(string_split(p.platforms, ',')) as s (platform)
  where p.platforms is not null
)

select
  s.platforms,
  s.platform,
  count(*) as people,
  count(s.first_order_at) as buyers,
  count(b.person_id) as platform_buyers,
  cast(coalesce(sum(b.orders), 0) as bigint) as orders,
  cast(coalesce(sum(b.paid_amount), 0) as decimal(18, 2)) as paid_amount
from seen as s
left join bought as b on s.person_id = b.person_id and s.platform = b.platform
group by s.platforms, s.platform
