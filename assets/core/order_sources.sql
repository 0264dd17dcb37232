/*
title: {zh: 订单出处, en: Where orders stand in the files}
description: >-
  Of each order of core.orders the copies that told it: source, file and line. Several where several sources, or shops' files, tell one
  order; core.orders takes of each column the newest that knows it. A view: to look at a number's rows in the files themselves.
description_zh: 每笔订单由哪些文件的哪一行写明；多个来源写了同一单时有多行。视图，用于从数字追到文件。
grain: platform, shop_id, order_id, file_source, file_id, file_row
materialized: view
columns:
  platform:    {type: varchar, zh: 平台}
  shop_id:     {type: varchar, zh: 店铺, description: of the order}
  order_id:    {type: varchar, zh: 订单号}
  file_source: {type: varchar, zh: 来源, description: name of the source mapping that read the copy}
  file_id:     {type: bigint, zh: 文件编号, description: number of the load (ops.files has its path)}
  file_row:    {type: bigint, zh: 行号, description: 'line of the file, header = 1; NULL for an order summed from its lines'}
  version_at:  {type: timestamp, zh: 版本时间, description: which copy is newer}
*/
with orders as (
  select
    platform,
    shop_id,
    order_id,
    case when list_contains($global_platforms, platform) then '' else coalesce(shop_id, '') end as shop_scope
  from core.orders
),

copies as (
  select
    platform,
    order_id,
    file_source,
    file_id,
    file_row,
    version_at,
    case when list_contains($global_platforms, platform) then '' else coalesce(shop_id, '') end as shop_scope
  from staging.orders
)

select
  o.platform,
  o.shop_id,
  o.order_id,
  c.file_source,
  c.file_id,
  c.file_row,
  c.version_at
from orders as o
inner join copies as c on o.platform = c.platform and o.order_id = c.order_id and o.shop_scope = c.shop_scope
union all
-- a copy that names no shop is of the one shop that knows its id
select
  c.platform,
  max(o.shop_id) as shop_id,
  c.order_id,
  c.file_source,
  c.file_id,
  c.file_row,
  c.version_at
from copies as c
inner join orders as o on c.platform = o.platform and c.order_id = o.order_id
where c.shop_scope = '' and o.shop_scope <> ''
group by c.platform, c.order_id, c.file_source, c.file_id, c.file_row, c.version_at
having count(*) = 1
