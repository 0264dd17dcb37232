/*
title: {zh: 触点路径, en: Ways to a purchase}
description: >-
  What people did on their way to a purchase, one row per touch. A touch is a person, a channel and a day on which the person acted there, or the
  channel that the purchase itself tells, which is its last touch. A purchase is a person-day with a kept order: it was made when the day's first
  kept order was, and is worth the net amount of all of them. Its path is the touches of look_back_days before it, as far as they are later than the purchase before;
  what came after it on its own day belongs to the next one. A purchase without a touch has one row, of the channel none. Touches that led to no purchase
  in time are paths, too: of a person, a calendar month and the purchases on either side. A channel that nobody knows is no touch. Orders without a buyer stand in no path. A view.
description_zh: >-
  每次购买之前的触点，每个触点一行。触点是某人某天在某渠道有过主动行为；订单自带的渠道是最后一个触点。购买按人按天，时间取当天首笔有效订单，金额为当天有效订单净额。
  路径为购买前 look_back_days 天内、上一次购买之后的触点；购买当天之后的行为归下一次。没有触点的购买记作渠道 none。没有促成购买的触点按人、按自然月（以购买为界）也各成一条路径。
grain: {text: one touch of a path}
materialized: view
parameters:
  look_back_days: 30
  half_life_days: 7
columns:
  person_id: {type: varchar, zh: 人}
  bought_date: {type: date, zh: 购买日, description: 'of the purchase that the path leads to; of a path without one the next, if there is any'}
  is_converted: {type: boolean, zh: 是否成交, description: the path leads to a purchase in time}
  month: {type: date, zh: 月, description: 'of the purchase, else of the touches'}
  channel: {type: varchar, zh: 渠道, description: none for a purchase without a touch}
  domain: {type: varchar, zh: 域, description: 'public, private or unknown; of a day on which both were met, public'}
  touch_no: {type: bigint, zh: 第几个触点, description: 'in the path; touches of one instant in the order of their names, that of the order last'}
  path_touches: {type: bigint, unit: event, zh: 路径触点数}
  path_channels: {type: bigint, zh: 路径渠道数, description: distinct ones}
  is_first_of_channel: {type: boolean, zh: 是否该渠道首个触点, description: of the path}
  before_1: {type: varchar, zh: 前一渠道, description: the channel before this one in the path; empty where there is none}
  before_2: {type: varchar, zh: 前二渠道, description: the one before that}
  before_3: {type: varchar, zh: 前三渠道, description: and the one before that}
  days_before: {type: bigint, unit: day, zh: 距购买天数, description: from the touch to the purchase; NULL without one}
  weight: {type: bigint, zh: 衰减权重,
    description: 'in 10^-15: half as much for every half_life_days before the purchase, beyond 49 of them as much as there; a whole number, so that sums are exact'}
  path_weight: {type: bigint, zh: 路径衰减权重, description: of all touches of the path}
  net_amount: {type: 'decimal(18,2)', unit: yuan, zh: 净额, description: of the purchase; 0 without one}
*/
with bought as (
  select
    person_id,
    paid_date as bought_date,
    paid_month as month,
    max(case when is_first_in_day then paid_at_utc end) as bought_at,
    max(case when is_first_in_day then channel end) as channel,
    max(case when is_first_in_day then domain end) as domain,
    cast(sum(net_amount) as decimal(18, 2)) as net_amount
  from core.orders
  where purchase_no is not null
  group by person_id, paid_date, paid_month
),

-- what somebody did on the day of a purchase led to it, or came after it and is another touch; what was done before it in
-- the channel that it came by is the purchase's own touch
done as (
  select
    e.person_id,
    e.channel,
    case max(case e.domain when 'public' then 2 when 'private' then 1 else 0 end)
      when 2 then 'public' when 1 then 'private' else 'unknown'
    end as domain,
    e.event_date as date,
    e.event_month as month,
    min(e.event_at_utc) as touched_at
  from core.events as e
  left join bought as b on e.person_id = b.person_id and e.event_date = b.bought_date
  where
    e.person_id is not null
    and e.is_active
    and not e.is_inferred
    and e.channel <> 'unknown'
    and (b.bought_at is null or e.event_at_utc > b.bought_at or e.channel <> b.channel)
  group by e.person_id, e.channel, e.event_date, e.event_month, coalesce(e.event_at_utc > b.bought_at, false)
),

-- few are known by events; of all others each purchase is a path by itself
met as (
  select distinct person_id
  from done
),

-- at one instant an act comes before the purchase, whose own channel is its last touch, if it is known
told as (
  select
    person_id,
    channel,
    domain,
    date,
    month,
    touched_at,
    false as is_purchase,
    true as is_touch,
    cast(0 as decimal(18, 2)) as net_amount
  from done
  union all
  select
    b.person_id,
    case when b.channel = 'unknown' then 'none' else b.channel end as channel,
    case when b.channel = 'unknown' then 'unknown' else b.domain end as domain,
    b.bought_date as date,
    b.month,
    b.bought_at as touched_at,
    true as is_purchase,
    b.channel <> 'unknown' as is_touch,
    b.net_amount
  from bought as b
  semi join met as m on b.person_id = m.person_id
),

ahead as (
  select
    *,
    min(case when is_purchase then date end) over (
      partition by person_id order by touched_at desc, is_purchase desc
      rows between unbounded preceding and current row
    ) as bought_date
  from told
),

led as (
  select
    person_id,
    channel,
    domain,
    date,
    touched_at,
    is_purchase,
    is_touch,
    net_amount,
    bought_date,
    coalesce(date_diff('day', date, bought_date) <= $look_back_days, false) as is_converted,
    case
      when date_diff('day', date, bought_date) <= $look_back_days then cast(date_trunc('month', bought_date) as date)
      else month
    end as month
  from ahead
),

weighed as (
  select
    *,
    case
      when is_converted and is_touch
        then cast(floor(1000000000000000 * power(
          cast(2 as double),
          greatest(-cast(date_diff('day', date, bought_date) as double) / nullif($half_life_days, 0), -49)
        ) + 0.5) as bigint)
      else 0
    end as weight,
    case
      when is_touch and row_number() over (
        partition by person_id, bought_date, is_converted, month, channel order by touched_at, is_purchase
      ) = 1 then 1
      else 0
    end as new_channels
  from led
),

placed as (
  select
    *,
    row_number() over steps as touch_no,
    lag(channel, 1) over steps as before_1,
    lag(channel, 2) over steps as before_2,
    lag(channel, 3) over steps as before_3,
    sum(case when is_touch then 1 else 0 end) over whole as path_touches,
    sum(new_channels) over whole as path_channels,
    sum(weight) over whole as path_weight,
    sum(net_amount) over whole as path_amount
  from weighed
  window
    steps as (partition by person_id, bought_date, is_converted, month order by touched_at, is_purchase, channel),
    whole as (
      partition by person_id, bought_date, is_converted, month order by touched_at, is_purchase, channel
      rows between unbounded preceding and unbounded following
    )
)

select
  person_id,
  bought_date,
  is_converted,
  month,
  channel,
  domain,
  cast(touch_no as bigint) as touch_no,
  cast(case when is_touch then path_touches else 1 end as bigint) as path_touches,
  cast(case when is_touch then path_channels else 1 end as bigint) as path_channels,
  new_channels = 1 or not is_touch as is_first_of_channel,
  coalesce(before_1, '') as before_1,
  coalesce(before_2, '') as before_2,
  coalesce(before_3, '') as before_3,
  case when is_converted then cast(date_diff('day', date, bought_date) as bigint) end as days_before,
  cast(case when is_touch then weight else 1 end as bigint) as weight,
  cast(case when is_touch then path_weight else 1 end as bigint) as path_weight,
  cast(path_amount as decimal(18, 2)) as net_amount
from placed
-- where nothing led to it, the purchase stands for itself
where is_touch or path_touches = 0
union all
select
  b.person_id,
  b.bought_date,
  true as is_converted,
  b.month,
  case when b.channel = 'unknown' then 'none' else b.channel end as channel,
  case when b.channel = 'unknown' then 'unknown' else b.domain end as domain,
  1 as touch_no,
  1 as path_touches,
  1 as path_channels,
  true as is_first_of_channel,
  '' as before_1,
  '' as before_2,
  '' as before_3,
  0 as days_before,
  1 as weight,
  1 as path_weight,
  b.net_amount
from bought as b
anti join met as m on b.person_id = m.person_id
