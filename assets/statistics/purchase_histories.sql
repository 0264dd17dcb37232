/*
Everybody's history of purchases (distinct days with a kept order), one row per person and segment of $segments: all, and
each platform that they bought on.

It is followed up to observed_until: the last day to which the orders of the segment's platform are known, of a person of
several platforms the latest of theirs, and never before their own last purchase. Amounts are net.
*/
with known as (
  select
    platform,
    coalesce(known_until, $as_of) as known_until
  from core.known
  where kind = 'orders'
),

bought as (
  select
    person_id,
    only_order_platform as platform,
    cast(first_order_at as date) as first_date,
    cast(last_order_at as date) as last_date,
    purchases,
    net_amount,
    first_purchase_amount as first_amount
  from core.people
  where purchases > 0
),

-- few bought on several platforms, and only for them is each platform's history another one than the whole
split as (
  select
    o.person_id,
    o.platform,
    o.paid_date,
    k.known_until,
    sum(o.net_amount) as net_amount,
    row_number() over (partition by o.person_id, o.platform order by o.paid_date) as purchase_no
  from core.orders as o
  semi join
    (select person_id from core.people where purchases > 0 and only_order_platform is null) as s
    on o.person_id = s.person_id
  left join known as k on o.platform = k.platform
  where o.purchase_no is not null
  group by o.person_id, o.platform, o.paid_date, k.known_until
),

apart as (
  select
    person_id,
    platform,
    known_until,
    min(paid_date) as first_date,
    max(paid_date) as last_date,
    max(purchase_no) as purchases,
    sum(net_amount) as net_amount,
    sum(case when purchase_no = 1 then net_amount end) as first_amount
  from split
  group by person_id, platform, known_until
),

latest as (
  select
    person_id,
    max(known_until) as known_until
  from split
  group by person_id
),

histories as (
  select
    'all' as segment_by,
    'all' as segment,
    b.person_id,
    b.first_date,
    b.last_date,
    coalesce(l.known_until, k.known_until) as known_until,
    b.purchases,
    b.net_amount,
    b.first_amount
  from bought as b
  left join latest as l on b.person_id = l.person_id
  left join known as k on b.platform = k.platform
  where list_contains($segments, 'all')
  union all
  select
    'platform' as segment_by,
    b.platform as segment,
    b.person_id,
    b.first_date,
    b.last_date,
    k.known_until,
    b.purchases,
    b.net_amount,
    b.first_amount
  from bought as b
  left join known as k on b.platform = k.platform
  where b.platform is not null and list_contains($segments, 'platform')
  union all
  select
    'platform' as segment_by,
    platform as segment,
    person_id,
    first_date,
    last_date,
    known_until,
    purchases,
    net_amount,
    first_amount
  from apart
  where list_contains($segments, 'platform')
)

select
  *,
  greatest(coalesce(known_until, $as_of), last_date) as observed_until,
  purchases - 1 as repeat_purchases,
  date_diff('day', first_date, last_date) as first_to_last_days,
  date_diff('day', first_date, greatest(coalesce(known_until, $as_of), last_date)) as age_days,
  net_amount - first_amount as repeat_amount
from histories
