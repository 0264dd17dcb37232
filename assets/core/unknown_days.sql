/*
title: {zh: 不可知的日子, en: Unknown days}
description: >-
  Days up to as_of of which orders, or joins and leaves, are not known: in a gap of the data (core.data_gaps), or before the first row told.
  Of the whole (segment_by = all, which stands for every breakdown but platform and shop) a gap counts that hides a tenth of the rows or more.
description_zh: 截至数据日期，订单或进退群不可知的日子：在数据缺口内，或早于最早一行。整体（all，也代表平台、店铺以外的维度）只算占比一成以上的缺口。
grain: kind, segment_by, segment, date
columns:
  kind:       {type: varchar, zh: 数据种类, description: orders or memberships}
  segment_by: {type: varchar, zh: 细分维度, description: 'all, platform or shop'}
  segment:    {type: varchar, zh: 细分值}
  date:       {type: date, zh: 日期}
checks:
  - unique: [kind, segment_by, segment, date]
  - not_null: [kind, segment_by, segment, date]
  - in_set: {column: segment_by, values: [all, platform, shop]}
*/
with gaps as (
  select
    g.kind,
    g.platform,
    g.shop_id,
    g.share_rate,
    c.date
  from core.data_gaps as g
  inner join core.calendar as c on g.first_date <= c.date and g.last_date >= c.date
  where g.kind in ('orders', 'memberships') and c.date <= $as_of
),

starts as (
  select
    k.kind,
    min(c.first_date) as first_date
  from unnest(['orders', 'memberships']) as k (kind)
  left join core.clocks as c on k.kind = c.kind
  group by k.kind
)

select
  kind,
  'all' as segment_by,
  'all' as segment,
  date
from gaps
group by kind, date
having sum(share_rate) >= 0.1
union
select
  s.kind,
  'all' as segment_by,
  'all' as segment,
  c.date
from starts as s
cross join core.calendar as c
where c.date <= $as_of and (s.first_date is null or c.date < s.first_date)
union
select
  kind,
  case when shop_id is null then 'platform' else 'shop' end as segment_by,
  coalesce(shop_id, platform) as segment,
  date
from gaps
union
select
  k.kind,
  'platform' as segment_by,
  k.platform as segment,
  c.date
from core.known as k
cross join core.calendar as c
where k.kind in ('orders', 'memberships') and c.date <= $as_of and (not k.is_own or c.date < k.known_from)
union
select
  g.kind,
  'shop' as segment_by,
  coalesce(s.shop_id, 'none') as segment,
  g.date
from gaps as g
inner join core.source_days as s on g.kind = s.kind and g.platform = s.platform
where g.kind = 'orders' and g.shop_id is null
