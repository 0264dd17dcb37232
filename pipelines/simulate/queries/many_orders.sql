-- Orders by the million with the names and types of the canonical staging columns: each purchase of the planted
-- process, some with a second order the same day, some followed by an order that comes to nothing. One product each.
with parts as (
  select
    person,
    was_member_at_first,
    purchase_date,
    person * 64 + purchase_no * 4 + part as order_no,
    part,
    draw(person * 16 + purchase_no, 'fruitless') as luck
  from world.purchases
  cross join (select range::ubigint as part from range(0, 3))
  where
    part = 0
    or (part = 1 and draw(person * 16 + purchase_no, 'second order') < $second_order_same_day)
    or (part = 2 and draw(person * 16 + purchase_no, 'fruitless') < $refunded + $cancelled + $unpaid)
),

drawn as (
  select
    person,
    order_no,
    case
      when part < 2 or luck < $refunded then 'completed'
      when luck < $refunded + $cancelled then 'cancelled'
      else 'unpaid'
    end as status,
    purchase_date + case part when 2 then between_draw(order_no, 'fruitless day', 1, 20)::integer else 0 end as day,
    between_draw(order_no, 'moment', 32400 + 18000 * (part = 1)::integer, 79200 + 3600 * (part = 1)::integer) as second,
    1 + cast(floor(20 * draw(order_no, 'product') * draw(order_no, 'cheap')) as integer) as price_rank,
    case when was_member_at_first then 'member' else 'other' end as context,
    draw(order_no, 'entry') as entry_luck,
    draw(order_no, 'discount') as discount_luck
  from parts
),

priced as (
  select
    d.*,
    e.entry,
    e.medium,
    e.is_ad,
    p.price_fen,
    case when d.discount_luck < 0.5 then 0 else floor(p.price_fen * 0.2 * (d.discount_luck - 0.5))::bigint end as discount_fen,
    d.day::timestamp + to_seconds(d.second) as ordered_at
  from drawn as d
  inner join planted.entries as e
    on d.context = e.context and d.entry_luck >= e.above and d.entry_luck < e.above + e.share
  inner join (select price_fen, row_number() over (order by price_fen) as price_rank from planted.products) as p
    on d.price_rank = p.price_rank
  where d.day <= $last_day
)

select
  'douyin' as platform,
  (6900000000000000000 + order_no::bigint * 1000000)::varchar as order_id,
  $shop_id as shop_id,
  '1@#' || (7000000000000000 + person::bigint)::varchar || '==' as buyer_id,
  'doudian_open_id' as buyer_id_type,
  null::varchar as phone_key,
  ordered_at,
  case when status <> 'unpaid' then ordered_at + to_seconds(5 + second % 80) end as paid_at,
  status,
  ((price_fen - discount_fen)::integer * 0.01)::decimal(18, 2) as paid_amount,
  0::decimal(18, 2) as freight_amount,
  (discount_fen::integer * 0.01)::decimal(18, 2) as discount_amount,
  null::decimal(18, 2) as shop_discount_amount,
  null::decimal(18, 2) as platform_discount_amount,
  null::decimal(18, 2) as talent_discount_amount,
  'normal' as order_kind,
  '小店自卖' as source,
  medium,
  entry,
  case when is_ad then '广告' else '自然流量' end as traffic_type,
  null::varchar as author_id,
  null::varchar as live_session_id,
  null::varchar as group_id,
  null::varchar as campaign_id,
  status <> 'unpaid' as paid_at_has_time,
  null::varchar as after_sale_status,
  null::decimal(18, 2) as after_sale_amount
from priced
