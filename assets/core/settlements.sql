/*
title: {zh: 结算与动账, en: Settlements}
description: >-
  Every movement of money on the shops' accounts with their platforms up to as_of. Amounts below zero
  went out. What a platform calls it stands in kind; the sums of parts need not be the amount, as files leave parts out.
  What two kinds of files tell of an order in the same second and to the same amount (a settlement export and a fund ledger) is one movement.
description_zh: 截至数据日期，店铺在平台账户上的每笔动账。负数为支出；各项之和不一定等于动账金额，因为文件会省略部分项目。两种文件（结算明细与资金流水）写了同一订单、同一秒、同一金额的，只算一笔。
grain: platform, shop_id, movement_id
columns:
  platform:           {type: varchar, zh: 平台}
  shop_id:            {type: varchar, zh: 店铺}
  movement_id:        {type: varchar, zh: 动账流水号}
  settled_at:         {type: timestamp, zh: 动账时间}
  settled_date:       {type: date, zh: 动账日期}
  amount:             {type: 'decimal(18,2)', unit: yuan, zh: 动账金额, description: below zero what went out}
  kind:               {type: varchar, zh: 动账场景, description: "the platform's own word"}
  order_id:           {type: varchar, zh: 订单号}
  item_id:            {type: varchar, zh: 子订单号}
  account:            {type: varchar, zh: 账户}
  paid_amount:        {type: 'decimal(18,2)', unit: yuan, zh: 订单实付}
  refund_amount:      {type: 'decimal(18,2)', unit: yuan, zh: 订单退款, description: as the file signs it}
  subsidy_amount:     {type: 'decimal(18,2)', unit: yuan, zh: 补贴}
  service_fee_amount: {type: 'decimal(18,2)', unit: yuan, zh: 平台服务费, description: as the file signs it}
  commission_amount:  {type: 'decimal(18,2)', unit: yuan, zh: 佣金, description: as the file signs it}
  promotion_amount:   {type: 'decimal(18,2)', unit: yuan, zh: 推广费, description: as the file signs it}
checks:
  - unique: [platform, shop_id, movement_id]
  - not_null: [platform, movement_id, settled_at, amount]
*/
-- a file may tell two alike; of several kinds of files each one of these is told again
with alike as (
  select
    *,
    row_number() over (
      partition by platform, shop_id, order_id, item_id, settled_at, amount, file_source order by movement_id
    ) as copy_no
  from staging.settlements
  where cast(settled_at as date) <= $as_of
),

ranked as (
  select
    *,
    row_number() over (
      partition by platform, shop_id, order_id, item_id, settled_at, amount, copy_no
      order by case when paid_amount is null then 1 else 0 end, file_source, movement_id
    ) as source_no
  from alike
)

select
  platform,
  shop_id,
  movement_id,
  settled_at,
  cast(settled_at as date) as settled_date,
  amount,
  kind,
  order_id,
  item_id,
  account,
  paid_amount,
  refund_amount,
  subsidy_amount,
  service_fee_amount,
  commission_amount,
  promotion_amount
from ranked
where order_id is null or source_no = 1
