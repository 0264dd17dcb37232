/*
title: {zh: 未匹配的行, en: Rows that join nothing}
description: Refunds, items and orders that belong to no order that is known, orders, events and pushes that name a group or a live session nobody listed, and leaves that end no stay, counted by why as far as it can be seen. Except for no_platform, nothing of them is in a number that needs the missing side.
description_zh: 找不到对应订单的退款、商品行与订单，指向未知群或直播场次的订单、事件与推送，以及没有结束任何在籍的退出，按可见的原因计数；除 no_platform 外，这些行不计入需要另一侧的数字。
grain: kind, platform, why
columns:
  kind:     {type: varchar, zh: 种类, description: 'refunds, items, orders (their shop or platform is not known), event_groups, push_groups, order_groups, order_live_sessions, event_live_sessions, leaves (of a group, WeCom …, which end no stay)'}
  platform: {type: varchar, zh: 平台}
  why:      {type: varchar, zh: 原因, description: 'order_waits (a line of the order was refused), several_shops (shops with this id are known, not which), no_platform (its file names no platform, and a platform knows this id: it may count twice), same_thing_twice (another file tells it with a number of its own, or with more of what it is, and that one counts), other_platform, suffix (an order is known without the end of the id), no_orders (of the platform at all), not_listed, unknown; of leaves: no_joins (of the platform at all), no_group (the leave names none), unknown_group (nobody is known to have joined it), other_id (the joins know people by another kind of id), none_ends (no leave of the platform does), never_joined (others do; these people may have joined before the data begins)'}
  hint:     {type: varchar, zh: 线索, description: 'the other platform, or the end of the id; of one of the rows'}
  rows:     {type: bigint, zh: 行数}
  people:   {type: bigint, unit: person, zh: 人数, description: NULL where the rows name nobody}
  amount:   {type: 'decimal(18,2)', unit: yuan, zh: 金额, description: 'succeeded refunds, or what was paid; NULL where there is no amount'}
  example:  {type: varchar, zh: 例, description: an id that joins nothing}
  first_at: {type: timestamp, zh: 最早}
  last_at:  {type: timestamp, zh: 最晚}
checks:
  - unique: [kind, platform, why]
  - not_null: [kind, platform, why, rows]
*/
with shops as (
  select
    platform,
    order_id,
    count(distinct shop_id) as shops
  from staging.orders
  where not list_contains($global_platforms, platform)
  group by platform, order_id
  having count(distinct shop_id) > 1
),

given as (
  select *
  from staging.refunds
  where refunded_at < $as_of + 1
),

-- two shops' refunds may have one number; of each number, how many rows core.refunds does not count
uncounted as (
  select
    platform,
    refund_id,
    order_id,
    sum(n) as copies
  from (
    select
      platform,
      refund_id,
      order_id,
      1 as n
    from given
    union all
    select
      platform,
      refund_id,
      named_order_id as order_id,
      -1 as n
    from core.refunds
  ) as told
  group by platform, refund_id, order_id
  having sum(n) > 0
),

uncounted_refunds as (
  select
    r.*,
    u.copies,
    row_number() over (
      partition by r.platform, r.refund_id, r.order_id order by coalesce(r.shop_id, '')
    ) as place
  from given as r
  inner join uncounted as u
    on
      r.platform = u.platform
      and r.refund_id = u.refund_id
      and r.order_id is not distinct from u.order_id
),

strays as (
  select
    'refunds' as kind,
    platform,
    named_order_id as id,
    cast(null as varchar) as seen_why,
    case when status = 'succeeded' then refund_amount end as amount,
    refunded_at as seen_at
  from core.refunds
  where order_id is null
  union all
  select
    'refunds' as kind,
    r.platform,
    r.order_id as id,
    'same_thing_twice' as seen_why,
    case when r.status = 'succeeded' then r.refund_amount end as amount,
    r.refunded_at as seen_at
  from uncounted_refunds as r
  where r.place <= r.copies
  union all
  select
    'items' as kind,
    i.platform,
    i.order_id as id,
    -- a line-grain file tells the state of each line, and its orders are the sums of their lines
    case when i.status is not null then 'order_waits' end as seen_why,
    i.paid_amount as amount,
    coalesce(i.paid_at, i.ordered_at) as seen_at
  from staging.order_items as i
  anti join staging.orders as o on i.platform = o.platform and i.order_id = o.order_id
  where coalesce(i.paid_at, i.ordered_at, $as_of) < $as_of + 1
  union all
  select
    'orders' as kind,
    o.platform,
    o.order_id as id,
    'several_shops' as seen_why,
    o.paid_amount as amount,
    o.paid_at as seen_at
  from staging.orders as o
  inner join shops as s on o.platform = s.platform and o.order_id = s.order_id
  where o.shop_id is null and o.paid_at < $as_of + 1
  union all
  select
    'orders' as kind,
    o.platform,
    o.order_id as id,
    'no_platform' as seen_why,
    max(o.paid_amount) as amount,
    max(o.paid_at) as seen_at
  from staging.orders as o
  inner join staging.orders as t on o.order_id = t.order_id and o.platform <> t.platform
  where
    o.untold like '%,platform,%' and coalesce(t.untold, '') not like '%,platform,%' and o.paid_at < $as_of + 1
  group by o.platform, o.order_id
),

cut as (
  select
    *,
    regexp_replace(id, '([-_][0-9]+|[A-Za-z])$', '') as stem
  from strays
),

-- the orders whose numbers are looked for
ids as (
  select distinct
    o.platform,
    o.order_id
  from staging.orders as o
  semi join (
    select id from cut
    union
    select stem from cut
  ) as c on o.order_id = c.id
),

elsewhere as (
  select
    c.id,
    c.platform,
    min(o.platform) as other_platform
  from cut as c
  inner join ids as o on c.id = o.order_id and c.platform <> o.platform
  group by c.id, c.platform
),

judged as (
  select
    c.kind,
    c.platform,
    c.id,
    c.amount,
    c.seen_at,
    case
      when c.seen_why is not null then c.seen_why
      when same.order_id is not null then 'several_shops'
      when e.other_platform is not null then 'other_platform'
      when stem.order_id is not null then 'suffix'
      when any_order.platform is null then 'no_orders'
      else 'unknown'
    end as why,
    case
      when c.seen_why = 'no_platform' then e.other_platform
      when c.seen_why is not null or same.order_id is not null then null
      when e.other_platform is not null then e.other_platform
      when stem.order_id is not null then substr(c.id, length(c.stem) + 1)
    end as hint
  from cut as c
  left join ids as same on c.platform = same.platform and c.id = same.order_id
  left join elsewhere as e on c.platform = e.platform and c.id = e.id
  left join ids as stem on c.platform = stem.platform and c.stem = stem.order_id and c.stem <> c.id
  left join (select distinct o.platform from staging.orders as o) as any_order on c.platform = any_order.platform
),

sessions as (
  select
    platform,
    min(started_at) as first_at,
    max(started_at) as last_at
  from core.live_sessions
  group by platform
),

-- of platforms that list their groups and live sessions, rows that name another one
listing as (
  select distinct platform
  from core.groups
),

pointers as (
  select
    'event_groups' as kind,
    e.platform,
    e.group_id as id,
    count(*) as n,
    count(distinct e.person_id) as people,
    cast(null as decimal(18, 2)) as amount,
    min(e.event_at) as first_at,
    max(e.event_at) as last_at
  from core.events as e
  semi join listing as l on e.platform = l.platform
  anti join core.groups as g on e.platform = g.platform and e.group_id = g.group_id
  where e.group_id is not null
  group by e.platform, e.group_id
  union all
  select
    'order_groups' as kind,
    o.platform,
    o.group_id as id,
    count(*) as n,
    count(distinct o.person_id) as people,
    cast(sum(o.paid_amount) as decimal(18, 2)) as amount,
    min(o.paid_at) as first_at,
    max(o.paid_at) as last_at
  from core.orders as o
  semi join listing as l on o.platform = l.platform
  anti join core.groups as g on o.platform = g.platform and o.group_id = g.group_id
  where o.group_id is not null
  group by o.platform, o.group_id
  union all
  select
    'push_groups' as kind,
    p.platform,
    p.group_id as id,
    count(*) as n,
    cast(null as bigint) as people,
    cast(null as decimal(18, 2)) as amount,
    min(p.sent_at) as first_at,
    max(p.sent_at) as last_at
  from staging.pushes as p
  semi join listing as l on p.platform = l.platform
  anti join core.groups as g on p.platform = g.platform and p.group_id = g.group_id
  where p.group_id is not null and p.sent_at < $as_of + 1
  group by p.platform, p.group_id
),

-- which sessions first: few, where their orders are many
unlisted_sessions as (
  select
    n.platform,
    n.live_session_id
  from (
    select
      platform,
      live_session_id
    from core.events
    group by platform, live_session_id
    union
    select
      platform,
      live_session_id
    from core.orders
    group by platform, live_session_id
  ) as n
  anti join core.live_sessions as l on n.platform = l.platform and n.live_session_id = l.live_session_id
  where n.live_session_id is not null
),

visits as (
  select
    'event_live_sessions' as kind,
    e.platform,
    e.live_session_id as id,
    count(*) as n,
    count(distinct e.person_id) as people,
    cast(null as decimal(18, 2)) as amount,
    min(e.event_at) as first_at,
    max(e.event_at) as last_at
  from core.events as e
  semi join unlisted_sessions as u on e.platform = u.platform and e.live_session_id = u.live_session_id
  inner join sessions as s on e.platform = s.platform
  where e.event_at >= s.first_at and e.event_at < s.last_at + interval 1 day
  group by e.platform, e.live_session_id
  union all
  select
    'order_live_sessions' as kind,
    o.platform,
    o.live_session_id as id,
    count(*) as n,
    count(distinct o.person_id) as people,
    cast(sum(o.paid_amount) as decimal(18, 2)) as amount,
    min(o.paid_at) as first_at,
    max(o.paid_at) as last_at
  from core.orders as o
  semi join unlisted_sessions as u on o.platform = u.platform and o.live_session_id = u.live_session_id
  inner join sessions as s on o.platform = s.platform
  where o.paid_at >= s.first_at and o.paid_at < s.last_at + interval 1 day
  group by o.platform, o.live_session_id
),

unlisted as (
  select * from pointers
  union all
  select * from visits
),

moves as (
  select
    e.platform,
    coalesce(w.kind, e.event) as kind,
    w.is_exit,
    e.person_id,
    e.user_id_type,
    case when w.kind = 'group' then e.group_id end as group_id,
    e.event_at
  from core.events as e
  inner join core.event_words as w on e.event = w.event
  where e.person_id is not null and w.is_move
),

leaves as (
  select
    l.*,
    m.person_id is not null as ends_a_stay,
    max(case when m.person_id is not null then 1 else 0 end) over (partition by l.platform, l.kind) = 1 as others_end
  from moves as l
  left join (
    select
      person_id,
      platform,
      kind,
      coalesce(group_id, '') as group_key,
      min(joined_at) as joined_at
    from core.memberships
    group by person_id, platform, kind, coalesce(group_id, '')
  ) as m
    on
      l.person_id = m.person_id and l.platform = m.platform and l.kind = m.kind
      and coalesce(l.group_id, '') = m.group_key and l.event_at >= m.joined_at
  where l.is_exit
),

joins as (
  select
    platform,
    kind,
    user_id_type,
    coalesce(group_id, '') as group_key
  from moves
  where not is_exit
  group by platform, kind, user_id_type, coalesce(group_id, '')
),

idle as (
  select
    l.platform,
    l.person_id,
    l.group_id,
    l.event_at,
    case
      when any_join.platform is null then 'no_joins'
      when l.kind = 'group' and l.group_id is null then 'no_group'
      when same_group.platform is null then 'unknown_group'
      when same_type.platform is null then 'other_id'
      when not l.others_end then 'none_ends'
      else 'never_joined'
    end as why
  from leaves as l
  left join (select distinct joins.platform, joins.kind from joins) as any_join
    on l.platform = any_join.platform and l.kind = any_join.kind
  left join (select distinct joins.platform, joins.kind, joins.group_key from joins) as same_group
    on
      l.platform = same_group.platform and l.kind = same_group.kind
      and coalesce(l.group_id, '') = same_group.group_key
  left join (select distinct joins.platform, joins.kind, joins.user_id_type from joins) as same_type
    on l.platform = same_type.platform and l.kind = same_type.kind and l.user_id_type = same_type.user_id_type
  where not l.ends_a_stay
)

select
  kind,
  platform,
  why,
  min(hint) as hint,
  cast(count(*) as bigint) as rows,
  cast(null as bigint) as people,
  cast(sum(amount) as decimal(18, 2)) as amount,
  min(id) as example,
  min(seen_at) as first_at,
  max(seen_at) as last_at
from judged
group by kind, platform, why
union all
select
  kind,
  platform,
  'not_listed' as why,
  cast(null as varchar) as hint,
  cast(sum(n) as bigint) as rows,
  -- the groups' people may be the same ones
  case when count(*) = 1 then cast(max(people) as bigint) end as people,
  cast(sum(amount) as decimal(18, 2)) as amount,
  min(id) as example,
  min(first_at) as first_at,
  max(last_at) as last_at
from unlisted
group by kind, platform
union all
select
  'leaves' as kind,
  platform,
  why,
  cast(null as varchar) as hint,
  cast(count(*) as bigint) as rows,
  cast(count(distinct person_id) as bigint) as people,
  cast(null as decimal(18, 2)) as amount,
  min(group_id) as example,
  min(event_at) as first_at,
  max(event_at) as last_at
from idle
group by platform, why
