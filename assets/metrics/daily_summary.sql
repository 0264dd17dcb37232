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
  一天的经营结果：订单、买家、金额、其中私域占多少，以及进入、离开、留在私域的人数。period 取 week、month 或 range（配合 start_date、end_date）
  时按整段去重。支付口径含后来退款的订单；买家、订单、新客只算有效订单。整段都不可知的为空，不是 0（见 is_sales_known、is_members_known）；有订单而没有一单
  认得出买家时（没有买家编号、手机号全部打码），人数与私域成员支付金额同样为空。
variant: paid_gmv, net_gmv
grain: date, segment_by, segment
parameters:
  segments: breakdowns
  refund_days: 30
choices: {segments: default}
facts:
  period_cells: [period, start_date, end_date]
  sales_periods: [period, start_date, end_date]
  member_periods: [period, start_date, end_date]
columns:
  date: {type: date, zh: 日期, description: the day; the first day of a longer period}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: value of the breakdown; none where an order or a person has no such value}
  paid_orders: {type: bigint, unit: order, zh: 支付订单数,
    description: 'orders of kind normal or deposit that were paid, closed or refunded later or not',
    zh_description: 已付款的正常或定金订单数，含后来关闭、退款的}
  paid_buyers: {type: bigint, unit: person, over_segments: distinct, zh: 支付人数,
    description: identified people with at least one paid order; NULL where there are paid orders and none names a person,
    zh_description: 至少一笔支付订单的可识别买家，去重；有支付订单而没有一单认得出买家时为空}
  orders: {type: bigint, unit: order, zh: 有效订单数,
    description: 'kept orders: paid orders that were not fully refunded', zh_description: 支付订单中未全额退款的}
  buyers: {type: bigint, unit: person, over_segments: distinct, zh: 买家数,
    description: identified people with at least one kept order; NULL where there are kept orders and none names a person,
    zh_description: 至少一笔有效订单的可识别买家，去重；有有效订单而没有一单认得出买家时为空}
  new_buyers: {type: bigint, unit: person, over_segments: distinct, zh: 新客数,
    description: 'buyers without a kept order in the 365 days (new_buyer_lookback_days; -1: ever) before the date; NULL where buyers is',
    zh_description: 此前 365 天（可设，-1 为终身）内没有有效订单的买家；买家数为空时为空}
  returning_buyers: {type: bigint, unit: person, over_segments: distinct, zh: 老客数, description: buyers - new_buyers, zh_description: 买家数减新客数}
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
  average_per_buyer_amount: {type: 'decimal(18,2)', unit: yuan, of: [identified_amount, paid_buyers], zh: 客单价,
    description: orders without a known buyer are left out of both,
    zh_description: 可识别买家支付金额 ÷ 支付人数，认不出买家的订单两边都不算}
  average_per_order_amount: {type: 'decimal(18,2)', unit: yuan, of: [paid_amount, paid_orders], zh: 笔单价,
    zh_description: 支付金额 ÷ 支付订单数}
  private_channel_amount: {type: 'decimal(18,2)', unit: yuan, zh: 私域渠道金额,
    description: the part of paid_amount that came by a private channel, zh_description: 支付金额中由私域渠道进入的部分}
  unknown_channel_amount: {type: 'decimal(18,2)', unit: yuan, zh: 渠道未知金额,
    description: the part of paid_amount whose channel is neither public nor private, zh_description: 支付金额中渠道无法归为公域或私域的部分}
  private_channel_share_rate: {type: double, unit: ratio, of: [private_channel_amount, paid_amount], zh: 私域占比,
    zh_description: 私域渠道金额 ÷ 支付金额}
  member_amount: {type: 'decimal(18,2)', unit: yuan, zh: 私域成员支付金额,
    description: 'the part of paid_amount bought by people inside the private domain when they paid, by whatever channel; NULL where paid_buyers is',
    zh_description: 支付金额中付款时在私域内的人所买的部分，不论渠道；支付人数为空时为空}
  member_share_rate: {type: double, unit: ratio, of: [member_amount, paid_amount], zh: 私域成员买走的占比,
    description: 'at least this much, as a buyer not known is counted as no member',
    zh_description: 私域成员支付金额 ÷ 支付金额，认不出的买家按不是成员算，因此是下限}
  private_entries: {type: bigint, unit: person, zh: 新私域成员,
    description: people whose first private entry ever fell on the date, zh_description: 当日首次进入私域的人数}
  joins: {type: bigint, unit: membership, zh: 加入次数,
    description: 'private memberships begun (into a group, WeCom or the membership); NULL where the breakdown does not apply',
    zh_description: 当日开始的私域关系数（入群、加企微、入会）；该维度不适用时为空}
  leaves: {type: bigint, unit: membership, zh: 离开次数, description: private memberships ended, zh_description: 当日结束的私域关系数}
  memberships: {type: bigint, unit: membership, over_segments: part, zh: 私域关系数,
    description: 'private memberships open at the end; the day before + joins - leaves', zh_description: 期末未结束的私域关系数，等于上期加加入减离开}
  members: {type: bigint, unit: person, over_segments: within, zh: 私域成员数,
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
-- what nobody told is no zero
with told as (
  select
    c.*,
    s.refunds_known_until,
    s.paid_amount, s.refund_amount, s.identified_amount, s.private_channel_amount, s.unknown_channel_amount,
    s.member_amount, s.new_buyers, f.private_entries, f.joins, f.leaves,
    coalesce(s.paid_orders, 0) as paid_orders,
    coalesce(s.paid_buyers, 0) as paid_buyers,
    coalesce(s.orders, 0) as orders,
    coalesce(s.buyers, 0) as buyers,
    c.unknown_order_days < c.days or s.paid_orders > 0 as has_sales,
    c.has_members and (c.unknown_member_days < c.days or f.joins + f.leaves > 0) as tells_members,
    coalesce(o.joins - o.leaves, 0) + sum(coalesce(f.joins - f.leaves, 0)) over so_far as memberships,
    coalesce(o.growth, 0) + sum(coalesce(f.growth, 0)) over so_far as members
  from facts.period_cells as c
  left join facts.sales_periods as s on c.sold_date = s.date and c.segment_by = s.segment_by and c.segment = s.segment
  left join facts.member_periods as f
    on c.period_date = f.period_date and c.segment_by = f.segment_by and c.segment = f.segment
  left join facts.member_periods as o
    on c.segment_by = o.segment_by and c.segment = o.segment and o.period_date is null
  window so_far as (
    partition by c.segment_by, c.segment order by c.period_date rows between unbounded preceding and current row
  )
)

select
  t.period_date as date, t.segment_by, t.segment,
  case when t.has_sales then t.paid_orders end as paid_orders,
  case when t.has_sales and (t.paid_orders = 0 or t.paid_buyers > 0) then t.paid_buyers end as paid_buyers,
  case when t.has_sales then t.orders end as orders,
  case when t.has_sales and (t.orders = 0 or t.buyers > 0) then t.buyers end as buyers,
  case when t.has_sales and (t.orders = 0 or t.buyers > 0) then coalesce(t.new_buyers, 0) end as new_buyers,
  case when t.has_sales and (t.orders = 0 or t.buyers > 0) then t.buyers - coalesce(t.new_buyers, 0) end
    as returning_buyers,
  case when t.has_sales then coalesce(t.paid_amount, 0) end as paid_amount,
  case when t.has_sales then coalesce(t.refund_amount, 0) end as refund_amount,
  case when t.has_sales then coalesce(t.paid_amount, 0) - coalesce(t.refund_amount, 0) end as net_amount,
  case when t.has_sales then coalesce(t.identified_amount, 0) end as identified_amount,
  case when t.has_sales then coalesce(t.private_channel_amount, 0) end as private_channel_amount,
  case when t.has_sales then coalesce(t.unknown_channel_amount, 0) end as unknown_channel_amount,
  case when t.has_sales and (t.paid_orders = 0 or t.paid_buyers > 0) then coalesce(t.member_amount, 0) end
    as member_amount,
  case when t.tells_members then coalesce(t.private_entries, 0) end as private_entries,
  case when t.tells_members then coalesce(t.joins, 0) end as joins,
  case when t.tells_members then coalesce(t.leaves, 0) end as leaves,
  case when t.tells_members then t.memberships end as memberships,
  case when t.tells_members then t.members end as members,
  t.unknown_order_days = 0 as is_sales_known,
  t.unknown_member_days = 0 as is_members_known,
  t.unknown_order_days = 0
  and t.period_end <= least($as_of, coalesce(cast($end_date as date), $as_of))
  and t.period_date >= coalesce(cast($start_date as date), t.period_date) as is_complete,
  date_diff('day', t.period_end, coalesce(t.refunds_known_until, $as_of)) >= $refund_days as is_mature,
  $new_buyer_lookback_days > 0
  and coalesce(date_diff('day', h.first_order_date, t.period_date) < $new_buyer_lookback_days, true)
    as is_history_short
from told as t
cross join (select min(paid_date) as first_order_date from core.orders) as h
