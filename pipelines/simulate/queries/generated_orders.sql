-- The world's orders with the names and types of the canonical staging columns.
with amounts as (
  select
    order_no,
    sum(paid_fen) as paid_fen,
    sum(freight_fen) as freight_fen,
    sum(discount_fen) as discount_fen
  from world.items
  group by order_no
)

select
  'douyin' as platform,
  o.order_id,
  $shop_id as shop_id,
  buyer_id(o.person, 1) as buyer_id,
  'doudian_open_id' as buyer_id_type,
  cast(null as varchar) as phone_key,
  o.ordered_at,
  o.paid_at,
  case o.kind when 'unpaid' then 'unpaid' when 'cancelled' then 'cancelled' else 'completed' end as status,
  cast(a.paid_fen * 0.01 as decimal(18, 2)) as paid_amount,
  cast(a.freight_fen * 0.01 as decimal(18, 2)) as freight_amount,
  cast(a.discount_fen * 0.01 as decimal(18, 2)) as discount_amount,
  case when o.kind in ('sample', 'lottery') then o.kind when o.is_deposit then 'deposit' else 'normal' end
    as order_kind,
  case when o.session_no is null then '小店自卖' else '精选联盟' end as source,
  o.medium,
  o.entry,
  case when o.is_ad then '广告' else '自然流量' end as traffic_type,
  case when o.session_no is not null then $author_id end as author_id,
  room_id(o.session_no) as live_session_id,
  cast(null as varchar) as group_id,
  cast(null as varchar) as campaign_id
from world.orders as o
inner join amounts as a on o.order_no = a.order_no
order by o.order_no
limit $wanted
