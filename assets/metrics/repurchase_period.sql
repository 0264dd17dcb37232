/*
title: {zh: 周期复购率, en: Repurchase by period}
description: >-
  The other repurchase rates in use, by calendar period, each under its id. R1: buyers with two or more kept orders in the period / buyers. R1d: the same
  with orders of one day counted once. R2: repeat orders (not the buyer's first ever) / orders of identified buyers. R4: buyers of the period with
  more than one kept order in their lifetime, as known at as_of / buyers. R5: buyers of the period who buy again in the next period / buyers. R6: new buyers (no kept
  order in the look-back before the period; ever before with a look-back of -1) with two or more orders in the period / new buyers. Breakdowns are those of the buyer's first order ever.
description_zh: >-
  按自然周期的各种复购口径，各有编号。R1：期内两单及以上人数占比；R1d：同日多单算一次；R2：复购订单占比；R4：历史购买超过一单的买家占比；
  R5：下一期回购率；R6：新客当期复购率。细分按买家首单。
variant: R1, R1d, R2, R4, R5, R6
grain: period, segment_by, segment, variant
parameters:
  period: month
  segments: [all, channel, domain, platform, shop, live_session, host, membership]
choices: {period: [week, month], segments: default}
columns:
  period: {type: date, zh: 周期, description: date on which the period starts}
  period_unit: {type: varchar, zh: 周期单位, description: 'week or month, the parameter period'}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: value at the buyer's first order ever; none where it has no such value}
  variant: {type: varchar, zh: 口径编号, description: 'R1, R1d, R2, R4, R5 or R6'}
  numerator: {type: bigint, unit: person, zh: 分子, description: 'people; orders in R2',
    zh_description: 按人计的分子人数；R2 为订单数}
  denominator: {type: bigint, unit: person, zh: 分母, description: 'people; orders in R2',
    zh_description: 按人计的分母人数；R2 为订单数}
  repurchase_rate: {type: double, unit: ratio, zh: 复购率,
    description: numerator / denominator; NULL until is_mature or without anybody, zh_description: 分子 ÷ 分母；周期未完为空}
  is_mature: {type: boolean, zh: 是否成熟, description: 'the period is over, as far as the orders of every platform in the row are known; in R5, the next one too'}
  is_history_short: {type: boolean, zh: 历史不足,
    description: 'R6: orders are known for less than the look-back before the period; false for the others',
    zh_description: R6：此前订单历史不足 365 天，部分老客会被当成新客}
  is_small: {type: boolean, zh: 样本过小, description: a denominator below small_group}
checks:
  - unique: [period, segment_by, segment, variant]
  - between: {column: repurchase_rate, min: 0, max: 1}
  - condition: {sql: 'numerator <= denominator', name: numerator within denominator}
*/
with history as (
  select min(paid_date) as first_order_date
  from core.orders
),

-- a day's period starts on the first of its month, or of its week by the merchant's setting
placed as (
  select
    case when $period = 'week' then paid_week else paid_month end as period,
    case when $period = 'week' then is_first_in_week else is_first_in_month end as is_first,
    case
      when $period = 'week'
        then cast(
          date_trunc('week', cast(next_paid_at as date) + case when $week_starts = 'sunday' then 1 else 0 end) as date
        ) - case when $week_starts = 'sunday' then 1 else 0 end
      else cast(date_trunc('month', next_paid_at) as date)
    end as next_period,
    case
      when $period = 'week'
        then cast(
          date_trunc('week', next_purchase_date + case when $week_starts = 'sunday' then 1 else 0 end) as date
        ) - case when $week_starts = 'sunday' then 1 else 0 end
      else cast(date_trunc('month', next_purchase_date) as date)
    end as next_purchase_period,
    case when $period = 'week' then paid_week + 7 else last_day(paid_month) + 1 end as following_period,
    platform as order_platform,
    order_no,
    next_paid_at,
    previous_purchase_date,
    case when list_contains($segments, 'channel') then first_order_channel end as channel,
    case when list_contains($segments, 'domain') then first_order_domain end as domain,
    case
      when list_contains($segments, 'platform') or list_contains($segments, 'host') then first_order_platform
    end as platform,
    case when list_contains($segments, 'shop') then first_order_shop_id end as shop_id,
    case
      when list_contains($segments, 'live_session') or list_contains($segments, 'host') then first_order_live_session_id
    end as live_session_id,
    case when list_contains($segments, 'membership') then first_order_was_member end as was_member
  from core.orders
  where order_no is not null
),

counted as (
  select
    period,
    following_period,
    channel,
    domain,
    platform,
    shop_id,
    live_session_id,
    was_member,
    order_platform,
    count(*) as orders,
    count(*) filter (where order_no > 1) as repeat_orders,
    count(*) filter (where is_first) as buyers,
    count(*) filter (where is_first and next_period = period) as two_order_buyers,
    count(*) filter (where is_first and next_purchase_period = period) as two_day_buyers,
    count(*) filter (where is_first and (order_no > 1 or next_paid_at is not null)) as lifetime_repeat_buyers,
    count(*) filter (where next_period = following_period) as coming_back_buyers,
    count(*) filter (
      where is_first
      and (
        previous_purchase_date is null
        or (
          $new_buyer_lookback_days > 0
          and date_diff('day', previous_purchase_date, period) > $new_buyer_lookback_days
        )
      )
    ) as new_buyers,
    count(*) filter (
      where is_first
      and next_period = period
      and (
        previous_purchase_date is null
        or (
          $new_buyer_lookback_days > 0
          and date_diff('day', previous_purchase_date, period) > $new_buyer_lookback_days
        )
      )
    ) as new_two_order_buyers
  from placed
  group by period, following_period, channel, domain, platform, shop_id, live_session_id, was_member, order_platform
),

rolled as (
  select
    c.period,
    c.following_period,
    s.segment_by,
    case s.segment_by
      when 'all' then 'all'
      when 'channel' then coalesce(c.channel, 'none')
      when 'domain' then coalesce(c.domain, 'none')
      when 'platform' then coalesce(c.platform, 'none')
      when 'shop' then coalesce(c.shop_id, 'none')
      when 'live_session' then coalesce(c.live_session_id, 'none')
      when 'host' then coalesce(h.host_id, 'none')
      when 'membership' then case when c.was_member then 'member' else 'not_member' end
      else 'no such breakdown'
    end as segment,
    min(coalesce(k.known_until, c.period - 1)) as known_until,
    sum(c.orders) as orders,
    sum(c.repeat_orders) as repeat_orders,
    sum(c.buyers) as buyers,
    sum(c.two_order_buyers) as two_order_buyers,
    sum(c.two_day_buyers) as two_day_buyers,
    sum(c.lifetime_repeat_buyers) as lifetime_repeat_buyers,
    sum(c.coming_back_buyers) as coming_back_buyers,
    sum(c.new_buyers) as new_buyers,
    sum(c.new_two_order_buyers) as new_two_order_buyers
  from counted as c
  left join core.known as k on c.order_platform = k.platform and k.kind = 'orders'
  left join core.live_sessions as h on c.platform = h.platform and c.live_session_id = h.live_session_id
  cross join unnest($segments) as s (segment_by)
  group by all
),

variants as (
  select
    r.period,
    r.following_period,
    r.segment_by,
    r.segment,
    v.variant,
    cast(
      case v.variant
        when 'R1' then r.two_order_buyers
        when 'R1d' then r.two_day_buyers
        when 'R2' then r.repeat_orders
        when 'R4' then r.lifetime_repeat_buyers
        when 'R5' then r.coming_back_buyers
        else r.new_two_order_buyers
      end as bigint
    ) as numerator,
    cast(
      case v.variant when 'R2' then r.orders when 'R6' then r.new_buyers else r.buyers end as bigint
    ) as denominator,
    case
      when v.variant <> 'R5' then r.following_period - 1 <= r.known_until
      when $period = 'week' then r.following_period + 6 <= r.known_until
      else last_day(r.following_period) <= r.known_until
    end as is_mature,
    v.variant = 'R6' and date_diff('day', h.first_order_date, r.period) < $new_buyer_lookback_days as is_history_short
  from rolled as r
  cross join history as h
  cross join unnest(['R1', 'R1d', 'R2', 'R4', 'R5', 'R6']) as v (variant)
)

select
  period,
  case when $period = 'week' then 'week' else 'month' end as period_unit,
  segment_by,
  segment,
  variant,
  numerator,
  denominator,
  case when is_mature then cast(numerator as double) / nullif(denominator, 0) end as repurchase_rate,
  is_mature,
  is_history_short,
  denominator < $small_group as is_small
from variants
