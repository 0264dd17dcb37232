/*
title: {zh: 每日经营, en: Daily summary}
description: >-
  What a day brought: orders, buyers, amounts, the private domain's share of them, and how many people came into the
  private domain, left it and are in it. With period = week, month or range (start_date to end_date) the same figures for
  that period, its buyers counted once. A buyer's order counts as paid even if it is refunded later; buyers, orders and new
  buyers count kept orders only. Rows of a breakdown by live session exist on days with orders, all others on every day. Where nothing of a
  whole period is known, its figures are NULL, not 0 (is_sales_known, is_members_known); so are buyers and what members
  bought where there are orders and none of them names a person (no buyer id, every phone masked).
description_zh: >-
  一天的经营结果：订单、买家、金额、其中私域占多少，以及入私域、离开、在籍的人数。period 取 week、month 或 range（配合 start_date、end_date）
  时按整段去重。支付口径含后来退款的订单；买家、订单、新客只算有效订单。整段都不可知的为空，不是 0（见 is_sales_known、is_members_known）；有订单而没有一单
  认得出买家时（没有买家编号、手机号全部打码），人数与在籍会员金额同样为空。
variant: paid_gmv, net_gmv
grain: date, segment_by, segment
parameters:
  period: day
  start_date: null
  end_date: null
  segments: [all, channel, domain, platform, shop, live_session, host, group, membership]
  refund_days: 30
choices: {period: [day, week, month, range], segments: default}
columns:
  date: {type: date, zh: 日期, description: the day; the first day of a longer period}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: value of the breakdown; none where an order or a person has no such value}
  paid_orders: {type: bigint, unit: order, zh: 支付订单数,
    description: 'orders of kind normal or deposit that were paid, closed or refunded later or not',
    zh_description: 已付款的正常或定金订单数，含后来关闭、退款的}
  paid_buyers: {type: bigint, unit: person, zh: 支付人数,
    description: identified people with at least one paid order; NULL where there are paid orders and none names a person,
    zh_description: 至少一笔支付订单的可识别买家，去重；有支付订单而没有一单认得出买家时为空}
  orders: {type: bigint, unit: order, zh: 有效订单数,
    description: 'kept orders: paid orders that were not fully refunded', zh_description: 支付订单中未全额退款的}
  buyers: {type: bigint, unit: person, zh: 买家数,
    description: identified people with at least one kept order; NULL where there are kept orders and none names a person,
    zh_description: 至少一笔有效订单的可识别买家，去重；有有效订单而没有一单认得出买家时为空}
  new_buyers: {type: bigint, unit: person, zh: 新客数,
    description: 'buyers without a kept order in the 365 days (new_buyer_lookback_days; -1: ever) before the date; NULL where buyers is',
    zh_description: 此前 365 天（可设，-1 为终身）内没有有效订单的买家；买家数为空时为空}
  returning_buyers: {type: bigint, unit: person, zh: 老客数, description: buyers - new_buyers, zh_description: 买家数减新客数}
  paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 支付金额,
    description: 'amount of paid_orders, those refunded later included', zh_description: 支付订单金额合计，含后来退款的}
  refund_amount: {type: 'decimal(18,2)', unit: yuan, zh: 退款金额,
    description: 'refunds succeeded up to as_of, on the date their order was paid', zh_description: 截至数据日的成功退款，记在订单支付日}
  net_amount: {type: 'decimal(18,2)', unit: yuan, zh: 净额,
    description: paid_amount - refund_amount, zh_description: 支付金额减退款金额}
  refund_rate: {type: double, unit: ratio, of: [refund_amount, paid_amount], zh: 退款率,
    description: still rising until is_mature, zh_description: 退款金额 ÷ 支付金额，按支付日；未成熟前还会上升}
  identified_amount: {type: 'decimal(18,2)', unit: yuan, zh: 可识别买家支付金额,
    description: the part of paid_amount whose buyer is known, zh_description: 支付金额中认得出买家的部分}
  average_per_buyer_amount: {type: 'decimal(18,2)', unit: yuan, zh: 客单价,
    description: 'identified_amount / paid_buyers; orders without a known buyer are left out of both',
    zh_description: 可识别买家支付金额 ÷ 支付人数，认不出买家的订单两边都不算}
  average_per_order_amount: {type: 'decimal(18,2)', unit: yuan, zh: 笔单价,
    description: paid_amount / paid_orders, zh_description: 支付金额 ÷ 支付订单数}
  private_channel_amount: {type: 'decimal(18,2)', unit: yuan, zh: 私域渠道金额,
    description: the part of paid_amount that came by a private channel, zh_description: 支付金额中由私域渠道进入的部分}
  unknown_channel_amount: {type: 'decimal(18,2)', unit: yuan, zh: 渠道未知金额,
    description: the part of paid_amount whose channel is neither public nor private, zh_description: 支付金额中渠道无法归为公域或私域的部分}
  private_channel_share_rate: {type: double, unit: ratio, of: [private_channel_amount, paid_amount], zh: 私域占比（按渠道）,
    zh_description: 私域渠道金额 ÷ 支付金额}
  member_amount: {type: 'decimal(18,2)', unit: yuan, zh: 在籍会员金额,
    description: 'the part of paid_amount bought by people inside the private domain when they paid, by whatever channel; NULL where paid_buyers is',
    zh_description: 支付金额中付款时在私域内的人所买的部分，不论渠道；支付人数为空时为空}
  member_share_rate: {type: double, unit: ratio, of: [member_amount, paid_amount], zh: 私域占比（按在籍）,
    description: 'at least this much, as a buyer not known is counted as no member',
    zh_description: 在籍会员金额 ÷ 支付金额，认不出的买家按不在籍算，因此是下限}
  private_entries: {type: bigint, unit: person, zh: 新入私域人数,
    description: people whose first private entry ever fell on the date, zh_description: 当日首次进入私域的人数}
  joins: {type: bigint, unit: membership, zh: 加入次数,
    description: 'private memberships begun (into a group, WeCom or the membership); NULL where the breakdown does not apply',
    zh_description: 当日开始的私域关系数（入群、加企微、入会）；该维度不适用时为空}
  leaves: {type: bigint, unit: membership, zh: 离开次数, description: private memberships ended, zh_description: 当日结束的私域关系数}
  memberships: {type: bigint, unit: membership, zh: 在籍关系数,
    description: 'private memberships open at the end; the day before + joins - leaves', zh_description: 期末未结束的私域关系数，等于上期加加入减离开}
  members: {type: bigint, unit: person, zh: 在籍人数,
    description: people inside at least one private membership at the end, zh_description: 期末至少在一个群、企微或会员内的人数，去重}
  is_sales_known: {type: boolean, zh: 订单可知,
    description: 'orders of every day of the period are known: none lies in a gap of the data (core.data_gaps) or before the first order told. Of a breakdown other than platform and shop a gap counts that hides a tenth of the orders or more',
    zh_description: 周期内每天的订单都可知：不在数据缺口内，也不早于最早的订单。平台、店铺以外的维度，缺口占订单一成以上才算}
  is_members_known: {type: boolean, zh: 进退群可知, description: the same of joins and leaves}
  is_complete: {type: boolean, zh: 周期已完, description: 'the period is over at as_of, its sales are known, and start_date and end_date leave nothing of it out'}
  is_mature: {type: boolean, zh: 退款已稳定,
    description: refunds are known for refund_days after the period's end; they hardly change any more, zh_description: 周期结束之后退款可知已满 30 天，基本稳定}
  is_history_short: {type: boolean, zh: 历史不足,
    description: 'orders are known for less than the look-back before the date, so returning buyers may be taken for new',
    zh_description: 该日之前的订单历史不足 365 天，部分老客会被当成新客}
checks:
  - unique: [date, segment_by, segment]
  - not_null: [date, segment_by, segment, is_sales_known, is_members_known]
  - condition: {sql: 'paid_orders is not null or not is_sales_known', name: only what is not known is left out}
  - between: {column: private_channel_share_rate, min: 0, max: 1}
  - between: {column: member_share_rate, min: 0, max: 1}
  - condition: {sql: 'buyers = new_buyers + returning_buyers', name: new and returning buyers are all buyers}
  - condition: {sql: 'net_amount = paid_amount - refund_amount', name: net is paid less refunds}
*/
with history as (
  select min(paid_date) as first_order_date
  from core.orders
),

bounds as (
  select
    coalesce(cast($start_date as date), first_date) as start_date,
    least($as_of, coalesce(cast($end_date as date), $as_of)) as end_date
  from core.as_of
),

dates as (
  select
    c.date,
    case $period
      when 'week' then c.week
      when 'month' then c.month
      when 'range' then b.start_date
      else c.date
    end as period_date,
    case $period
      when 'week' then c.week + 6
      when 'month' then last_day(c.month)
      when 'range' then coalesce(cast($end_date as date), $as_of)
      else c.date
    end as period_end
  from core.calendar as c
  inner join bounds as b on c.date >= b.start_date and c.date <= b.end_date
),

periods as (
  select
    period_date,
    period_end,
    max(date) as last_date,
    count(*) as days
  from dates
  group by period_date, period_end
),

-- days of which orders, or joins and leaves, are not known: in a gap of the data, or before the first row
gaps as (
  select
    g.kind,
    g.platform,
    g.shop_id,
    g.share_rate,
    d.period_date,
    d.date
  from core.data_gaps as g
  inner join dates as d on g.first_date <= d.date and g.last_date >= d.date
  where g.kind in ('orders', 'memberships')
),

starts as (
  select
    k.kind,
    min(c.first_date) as first_date
  from unnest(['orders', 'memberships']) as k (kind)
  left join core.clocks as c on k.kind = c.kind
  group by k.kind
),

unknown as (
  select
    kind,
    'all' as segment_by,
    'all' as segment,
    period_date,
    date
  from gaps
  group by kind, period_date, date
  having sum(share_rate) >= 0.1
  union
  select
    s.kind,
    'all' as segment_by,
    'all' as segment,
    d.period_date,
    d.date
  from starts as s
  cross join dates as d
  where s.first_date is null or d.date < s.first_date
  union
  select
    kind,
    case when shop_id is null then 'platform' else 'shop' end as segment_by,
    coalesce(shop_id, platform) as segment,
    period_date,
    date
  from gaps
  union
  select
    k.kind,
    'platform' as segment_by,
    k.platform as segment,
    d.period_date,
    d.date
  from core.known as k
  cross join dates as d
  where k.kind in ('orders', 'memberships') and (not k.is_own or d.date < k.known_from)
  union
  select
    g.kind,
    'shop' as segment_by,
    coalesce(s.shop_id, 'none') as segment,
    g.period_date,
    g.date
  from gaps as g
  inner join core.source_days as s on g.kind = s.kind and g.platform = s.platform
  where g.kind = 'orders' and g.shop_id is null
),

blanks as (
  select
    kind,
    segment_by,
    segment,
    period_date,
    count(*) as days
  from unknown
  group by kind, segment_by, segment, period_date
),

sold as (
  select
    d.period_date,
    o.person_id,
    o.is_kept,
    o.paid_amount,
    o.refund_amount,
    k.known_until as refunds_known_until,
    o.domain as order_domain,
    coalesce(o.was_member, false) as is_member_order,
    o.person_id is null or (
      $period = 'day' and o.is_kept and o.is_first_in_day
      and (o.next_paid_at is null or cast(o.next_paid_at as date) > o.paid_date)
    ) as is_alone,
    case
      when
        o.order_no is not null
        and (
          o.previous_purchase_date is null
          or (
            $new_buyer_lookback_days > 0
            and date_diff('day', o.previous_purchase_date, d.period_date) > $new_buyer_lookback_days
          )
        )
        then 1
      else 0
    end as is_new,
    case when list_contains($segments, 'channel') then o.channel end as channel,
    case when list_contains($segments, 'domain') then o.domain end as domain,
    case when list_contains($segments, 'platform') or list_contains($segments, 'host') then o.platform end as platform,
    case when list_contains($segments, 'shop') then o.shop_id end as shop_id,
    case
      when list_contains($segments, 'live_session') or list_contains($segments, 'host') then o.live_session_id
    end as live_session_id,
    case when list_contains($segments, 'group') then o.group_id end as group_id,
    case when list_contains($segments, 'membership') then coalesce(o.was_member, false) end as was_member
  from core.orders as o
  inner join dates as d on o.paid_date = d.date
  left join core.known as k on o.platform = k.platform and k.kind = 'refunds'
  where o.order_kind in ('normal', 'deposit') and o.paid_amount > 0
),

-- Counting people needs their orders side by side only where a person has several in the period. In a single day few
-- have: a kept order alone in its day is counted as it comes, all others keep their person.
alike as (
  select
    period_date,
    is_alone,
    case when not is_alone then person_id end as person_id,
    channel,
    domain,
    platform,
    shop_id,
    live_session_id,
    group_id,
    was_member,
    refunds_known_until,
    count(*) as paid_orders,
    count(*) filter (where is_kept) as orders,
    count(person_id) as people,
    sum(is_new) as new_orders,
    sum(paid_amount) as paid_amount,
    sum(refund_amount) as refund_amount,
    sum(case when person_id is not null then paid_amount else 0 end) as identified_amount,
    sum(case when order_domain = 'private' then paid_amount else 0 end) as private_channel_amount,
    sum(case when order_domain = 'unknown' then paid_amount else 0 end) as unknown_channel_amount,
    sum(case when is_member_order then paid_amount else 0 end) as member_amount
  from sold
  group by all
),

unkept as (
  select
    period_date,
    person_id
  from alike
  where $period = 'day' and not is_alone and paid_orders > orders
  group by period_date, person_id
),

-- people with several orders, or with one that was not kept; a kept order alone in its day whose buyer also has one that
-- was not kept is there too, so that its buyer, counted already, is not counted again
together as (
  select
    period_date,
    person_id,
    channel,
    domain,
    platform,
    shop_id,
    live_session_id,
    group_id,
    was_member,
    false as is_counted,
    orders > 0 as has_kept,
    bool_or(new_orders > 0) over (partition by period_date, person_id) as is_new
  from alike
  where not is_alone
  union all
  select
    u.period_date,
    o.person_id,
    o.channel,
    o.domain,
    o.platform,
    o.shop_id,
    o.live_session_id,
    o.group_id,
    coalesce(o.was_member, false) as was_member,
    true as is_counted,
    false as has_kept,
    false as is_new
  from core.orders as o
  inner join unkept as u on o.person_id = u.person_id and o.paid_date = u.period_date
  where o.is_kept and o.is_first_in_day and (o.next_paid_at is null or cast(o.next_paid_at as date) > o.paid_date)
),

by_person as (
  select
    t.period_date,
    b.segment_by,
    case b.segment_by
      when 'all' then 'all'
      when 'channel' then coalesce(t.channel, 'none')
      when 'domain' then coalesce(t.domain, 'none')
      when 'platform' then coalesce(t.platform, 'none')
      when 'shop' then coalesce(t.shop_id, 'none')
      when 'live_session' then coalesce(t.live_session_id, 'none')
      when 'host' then coalesce(l.host_id, 'none')
      when 'group' then coalesce(t.group_id, 'none')
      when 'membership' then case when t.was_member then 'member' else 'not_member' end
      else 'no such breakdown'
    end as segment,
    t.person_id,
    bool_or(t.is_counted) as is_counted,
    bool_or(t.has_kept) as has_kept,
    bool_or(t.is_new) as is_new
  from together as t
  left join core.live_sessions as l on t.platform = l.platform and t.live_session_id = l.live_session_id
  cross join unnest($segments) as b (segment_by)
  group by all
),

sales_parts as (
  select
    period_date,
    segment_by,
    segment,
    cast(null as date) as refunds_known_until,
    0 as paid_orders,
    count(*) filter (where not is_counted) as paid_buyers,
    0 as orders,
    count(*) filter (where has_kept) as buyers,
    count(*) filter (where has_kept and is_new) as new_buyers,
    0 as paid_amount,
    0 as refund_amount,
    0 as identified_amount,
    0 as private_channel_amount,
    0 as unknown_channel_amount,
    0 as member_amount
  from by_person
  group by period_date, segment_by, segment
  union all
  select
    a.period_date,
    b.segment_by,
    case b.segment_by
      when 'all' then 'all'
      when 'channel' then coalesce(a.channel, 'none')
      when 'domain' then coalesce(a.domain, 'none')
      when 'platform' then coalesce(a.platform, 'none')
      when 'shop' then coalesce(a.shop_id, 'none')
      when 'live_session' then coalesce(a.live_session_id, 'none')
      when 'host' then coalesce(l.host_id, 'none')
      when 'group' then coalesce(a.group_id, 'none')
      when 'membership' then case when a.was_member then 'member' else 'not_member' end
      else 'no such breakdown'
    end as segment,
    coalesce(a.refunds_known_until, a.period_date) as refunds_known_until,
    a.paid_orders,
    case when a.is_alone then a.people else 0 end as paid_buyers,
    a.orders,
    case when a.is_alone then a.people else 0 end as buyers,
    case when a.is_alone then a.new_orders else 0 end as new_buyers,
    a.paid_amount,
    a.refund_amount,
    a.identified_amount,
    a.private_channel_amount,
    a.unknown_channel_amount,
    a.member_amount
  from alike as a
  left join core.live_sessions as l on a.platform = l.platform and a.live_session_id = l.live_session_id
  cross join unnest($segments) as b (segment_by)
),

sales as (
  select
    period_date,
    segment_by,
    segment,
    min(refunds_known_until) as refunds_known_until,
    cast(sum(paid_orders) as bigint) as paid_orders,
    cast(sum(paid_buyers) as bigint) as paid_buyers,
    cast(sum(orders) as bigint) as orders,
    cast(sum(buyers) as bigint) as buyers,
    cast(sum(new_buyers) as bigint) as new_buyers,
    cast(sum(paid_amount) as decimal(18, 2)) as paid_amount,
    cast(sum(refund_amount) as decimal(18, 2)) as refund_amount,
    cast(sum(identified_amount) as decimal(18, 2)) as identified_amount,
    cast(sum(private_channel_amount) as decimal(18, 2)) as private_channel_amount,
    cast(sum(unknown_channel_amount) as decimal(18, 2)) as unknown_channel_amount,
    cast(sum(member_amount) as decimal(18, 2)) as member_amount
  from sales_parts
  group by period_date, segment_by, segment
),

-- joining and leaving, per breakdown that a stay has
moves as (
  select
    platform,
    group_id,
    live_session_id,
    person_id,
    joined_at as moved_at,
    1 as step
  from core.memberships
  where is_private_entry
  union all
  select
    platform,
    group_id,
    live_session_id,
    person_id,
    left_at as moved_at,
    -1 as step
  from core.memberships
  where is_private_entry and left_at is not null
),

steps as (
  select
    b.segment_by,
    case b.segment_by
      when 'all' then 'all'
      when 'platform' then m.platform
      when 'live_session' then coalesce(m.live_session_id, 'none')
      when 'host' then coalesce(l.host_id, 'none')
      when 'group' then coalesce(m.group_id, 'none')
    end as segment,
    m.person_id,
    m.moved_at,
    m.step
  from moves as m
  left join core.live_sessions as l on m.platform = l.platform and m.live_session_id = l.live_session_id
  cross join unnest($segments) as b (segment_by)
  where b.segment_by in ('all', 'platform', 'live_session', 'host', 'group')
),

-- a person is in from the first open stay to the end of the last one
stays_open as (
  select
    *,
    sum(step) over (
      partition by segment_by, segment, person_id
      order by moved_at asc, step desc rows between unbounded preceding and current row
    ) as open_stays
  from steps
),

-- moves before the first date make the opening balance: they stand without a period
flows as (
  select
    s.segment_by,
    s.segment,
    d.period_date,
    min(cast(s.moved_at as date)) as first_date,
    sum(case when s.step = 1 then 1 else 0 end) as joins,
    sum(case when s.step = -1 then 1 else 0 end) as leaves,
    sum(
      case when s.step = 1 and s.open_stays = 1 then 1 when s.step = -1 and s.open_stays = 0 then -1 else 0 end
    ) as growth
  from stays_open as s
  inner join bounds as b on cast(s.moved_at as date) <= b.end_date
  left join dates as d on cast(s.moved_at as date) = d.date
  group by s.segment_by, s.segment, d.period_date
),

entries as (
  select
    d.period_date,
    b.segment_by,
    case b.segment_by
      when 'all' then 'all'
      when 'platform' then p.private_platform
      when 'live_session' then coalesce(p.private_live_session_id, 'none')
      when 'host' then coalesce(l.host_id, 'none')
      when 'group' then coalesce(p.private_group_id, 'none')
    end as segment,
    count(*) as private_entries
  from core.people as p
  inner join dates as d on cast(p.private_at as date) = d.date
  left join core.live_sessions as l
    on p.private_platform = l.platform and p.private_live_session_id = l.live_session_id
  cross join unnest($segments) as b (segment_by)
  where b.segment_by in ('all', 'platform', 'live_session', 'host', 'group')
  group by all
),

-- every period for every value from its first order or join on; live sessions only where something happened
keys as (
  select
    segment_by,
    segment,
    min(period_date) as first_date
  from (
    select
      'all' as segment_by,
      'all' as segment,
      start_date as period_date
    from bounds
    where list_contains($segments, 'all')
    union all
    select
      segment_by,
      segment,
      period_date
    from sales
    union all
    select
      segment_by,
      segment,
      coalesce(period_date, first_date) as period_date
    from flows
  ) as seen
  where segment_by <> 'live_session'
  group by segment_by, segment
),

cells as (
  select
    p.period_date,
    k.segment_by,
    k.segment
  from keys as k
  inner join periods as p on k.first_date <= p.last_date
  union
  select
    period_date,
    segment_by,
    segment
  from sales
  where segment_by = 'live_session'
  union
  select
    period_date,
    segment_by,
    segment
  from flows
  where segment_by = 'live_session' and period_date is not null
),

opening as (
  select
    segment_by,
    segment,
    sum(joins - leaves) as memberships,
    sum(growth) as members
  from flows
  where period_date is null
  group by segment_by, segment
),

filled as (
  select
    c.period_date,
    c.segment_by,
    c.segment,
    coalesce(s.refunds_known_until, $as_of) as refunds_known_until,
    coalesce(s.paid_orders, 0) as paid_orders,
    coalesce(s.paid_buyers, 0) as paid_buyers,
    coalesce(s.orders, 0) as orders,
    coalesce(s.buyers, 0) as buyers,
    coalesce(s.new_buyers, 0) as new_buyers,
    coalesce(s.paid_amount, cast(0 as decimal(18, 2))) as paid_amount,
    coalesce(s.refund_amount, cast(0 as decimal(18, 2))) as refund_amount,
    coalesce(s.identified_amount, cast(0 as decimal(18, 2))) as identified_amount,
    coalesce(s.private_channel_amount, cast(0 as decimal(18, 2))) as private_channel_amount,
    coalesce(s.unknown_channel_amount, cast(0 as decimal(18, 2))) as unknown_channel_amount,
    coalesce(s.member_amount, cast(0 as decimal(18, 2))) as member_amount,
    c.segment_by in ('all', 'platform', 'live_session', 'host', 'group') as has_members,
    coalesce(e.private_entries, 0) as private_entries,
    coalesce(f.joins, 0) as joins,
    coalesce(f.leaves, 0) as leaves,
    coalesce(o.memberships, 0) + sum(coalesce(f.joins, 0) - coalesce(f.leaves, 0)) over so_far as memberships,
    coalesce(o.members, 0) + sum(coalesce(f.growth, 0)) over so_far as members
  from cells as c
  left join sales as s on c.period_date = s.period_date and c.segment_by = s.segment_by and c.segment = s.segment
  left join flows as f on c.period_date = f.period_date and c.segment_by = f.segment_by and c.segment = f.segment
  left join entries as e on c.period_date = e.period_date and c.segment_by = e.segment_by and c.segment = e.segment
  left join opening as o on c.segment_by = o.segment_by and c.segment = o.segment
  window so_far as (
    partition by c.segment_by, c.segment order by c.period_date rows between unbounded preceding and current row
  )
),

-- what nobody told is no zero
told as (
  select
    f.*,
    p.period_end,
    coalesce(o.days, 0) = 0 as is_sales_known,
    coalesce(m.days, 0) = 0 as is_members_known,
    coalesce(o.days, 0) < p.days or f.paid_orders > 0 as has_sales,
    f.paid_orders = 0 or f.paid_buyers > 0 as names_payers,
    f.orders = 0 or f.buyers > 0 as names_buyers,
    f.has_members and (coalesce(m.days, 0) < p.days or f.joins + f.leaves > 0) as tells_members
  from filled as f
  inner join periods as p on f.period_date = p.period_date
  left join blanks as o
    on
      o.kind = 'orders'
      and f.period_date = o.period_date
      and case when f.segment_by in ('platform', 'shop') then f.segment_by else 'all' end = o.segment_by
      and case when f.segment_by in ('platform', 'shop') then f.segment else 'all' end = o.segment
  left join blanks as m
    on
      m.kind = 'memberships'
      and f.period_date = m.period_date
      and case when f.segment_by = 'platform' then f.segment_by else 'all' end = m.segment_by
      and case when f.segment_by = 'platform' then f.segment else 'all' end = m.segment
)

select
  f.period_date as date,
  f.segment_by,
  f.segment,
  case when f.has_sales then f.paid_orders end as paid_orders,
  case when f.has_sales and f.names_payers then f.paid_buyers end as paid_buyers,
  case when f.has_sales then f.orders end as orders,
  case when f.has_sales and f.names_buyers then f.buyers end as buyers,
  case when f.has_sales and f.names_buyers then f.new_buyers end as new_buyers,
  case when f.has_sales and f.names_buyers then f.buyers - f.new_buyers end as returning_buyers,
  case when f.has_sales then f.paid_amount end as paid_amount,
  case when f.has_sales then f.refund_amount end as refund_amount,
  cast(case when f.has_sales then f.paid_amount - f.refund_amount end as decimal(18, 2)) as net_amount,
  cast(f.refund_amount as double) / nullif(cast(f.paid_amount as double), 0) as refund_rate,
  case when f.has_sales then f.identified_amount end as identified_amount,
  -- rounded half up in whole cents, the same on every engine
  cast(
    cast((cast(f.identified_amount * 200 as bigint) + f.paid_buyers) // nullif(f.paid_buyers * 2, 0) as double) / 100
    as decimal(18, 2)
  ) as average_per_buyer_amount,
  cast(
    cast((cast(f.paid_amount * 200 as bigint) + f.paid_orders) // nullif(f.paid_orders * 2, 0) as double) / 100
    as decimal(18, 2)
  ) as average_per_order_amount,
  case when f.has_sales then f.private_channel_amount end as private_channel_amount,
  case when f.has_sales then f.unknown_channel_amount end as unknown_channel_amount,
  cast(f.private_channel_amount as double) / nullif(cast(f.paid_amount as double), 0) as private_channel_share_rate,
  case when f.has_sales and f.names_payers then f.member_amount end as member_amount,
  case when f.names_payers then cast(f.member_amount as double) / nullif(cast(f.paid_amount as double), 0) end
    as member_share_rate,
  case when f.tells_members then f.private_entries end as private_entries,
  cast(case when f.tells_members then f.joins end as bigint) as joins,
  cast(case when f.tells_members then f.leaves end as bigint) as leaves,
  cast(case when f.tells_members then f.memberships end as bigint) as memberships,
  cast(case when f.tells_members then f.members end as bigint) as members,
  f.is_sales_known,
  f.is_members_known,
  f.is_sales_known
  and f.period_end <= least($as_of, coalesce(cast($end_date as date), $as_of))
  and f.period_date >= coalesce(cast($start_date as date), f.period_date) as is_complete,
  date_diff('day', f.period_end, f.refunds_known_until) >= $refund_days as is_mature,
  $new_buyer_lookback_days > 0
  and coalesce(date_diff('day', h.first_order_date, f.period_date) < $new_buyer_lookback_days, true)
    as is_history_short
from told as f
cross join history as h
