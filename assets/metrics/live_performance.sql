/*
title: {zh: 直播表现, en: Live performance}
description: >-
  One live session: the platform's own funnel, the rates made from it, and what the private domain did in it. Where the platform's file leaves a figure out
  and our rows can stand in (people seen in events, orders naming the session), the stand-in is used and named in approximated; a rate of
  the platform's figure over a count of ours is NULL, as we know only people with a name. Figures beginning with matched_
  and member_ are always counted from our own orders and people. Amounts are as paid, later refunds included; the platform may restate a session for 30 days.
description_zh: >-
  一场直播：平台口径的漏斗与比率，以及私域在其中的贡献。平台没给、由明细补上的数列在 approximated 里；平台的分子不除以明细补算的分母，此时为空；matched_、member_ 开头的始终由订单与人员明细计算。
  金额为支付口径，平台 30 天内可能更新。
grain: platform, live_session_id
parameters:
  push_hours: 24
  refund_days: 30
facts:
  sessions: {}
columns:
  platform: {type: varchar, zh: 平台}
  live_session_id: {type: varchar, zh: 直播场次}
  host_id: {type: varchar, zh: 主播}
  account_id: {type: varchar, zh: 账号}
  title: {type: varchar, zh: 标题}
  started_at: {type: timestamp, zh: 开播时间}
  ended_at: {type: timestamp, zh: 下播时间}
  started_date: {type: date, zh: 开播日期}
  festival: {type: varchar, zh: 节日, description: festival of the starting date; none without}
  duration_minutes: {type: double, unit: minute, zh: 时长}
  exposures: {type: bigint, unit: event, zh: 曝光次数}
  exposed_people: {type: bigint, unit: person, zh: 曝光人数}
  views: {type: bigint, unit: event, zh: 观看次数}
  viewers: {type: bigint, unit: person, zh: 观看人数, description: 'people who entered the session, as the platform counts them',
    zh_description: 平台统计的本场观看人数}
  peak_online: {type: bigint, unit: person, zh: 最高在线}
  average_online: {type: bigint, unit: person, zh: 平均在线}
  average_watch_seconds: {type: double, unit: second, zh: 人均观看时长}
  comments: {type: bigint, unit: event, zh: 评论次数}
  likes: {type: bigint, unit: event, zh: 点赞次数}
  shares: {type: bigint, unit: event, zh: 分享次数}
  new_followers: {type: bigint, unit: person, zh: 新增粉丝}
  lost_followers: {type: bigint, unit: person, zh: 掉粉}
  new_fan_club: {type: bigint, unit: person, zh: 新加粉丝团}
  new_group_members: {type: bigint, unit: person, zh: 新加粉丝群}
  product_exposed_people: {type: bigint, unit: person, zh: 商品曝光人数}
  product_clicked_people: {type: bigint, unit: person, zh: 商品点击人数}
  orders: {type: bigint, unit: order, zh: 成交订单数}
  buyers: {type: bigint, unit: person, zh: 成交人数, description: 'people who paid in the session, as the platform counts them',
    zh_description: 平台统计的本场成交人数}
  paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 成交金额, description: 'amount paid in the session, as the platform counts it',
    zh_description: 平台统计的本场成交金额}
  refund_amount: {type: 'decimal(18,2)', unit: yuan, zh: 退款金额}
  ad_cost_amount: {type: 'decimal(18,2)', unit: yuan, zh: 投放消耗}
  exposure_view_rate: {type: double, unit: ratio, of: [viewers, exposed_people], zh: 曝光-观看率, zh_description: 观看人数 ÷ 曝光人数}
  view_exposed_rate: {type: double, unit: ratio, of: {parts: [product_exposed_people, viewers], when: is_viewers_told}, zh: 观看-商品曝光率,
    zh_description: 商品曝光人数 ÷ 观看人数}
  product_click_rate: {type: double, unit: ratio, of: [product_clicked_people, product_exposed_people], zh: 商品曝光-点击率,
    zh_description: 商品点击人数 ÷ 商品曝光人数}
  click_buy_rate: {type: double, unit: ratio, of: {parts: [buyers, product_clicked_people], when: is_clicked_told or not is_buyers_told}, zh: 点击-成交率, zh_description: 成交人数 ÷ 商品点击人数}
  view_buy_rate: {type: double, unit: ratio, of: {parts: [buyers, viewers], when: is_viewers_told or not is_buyers_told}, zh: 观看-成交率, zh_description: 成交人数 ÷ 观看人数}
  follow_rate: {type: double, unit: ratio, of: {parts: [new_followers, viewers], when: is_viewers_told or not is_followers_told}, zh: 转粉率, zh_description: 新增粉丝 ÷ 观看人数}
  fan_club_rate: {type: double, unit: ratio, of: {parts: [new_fan_club, viewers], when: is_viewers_told or not is_fan_club_told}, zh: 加团率, description: into the fan club, zh_description: 新加粉丝团 ÷ 观看人数}
  group_join_rate: {type: double, unit: ratio, of: {parts: [new_group_members, viewers], when: is_viewers_told or not is_group_members_told}, zh: 加群率,
    description: 'into chat groups; a ratio of totals, not of identified people', zh_description: 新加粉丝群 ÷ 观看人数，为汇总数之比}
  gpm_amount: {type: 'decimal(18,2)', unit: yuan, of: {parts: [paid_amount, views], times: 1000}, zh: GPM, description: 'NULL without views, never by viewers',
    zh_description: 成交金额 × 1000 ÷ 观看次数；没有观看次数时为空}
  uv_value_amount: {type: 'decimal(18,2)', unit: yuan, of: {parts: [paid_amount, viewers], when: is_viewers_told or not is_amount_told}, zh: UV价值,
    zh_description: 成交金额 ÷ 观看人数}
  average_per_buyer_amount: {type: 'decimal(18,2)', unit: yuan, of: [buyers_amount, buyers], zh: 客单价,
    description: 'buyers_amount is paid_amount; where buyers are counted from our own rows, only the amount of those with a name',
    zh_description: 成交金额 ÷ 成交人数；人数由明细补算时，只算可识别买家的金额}
  roi: {type: double, unit: ratio, of: [paid_amount, ad_cost_amount], zh: 支付ROI, description: NULL at no cost, zh_description: 成交金额 ÷ 投放消耗；消耗为 0 时为空}
  net_roi: {type: double, unit: ratio, of: [paid_amount - refund_amount, ad_cost_amount], zh: 净成交ROI, zh_description: （成交金额 − 退款金额）÷ 投放消耗}
  refund_rate: {type: double, unit: ratio, of: [refund_amount, paid_amount], zh: 退款率, zh_description: 退款金额 ÷ 成交金额}
  group_viewers: {type: bigint, unit: person, zh: 群内观看人数, description: the platform's count of viewers who are in a group}
  group_viewer_rate: {type: double, unit: ratio, of: {parts: [group_viewers, viewers], when: is_viewers_told}, zh: 群内观看占比, zh_description: 群内观看人数 ÷ 观看人数}
  identified_viewers: {type: bigint, unit: person, zh: 可识别观众, description: people with a live_view event of the session}
  member_viewers: {type: bigint, unit: person, zh: 私域成员观众, description: of identified_viewers those inside the private domain when they watched}
  member_viewer_rate: {type: double, unit: ratio, of: [member_viewers, identified_viewers], zh: 私域成员观众占比,
    zh_description: 私域成员观众 ÷ 可识别观众}
  private_entries: {type: bigint, unit: person, zh: 本场入私域人数, description: people whose first private entry ever came from the session,
    zh_description: 首次进入私域即来自本场的人数}
  matched_orders: {type: bigint, unit: order, zh: 明细订单数, description: paid orders of our own rows that name the session}
  matched_buyers: {type: bigint, unit: person, zh: 明细买家数, description: identified people with such an order,
    zh_description: 自有订单明细中在本场付款的可识别买家，去重}
  matched_amount: {type: 'decimal(18,2)', unit: yuan, zh: 明细金额, description: amount of matched_orders}
  matched_refund_amount: {type: 'decimal(18,2)', unit: yuan, zh: 明细退款金额, description: refunds of matched_orders up to as_of}
  member_orders: {type: bigint, unit: order, zh: 私域成员订单, description: matched_orders of people inside the private domain when they paid}
  member_amount: {type: 'decimal(18,2)', unit: yuan, zh: 私域成员金额, description: amount of member_orders}
  member_share_rate: {type: double, unit: ratio, of: [member_amount, matched_amount], zh: 私域成员金额占比,
    zh_description: 私域成员金额 ÷ 明细金额}
  new_buyers: {type: bigint, unit: person, zh: 首购人数, description: people whose first kept order ever names the session}
  pushes_before: {type: bigint, unit: event, zh: 开播前推送, description: pushes sent in the push_hours (24) before the start}
  push_delivered_before: {type: bigint, unit: person, zh: 推送触达, description: their deliveries; NULL where no push tells}
  push_clicked_before: {type: bigint, unit: person, zh: 推送点击, description: their clicks; NULL where no push tells}
  approximated: {type: varchar, zh: 补算字段, description: 'comma list of the platform''s figures that our own rows stand in for; empty when none'}
  is_approximate: {type: boolean, zh: 含补算, description: approximated is not empty}
  is_mature: {type: boolean, zh: 是否稳定, description: 'sessions (where our own amount stands in: refunds) are known for refund_days (30) after the start; the platform restates until then'}
checks:
  - unique: [platform, live_session_id]
  - not_null: [platform, live_session_id, started_at]
  - between: {column: member_viewer_rate, min: 0, max: 1}
  - between: {column: member_share_rate, min: 0, max: 1}
*/
with spent as (
  select
    platform,
    live_session_id,
    sum(cost_amount) as cost_amount
  from core.ad_spend
  where live_session_id is not null
  group by platform, live_session_id
),

pushed as (
  select
    l.platform,
    l.live_session_id,
    count(*) as pushes,
    sum(p.delivered) as delivered,
    sum(p.clicked) as clicked
  from core.live_sessions as l
  inner join core.pushes as p
    on
      l.started_at_utc >= p.sent_at_utc
      and date_diff('second', date_trunc('second', p.sent_at_utc), date_trunc('second', l.started_at_utc))
      <= $push_hours * 3600
  where p.is_message
  group by l.platform, l.live_session_id
)

-- the platform's own figures, ours in the place of those that it does not tell. A rate of the platform's figure is over
-- the platform's viewers or clicks only, as ours are those with a name
select
  l.platform, l.live_session_id, l.host_id, l.account_id, l.title, l.started_at, l.ended_at,
  cast(l.started_at as date) as started_date,
  coalesce(c.festival, 'none') as festival,
  cast(date_diff('second', date_trunc('second', l.started_at_utc), date_trunc('second', l.ended_at_utc)) as double) / 60
    as duration_minutes,
  l.exposures, l.exposed_people, l.views, l.peak_online, l.average_online, l.average_watch_seconds,
  l.likes, l.shares, l.lost_followers, l.product_exposed_people, l.group_viewers,
  coalesce(l.viewers, nullif(f.viewers, 0)) as viewers,
  coalesce(l.comments, nullif(f.comments, 0)) as comments,
  coalesce(l.new_followers, nullif(f.new_followers, 0)) as new_followers,
  coalesce(l.new_fan_club, nullif(f.new_fan_club, 0)) as new_fan_club,
  coalesce(l.new_group_members, nullif(f.new_group_members, 0)) as new_group_members,
  coalesce(l.product_clicked_people, nullif(f.product_clicked_people, 0)) as product_clicked_people,
  coalesce(l.orders, nullif(f.orders, 0)) as orders,
  coalesce(l.buyers, nullif(f.buyers, 0)) as buyers,
  coalesce(l.paid_amount, nullif(f.paid_amount, 0)) as paid_amount,
  -- refunds must be of the same orders as the amount they are set against
  case when l.paid_amount is not null then l.refund_amount when f.orders > 0 then f.refund_amount end as refund_amount,
  coalesce(l.ad_cost_amount, d.cost_amount) as ad_cost_amount,
  -- our own count of buyers knows those with a name; so must the amount that is set against it
  case when l.buyers is null then f.identified_amount else coalesce(l.paid_amount, nullif(f.paid_amount, 0)) end
    as buyers_amount,
  l.viewers is not null as is_viewers_told,
  l.product_clicked_people is not null as is_clicked_told,
  l.buyers is not null as is_buyers_told,
  l.new_followers is not null as is_followers_told,
  l.new_fan_club is not null as is_fan_club_told,
  l.new_group_members is not null as is_group_members_told,
  l.paid_amount is not null as is_amount_told,
  concat_ws(
    ', ',
    case when l.viewers is null and f.viewers > 0 then 'viewers' end,
    case when l.comments is null and f.comments > 0 then 'comments' end,
    case when l.new_followers is null and f.new_followers > 0 then 'new_followers' end,
    case when l.new_fan_club is null and f.new_fan_club > 0 then 'new_fan_club' end,
    case when l.new_group_members is null and f.new_group_members > 0 then 'new_group_members' end,
    case when l.product_clicked_people is null and f.product_clicked_people > 0 then 'product_clicked_people' end,
    case when l.orders is null and f.orders > 0 then 'orders' end,
    case when l.buyers is null and f.buyers > 0 then 'buyers' end,
    case when l.paid_amount is null and f.paid_amount > 0 then 'paid_amount, refund_amount' end,
    case when l.ad_cost_amount is null and d.cost_amount is not null then 'ad_cost_amount' end
  ) as approximated,
  approximated <> '' as is_approximate,
  coalesce(f.viewers, 0) as identified_viewers,
  coalesce(f.member_viewers, 0) as member_viewers,
  coalesce(f.private_entries, 0) as private_entries,
  coalesce(f.orders, 0) as matched_orders,
  coalesce(f.buyers, 0) as matched_buyers,
  coalesce(f.paid_amount, 0) as matched_amount,
  coalesce(f.refund_amount, 0) as matched_refund_amount,
  coalesce(f.member_orders, 0) as member_orders,
  coalesce(f.member_amount, 0) as member_amount,
  coalesce(f.new_buyers, 0) as new_buyers,
  coalesce(p.pushes, 0) as pushes_before,
  p.delivered as push_delivered_before,
  p.clicked as push_clicked_before,
  -- the platform restates its own figures; where ours stand in, refunds may still come
  coalesce(
    case when l.paid_amount is null then r.known_until else k.known_until end - $refund_days
    >= cast(l.started_at as date), false
  ) as is_mature
from core.live_sessions as l
left join core.known as k on l.platform = k.platform and k.kind = 'live_sessions'
left join core.known as r on l.platform = r.platform and r.kind = 'refunds'
left join facts.sessions as f on l.platform = f.platform and l.live_session_id = f.live_session_id
left join spent as d on l.platform = d.platform and l.live_session_id = d.live_session_id
left join pushed as p on l.platform = p.platform and l.live_session_id = p.live_session_id
left join core.calendar as c on cast(l.started_at as date) = c.date
