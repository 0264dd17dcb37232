/*
title: {zh: 平台口径, en: What a platform counts}
description: >-
  Sixteen ways in which a platform may count a shop's day: with or without orders refunded later, cancelled after they were paid, samples and other orders that we
  leave out; by the day paid or ordered. Of each, on how many of the days that the platform tells our orders so counted give its own amount of buyers (without subsidies) to the
  cent. The usual one (all that was paid, by the day paid) is taken unless another is exact on least_days (2) days more, or on as many days with
  as many orders as the platform tells on least_days more; of several the one exact on most days, then with equal orders on most, then the nearest to the usual.
  is_taken says which reconciliation explains by. platform_counts = refunded, cancelled, samples, by_order_day (any of them) takes that one instead, whatever is found.
description_zh: >-
  平台统计店铺日成交的十六种可能口径：是否含后来退款的、付款后取消的、样品等本系统不计的订单，按付款日还是下单日。逐一计算：有多少天按该口径算出的金额与平台的用户支付金额分毫不差。
  默认取“付了款的都算、按付款日”，除非另一口径多吻合 least_days（2）天以上，或吻合天数不少而订单数也吻合的天数多 least_days 天以上；几个都是时取吻合天数最多、其次订单数吻合最多、再次最接近默认的。is_taken 即对账所用口径。
grain: platform, shop_id, counts_refunded, counts_cancelled, counts_samples, by_order_day
parameters:
  platform_counts: [found]
  least_days: 2
choices: {platform_counts: [found, refunded, cancelled, samples, by_order_day]}
facts:
  compared_days: {}
columns:
  platform: {type: varchar, zh: 平台}
  shop_id: {type: varchar, zh: 店铺, description: 'as the platform''s file says; empty where it names none'}
  counts_refunded: {type: boolean, zh: 含后来退款, description: 'what is refunded later stays in the platform''s figures'}
  counts_cancelled: {type: boolean, zh: 含付款后取消}
  counts_samples: {type: boolean, zh: 含样品等, description: 'samples, lottery and orders without an amount'}
  by_order_day: {type: boolean, zh: 按下单日, description: its day is the one of ordering}
  compared_days: {type: bigint, unit: day, zh: 可比天数, description: 'days of which the platform tells what buyers paid, and whose shop is ours'}
  exact_days: {type: bigint, unit: day, zh: 分毫不差天数}
  exact_order_days: {type: bigint, unit: day, zh: 订单数也吻合天数, description: 'of exact_days those on which the platform tells as many orders, too'}
  exact_rate: {type: double, unit: ratio, of: [exact_days, compared_days], zh: 吻合率}
  is_usual: {type: boolean, zh: 是否默认口径}
  is_taken: {type: boolean, zh: 是否采用}
checks:
  - unique: [platform, shop_id, counts_refunded, counts_cancelled, counts_samples, by_order_day]
  - between: {column: exact_rate, min: 0, max: 1}
*/
with tried as (
  select
    f.platform,
    f.shop_id,
    r.counts_refunded,
    c.counts_cancelled,
    s.counts_samples,
    f.dated_by = 'ordered' as by_order_day,
    case when f.scope <> 'unknown' then f.user_amount end as told_amount,
    f.paid_amount
    - case when r.counts_refunded then 0 else f.refund_amount - f.cancelled_refund_amount end
    - case when c.counts_cancelled then 0 else f.cancelled_amount end
    + case when s.counts_samples then f.left_out_amount else 0 end as amount,
    f.told_orders,
    f.kept_orders
    + case when r.counts_refunded then f.refunded_orders else 0 end
    + case when c.counts_cancelled then f.cancelled_orders else 0 end
    + case when s.counts_samples then f.left_out_orders else 0 end as orders
  from facts.compared_days as f
  cross join unnest([true, false]) as r (counts_refunded)
  cross join unnest([true, false]) as c (counts_cancelled)
  cross join unnest([true, false]) as s (counts_samples)
),

counted as (
  select
    platform,
    shop_id,
    counts_refunded,
    counts_cancelled,
    counts_samples,
    by_order_day,
    count(told_amount) as compared_days,
    count(*) filter (where told_amount = amount) as exact_days,
    count(*) filter (where told_amount = amount and told_orders = orders) as exact_order_days,
    counts_refunded and counts_cancelled and counts_samples and not by_order_day as is_usual,
    counts_refunded = list_contains($platform_counts, 'refunded')
    and counts_cancelled = list_contains($platform_counts, 'cancelled')
    and counts_samples = list_contains($platform_counts, 'samples')
    and by_order_day = list_contains($platform_counts, 'by_order_day') as is_asked
  from tried
  group by all
),

-- of definitions that are exact on as many days the one that is nearest to the usual
ranked as (
  select
    *,
    max(case when is_usual then exact_days end) over (partition by platform, shop_id) as usual_days,
    max(case when is_usual then exact_order_days end) over (partition by platform, shop_id) as usual_order_days
  from counted
)

select
  *,
  row_number() over (
    partition by platform, shop_id
    order by
      case
        when not list_contains($platform_counts, 'found') then case when is_asked then 1 else 0 end
        when is_usual or exact_days >= usual_days + $least_days then exact_days
        when exact_days >= usual_days and exact_order_days >= usual_order_days + $least_days then exact_days
        else -1
      end desc,
      case when list_contains($platform_counts, 'found') then exact_order_days else 0 end desc,
      case when is_usual then 1 else 0 end desc,
      case when by_order_day then 1 else 0 end asc,
      case when counts_refunded then 1 else 0 end desc,
      case when counts_cancelled then 1 else 0 end desc,
      case when counts_samples then 1 else 0 end desc
  ) = 1 as is_taken
from ranked
