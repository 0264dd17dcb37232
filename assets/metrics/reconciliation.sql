/*
title: {zh: 对账, en: Reconciliation}
description: >-
  Why a platform's figure of a day and ours differ. One row per day, shop and measure that the platform tells: its value, ours, and the difference (theirs less ours), which is
  the sum of its causes and a remainder that nothing told explains, to the cent. Which orders the platform counts is taken from platform_definitions. A cause is 0 where it makes no
  difference and NULL where no file tells it (untold says which). settled_amount is what the movements on the shop's accounts say of the orders
  paid on the day. Where ours is not known, it and all causes are NULL, and why says it.
description_zh: >-
  平台某天的数与本系统的数为何不同：平台值、本系统值、差额（平台减本系统），差额＝各项原因之和＋无法解释的余额，精确到分。平台计入哪些订单取自“平台口径”表。
  原因为 0 表示没有影响，为空表示没有文件说明（见 untold）。settled_amount 为当日付款订单的动账合计。本系统当日不可知时留空并写明原因。
grain: date, platform, shop_id, measure
metrics:
  platform_definitions: [platform_counts, least_days]
facts:
  compared_days: {}
  order_days: {}
  settled_days: {}
columns:
  date: {type: date, zh: 日期}
  platform: {type: varchar, zh: 平台}
  shop_id: {type: varchar, zh: 店铺, description: 'as the platform''s file says; empty where it names none'}
  measure: {type: varchar, zh: 指标, description: 'paid_amount (成交金额, with subsidies), user_paid_amount (用户支付金额), orders, buyers, refund_amount (by the day refunded), refund_of_day_amount (of orders
      paid on the day) or settled_amount (what was settled of orders paid on the day)'}
  our_measure: {type: varchar, zh: 对应指标, description: 'what of ours it is set against: paid_amount, orders (kept), buyers (kept, with a name), refund_amount or net_amount'}
  platform_value: {type: 'decimal(18,2)', zh: 平台值, description: 'yuan, orders or people', zh_description: '平台后台给出的数'}
  our_value: {type: 'decimal(18,2)', zh: 本系统值, description: the same of ours, zh_description: '我们算出的对应的数'}
  difference: {type: 'decimal(18,2)', zh: 差额, description: platform_value - our_value, zh_description: '平台值 − 我们的值'}
  subsidies: {type: 'decimal(18,2)', zh: 补贴, description: 'what platform and talents added. Of paid_amount as the platform tells it, else by what it exceeds the user_paid_amount of the day, else as the orders tell who bore their discounts (core.order_discounts); of settled_amount as the movements do',
    zh_description: '平台与达人补贴的部分'}
  refunds: {type: 'decimal(18,2)', zh: 退款, description: 'orders refunded whole, which the platform counts and we do not; below zero what it takes off and we do not',
    zh_description: '全额退款的订单：平台计入而我们不计；平台扣除而我们不扣时为负'}
  cancelled: {type: 'decimal(18,2)', zh: 取消, description: 'the same of orders cancelled after they were paid', zh_description: '付款后取消的订单，同上'}
  samples: {type: 'decimal(18,2)', zh: 样品等, description: 'samples, lottery and orders without an amount, which we leave out',
    zh_description: '我们不计的样品、福袋与零元订单'}
  unidentified: {type: 'decimal(18,2)', zh: 认不出买家, description: 'of buyers: orders without a buyer, each of whom may be one more',
    zh_description: '认不出买家的订单，每单最多多一个人'}
  time_of_day: {type: 'decimal(18,2)', zh: 时点, description: 'where the platform''''s day is the one of ordering: ordered on the day and paid on another less the reverse',
    zh_description: '平台按下单日计、我们按付款日计造成的错位'}
  unknown_orders: {type: 'decimal(18,2)', zh: 未知订单, description: refunds or movements of orders that no file tells, zh_description: '没有文件写到的订单的退款或资金'}
  fees: {type: 'decimal(18,2)', zh: 扣费, description: 'of settled_amount: service fee, commission and promotion, below zero',
    zh_description: '结算金额里扣掉的服务费、佣金与推广费，为负'}
  unsettled: {type: 'decimal(18,2)', zh: 未结算, description: 'of settled_amount: our net amount of orders without any movement yet, below zero',
    zh_description: '还没有任何结算的订单净额，为负'}
  remainder: {type: 'decimal(18,2)', zh: 余额, description: what of the difference nothing told explains, zh_description: '没有任何文件能解释的部分'}
  is_explained: {type: boolean, zh: 是否全部解释, description: the remainder is 0}
  untold: {type: varchar, zh: 未说明的原因, description: 'causes that no file tells, which may be in the remainder; empty when none'}
  definition: {type: varchar, zh: 采用口径, description: 'what the platform is taken to count (platform_definitions): refunded, cancelled, samples, by_order_day; paid where none of them'}
  exact_days: {type: bigint, unit: day, zh: 该口径吻合天数}
  compared_days: {type: bigint, unit: day, zh: 可比天数, zh_description: 平台与我们都有数字的天数}
  is_mature: {type: boolean, zh: 是否稳定, description: 'refunds are known for 30 days after; platforms restate a day for a month'}
  why: {type: varchar, zh: 不可比原因, description: 'shop_unknown (which of our orders are its is not told), orders_unknown or refunds_unknown (ours are not known of the day); NULL where compared'}
checks:
  - unique: [date, platform, shop_id, measure]
  - not_null: [platform_value]
  - condition:
      sql: >-
        why is not null or difference = coalesce(subsidies, 0) + refunds + cancelled + samples + unidentified + time_of_day + unknown_orders
        + coalesce(fees, 0) + unsettled + remainder
      name: the causes and the remainder add up
*/
with taken as (
  select
    f.*,
    t.exact_days,
    t.compared_days,
    t.by_order_day,
    cast(t.counts_refunded as bigint) as r,
    cast(t.counts_cancelled as bigint) as c,
    cast(t.counts_samples as bigint) as s
  from facts.compared_days as f
  inner join metrics.platform_definitions as t on f.platform = t.platform and f.shop_id = t.shop_id and t.is_taken
),

-- by each way to date a day what the platform counts more than we do, cause by cause
counted as (
  select
    t.*,
    m.measure,
    case m.measure
      when 'orders' then t.kept_orders when 'buyers' then t.kept_people
      when 'refund_amount' then t.returned_amount when 'refund_of_day_amount' then t.refund_amount
      else t.paid_amount
    end as ours,
    case m.measure
      when 'orders' then t.r * t.refunded_orders when 'buyers' then t.r * t.refunded_people
      when 'refund_amount' then 0 when 'refund_of_day_amount' then 0
      else (t.r - 1) * (t.refund_amount - t.cancelled_refund_amount)
    end as refunded,
    case m.measure
      when 'orders' then t.c * t.cancelled_orders when 'buyers' then t.c * t.cancelled_people
      when 'refund_amount' then 0 when 'refund_of_day_amount' then 0
      else (t.c - 1) * t.cancelled_amount
    end as closed,
    t.s * case m.measure
      when 'orders' then t.left_out_orders when 'buyers' then t.left_out_people
      when 'refund_amount' then t.left_out_returned_amount when 'refund_of_day_amount' then t.left_out_refund_amount
      else t.left_out_amount
    end as sampled,
    case
      when m.measure = 'buyers'
        then
          t.kept_nameless + t.r * t.refunded_nameless + t.c * t.cancelled_nameless + t.s * t.left_out_nameless
      else 0
    end as nameless,
    case m.measure
      when 'paid_amount' then t.told_paid_amount when 'user_paid_amount' then t.told_user_paid_amount
      when 'orders' then t.told_orders when 'buyers' then t.told_buyers
      when 'refund_amount' then t.told_refund_amount else t.told_refund_of_day_amount
    end as told
  from taken as t
  cross join unnest([
    'paid_amount', 'user_paid_amount', 'orders', 'buyers', 'refund_amount', 'refund_of_day_amount'
  ]) as m (measure)
),

compared as (
  select
    p.date, p.platform, p.shop_id, p.measure, p.scope, p.told, p.ours, p.exact_days, p.compared_days,
    case p.measure when 'paid_amount' then p.subsidy_amount else 0 end as subsidies,
    p.refunded, p.closed, p.sampled, p.nameless,
    case
      when p.by_order_day and p.measure <> 'refund_amount'
        then
          o.ours + o.refunded + o.closed + o.sampled + o.nameless
          - (p.ours + p.refunded + p.closed + p.sampled + p.nameless)
      else 0
    end as shifted,
    case p.measure when 'refund_amount' then p.unknown_returned_amount else 0 end as unmatched,
    0 as fees,
    0 as unsettled,
    case when p.measure = 'paid_amount' and p.subsidy_amount is null then 'subsidies' else '' end as untold,
    coalesce(nullif(concat_ws(
      ', ', case when p.r = 1 then 'refunded' end, case when p.c = 1 then 'cancelled' end,
      case when p.s = 1 then 'samples' end, case when p.by_order_day then 'by_order_day' end
    ), ''), 'paid') as definition
  from counted as p
  inner join counted as o
    on p.platform = o.platform and p.shop_id = o.shop_id and p.date = o.date and p.measure = o.measure
  where p.dated_by = 'paid' and o.dated_by = 'ordered' and p.told is not null
  union all
  select
    s.date, s.platform, coalesce(s.shop_id, '') as shop_id, 'settled_amount' as measure, 'shop' as scope,
    s.settled_amount + s.left_out_settled_amount + s.unknown_settled_amount as told,
    coalesce(d.paid_amount - d.refund_amount, 0) as ours, null as exact_days, null as compared_days,
    s.subsidy_amount as subsidies, 0 as refunded, 0 as closed, s.left_out_settled_amount as sampled,
    0 as nameless, 0 as shifted, s.unknown_settled_amount as unmatched,
    case when s.fee_movements > 0 or s.settled_orders = 0 then s.fees_amount end as fees,
    s.settled_net_amount - coalesce(d.paid_amount - d.refund_amount, 0) as unsettled,
    case when s.fee_movements = 0 and s.settled_orders > 0 then 'fees' else '' end as untold, 'paid' as definition
  from facts.settled_days as s
  left join facts.order_days as d
    on
      s.platform = d.platform and coalesce(s.shop_id, '') = coalesce(d.shop_id, '') and s.date = d.date
      and d.dated_by = 'paid'
),

judged as (
  select
    n.*,
    f.known_until as refunds_known_until,
    case
      when n.scope = 'unknown' then 'shop_unknown'
      when n.measure = 'refund_amount' and (f.known_until is null or n.date > f.known_until) then 'refunds_unknown'
      when n.measure = 'refund_amount' then null
      when coalesce(u.date, v.date) is not null or k.known_until is null or n.date > k.known_until then 'orders_unknown'
    end as why
  from compared as n
  left join core.known as k on n.platform = k.platform and k.kind = 'orders'
  left join core.known as f on n.platform = f.platform and f.kind = 'refunds'
  left join core.unknown_days as u
    on u.kind = 'orders' and u.segment_by = 'platform' and n.platform = u.segment and n.date = u.date
  left join core.unknown_days as v
    on v.kind = 'orders' and v.segment_by = 'shop' and n.shop_id = v.segment and n.date = v.date
)

select
  date, platform, shop_id, measure, untold, definition, exact_days, compared_days, why,
  case measure
    when 'user_paid_amount' then 'paid_amount' when 'refund_of_day_amount' then 'refund_amount'
    when 'settled_amount' then 'net_amount' else measure
  end as our_measure,
  told as platform_value,
  case when why is null then ours end as our_value,
  case when why is null then told - ours end as difference,
  case when why is null then subsidies end as subsidies,
  case when why is null then refunded end as refunds,
  case when why is null then closed end as cancelled,
  case when why is null then sampled end as samples,
  case when why is null then nameless end as unidentified,
  case when why is null then shifted end as time_of_day,
  case when why is null then unmatched end as unknown_orders,
  case when why is null then fees end as fees,
  case when why is null then unsettled end as unsettled,
  case
    when why is null
      then
        told - ours - coalesce(subsidies, 0) - refunded - closed - sampled - nameless - shifted - unmatched
        - coalesce(fees, 0) - unsettled
  end as remainder,
  case when why is null then remainder = 0 end as is_explained,
  coalesce(date_diff('day', date, refunds_known_until) >= 30, false) as is_mature
from judged
