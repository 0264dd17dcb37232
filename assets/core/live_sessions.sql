/*
title: {zh: 直播场次, en: Live sessions}
description: Every live session started up to as_of; of each figure the newest file that knows it.
description_zh: 截至数据日期的每场直播；同一场多份文件时取最新的非空值。
grain: platform, live_session_id
columns:
  platform: {type: varchar, zh: 平台}
  live_session_id: {type: varchar, zh: 直播场次编号}
  account_id: {type: 'varchar', zh: 账号}
  host_id: {type: 'varchar', zh: 主播}
  title: {type: 'varchar', zh: 标题}
  started_at: {type: 'timestamp', zh: 开播}
  ended_at: {type: 'timestamp', zh: 下播}
  exposures: {type: 'bigint', zh: 曝光次数}
  exposed_people: {type: 'bigint', zh: 曝光人数}
  views: {type: 'bigint', zh: 观看次数}
  viewers: {type: 'bigint', zh: 观看人数}
  peak_online: {type: 'bigint', zh: 最高在线}
  average_online: {type: 'bigint', zh: 平均在线}
  average_watch_seconds: {type: 'double', unit: second, zh: 人均观看时长}
  comments: {type: 'bigint', zh: 评论次数}
  likes: {type: 'bigint', zh: 点赞次数}
  shares: {type: 'bigint', zh: 分享次数}
  new_followers: {type: 'bigint', zh: 新增粉丝}
  lost_followers: {type: 'bigint', zh: 掉粉}
  new_fan_club: {type: 'bigint', zh: 新加粉丝团}
  new_group_members: {type: 'bigint', zh: 新加粉丝群}
  group_viewers: {type: 'bigint', zh: 群内观看人数}
  product_exposed_people: {type: 'bigint', zh: 商品曝光人数}
  product_clicked_people: {type: 'bigint', zh: 商品点击人数}
  orders: {type: 'bigint', zh: 成交订单数}
  buyers: {type: 'bigint', zh: 成交人数}
  paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 成交金额}
  refund_amount: {type: 'decimal(18,2)', unit: yuan, zh: 退款金额}
  ad_cost_amount: {type: 'decimal(18,2)', unit: yuan, zh: 投放消耗}
  started_at_utc: {type: 'timestamp', zh: 开播（UTC）, description: the same instant in UTC}
  ended_at_utc: {type: 'timestamp', zh: 下播（UTC）, description: the same instant in UTC}
checks:
  - unique: [platform, live_session_id]
  - not_null: [live_session_id, started_at]
  - condition: {sql: 'ended_at is null or ended_at >= started_at', name: ends after it starts}
*/
with ranked as (
  select
    *,
    row_number() over (partition by platform, live_session_id order by version_at, file_source) as copy_no
  from staging.live_sessions
  where started_at < $as_of + 1
),

merged as (
  select
    platform,
    live_session_id,
    cast(max_by(account_id, case when account_id is not null then copy_no end) as varchar) as account_id,
    cast(max_by(host_id, case when host_id is not null then copy_no end) as varchar) as host_id,
    cast(max_by(title, case when title is not null then copy_no end) as varchar) as title,
    cast(max_by(started_at, case when started_at is not null then copy_no end) as timestamp) as started_at,
    cast(max_by(ended_at, case when ended_at is not null then copy_no end) as timestamp) as ended_at,
    cast(max_by(exposures, case when exposures is not null then copy_no end) as bigint) as exposures,
    cast(max_by(exposed_people, case when exposed_people is not null then copy_no end) as bigint) as exposed_people,
    cast(max_by(views, case when views is not null then copy_no end) as bigint) as views,
    cast(max_by(viewers, case when viewers is not null then copy_no end) as bigint) as viewers,
    cast(max_by(peak_online, case when peak_online is not null then copy_no end) as bigint) as peak_online,
    cast(max_by(average_online, case when average_online is not null then copy_no end) as bigint) as average_online,
    cast(max_by(average_watch_seconds, case when average_watch_seconds is not null then copy_no end) as double)
      as average_watch_seconds,
    cast(max_by(comments, case when comments is not null then copy_no end) as bigint) as comments,
    cast(max_by(likes, case when likes is not null then copy_no end) as bigint) as likes,
    cast(max_by(shares, case when shares is not null then copy_no end) as bigint) as shares,
    cast(max_by(new_followers, case when new_followers is not null then copy_no end) as bigint) as new_followers,
    cast(max_by(lost_followers, case when lost_followers is not null then copy_no end) as bigint) as lost_followers,
    cast(max_by(new_fan_club, case when new_fan_club is not null then copy_no end) as bigint) as new_fan_club,
    cast(max_by(new_group_members, case when new_group_members is not null then copy_no end) as bigint)
      as new_group_members,
    cast(max_by(group_viewers, case when group_viewers is not null then copy_no end) as bigint) as group_viewers,
    cast(max_by(product_exposed_people, case when product_exposed_people is not null then copy_no end) as bigint)
      as product_exposed_people,
    cast(max_by(product_clicked_people, case when product_clicked_people is not null then copy_no end) as bigint)
      as product_clicked_people,
    cast(max_by(orders, case when orders is not null then copy_no end) as bigint) as orders,
    cast(max_by(buyers, case when buyers is not null then copy_no end) as bigint) as buyers,
    cast(max_by(paid_amount, case when paid_amount is not null then copy_no end) as decimal(18, 2)) as paid_amount,
    cast(max_by(refund_amount, case when refund_amount is not null then copy_no end) as decimal(18, 2))
      as refund_amount,
    cast(max_by(ad_cost_amount, case when ad_cost_amount is not null then copy_no end) as decimal(18, 2))
      as ad_cost_amount
  from ranked
  group by platform, live_session_id
)

select
  m.platform,
  m.live_session_id,
  m.account_id,
  m.host_id,
  m.title,
  m.started_at,
  m.ended_at,
  m.exposures,
  m.exposed_people,
  m.views,
  m.viewers,
  m.peak_online,
  m.average_online,
  m.average_watch_seconds,
  m.comments,
  m.likes,
  m.shares,
  m.new_followers,
  m.lost_followers,
  m.new_fan_club,
  m.new_group_members,
  m.group_viewers,
  m.product_exposed_people,
  m.product_clicked_people,
  m.orders,
  m.buyers,
  m.paid_amount,
  m.refund_amount,
  m.ad_cost_amount,
  m.started_at - interval '1 second' * case
    when s.utc_offset_changes_at <= m.started_at then s.utc_offset_seconds_after else s.utc_offset_seconds
  end as started_at_utc,
  m.ended_at - interval '1 second' * case
    when e.utc_offset_changes_at <= m.ended_at then e.utc_offset_seconds_after else e.utc_offset_seconds
  end as ended_at_utc
from merged as m
left join core.calendar as s on cast(m.started_at as date) = s.date
left join core.calendar as e on cast(m.ended_at as date) = e.date
