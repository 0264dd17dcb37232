-- What a pipeline without a fault must find of each person by the end of the last day. Hidden buyers are nobody to it.
with public_orders as (
  select
    o.person,
    min(o.paid_at) as public_at,
    min_by(o.entry, o.paid_at) as entry
  from world.orders as o
  inner join world.people as p on o.person = p.person
  where p.is_silent and o.domain = 'public' and o.paid_at is not null
  group by o.person
),

private as (
  select person, min(joined_at) as private_at, min_by(kind, joined_at) as kind, min_by(door, joined_at) as door
  from world.stays
  group by person
),

bought as (
  select
    person,
    cast(paid_at as date) as paid_date,
    min(paid_at) as paid_at,
    min_by(platform, paid_at) as platform
  from world.orders
  where kind = 'kept'
  group by person, cast(paid_at as date)
),

numbered as (
  select *, row_number() over (partition by person order by paid_date) as purchase_no
  from bought
),

purchased as (
  select
    person,
    min(paid_at) as first_order_at,
    min(paid_date) as first_order_date,
    min_by(platform, paid_at) as first_order_platform,
    min(paid_at) filter (where purchase_no = 2) as second_order_at,
    min(paid_date) filter (where purchase_no = 2) as second_order_date,
    count(*) as purchases
  from numbered
  group by person
)

select
  p.person,
  p.loyalty,
  p.is_silent,
  case when p.is_silent then o.public_at else p.touched_at end as public_at,
  case
    when not p.is_silent then p.channel
    when o.entry in ('直播推荐', '达人直播间') then 'live'
    when o.entry = '搜索' then 'search'
    when o.entry = '商城推荐' then 'mall'
    when o.entry = '猜你喜欢' then 'recommend'
    when o.entry = '千川' then 'ad'
  end as channel,
  case when k.followed_at < $last_day + 1 then k.followed_at end as followed_at,
  case when k.club_at < $last_day + 1 then k.club_at end as club_at,
  v.private_at,
  v.door,
  b.first_order_at,
  b.first_order_date,
  b.first_order_platform,
  coalesce(exists (
    select 1
    from world.stays as m
    where
      m.person = p.person
      and m.joined_at <= b.first_order_at
      and (m.left_at is null or m.left_at > b.first_order_at)
  ), false) as was_member,
  b.second_order_at,
  b.second_order_date,
  b.purchases
from world.people as p
inner join world.ladder as k on p.person = k.person
left join public_orders as o on p.person = o.person
left join private as v on p.person = v.person
left join purchased as b on p.person = b.person
where not p.is_hidden
