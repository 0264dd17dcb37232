-- The one item of each generated order, with the names and types of the canonical staging columns.
select
  platform,
  order_id as item_id,
  order_id,
  product_id(1 + order_id[14:18]::integer % 20) as product_id,
  null::varchar as sku_id,
  null::varchar as product_name,
  null::varchar as category,
  1::double as quantity,
  paid_amount
from generated.orders
