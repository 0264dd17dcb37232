-- The items of the generated orders, with the names and types of the canonical staging columns.
select
  'douyin' as platform,
  i.item_id,
  o.order_id,
  product_id(i.product_no) as product_id,
  cast(null as varchar) as sku_id,
  p.name as product_name,
  p.category,
  cast(i.quantity as double) as quantity,
  cast(i.paid_fen * 0.01 as decimal(18, 2)) as paid_amount
from world.items as i
inner join world.orders as o on i.order_no = o.order_no
inner join planted.products as p on i.product_no = p.product_no
order by i.order_no, i.n
