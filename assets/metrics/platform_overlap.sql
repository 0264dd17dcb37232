/*
title: {zh: 平台重合, en: Platform overlap}
description: >-
  Of the people seen on a platform, how many are known as the same person on another one, or on any other (all): whom three systems would count
  three times; and what these people bought on it. Only what files link can be told; where nothing links two platforms the overlap is 0, however large it is in truth.
description_zh: >-
  在一个平台出现过的人中，有多少在另一个平台（all 为任一其他平台）也认得出是同一个人。只能认出文件里有对应关系的人，因此是下限。
grain: platform, other_platform
facts:
  platform_sets: {}
columns:
  platform: {type: varchar, zh: 平台}
  other_platform: {type: varchar, zh: 另一平台, description: all for any other}
  people: {type: bigint, unit: person, zh: 人数, description: 'people seen on the platform, by events or orders', zh_description: 在该平台有互动或订单的人数}
  shared_people: {type: bigint, unit: person, zh: 重合人数, description: of these the ones seen on the other platform too, zh_description: 其中在另一平台也出现过的人数}
  shared_rate: {type: double, unit: ratio, of: [shared_people, people], zh: 重合率, zh_description: 重合人数 ÷ 人数}
  buyers: {type: bigint, unit: person, zh: 其中买家数, description: 'of people those with a kept order, wherever', zh_description: '人数中有有效订单的人，不论在哪个平台'}
  shared_buyers: {type: bigint, unit: person, zh: 重合买家数, description: of shared_people those with a kept order, zh_description: 重合人数中有有效订单的}
  shared_buyer_rate: {type: double, unit: ratio, of: [shared_buyers, buyers], zh: 买家重合率, zh_description: 重合买家数 ÷ 其中买家数}
  amount: {type: 'decimal(18,2)', unit: yuan, zh: 金额, description: 'kept orders of people, on the platform', zh_description: 这些人在该平台的有效订单金额}
  shared_amount: {type: 'decimal(18,2)', unit: yuan, zh: 重合人群金额, description: 'of amount what shared_people bought, on the platform', zh_description: 其中重合的人在该平台购买的金额}
  shared_amount_rate: {type: double, unit: ratio, of: [shared_amount, amount], zh: 金额重合率, zh_description: 重合人群金额 ÷ 金额}
  is_small: {type: boolean, small_of: people, zh: 样本过小, description: fewer than small_group people}
checks:
  - unique: [platform, other_platform]
  - between: {column: shared_rate, min: 0, max: 1}
  - between: {column: shared_buyer_rate, min: 0, max: 1}
  - between: {column: shared_amount_rate, min: 0, max: 1}
*/
with shared as (
  select
    a.platform,
    b.platform as other_platform,
    sum(a.people) as people,
    sum(a.buyers) as buyers,
    sum(a.paid_amount) as amount
  from facts.platform_sets as a
  inner join facts.platform_sets as b on a.platforms = b.platforms and a.platform <> b.platform
  group by a.platform, b.platform
  union all
  select
    platform,
    'all' as other_platform,
    sum(people) as people,
    sum(buyers) as buyers,
    sum(paid_amount) as amount
  from facts.platform_sets
  where platforms <> platform
  group by platform
),

others as (
  select distinct platform from facts.platform_sets
  union all
  select 'all' as platform
)

select
  s.platform,
  o.platform as other_platform,
  sum(s.people) as people,
  sum(s.buyers) as buyers,
  sum(s.paid_amount) as amount,
  coalesce(max(h.people), 0) as shared_people,
  coalesce(max(h.buyers), 0) as shared_buyers,
  coalesce(max(h.amount), 0) as shared_amount
from facts.platform_sets as s
inner join others as o on s.platform <> o.platform
left join shared as h on s.platform = h.platform and o.platform = h.other_platform
group by s.platform, o.platform
