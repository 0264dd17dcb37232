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
  view_exposed_rate: {type: double, unit: ratio, of: [product_exposed_people, viewers], zh: 观看-商品曝光率,
    zh_description: 商品曝光人数 ÷ 观看人数}
  product_click_rate: {type: double, unit: ratio, of: [product_clicked_people, product_exposed_people], zh: 商品曝光-点击率,
    zh_description: 商品点击人数 ÷ 商品曝光人数}
  click_buy_rate: {type: double, unit: ratio, of: [buyers, product_clicked_people], zh: 点击-成交率, zh_description: 成交人数 ÷ 商品点击人数}
  view_buy_rate: {type: double, unit: ratio, of: [buyers, viewers], zh: 观看-成交率, zh_description: 成交人数 ÷ 观看人数}
  follow_rate: {type: double, unit: ratio, of: [new_followers, viewers], zh: 转粉率, zh_description: 新增粉丝 ÷ 观看人数}
  fan_club_rate: {type: double, unit: ratio, of: [new_fan_club, viewers], zh: 加团率, description: into the fan club, zh_description: 新加粉丝团 ÷ 观看人数}
  group_join_rate: {type: double, unit: ratio, of: [new_group_members, viewers], zh: 加群率,
    description: 'into chat groups; a ratio of totals, not of identified people', zh_description: 新加粉丝群 ÷ 观看人数，为汇总数之比}
  gpm_amount: {type: 'decimal(18,2)', unit: yuan, zh: GPM, description: 'paid_amount × 1000 / views; NULL without views, never by viewers',
    zh_description: 成交金额 × 1000 ÷ 观看次数；没有观看次数时为空}
  uv_value_amount: {type: 'decimal(18,2)', unit: yuan, zh: UV价值, description: paid_amount / viewers, zh_description: 成交金额 ÷ 观看人数}
  average_per_buyer_amount: {type: 'decimal(18,2)', unit: yuan, zh: 客单价,
    description: 'paid_amount / buyers; where buyers are counted from our own rows, only the amount of those with a name',
    zh_description: 成交金额 ÷ 成交人数；人数由明细补算时，只算可识别买家的金额}
  roi: {type: double, unit: ratio, of: [paid_amount, ad_cost_amount], zh: 支付ROI, description: NULL at no cost, zh_description: 成交金额 ÷ 投放消耗；消耗为 0 时为空}
  net_roi: {type: double, unit: ratio, of: [paid_amount - refund_amount, ad_cost_amount], zh: 净成交ROI, zh_description: （成交金额 − 退款金额）÷ 投放消耗}
  refund_rate: {type: double, unit: ratio, of: [refund_amount, paid_amount], zh: 退款率, zh_description: 退款金额 ÷ 成交金额}
  group_viewers: {type: bigint, unit: person, zh: 群内观看人数, description: the platform's count of viewers who are in a group}
  group_viewer_rate: {type: double, unit: ratio, of: [group_viewers, viewers], zh: 群内观看占比, zh_description: 群内观看人数 ÷ 观看人数}
  identified_viewers: {type: bigint, unit: person, zh: 可识别观众, description: people with a live_view event of the session}
  member_viewers: {type: bigint, unit: person, zh: 在籍观众, description: of identified_viewers those inside the private domain when they watched}
  member_viewer_rate: {type: double, unit: ratio, of: [member_viewers, identified_viewers], zh: 在籍观众占比,
    zh_description: 在籍观众 ÷ 可识别观众}
  private_entries: {type: bigint, unit: person, zh: 本场入私域人数, description: people whose first private entry ever came from the session,
    zh_description: 首次进入私域即来自本场的人数}
  matched_orders: {type: bigint, unit: order, zh: 明细订单数, description: paid orders of our own rows that name the session}
  matched_buyers: {type: bigint, unit: person, zh: 明细买家数, description: identified people with such an order,
    zh_description: 自有订单明细中在本场付款的可识别买家，去重}
  matched_amount: {type: 'decimal(18,2)', unit: yuan, zh: 明细金额, description: amount of matched_orders}
  matched_refund_amount: {type: 'decimal(18,2)', unit: yuan, zh: 明细退款金额, description: refunds of matched_orders up to as_of}
  member_orders: {type: bigint, unit: order, zh: 在籍会员订单, description: matched_orders of people inside the private domain when they paid}
  member_amount: {type: 'decimal(18,2)', unit: yuan, zh: 在籍会员金额, description: amount of member_orders}
  member_share_rate: {type: double, unit: ratio, of: [member_amount, matched_amount], zh: 在籍会员金额占比,
    zh_description: 在籍会员金额 ÷ 明细金额}
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
with acts_by_person as (
  select
    e.platform,
    e.live_session_id,
    e.person_id,
    min(case when w.act = 'watch' then e.event_at end) as viewed_at,
    count(*) filter (where w.act = 'comment') as comments,
    max(case when w.kind = 'follow' and not w.is_exit then 1 else 0 end) as has_followed,
    max(case when w.kind = 'fan_club' and not w.is_exit then 1 else 0 end) as has_joined_fan_club,
    max(case when w.kind = 'group' and not w.is_exit then 1 else 0 end) as has_joined_group,
    max(case when w.act = 'click' then 1 else 0 end) as has_clicked
  from core.events as e
  left join core.event_words as w on e.event = w.event
  where e.live_session_id is not null and e.person_id is not null
  group by e.platform, e.live_session_id, e.person_id
),

inside as (
  select
    a.platform,
    a.live_session_id,
    a.person_id
  from acts_by_person as a
  inner join core.memberships as m
    on
      a.person_id = m.person_id
      and m.is_private_entry
      and a.viewed_at >= m.joined_at
      and (m.left_at is null or a.viewed_at < m.left_at)
  group by a.platform, a.live_session_id, a.person_id
),

acts as (
  select
    a.platform,
    a.live_session_id,
    count(a.viewed_at) as viewers,
    count(i.person_id) as member_viewers,
    sum(a.comments) as comments,
    sum(a.has_followed) as new_followers,
    sum(a.has_joined_fan_club) as new_fan_club,
    sum(a.has_joined_group) as new_group_members,
    sum(a.has_clicked) as product_clicked_people
  from acts_by_person as a
  left join inside as i
    on a.platform = i.platform and a.live_session_id = i.live_session_id and a.person_id = i.person_id
  group by a.platform, a.live_session_id
),

sold_by_person as (
  select
    platform,
    live_session_id,
    person_id,
    count(*) as orders,
    count(*) filter (where was_member) as member_orders,
    count(*) filter (where order_no = 1) as first_orders,
    sum(paid_amount) as paid_amount,
    sum(refund_amount) as refund_amount,
    sum(case when person_id is not null then paid_amount else 0 end) as identified_amount,
    sum(case when was_member then paid_amount else 0 end) as member_amount
  from core.orders
  where
    live_session_id is not null
    and order_kind in ('normal', 'deposit') and paid_amount > 0
  group by platform, live_session_id, person_id
),

sold as (
  select
    platform,
    live_session_id,
    cast(sum(orders) as bigint) as orders,
    count(person_id) as buyers,
    cast(sum(member_orders) as bigint) as member_orders,
    cast(sum(first_orders) as bigint) as new_buyers,
    cast(sum(paid_amount) as decimal(18, 2)) as paid_amount,
    cast(sum(refund_amount) as decimal(18, 2)) as refund_amount,
    cast(sum(identified_amount) as decimal(18, 2)) as identified_amount,
    cast(sum(member_amount) as decimal(18, 2)) as member_amount
  from sold_by_person
  group by platform, live_session_id
),

entered as (
  select
    private_platform as platform,
    private_live_session_id as live_session_id,
    count(*) as private_entries
  from core.people
  where private_live_session_id is not null
  group by private_platform, private_live_session_id
),

spent as (
  select
    platform,
    live_session_id,
    cast(sum(cost_amount) as decimal(18, 2)) as cost_amount
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
  group by l.platform, l.live_session_id
),

told as (
  select
    l.platform,
    l.live_session_id,
    l.host_id,
    l.account_id,
    l.title,
    l.started_at,
    l.ended_at,
    l.started_at_utc,
    l.ended_at_utc,
    cast(l.started_at as date) as started_date,
    l.exposures,
    l.exposed_people,
    l.views,
    cast(coalesce(l.viewers, nullif(a.viewers, 0)) as bigint) as viewers,
    l.peak_online,
    l.average_online,
    l.average_watch_seconds,
    cast(coalesce(l.comments, nullif(a.comments, 0)) as bigint) as comments,
    l.likes,
    l.shares,
    cast(coalesce(l.new_followers, nullif(a.new_followers, 0)) as bigint) as new_followers,
    l.lost_followers,
    cast(coalesce(l.new_fan_club, nullif(a.new_fan_club, 0)) as bigint) as new_fan_club,
    cast(coalesce(l.new_group_members, nullif(a.new_group_members, 0)) as bigint) as new_group_members,
    l.product_exposed_people,
    cast(coalesce(l.product_clicked_people, nullif(a.product_clicked_people, 0)) as bigint) as product_clicked_people,
    coalesce(l.orders, s.orders) as orders,
    coalesce(l.buyers, nullif(s.buyers, 0)) as buyers,
    coalesce(l.paid_amount, s.paid_amount) as paid_amount,
    -- refunds must be of the same orders as the amount they are set against
    case when l.paid_amount is null then s.refund_amount else l.refund_amount end as refund_amount,
    -- our own count of buyers knows those with a name; so must the amount that is set against it
    case when l.buyers is null then s.identified_amount else coalesce(l.paid_amount, s.paid_amount) end
      as buyers_amount,
    coalesce(l.ad_cost_amount, d.cost_amount) as ad_cost_amount,
    -- whether viewers and clicks are only those with a name, and which figures the platform tells
    l.viewers is null as counts_viewers,
    l.product_clicked_people is null as counts_clicks,
    l.buyers as told_buyers,
    l.new_followers as told_new_followers,
    l.new_fan_club as told_new_fan_club,
    l.new_group_members as told_new_group_members,
    l.paid_amount as told_paid_amount,
    -- the platform restates its own figures; where ours stand in, refunds may still come
    case when l.paid_amount is null then r.known_until else k.known_until end as known_until,
    l.group_viewers,
    coalesce(a.viewers, 0) as identified_viewers,
    coalesce(a.member_viewers, 0) as member_viewers,
    coalesce(e.private_entries, 0) as private_entries,
    coalesce(s.orders, 0) as matched_orders,
    coalesce(s.buyers, 0) as matched_buyers,
    coalesce(s.paid_amount, cast(0 as decimal(18, 2))) as matched_amount,
    coalesce(s.refund_amount, cast(0 as decimal(18, 2))) as matched_refund_amount,
    coalesce(s.member_orders, 0) as member_orders,
    coalesce(s.member_amount, cast(0 as decimal(18, 2))) as member_amount,
    coalesce(s.new_buyers, 0) as new_buyers,
    coalesce(p.pushes, 0) as pushes_before,
    cast(p.delivered as bigint) as push_delivered_before,
    cast(p.clicked as bigint) as push_clicked_before,
    concat_ws(
      ', ',
      case when l.viewers is null and a.viewers > 0 then 'viewers' end,
      case when l.comments is null and a.comments > 0 then 'comments' end,
      case when l.new_followers is null and a.new_followers > 0 then 'new_followers' end,
      case when l.new_fan_club is null and a.new_fan_club > 0 then 'new_fan_club' end,
      case when l.new_group_members is null and a.new_group_members > 0 then 'new_group_members' end,
      case when l.product_clicked_people is null and a.product_clicked_people > 0 then 'product_clicked_people' end,
      case when l.orders is null and s.orders > 0 then 'orders' end,
      case when l.buyers is null and s.buyers > 0 then 'buyers' end,
      case when l.paid_amount is null and s.paid_amount > 0 then 'paid_amount' end,
      case when l.paid_amount is null and s.paid_amount > 0 then 'refund_amount' end,
      case when l.ad_cost_amount is null and d.cost_amount is not null then 'ad_cost_amount' end
    ) as approximated
  from core.live_sessions as l
  left join core.known as k on l.platform = k.platform and k.kind = 'live_sessions'
  left join core.known as r on l.platform = r.platform and r.kind = 'refunds'
  left join acts as a on l.platform = a.platform and l.live_session_id = a.live_session_id
  left join sold as s on l.platform = s.platform and l.live_session_id = s.live_session_id
  left join entered as e on l.platform = e.platform and l.live_session_id = e.live_session_id
  left join spent as d on l.platform = d.platform and l.live_session_id = d.live_session_id
  left join pushed as p on l.platform = p.platform and l.live_session_id = p.live_session_id
)

select
  t.platform,
  t.live_session_id,
  t.host_id,
  t.account_id,
  t.title,
  t.started_at,
  t.ended_at,
  t.started_date,
  coalesce(c.festival, 'none') as festival,
  cast(date_diff('second', date_trunc('second', t.started_at_utc), date_trunc('second', t.ended_at_utc)) as double) / 60
    as duration_minutes,
  t.exposures,
  t.exposed_people,
  t.views,
  t.viewers,
  t.peak_online,
  t.average_online,
  t.average_watch_seconds,
  t.comments,
  t.likes,
  t.shares,
  t.new_followers,
  t.lost_followers,
  t.new_fan_club,
  t.new_group_members,
  t.product_exposed_people,
  t.product_clicked_people,
  t.orders,
  t.buyers,
  t.paid_amount,
  t.refund_amount,
  t.ad_cost_amount,
  cast(t.viewers as double) / nullif(t.exposed_people, 0) as exposure_view_rate,
  cast(t.product_exposed_people as double)
  / nullif(case when not t.counts_viewers then t.viewers end, 0)
    as view_exposed_rate,
  cast(t.product_clicked_people as double) / nullif(t.product_exposed_people, 0) as product_click_rate,
  cast(t.buyers as double)
  / nullif(case when not t.counts_clicks or t.told_buyers is null then t.product_clicked_people end, 0)
    as click_buy_rate,
  cast(t.buyers as double)
  / nullif(case when not t.counts_viewers or t.told_buyers is null then t.viewers end, 0)
    as view_buy_rate,
  cast(t.new_followers as double)
  / nullif(case when not t.counts_viewers or t.told_new_followers is null then t.viewers end, 0)
    as follow_rate,
  cast(t.new_fan_club as double)
  / nullif(case when not t.counts_viewers or t.told_new_fan_club is null then t.viewers end, 0)
    as fan_club_rate,
  cast(t.new_group_members as double)
  / nullif(case when not t.counts_viewers or t.told_new_group_members is null then t.viewers end, 0)
    as group_join_rate,
  -- amounts per head are rounded half up in whole cents, the same on every engine
  cast(
    cast((cast(t.paid_amount * 200000 as bigint) + t.views) // nullif(t.views * 2, 0) as double) / 100 as decimal(18, 2)
  ) as gpm_amount,
  cast(
    cast(
      case
        when not t.counts_viewers or t.told_paid_amount is null
          then (cast(t.paid_amount * 200 as bigint) + t.viewers) // nullif(t.viewers * 2, 0)
      end as double
    ) / 100 as decimal(18, 2)
  ) as uv_value_amount,
  cast(
    cast((cast(t.buyers_amount * 200 as bigint) + t.buyers) // nullif(t.buyers * 2, 0) as double) / 100
    as decimal(18, 2)
  ) as average_per_buyer_amount,
  cast(t.paid_amount as double) / nullif(cast(t.ad_cost_amount as double), 0) as roi,
  cast(t.paid_amount - t.refund_amount as double) / nullif(cast(t.ad_cost_amount as double), 0) as net_roi,
  cast(t.refund_amount as double) / nullif(cast(t.paid_amount as double), 0) as refund_rate,
  t.group_viewers,
  cast(t.group_viewers as double)
  / nullif(case when not t.counts_viewers then t.viewers end, 0)
    as group_viewer_rate,
  t.identified_viewers,
  t.member_viewers,
  cast(t.member_viewers as double) / nullif(t.identified_viewers, 0) as member_viewer_rate,
  t.private_entries,
  t.matched_orders,
  t.matched_buyers,
  t.matched_amount,
  t.matched_refund_amount,
  t.member_orders,
  t.member_amount,
  cast(t.member_amount as double) / nullif(cast(t.matched_amount as double), 0) as member_share_rate,
  t.new_buyers,
  t.pushes_before,
  t.push_delivered_before,
  t.push_clicked_before,
  t.approximated,
  t.approximated <> '' as is_approximate,
  coalesce(date_diff('day', t.started_date, t.known_until) >= $refund_days, false) as is_mature
from told as t
left join core.calendar as c on t.started_date = c.date
