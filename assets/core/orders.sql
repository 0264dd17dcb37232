/*
title: {zh: 订单, en: Orders}
description: Every order paid up to as_of whose amount is known, copies from several files merged, with its buyer, refunds, channel, membership at payment, and its place in the buyer's history of kept orders.
description_zh: 截至数据日期的每笔已付款订单：合并多份文件，带买家、退款、渠道、付款时是否在籍，以及它是该买家第几笔有效订单。
grain: platform, shop_id, order_id
# nearly every order meets its conditions, so the optimiser would hold all orders in memory and look up each identity
joins: as_written
rebuild:
  delete: touched_orders
  restrict:
    staging.orders: touched_orders
    staging.order_items: touched_orders
    core.refunds: touched_orders
    core.memberships: touched_people
columns:
  platform:                    {type: varchar, zh: 平台}
  order_id:                    {type: varchar, zh: 订单号}
  shop_id:                     {type: varchar, zh: 店铺, description: 'belongs to the order where order ids are not global (assets/platforms.yaml)'}
  person_id:                   {type: varchar, zh: 买家, description: NULL where no file names the buyer}
  ordered_at:                  {type: timestamp, zh: 下单时间}
  paid_at:                     {type: timestamp, zh: 付款时间, description: where only the day is known its last second}
  paid_at_has_time:            {type: boolean, zh: 是否有付款时刻, description: the file told the hour and not only the day}
  paid_at_utc:                 {type: timestamp, zh: 付款时间（UTC）, description: the same instant in UTC; durations are differences of these}
  paid_date:                   {type: date, zh: 付款日}
  paid_week:                   {type: date, zh: 付款周}
  paid_month:                  {type: date, zh: 付款月}
  status:                      {type: varchar, zh: 状态}
  order_kind:                  {type: varchar, zh: 订单类型}
  paid_amount:                 {type: 'decimal(18,2)', unit: yuan, zh: 支付金额, description: "what the buyer paid, freight included", zh_description: 买家实付，含运费}
  freight_amount:              {type: 'decimal(18,2)', unit: yuan, zh: 运费}
  discount_amount:             {type: 'decimal(18,2)', unit: yuan, zh: 优惠金额}
  refund_amount:               {type: 'decimal(18,2)', unit: yuan, zh: 退款金额, description: 'succeeded refunds up to as_of; of an order, or a line of it, that was closed after it was paid or is refunded by its own word, and of which no file tells a refund, the whole amount', zh_description: 截至数据日期已成功的退款；付款后关闭、又没有文件写明退款的，按全额计}
  net_amount:                  {type: 'decimal(18,2)', unit: yuan, zh: 净额, description: paid_amount - refund_amount}
  is_refund_implied:           {type: boolean, zh: 退款是否推定, description: 'the order, or a line of it, was closed after it was paid, and no file tells a refund'}
  first_refunded_at:           {type: timestamp, zh: 首次退款时间}
  is_kept:                     {type: boolean, zh: 是否有效, description: 'not cancelled, not fully refunded, of kind normal or deposit, amount above zero'}
  order_no:                    {type: bigint, zh: 第几单, description: "place among the buyer's kept orders; NULL unless kept and the buyer is known"}
  purchase_no:                 {type: bigint, zh: 第几次购买, description: "place among the buyer's distinct days with a kept order"}
  first_paid_at:               {type: timestamp, zh: 首单时间}
  first_paid_date:             {type: date, zh: 首单日}
  previous_paid_at:            {type: timestamp, zh: 上一单时间}
  next_paid_at:                {type: timestamp, zh: 下一单时间}
  previous_purchase_date:      {type: date, zh: 上次购买日, description: "the buyer's last earlier day with a kept order"}
  next_purchase_at:            {type: timestamp, zh: 下次购买时间, description: "the buyer's first kept order on a later day"}
  next_purchase_date:          {type: date, zh: 下次购买日}
  is_first_in_day:             {type: boolean, zh: 当日首单}
  is_first_in_week:            {type: boolean, zh: 当周首单}
  is_first_in_month:           {type: boolean, zh: 当月首单}
  first_order_platform:        {type: varchar, zh: 首单平台}
  first_order_shop_id:         {type: varchar, zh: 首单店铺}
  first_order_channel:         {type: varchar, zh: 首单渠道}
  first_order_domain:          {type: varchar, zh: 首单域}
  first_order_live_session_id: {type: varchar, zh: 首单直播场次}
  first_order_was_member:      {type: boolean, zh: 首单时是否在籍}
  author_id:                   {type: varchar, zh: 达人}
  channel:                     {type: varchar, zh: 渠道}
  domain:                      {type: varchar, zh: 域, description: "public, private or unknown"}
  is_paid_channel:             {type: boolean, zh: 是否付费流量}
  was_member:                  {type: boolean, zh: 付款时是否在籍, description: inside a private membership at paid_at}
  member_group_platform:       {type: varchar, zh: 在籍的群的平台}
  member_group_id:             {type: varchar, zh: 在籍的群, description: the group joined last before paying}
  live_session_id:             {type: varchar, zh: 直播场次}
  group_id:                    {type: varchar, zh: 下单来源群}
  campaign_id:                 {type: varchar, zh: 活动}
checks:
  - unique: [platform, shop_id, order_id]
  - not_null: [platform, order_id, paid_at, paid_amount]
  - between: {column: paid_amount, min: 0}
  - in_set: {column: domain, values: [public, private, unknown]}
  - condition: {sql: 'order_no is null or order_no >= purchase_no', name: no more purchases than orders}
  - condition: {sql: 'next_paid_at is null or next_paid_at >= paid_at', name: the next order follows}
*/
with scoped as not materialized (
  select
    *,
    case when list_contains($global_platforms, platform) then '' else coalesce(shop_id, '') end as shop_scope
  from staging.orders
),

-- the shops that know an order id, where the shop belongs to it
shops as (
  select
    platform,
    order_id,
    min(shop_scope) as only_shop,
    count(distinct shop_scope) as shops
  from scoped
  where shop_scope <> ''
  group by platform, order_id
),

-- a copy that names no shop is of the one shop that knows its id; where several do, core.unmatched tells it
placed as not materialized (
  select
    s.*,
    case when s.shop_scope = '' then coalesce(h.only_shop, '') else s.shop_scope end as order_shop
  from scoped as s
  left join shops as h on s.platform = h.platform and s.order_id = h.order_id
  where s.shop_scope <> '' or coalesce(h.shops, 1) = 1
),

-- one source tells an order of a shop once: only where several tell of a platform, or some copies name no shop, can an
-- order have copies
told_by_several as (
  select platform
  from scoped
  group by platform
  having count(distinct file_source) > 1 or (min(shop_scope) = '' and max(shop_scope) <> '')
),

several as (
  select
    p.platform,
    p.order_shop,
    p.order_id
  from placed as p
  inner join told_by_several as b on p.platform = b.platform
  group by p.platform, p.order_shop, p.order_id
  having count(*) > 1
),

ranked as (
  select
    s.*,
    row_number() over (
      partition by s.platform, s.order_shop, s.order_id order by s.version_at, s.file_source, s.shop_scope
    ) as copy_no,
    -- what a file tells comes before what was only assumed of it
    -- a payment time tells that it was paid, whatever an earlier copy without one said
    case
      when coalesce(s.untold, '') not like '%,status,%' then 1000
      when s.status = 'paid' and s.paid_at is not null and coalesce(s.untold, '') not like '%,paid_at,%' then 1000
      else 0
    end as tells_status,
    case when coalesce(s.untold, '') like '%,order_kind,%' then 0 else 1000 end as tells_kind,
    case when coalesce(s.untold, '') like '%,paid_at,%' then 0 else 1000 end as tells_paid_at,
    case s.status
      when 'unpaid' then 1 when 'paid' then 2 when 'shipped' then 3 when 'completed' then 4 when 'cancelled' then 5
    end as state_no
  from placed as s
  inner join several as d
    on s.platform = d.platform and s.order_shop = d.order_shop and s.order_id = d.order_id
),

-- an order told by several sources: of each column the newest copy that knows it, of its state the furthest
merged as (
  select
    platform,
    order_shop,
    order_id,
    max_by(shop_id, case when shop_id is not null then copy_no end) as shop_id,
    max_by(buyer_id, case when buyer_id is not null then copy_no end) as buyer_id,
    max_by(buyer_id_type, case when buyer_id is not null then copy_no end) as buyer_id_type,
    max_by(phone_key, case when phone_key is not null then copy_no end) as phone_key,
    max_by(ordered_at, case when ordered_at is not null then copy_no end) as ordered_at,
    max_by(paid_at, case when paid_at is not null then copy_no + tells_paid_at end) as paid_at,
    max_by(paid_at_has_time, case when paid_at is not null then copy_no + tells_paid_at end) as paid_at_has_time,
    max_by(status, case when status is not null then copy_no + tells_status * state_no end) as status,
    max_by(paid_amount, case when paid_amount is not null then copy_no end) as paid_amount,
    max_by(freight_amount, case when freight_amount is not null then copy_no end) as freight_amount,
    max_by(discount_amount, case when discount_amount is not null then copy_no end) as discount_amount,
    max_by(after_sale_status, case when after_sale_status is not null then copy_no end) as after_sale_status,
    max_by(after_sale_amount, case when after_sale_amount is not null then copy_no end) as after_sale_amount,
    max_by(order_kind, case when order_kind is not null then copy_no + tells_kind end) as order_kind,
    max_by(source, case when source is not null then copy_no end) as source,
    max_by(medium, case when medium is not null then copy_no end) as medium,
    max_by(entry, case when entry is not null then copy_no end) as entry,
    max_by(traffic_type, case when traffic_type is not null then copy_no end) as traffic_type,
    max_by(author_id, case when author_id is not null then copy_no end) as author_id,
    max_by(live_session_id, case when live_session_id is not null then copy_no end) as live_session_id,
    max_by(group_id, case when group_id is not null then copy_no end) as group_id,
    max_by(campaign_id, case when campaign_id is not null then copy_no end) as campaign_id
  from ranked
  group by platform, order_shop, order_id
),

single as (
  select
    s.platform,
    s.order_shop,
    s.order_id,
    s.shop_id,
    s.buyer_id,
    s.buyer_id_type,
    s.phone_key,
    s.ordered_at,
    s.paid_at,
    s.paid_at_has_time,
    s.status,
    s.paid_amount,
    s.freight_amount,
    s.discount_amount,
    s.after_sale_status,
    s.after_sale_amount,
    s.order_kind,
    s.source,
    s.medium,
    s.entry,
    s.traffic_type,
    s.author_id,
    s.live_session_id,
    s.group_id,
    s.campaign_id
  from placed as s
  left join several as d
    on s.platform = d.platform and s.order_shop = d.order_shop and s.order_id = d.order_id
  where d.order_id is null
),

refund_rows as (
  select
    platform,
    case when list_contains($global_platforms, platform) then '' else coalesce(shop_id, '') end as order_shop,
    order_id,
    item_id,
    sum(refund_amount) as refund_amount,
    min(refunded_at) as first_refunded_at
  from core.refunds
  where status = 'succeeded' and order_id is not null
  group by all
),

-- the lines of an order: of one refunded as its own file says what went back; without an amount, or where it was closed
-- after it was paid, it went back whole
lines as (
  select
    i.platform,
    i.order_id,
    i.item_id,
    case when list_contains($global_platforms, i.platform) then '' else coalesce(i.shop_id, '') end as line_shop,
    coalesce(
      max(case when i.after_sale_status = 'succeeded' then i.after_sale_amount end),
      max(case when i.status = 'cancelled' or i.after_sale_status = 'succeeded' then i.paid_amount end)
    ) as back_amount,
    bool_or(i.status = 'cancelled' and coalesce(i.after_sale_status, 'none') <> 'succeeded') as is_implied
  from staging.order_items as i
  inner join (
    select distinct
      platform,
      order_id,
      is_packed
    from staging.order_items
    where paid_at is not null and (status = 'cancelled' or after_sale_status = 'succeeded')
  ) as b on i.platform = b.platform and i.order_id = b.order_id and i.is_packed = b.is_packed
  where i.paid_at is not null
  group by all
),

-- of the lines that went back, those of which no after-sale file tells
untold_lines as (
  select
    p.platform,
    p.order_shop,
    p.order_id,
    sum(l.back_amount) as back_amount,
    bool_or(l.is_implied and l.back_amount > 0) as is_implied
  from (
    select distinct
      s.platform,
      s.order_shop,
      s.order_id
    from placed as s
    semi join lines as w on s.platform = w.platform and s.order_id = w.order_id
  ) as p
  inner join lines as l
    on p.platform = l.platform and p.order_id = l.order_id and (l.line_shop = '' or p.order_shop = l.line_shop)
  left join refund_rows as r
    on
      p.platform = r.platform
      and p.order_shop = r.order_shop
      and p.order_id = r.order_id
      and l.item_id = r.item_id
  where l.back_amount is not null and r.order_id is null
  group by p.platform, p.order_shop, p.order_id
),

-- what after-sale files tell of an order; a refund that names no line of it speaks for the whole order
told_refunds as (
  select
    r.platform,
    r.order_shop,
    r.order_id,
    sum(r.refund_amount) as refund_amount,
    min(r.first_refunded_at) as first_refunded_at,
    count(*) = count(l.item_id) as names_lines
  from refund_rows as r
  left join (
    select distinct
      platform,
      order_id,
      item_id
    from lines
  ) as l on r.platform = l.platform and r.order_id = l.order_id and r.item_id = l.item_id
  group by r.platform, r.order_shop, r.order_id
),

paid as (
  select *
  from (
    select * from merged
    union all
    select * from single
  ) as o
  where paid_at < $as_of + 1 and paid_amount is not null and status <> 'unpaid'
),

-- what went back: what after-sale files tell, and of what they do not tell the order's own word
words as (
  select
    p.*,
    t.refund_amount as told_amount,
    t.first_refunded_at,
    t.order_id is not null as is_told,
    case when t.order_id is null or t.names_lines then u.back_amount end as untold_amount,
    case when t.order_id is null or t.names_lines then coalesce(u.is_implied, false) else false end as is_implied,
    case when p.after_sale_status = 'succeeded' then coalesce(p.after_sale_amount, p.paid_amount) end as own_amount
  from paid as p
  left join told_refunds as t
    on p.platform = t.platform and p.order_shop = t.order_shop and p.order_id = t.order_id
  left join untold_lines as u
    on p.platform = u.platform and p.order_shop = u.order_shop and p.order_id = u.order_id
),

refunded as (
  select
    *,
    cast(
      case
        when is_told and untold_amount is null then told_amount
        when is_told then greatest(told_amount, least(told_amount + untold_amount, paid_amount))
        when own_amount is not null or untold_amount is not null
          then greatest(coalesce(own_amount, 0), least(coalesce(untold_amount, 0), paid_amount))
      end
      as decimal(38, 2)
    ) as back_amount,
    -- a day without an hour is over when the order counts: what happened that day came before it
    case
      when coalesce(paid_at_has_time, true) then paid_at
      else cast(cast(paid_at as date) as timestamp) + interval 86399 second
    end as counted_at
  from words
),

told as (
  select
    o.platform,
    o.order_shop,
    o.order_id,
    case when o.order_shop = '' then o.shop_id else o.order_shop end as shop_id,
    coalesce(by_buyer.person_id, by_phone.person_id) as person_id,
    o.ordered_at,
    o.counted_at as paid_at,
    o.counted_at - interval '1 second' * case
      when c.utc_offset_changes_at <= o.counted_at then c.utc_offset_seconds_after else c.utc_offset_seconds
    end as paid_at_utc,
    coalesce(o.paid_at_has_time, true) as paid_at_has_time,
    cast(o.paid_at as date) as paid_date,
    cast(date_trunc('week', cast(o.paid_at as date) + case when $week_starts = 'sunday' then 1 else 0 end) as date)
    - case when $week_starts = 'sunday' then 1 else 0 end as paid_week,
    cast(date_trunc('month', o.paid_at) as date) as paid_month,
    o.status,
    o.order_kind,
    o.paid_amount,
    o.freight_amount,
    o.discount_amount,
    -- closed after it was paid: the money went back, also where no file tells the refund
    cast(
      coalesce(o.back_amount, case when o.status = 'cancelled' then o.paid_amount end, 0) as decimal(18, 2)
    ) as refund_amount,
    cast(
      o.paid_amount - coalesce(o.back_amount, case when o.status = 'cancelled' then o.paid_amount end, 0)
      as decimal(18, 2)
    ) as net_amount,
    (o.status = 'cancelled' and o.back_amount is null) or o.is_implied as is_refund_implied,
    o.first_refunded_at,
    o.status <> 'cancelled' and o.order_kind in ('normal', 'deposit') and o.paid_amount > 0
    and coalesce(o.back_amount, 0) < o.paid_amount as is_kept,
    o.author_id,
    coalesce(
      by_entry.channel, by_medium.channel, by_source.channel, by_traffic.channel,
      case
        when o.group_id is not null then 'fan_group' when o.live_session_id is not null then 'live' else 'unknown'
      end
    ) as channel,
    case
      when
        coalesce(by_entry.is_paid, false) or coalesce(by_medium.is_paid, false)
        or coalesce(by_source.is_paid, false) or coalesce(by_traffic.is_paid, false)
        then 'public'
      else coalesce(
        by_entry.domain, by_medium.domain, by_source.domain, by_traffic.domain,
        case
          when o.group_id is not null then 'private' when o.live_session_id is not null then 'public' else 'unknown'
        end
      )
    end as domain,
    coalesce(by_entry.is_paid, false) or coalesce(by_medium.is_paid, false)
    or coalesce(by_source.is_paid, false) or coalesce(by_traffic.is_paid, false)
      as is_paid_channel,
    o.live_session_id,
    o.group_id,
    o.campaign_id
  from refunded as o
  left join core.identities as by_buyer
    on
      by_buyer.platform = case when o.buyer_id_type = 'phone' then 'any' else o.platform end
      and o.buyer_id_type = by_buyer.id_type
      and o.buyer_id = by_buyer.id_value
  left join core.identities as by_phone
    on by_phone.platform = 'any' and by_phone.id_type = 'phone' and o.phone_key = by_phone.id_value
  left join core.calendar as c on cast(o.paid_at as date) = c.date
  left join core.channels as by_entry on o.entry = by_entry.word
  left join core.channels as by_medium on o.medium = by_medium.word
  left join core.channels as by_source on o.source = by_source.word
  left join core.channels as by_traffic on o.traffic_type = by_traffic.word
),

-- the merchant's own stays, cut where one begins or ends: of each piece the group joined last
private_stays as (
  select
    person_id,
    platform,
    group_id,
    joined_at,
    left_at
  from core.memberships
  where is_private_entry
),

pieces as (
  select
    person_id,
    cut_at as begins_at,
    lead(cut_at) over (partition by person_id order by cut_at) as ends_at
  from (
    select
      person_id,
      joined_at as cut_at
    from private_stays
    union
    select
      person_id,
      left_at as cut_at
    from private_stays
    where left_at is not null
  ) as cuts
),

inside as (
  select
    p.person_id,
    p.begins_at,
    p.ends_at,
    case when m.group_id is not null then m.platform end as group_platform,
    m.group_id,
    row_number() over (
      partition by p.person_id, p.begins_at
      order by case when m.group_id is null then 1 else 0 end asc, m.joined_at desc, m.group_id asc, m.platform asc
    ) as stay_no
  from pieces as p
  inner join private_stays as m
    on p.person_id = m.person_id and p.begins_at >= m.joined_at and (m.left_at is null or p.begins_at < m.left_at)
),

known as (
  select
    t.*,
    s.person_id is not null as was_member,
    s.group_platform as member_group_platform,
    s.group_id as member_group_id,
    t.is_kept and t.person_id is not null as is_counted,
    -- the buyer's kept orders are one history; any other order is one of its own
    case
      when t.is_kept and t.person_id is not null then t.person_id
      else concat(t.platform, chr(31), t.order_shop, chr(31), t.order_id)
    end as history
  from told as t
  left join (select * from inside where stay_no = 1) as s
    on t.person_id = s.person_id and t.paid_at >= s.begins_at and (s.ends_at is null or t.paid_at < s.ends_at)
),

-- all of it in one order, so that a history is sorted once; days and the spans before and after are prefixes of it
sequenced as (
  select
    *,
    row_number() over history as order_no,
    dense_rank() over days as purchase_no,
    lag(paid_at) over history as previous_paid_at,
    lead(paid_at) over history as next_paid_at,
    last_value(paid_date) over earlier_days as previous_purchase_date,
    min(paid_at) over later_days as next_purchase_at,
    first_value(paid_at) over history as first_paid_at,
    first_value(platform) over history as first_order_platform,
    first_value(shop_id) over history as first_order_shop_id,
    first_value(channel) over history as first_order_channel,
    first_value(domain) over history as first_order_domain,
    first_value(live_session_id) over history as first_order_live_session_id,
    first_value(was_member) over history as first_order_was_member
  from known
  window
    history as (partition by history order by paid_date, paid_at, platform, order_id, order_shop),
    days as (partition by history order by paid_date),
    earlier_days as (partition by history order by paid_date range between unbounded preceding and 1 preceding),
    later_days as (partition by history order by paid_date range between 1 following and unbounded following)
)

select
  platform,
  order_id,
  shop_id,
  person_id,
  ordered_at,
  paid_at,
  paid_at_has_time,
  paid_at_utc,
  paid_date,
  paid_week,
  paid_month,
  status,
  order_kind,
  paid_amount,
  freight_amount,
  discount_amount,
  refund_amount,
  net_amount,
  is_refund_implied,
  first_refunded_at,
  is_kept,
  case when is_counted then cast(order_no as bigint) end as order_no,
  case when is_counted then cast(purchase_no as bigint) end as purchase_no,
  case when is_counted then first_paid_at end as first_paid_at,
  case when is_counted then cast(first_paid_at as date) end as first_paid_date,
  previous_paid_at,
  next_paid_at,
  previous_purchase_date,
  next_purchase_at,
  cast(next_purchase_at as date) as next_purchase_date,
  case when is_counted then order_no = 1 or cast(previous_paid_at as date) < paid_date end as is_first_in_day,
  case when is_counted then order_no = 1 or cast(previous_paid_at as date) < paid_week end as is_first_in_week,
  case when is_counted then order_no = 1 or cast(previous_paid_at as date) < paid_month end as is_first_in_month,
  case when is_counted then first_order_platform end as first_order_platform,
  case when is_counted then first_order_shop_id end as first_order_shop_id,
  case when is_counted then first_order_channel end as first_order_channel,
  case when is_counted then first_order_domain end as first_order_domain,
  case when is_counted then first_order_live_session_id end as first_order_live_session_id,
  case when is_counted then first_order_was_member end as first_order_was_member,
  author_id,
  channel,
  domain,
  is_paid_channel,
  was_member,
  member_group_platform,
  member_group_id,
  live_session_id,
  group_id,
  campaign_id
from sequenced
