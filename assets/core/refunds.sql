/*
title: {zh: 退款, en: Refunds}
description: Every refund with the order it belongs to. Where the file does not name the order (a shop's credit note), it is the buyer's latest earlier order with that product, else the buyer's latest earlier order, else none. A row without a number of its own that another file tells with one (or with its hour, item or shop) counts once.
description_zh: 每笔退款及其所属订单；文件未写明原订单时，取该买家此前最近一笔含该商品的订单，否则最近一笔，否则为空。没有售后单号的行，若别的文件以售后单号（或更细的时刻、商品、店铺）写了同一笔，只算一次。
grain: platform, shop_id, refund_id
rebuild:
  delete: touched_orders
  key: [platform, named_order_id]
  restrict:
    staging.orders: touched_orders
    staging.order_items: touched_orders
    staging.refunds: touched_orders
columns:
  platform:       {type: varchar, zh: 平台}
  shop_id:        {type: varchar, zh: 店铺, description: 'of the order it counts against, else as the file says; only where order ids are not global'}
  refund_id:      {type: varchar, zh: 售后单号}
  named_order_id: {type: varchar, zh: 文件所写订单号}
  order_id:       {type: varchar, zh: 订单号, description: the order it counts against; NULL where none was found}
  item_id:        {type: varchar, zh: 子订单号, description: 'the item refunded, where the file names it; NULL where the order was found by buyer'}
  is_allocated:   {type: boolean, zh: 是否推断, description: "the order was found by buyer and product, not named by the file"}
  refunded_at:    {type: timestamp, zh: 退款时间}
  refund_amount:  {type: 'decimal(18,2)', unit: yuan, zh: 退款金额}
  status:         {type: varchar, zh: 状态}
checks:
  - unique: [platform, shop_id, refund_id]
  - not_null: [platform, refund_id, refunded_at, refund_amount]
*/
with ordered as (
  select
    *,
    case when list_contains($global_platforms, platform) then '' else coalesce(shop_id, '') end as shop_scope
  from staging.orders
),

-- how much a row's file says of what it is: a number of its own, an hour, an item, a shop
told as (
  select
    *,
    case when list_contains($global_platforms, platform) then '' else coalesce(shop_id, '') end as shop_scope,
    -- a key made of the row's content has 20 letters and digits of hexadecimal, and #2 where it is told twice
    case
      when untold like '%,refund_id,%' then 0
      when length(translate(substr(refund_id, 1, 20), '0123456789abcdef', '')) > 0 then 1
      when length(translate(substr(refund_id, 1, 20), '0123456789', '')) = 0 then 1
      when length(refund_id) = 20 or substr(refund_id, 21, 1) = '#' then 0
      else 1
    end as has_id,
    case when refunded_at = cast(cast(refunded_at as date) as timestamp) then 0 else 1 end as has_hour,
    coalesce(item_id, '') as item_scope
  from staging.refunds
),

-- a row without a number of its own, and rows of other files that say the same with more of it
coarse as (
  select
    c.platform,
    c.shop_scope,
    c.refund_id,
    c.order_id,
    c.item_scope,
    c.refunded_at,
    c.refund_amount,
    count(*) as finer
  from told as c
  inner join told as f
    on
      c.platform = f.platform
      and c.order_id = f.order_id
      and c.refund_amount = f.refund_amount
      and c.file_id <> f.file_id
      and cast(c.refunded_at as date) = cast(f.refunded_at as date)
      and (c.refunded_at = f.refunded_at or c.has_hour = 0 or (f.has_hour = 0 and f.has_id = 1))
      and (c.item_scope = f.item_scope or c.item_scope = '' or (f.item_scope = '' and f.has_id = 1))
      and (c.shop_scope = f.shop_scope or c.shop_scope = '' or (f.shop_scope = '' and f.has_id = 1))
  where
    c.has_id = 0
    and (
      f.has_id > c.has_id
      or f.has_hour > c.has_hour
      or (c.item_scope = '' and f.item_scope <> '')
      or (c.shop_scope = '' and f.shop_scope <> '')
    )
  group by
    c.platform, c.shop_scope, c.refund_id, c.order_id, c.item_scope, c.refunded_at, c.refund_amount
),

-- as many of them as there are finer ones are these once more
held as (
  select
    platform,
    shop_scope,
    refund_id
  from (
    select
      *,
      row_number() over (
        partition by platform, shop_scope, order_id, item_scope, refunded_at, refund_amount order by refund_id
      ) as place
    from coarse
  ) as counted
  where place <= finer
),

returned as (
  select t.*
  from told as t
  left join held as h on t.platform = h.platform and t.shop_scope = h.shop_scope and t.refund_id = h.refund_id
  where h.refund_id is null
),

known as (
  select distinct
    platform,
    shop_scope,
    order_id
  from ordered
),

-- the shops that know an order id
shops as (
  select
    platform,
    order_id,
    max(shop_scope) as only_shop,
    count(case when shop_scope <> '' then 1 end) as shops
  from known
  group by platform, order_id
),

-- a refund of a shop is of that shop's order, else of the one that names no shop; one that names none is of the only one
named as (
  select
    r.*,
    case
      when r.shop_scope = '' and h.shops <= 1 then h.only_shop
      when r.shop_scope = '' then null
      when k.order_id is not null then r.shop_scope
      when h.shops = 0 then ''
    end as order_shop
  from returned as r
  left join shops as h on r.platform = h.platform and r.order_id = h.order_id
  left join known as k on r.platform = k.platform and r.shop_scope = k.shop_scope and r.order_id = k.order_id
),

bought as (
  select
    r.platform,
    r.shop_scope,
    r.refund_id,
    o.order_id,
    o.shop_scope as order_shop,
    row_number() over (
      partition by r.platform, r.shop_scope, r.refund_id
      order by
        case when i.order_id is null then 1 else 0 end,
        o.paid_at desc,
        o.order_id desc,
        o.shop_scope desc
    ) as choice
  from named as r
  inner join ordered as o
    on
      r.platform = o.platform
      and r.buyer_id_type = o.buyer_id_type
      and r.buyer_id = o.buyer_id
      and r.refunded_at >= o.paid_at
      and (r.shop_scope = '' or o.shop_scope = '' or r.shop_scope = o.shop_scope)
  left join (
    select distinct
      platform,
      order_id,
      product_id
    from staging.order_items
  ) as i
    on o.platform = i.platform and o.order_id = i.order_id and r.product_id = i.product_id
  where r.buyer_id is not null and r.order_shop is null
)

select
  r.platform,
  nullif(coalesce(b.order_shop, r.order_shop, r.shop_scope), '') as shop_id,
  r.refund_id,
  r.order_id as named_order_id,
  case when b.order_id is not null then b.order_id when r.order_shop is not null then r.order_id end as order_id,
  case when b.order_id is null then r.item_id end as item_id,
  b.order_id is not null as is_allocated,
  r.refunded_at,
  r.refund_amount,
  r.status
from named as r
left join bought as b
  on r.platform = b.platform and r.shop_scope = b.shop_scope and r.refund_id = b.refund_id and b.choice = 1
where r.refunded_at < $as_of + 1
