/*
title: {zh: 广告投放, en: Advertising spend}
description: What every advertisement cost and brought on each day up to as_of, as its platform tells it.
description_zh: 截至数据日期，每条广告每天的消耗与平台回报的成效。
grain: platform, account_id, ad_id, date
columns:
  platform:        {type: varchar, zh: 平台, description: where it ran}
  account_id:      {type: varchar, zh: 广告账户, description: empty where not given}
  ad_id:           {type: varchar, zh: 广告, description: empty where not given}
  date:            {type: date, zh: 日期}
  cost_amount:     {type: 'decimal(18,2)', unit: yuan, zh: 消耗}
  campaign_id:     {type: varchar, zh: 活动}
  live_session_id: {type: varchar, zh: 直播场次}
  impressions:     {type: bigint, unit: event, zh: 展示次数}
  clicks:          {type: bigint, unit: event, zh: 点击次数}
  new_followers:   {type: bigint, unit: person, zh: 新增关注数}
  orders:          {type: bigint, unit: order, zh: 成交订单数}
  paid_amount:     {type: 'decimal(18,2)', unit: yuan, zh: 成交金额}
checks:
  - unique: [platform, account_id, ad_id, date]
  - not_null: [platform, date, cost_amount]
*/
select
  platform,
  account_id,
  ad_id,
  date,
  cost_amount,
  campaign_id,
  live_session_id,
  impressions,
  clicks,
  new_followers,
  orders,
  paid_amount
from staging.ad_spend
where date <= $as_of
