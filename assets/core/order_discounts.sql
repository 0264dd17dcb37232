/*
title: {zh: 订单优惠承担, en: Who bore the discounts}
description: >-
  What was taken off each order of core.orders by coupons, red packets and other discounts, and who bears it, copies from several files
  merged: of each column the newest copy that knows it. NULL where no file tells. A view: no other table reads it.
description_zh: 每笔订单的优惠（优惠券、红包等）由谁承担：商家、平台、达人；合并多份文件，取最新的非空值，文件没写的为空。
grain: platform, shop_id, order_id
materialized: view
columns:
  platform:                 {type: varchar, zh: 平台}
  shop_id:                  {type: varchar, zh: 店铺, description: of the order}
  order_id:                 {type: varchar, zh: 订单号}
  discount_amount:          {type: 'decimal(18,2)', unit: yuan, zh: 优惠金额, description: "of all funders together; where a file tells it otherwise than as their sum, as it tells it"}
  shop_discount_amount:     {type: 'decimal(18,2)', unit: yuan, zh: 商家承担优惠}
  platform_discount_amount: {type: 'decimal(18,2)', unit: yuan, zh: 平台承担优惠, description: "talents not counted"}
  talent_discount_amount:   {type: 'decimal(18,2)', unit: yuan, zh: 达人承担优惠}
*/
with copies as (
  select
    *,
    case when list_contains($global_platforms, platform) then '' else coalesce(shop_id, '') end as shop_scope
  from staging.orders
  where
    coalesce(discount_amount, shop_discount_amount, platform_discount_amount, talent_discount_amount) is not null
),

bought as (
  select
    o.platform,
    o.shop_id,
    o.order_id,
    count(*) over (partition by o.platform, o.order_id) = 1 as is_only,
    case when list_contains($global_platforms, o.platform) then '' else coalesce(o.shop_id, '') end as order_shop
  from core.orders as o
  semi join copies as c on o.platform = c.platform and o.order_id = c.order_id
),

ranked as (
  select
    o.platform as order_platform,
    o.shop_id as shop,
    o.order_id as order_number,
    c.*,
    row_number() over (
      partition by o.platform, o.shop_id, o.order_id order by c.version_at, c.file_source, c.shop_scope
    ) as copy_no
  from copies as c
  inner join bought as o
    on
      c.platform = o.platform
      and c.order_id = o.order_id
      and (c.shop_scope = o.order_shop or (c.shop_scope = '' and o.is_only))
)

select
  order_platform as platform,
  shop as shop_id,
  order_number as order_id,
  cast(max_by(discount_amount, case when discount_amount is not null then copy_no end) as decimal(18, 2))
    as discount_amount,
  cast(max_by(shop_discount_amount, case when shop_discount_amount is not null then copy_no end) as decimal(18, 2))
    as shop_discount_amount,
  cast(
    max_by(platform_discount_amount, case when platform_discount_amount is not null then copy_no end)
    as decimal(18, 2)
  ) as platform_discount_amount,
  cast(
    max_by(talent_discount_amount, case when talent_discount_amount is not null then copy_no end)
    as decimal(18, 2)
  ) as talent_discount_amount
from ranked
group by order_platform, shop, order_number
