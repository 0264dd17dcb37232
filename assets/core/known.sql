/*
title: {zh: 可知截止, en: Known until}
description: >-
  Until when it is known what the people of a platform did, per kind of row: what metrics take maturity from. It is the platform's own
  clock; where the platform has no such rows, the latest clock of the kind (orders of people met elsewhere). Orders, events, memberships and
  group days are known to their last whole day with rows. Refunds, live sessions, pushes and ad spend may rightly be
  rare: they are known to as_of unless core.data_gaps says that they stopped; refunds that no file ever told, as far as orders
  are. A source in ended_sources is known to as_of.
description_zh: >-
  每个平台的人在每种数据上可知到哪天，成熟与否按此判断：取该平台自己的数据截止；该平台没有这种数据时，取这种数据里最晚的截止。订单、事件、在籍与群日报
  截至最后一个完整的有数据日；退款、直播、推送、投放本来就少，未停更时算到数据日；从未有过退款文件的按订单算。ended_sources 里的来源算到数据日。
grain: kind, platform
columns:
  kind:        {type: varchar, zh: 数据种类, description: as in core.source_days}
  platform:    {type: varchar, zh: 平台, description: every platform that any source tells of}
  known_from:  {type: date, zh: 可知起始, description: first day with rows}
  known_until: {type: date, zh: 可知截止, description: 'up to this day, it included; NULL where no file ever told rows of the kind'}
  is_own:      {type: boolean, zh: 是否自身数据, description: false where other platforms' clocks stand in}
checks:
  - unique: [kind, platform]
  - not_null: [kind, platform, is_own]
*/
with stopped as (
  select distinct
    kind,
    platform
  from core.data_gaps
  where reason = 'stopped' and shop_id is null
),

own as (
  select
    c.kind,
    c.platform,
    c.first_date,
    case
      when list_contains($ended_sources, concat(c.kind, '.', c.platform)) then $as_of
      when c.kind in ('refunds', 'live_sessions', 'pushes', 'ad_spend') and s.kind is null then $as_of
      else c.last_date
    end as last_date
  from core.clocks as c
  left join stopped as s on c.kind = s.kind and c.platform = s.platform
),

latest as (
  select
    kind,
    min(first_date) as first_date,
    max(last_date) as last_date
  from own
  group by kind
),

kinds as (
  select k.kind
  from
    unnest([
      'orders', 'refunds', 'events', 'memberships', 'live_sessions', 'group_days', 'pushes', 'ad_spend'
    ]) as k (kind)
),

platforms as (
  select distinct platform
  from core.clocks
),

resolved as (
  select
    k.kind,
    p.platform,
    coalesce(o.first_date, l.first_date) as known_from,
    case when o.kind is not null then o.last_date else l.last_date end as known_until,
    o.kind is not null as is_own
  from kinds as k
  cross join platforms as p
  left join own as o on k.kind = o.kind and p.platform = o.platform
  left join latest as l on k.kind = l.kind
)

select
  r.kind,
  r.platform,
  case when r.kind = 'refunds' and r.known_until is null then s.known_from else r.known_from end as known_from,
  case when r.kind = 'refunds' and r.known_until is null then s.known_until else r.known_until end as known_until,
  r.is_own
from resolved as r
inner join resolved as s on r.platform = s.platform and s.kind = 'orders'
