/*
title: {zh: 场次明细, en: Sessions}
description: >-
  What our own rows tell of a live session: who watched, acted and bought in it, and who entered the private domain by it. A session
  of which they tell nothing has no row. Additive in every column over people.
description_zh: 由个人明细统计的一场直播：观看、互动、成交与入私域；没有任何明细的场次没有行。按人可直接相加。
grain: platform, live_session_id
counted_by: [people, orders, private_entries]
columns:
  platform: {type: varchar, zh: 平台}
  live_session_id: {type: varchar, zh: 直播场次}
  people: {type: bigint, unit: person, zh: 可识别人数, description: people with an event of any kind that names the session}
  viewers: {type: bigint, unit: person, zh: 可识别观众, description: people who watched}
  member_viewers: {type: bigint, unit: person, zh: 在籍观众, description: viewers inside the private domain when they first watched}
  comments: {type: bigint, unit: event, zh: 评论次数}
  new_followers: {type: bigint, unit: person, zh: 新增粉丝}
  new_fan_club: {type: bigint, unit: person, zh: 新加粉丝团}
  new_group_members: {type: bigint, unit: person, zh: 新加粉丝群}
  new_contacts: {type: bigint, unit: person, zh: 新加企微, description: added WeCom by an event that names the session}
  product_clicked_people: {type: bigint, unit: person, zh: 商品点击人数}
  orders: {type: bigint, unit: order, zh: 订单数, description: paid orders that name the session}
  buyers: {type: bigint, unit: person, zh: 买家数, description: identified people with such an order}
  new_buyers: {type: bigint, unit: person, zh: 首购人数, description: of them those whose first kept order ever it was}
  paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 金额}
  refund_amount: {type: 'decimal(18,2)', unit: yuan, zh: 退款金额}
  identified_amount: {type: 'decimal(18,2)', unit: yuan, zh: 可识别买家金额}
  member_orders: {type: bigint, unit: order, zh: 在籍会员订单, description: orders of people inside the private domain when they paid}
  member_amount: {type: 'decimal(18,2)', unit: yuan, zh: 在籍会员金额}
  private_entries: {type: bigint, unit: person, zh: 入私域人数, description: people whose first private entry ever came from the session}
checks:
  - unique: [platform, live_session_id]
  - not_null: [platform, live_session_id]
  - condition: {sql: 'member_viewers <= viewers and viewers <= people', name: viewers are people}
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
    max(case when w.kind = 'wecom' and not w.is_exit then 1 else 0 end) as has_added,
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
    count(*) as people,
    count(a.viewed_at) as viewers,
    count(i.person_id) as member_viewers,
    sum(a.comments) as comments,
    sum(a.has_followed) as new_followers,
    sum(a.has_joined_fan_club) as new_fan_club,
    sum(a.has_joined_group) as new_group_members,
    sum(a.has_added) as new_contacts,
    sum(a.has_clicked) as product_clicked_people
  from acts_by_person as a
  left join inside as i
    on a.platform = i.platform and a.live_session_id = i.live_session_id and a.person_id = i.person_id
  group by a.platform, a.live_session_id
),

sold as (
  select
    platform,
    live_session_id,
    count(*) as orders,
    count(distinct person_id) as buyers,
    count(*) filter (where order_no = 1) as new_buyers,
    sum(paid_amount) as paid_amount,
    sum(refund_amount) as refund_amount,
    sum(paid_amount) filter (where person_id is not null) as identified_amount,
    count(*) filter (where was_member) as member_orders,
    sum(paid_amount) filter (where was_member) as member_amount
  from core.orders
  where live_session_id is not null and order_kind in ('normal', 'deposit') and paid_amount > 0
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
)

select
  platform,
  live_session_id,
  coalesce(people, 0) as people,
  coalesce(viewers, 0) as viewers,
  coalesce(member_viewers, 0) as member_viewers,
  cast(coalesce(comments, 0) as bigint) as comments,
  cast(coalesce(new_followers, 0) as bigint) as new_followers,
  cast(coalesce(new_fan_club, 0) as bigint) as new_fan_club,
  cast(coalesce(new_group_members, 0) as bigint) as new_group_members,
  cast(coalesce(new_contacts, 0) as bigint) as new_contacts,
  cast(coalesce(product_clicked_people, 0) as bigint) as product_clicked_people,
  coalesce(orders, 0) as orders,
  coalesce(buyers, 0) as buyers,
  coalesce(new_buyers, 0) as new_buyers,
  cast(coalesce(paid_amount, 0) as decimal(18, 2)) as paid_amount,
  cast(coalesce(refund_amount, 0) as decimal(18, 2)) as refund_amount,
  cast(coalesce(identified_amount, 0) as decimal(18, 2)) as identified_amount,
  coalesce(member_orders, 0) as member_orders,
  cast(coalesce(member_amount, 0) as decimal(18, 2)) as member_amount,
  coalesce(private_entries, 0) as private_entries
from acts
full join sold using (platform, live_session_id)
full join entered using (platform, live_session_id)
