/*
title: {zh: 订单商品, en: Order items}
description: >-
  What was bought by each order of core.orders, one row per sub-order, copies from several files merged: of each column the newest copy
  that knows it. A copy that names no shop is of the only order of its number. A view: no other table reads it.
description_zh: 每笔订单买了什么：每个子订单一行，合并多份文件，取最新的非空值。没写店铺的归到唯一同号的订单。
grain: platform, shop_id, order_id, item_id
materialized: view
columns:
  platform:     {type: varchar, zh: 平台}
  shop_id:      {type: varchar, zh: 店铺, description: of the order}
  order_id:     {type: varchar, zh: 订单号}
  item_id:      {type: varchar, zh: 子订单号}
  product_id:   {type: varchar, zh: 商品编号}
  sku_id:       {type: varchar, zh: 规格编号}
  product_name: {type: varchar, zh: 商品名称}
  category:     {type: varchar, zh: 类目}
  quantity:     {type: double, unit: piece, zh: 数量}
  paid_amount:  {type: 'decimal(18,2)', unit: yuan, zh: 支付金额, description: for this item}
*/
with lines as (
  select
    *,
    case when list_contains($global_platforms, platform) then '' else coalesce(shop_id, '') end as shop_scope
  from staging.order_items
),

bought as (
  select
    o.platform,
    o.shop_id,
    o.order_id,
    count(*) over (partition by o.platform, o.order_id) = 1 as is_only
  from core.orders as o
  semi join lines as l on o.platform = l.platform and o.order_id = l.order_id
),

ranked as (
  select
    o.shop_id as order_shop,
    i.*,
    row_number() over (
      partition by o.platform, o.shop_id, o.order_id, i.item_id order by i.version_at, i.file_source, i.shop_scope
    ) as copy_no
  from lines as i
  inner join bought as o
    on
      i.platform = o.platform
      and i.order_id = o.order_id
      and (i.shop_scope = o.shop_id or (i.shop_scope = '' and o.is_only))
)

select
  platform,
  order_shop as shop_id,
  order_id,
  item_id,
  max_by(product_id, case when product_id is not null then copy_no end) as product_id,
  max_by(sku_id, case when sku_id is not null then copy_no end) as sku_id,
  max_by(product_name, case when product_name is not null then copy_no end) as product_name,
  max_by(category, case when category is not null then copy_no end) as category,
  max_by(quantity, case when quantity is not null then copy_no end) as quantity,
  cast(max_by(paid_amount, case when paid_amount is not null then copy_no end) as decimal(18, 2)) as paid_amount
from ranked
group by platform, order_shop, order_id, item_id
