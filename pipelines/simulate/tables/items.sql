-- One row per product of an order, in fen. An order of one product carries the order's own id, as on the platform. What is
-- bought in a shop of planted.elsewhere is the one thing of its sample, for the sample's price.
with lucky as (
  select o.order_no, o.order_id, o.kind, o.shop, e.paid_fen as shop_fen, draw(o.order_no, 'items') as luck
  from world.orders as o
  left join (select distinct shop, paid_fen from planted.elsewhere) as e on o.shop = e.shop
),

counted as (
  select
    order_no, order_id, kind, shop, shop_fen,
    case when shop_fen is not null or luck < 0.78 then 1 when luck < 0.95 then 2 else 3 end as items
  from lucky
),

listed as (
  select
    *,
    cast(1 + floor(20 * draw(order_no * 4 + n, 'product') * draw(order_no * 4 + n, 'cheap')) as integer)
      as product_rank,
    1 + cast(floor(2.2 * pow(draw(order_no * 4 + n, 'quantity'), 6)) as integer) as quantity
  from counted
  cross join (select cast(range as ubigint) as n from range(0, 3))
  where n < items
),

priced as (
  select
    l.*,
    p.product_no,
    p.price_fen,
    p.price_fen * l.quantity as list_fen,
    case
      when draw(l.order_no, 'discount') < 0.5 then 0
      else cast(floor(p.price_fen * l.quantity * 0.2 * draw(l.order_no, 'off')) as bigint)
    end as off_fen,
    case when l.n = 0 and draw(l.order_no, 'freight') < 0.08 then 600 else 0 end as freight_fen
  from listed as l
  -- the products in order of price: cheap ones are bought most
  inner join (select *, row_number() over (order by price_fen, product_no) as price_rank from planted.products) as p
    on l.product_rank = p.price_rank
)

select
  order_no,
  cast(n as integer) as n,
  items,
  case
    when items = 1 then order_id
    when shop = 'wechat' then order_id || '-' || n
    else cast(cast(order_id as ubigint) + 1 + n as varchar)
  end as item_id,
  product_no,
  quantity,
  price_fen,
  case when kind in ('sample', 'lottery') then list_fen else off_fen end as discount_fen,
  case when kind in ('sample', 'lottery') then 0 else freight_fen end as freight_fen,
  case when kind in ('sample', 'lottery') then 0 else coalesce(shop_fen, list_fen - off_fen + freight_fen) end
    as paid_fen
from priced
