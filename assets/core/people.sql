/*
title: {zh: 人员, en: People}
description: One row per person seen in an event or a paid order, with the milestones on the way from public traffic to private domain to buyer.
description_zh: 每个出现过的人一行：从公域触达、关注、进团、入私域到首购、二购的时间点。
grain: person_id
rebuild:
  delete: touched_people
  restrict:
    core.events: touched_people
    core.orders: touched_people
    core.memberships: touched_people
columns:
  person_id:                    {type: varchar, zh: 人}
  first_seen_at:                {type: timestamp, zh: 首次出现}
  first_platform:               {type: varchar, zh: 首次出现平台}
  platforms:                    {type: varchar, zh: 出现过的平台, description: comma-separated}
  first_channel:                {type: varchar, zh: 首次出现渠道}
  first_domain:                 {type: varchar, zh: 首次出现的域}
  first_public_at:              {type: timestamp, zh: 首次公域触达, description: first event or paid order that came by public traffic}
  first_public_channel:         {type: varchar, zh: 首次公域渠道}
  first_public_platform:        {type: varchar, zh: 首次公域平台}
  first_public_is_paid:         {type: boolean, zh: 首次公域是否付费, description: 'that touch was paid for, whatever its channel'}
  first_public_live_session_id: {type: varchar, zh: 首次公域直播场次}
  followed_at:                  {type: timestamp, zh: 首次关注}
  fan_club_at:                  {type: timestamp, zh: 首次进粉丝团}
  private_at:                   {type: timestamp, zh: 首次入私域, description: "first of the merchant's private entry events"}
  private_platform:             {type: varchar, zh: 入私域平台}
  private_event:                {type: varchar, zh: 入私域事件}
  private_entry_path:           {type: varchar, zh: 入私域路径}
  private_group_id:             {type: varchar, zh: 首个私域群}
  private_live_session_id:      {type: varchar, zh: 入私域的直播场次}
  first_public_at_utc:          {type: timestamp, zh: 首次公域触达（UTC）, description: 'this and the next three are the same instants in UTC, for durations'}
  followed_at_utc:              {type: timestamp, zh: 首次关注（UTC）}
  fan_club_at_utc:              {type: timestamp, zh: 首次进粉丝团（UTC）}
  private_at_utc:               {type: timestamp, zh: 首次入私域（UTC）}
  first_order_at:               {type: timestamp, zh: 首单时间}
  first_order_platform:         {type: varchar, zh: 首单平台}
  first_order_channel:          {type: varchar, zh: 首单渠道}
  first_order_domain:           {type: varchar, zh: 首单域}
  first_order_shop_id:          {type: varchar, zh: 首单店铺}
  first_order_live_session_id:  {type: varchar, zh: 首单直播场次}
  first_order_was_member:       {type: boolean, zh: 首单时是否在籍}
  second_order_at:              {type: timestamp, zh: 第二次购买时间, description: first kept order on a later day}
  last_order_at:                {type: timestamp, zh: 末单时间}
  orders:                       {type: bigint, unit: order, zh: 有效订单数}
  purchases:                    {type: bigint, unit: day, zh: 购买次数, description: distinct days with a kept order}
  paid_amount:                  {type: 'decimal(18,2)', unit: yuan, zh: 支付金额, description: of kept orders}
  net_amount:                   {type: 'decimal(18,2)', unit: yuan, zh: 净额, description: of kept orders}
  first_purchase_amount:        {type: 'decimal(18,2)', unit: yuan, zh: 首次购买净额, description: net amount of the kept orders of the first day; NULL without any}
  only_order_platform:          {type: varchar, zh: 唯一下单平台, description: on which every kept order was made; NULL where on several}
  last_active_at:               {type: timestamp, zh: 最近活跃, description: last own act or kept order}
  is_member:                    {type: boolean, zh: 当前是否在籍, description: inside a private membership at as_of}
checks:
  - unique: [person_id]
  - not_null: [person_id, first_seen_at]
  - condition: {sql: 'second_order_at is null or second_order_at > first_order_at', name: second order after the first}
*/
with acts as not materialized (
  select
    e.person_id,
    'event' as kind,
    e.event_id as act_id,
    '' as act_shop,
    e.event_at as act_at,
    e.event_at_utc as act_at_utc,
    case when not w.is_exit then w.kind end as begins,
    e.platform,
    e.channel,
    e.domain,
    e.is_paid_channel,
    e.live_session_id,
    e.is_active
  from core.events as e
  left join core.event_words as w on e.event = w.event
  where e.person_id is not null
  union all
  select
    person_id,
    'order' as kind,
    order_id as act_id,
    -- two shops may have one order number
    coalesce(shop_id, '') as act_shop,
    paid_at as act_at,
    paid_at_utc as act_at_utc,
    cast(null as varchar) as begins,
    platform,
    channel,
    domain,
    is_paid_channel,
    live_session_id,
    is_kept as is_active
  from core.orders
  where person_id is not null
),

-- all of it in one order, so that a person's acts are sorted once
numbered as (
  select
    *,
    row_number() over (partition by person_id order by act_at, kind, platform, act_id, act_shop) as act_no,
    count(case when domain = 'public' then 1 end) over (
      partition by person_id order by act_at, kind, platform, act_id, act_shop
      rows between unbounded preceding and current row
    ) as public_act_no
  from acts
),

seen as (
  select
    person_id,
    min(act_at) as first_seen_at,
    max(case when act_no = 1 then platform end) as first_platform,
    min(platform) as one_platform,
    max(platform) as other_platform,
    max(case when act_no = 1 then channel end) as first_channel,
    max(case when act_no = 1 then domain end) as first_domain,
    min(case when domain = 'public' then act_at end) as first_public_at,
    max(case when domain = 'public' and public_act_no = 1 then channel end) as first_public_channel,
    max(case when domain = 'public' and public_act_no = 1 then platform end) as first_public_platform,
    bool_or(case when domain = 'public' and public_act_no = 1 then is_paid_channel end) as first_public_is_paid,
    max(case when domain = 'public' and public_act_no = 1 then live_session_id end) as first_public_live_session_id,
    min(case when begins = 'follow' then act_at end) as followed_at,
    min(case when begins = 'fan_club' then act_at end) as fan_club_at,
    min(case when domain = 'public' then act_at_utc end) as first_public_at_utc,
    min(case when begins = 'follow' then act_at_utc end) as followed_at_utc,
    min(case when begins = 'fan_club' then act_at_utc end) as fan_club_at_utc,
    max(case when is_active then act_at end) as last_active_at
  from numbered
  group by person_id
),

-- few are seen on several platforms, and only for them is there a list to make
several_platforms as (
  select
    person_id,
    array_to_string(list_sort(list(platform)), ',') as platforms
  from (
    select distinct
      a.person_id,
      a.platform
    from acts as a
    semi join (select * from seen where one_platform <> other_platform) as s on a.person_id = s.person_id
  ) as met
  group by person_id
),

bought as (
  select
    person_id,
    max(paid_at) as last_order_at,
    count(*) as orders,
    max(purchase_no) as purchases,
    cast(sum(paid_amount) as decimal(18, 2)) as paid_amount,
    cast(sum(net_amount) as decimal(18, 2)) as net_amount,
    cast(sum(case when purchase_no = 1 then net_amount end) as decimal(18, 2)) as first_purchase_amount,
    min(platform) as one_platform,
    max(platform) as other_platform
  from core.orders
  where order_no is not null
  group by person_id
),

stays as (
  select
    *,
    row_number() over (
      partition by person_id
      order by joined_at, platform, kind, case when group_id is null then 1 else 0 end, group_id
    ) as stay_no
  from core.memberships
  where is_private_entry
),

private as (
  select
    person_id,
    min(joined_at) as private_at,
    min(joined_at_utc) as private_at_utc,
    max(case when stay_no = 1 then platform end) as private_platform,
    max(case when stay_no = 1 then event end) as private_event,
    max(case when stay_no = 1 then entry_path end) as private_entry_path,
    max(case when stay_no = 1 then group_id end) as private_group_id,
    max(case when stay_no = 1 then live_session_id end) as private_live_session_id,
    bool_or(left_at is null) as is_member
  from stays
  group by person_id
)

select
  s.person_id,
  s.first_seen_at,
  s.first_platform,
  coalesce(m.platforms, s.one_platform) as platforms,
  s.first_channel,
  s.first_domain,
  s.first_public_at,
  s.first_public_channel,
  s.first_public_platform,
  s.first_public_is_paid,
  s.first_public_live_session_id,
  s.followed_at,
  s.fan_club_at,
  p.private_at,
  p.private_platform,
  p.private_event,
  p.private_entry_path,
  p.private_group_id,
  p.private_live_session_id,
  s.first_public_at_utc,
  s.followed_at_utc,
  s.fan_club_at_utc,
  p.private_at_utc,
  o.paid_at as first_order_at,
  o.first_order_platform,
  o.first_order_channel,
  o.first_order_domain,
  o.first_order_shop_id,
  o.first_order_live_session_id,
  o.first_order_was_member,
  o.next_purchase_at as second_order_at,
  b.last_order_at,
  coalesce(b.orders, 0) as orders,
  coalesce(b.purchases, 0) as purchases,
  cast(coalesce(b.paid_amount, 0) as decimal(18, 2)) as paid_amount,
  cast(coalesce(b.net_amount, 0) as decimal(18, 2)) as net_amount,
  b.first_purchase_amount,
  case when b.one_platform = b.other_platform then b.one_platform end as only_order_platform,
  s.last_active_at,
  coalesce(p.is_member, false) as is_member
from seen as s
left join several_platforms as m on s.person_id = m.person_id
left join (select * from core.orders where order_no = 1) as o on s.person_id = o.person_id
left join bought as b on s.person_id = b.person_id
left join private as p on s.person_id = p.person_id
