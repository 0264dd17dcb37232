/*
What is known of people before a landmark and what they did after it: one row per row of `units` and outcome.

Reads `units` of the query that it is put in (statistics.uplift_units). Only rows whose window is over by the end of the
last whole week that the sources of the person's platform are known of, and of whom it is known by then whether they
joined.

Outcomes: spend, net amount of kept orders in the window; live_attendance, 1 where the person watched a live session in
it; repurchase, 1 where a first-time buyer bought again in it (R3). Everything else is of before until_at.
*/
with moments as (
  select distinct
    person_id,
    until_at
  from units
),

-- acts of one's own that are no step into or out of anything, asking for a place in a group included
acted as (
  select
    m.person_id,
    m.until_at,
    count(case when e.event_at < p.first_seen_at + interval 1 hour then 1 end) as first_visit_acts,
    count(case when e.event_at >= m.until_at - interval 28 day then 1 end) as recent_acts,
    count(case when e.event_at >= m.until_at - interval 28 day and w.act = 'watch' then 1 end) as recent_views,
    max(e.event_at) as last_act_at
  from moments as m
  inner join core.people as p on m.person_id = p.person_id
  inner join core.events as e on m.person_id = e.person_id and m.until_at > e.event_at
  left join core.event_words as w on e.event = w.event
  where e.is_active and w.kind is null and coalesce(w.act not in ('apply', 'approve', 'reject'), true)
  group by m.person_id, m.until_at
),

bought as (
  select
    m.person_id,
    m.until_at,
    count(case when o.is_first_in_day then 1 end) as purchases,
    count(case when o.is_first_in_day and o.paid_at >= m.until_at - interval 28 day then 1 end) as recent_purchases,
    sum(o.net_amount) as spent_amount,
    max(o.paid_date) as last_paid_date
  from moments as m
  inner join core.orders as o on m.person_id = o.person_id and m.until_at > o.paid_at
  where o.order_no is not null
  group by m.person_id, m.until_at
),

spans as (
  select distinct
    person_id,
    from_date,
    window_days
  from units
),

bought_after as (
  select
    s.person_id,
    s.from_date,
    s.window_days,
    sum(o.net_amount) as spent_amount
  from spans as s
  inner join core.orders as o
    on
      s.person_id = o.person_id
      and s.from_date <= o.paid_date
      and date_diff('day', s.from_date, o.paid_date) < s.window_days
  where o.order_no is not null
  group by s.person_id, s.from_date, s.window_days
),

watched_after as (
  select distinct
    s.person_id,
    s.from_date,
    s.window_days
  from spans as s
  inner join core.events as e
    on
      s.person_id = e.person_id
      and s.from_date <= e.event_date
      and date_diff('day', s.from_date, e.event_date) < s.window_days
  inner join core.event_words as w on e.event = w.event
  where w.act = 'watch'
),

outcomes as (
  select
    n.outcome,
    case when n.outcome = 'repurchase' then 'first_order' else 'week' end as landmark_kind
  from unnest(['spend', 'live_attendance', 'repurchase']) as n (outcome)
),

-- to the end of the last whole week, so that who is old enough to be compared changes once a week
clocks as (
  select
    k.platform,
    max(case when k.kind = 'orders' then w.last_date end) as orders_until,
    max(case when k.kind = 'events' then w.last_date end) as events_until,
    max(case when k.kind = 'memberships' then w.last_date end) as joined_until
  from core.known as k
  inner join (
    select
      date,
      case when date = week + 6 then date else week - 1 end as last_date
    from core.calendar
  ) as w on k.known_until = w.date
  group by k.platform
)

select
  n.outcome,
  u.landmark_kind,
  cast(u.window_days as bigint) as window_days,
  u.is_placebo,
  u.is_treated,
  u.person_id,
  u.landmark,
  case
    when n.outcome = 'spend' then cast(coalesce(s.spent_amount, 0) as double)
    when n.outcome = 'live_attendance' then cast(case when v.person_id is not null then 1 else 0 end as double)
    else cast(case when s.person_id is not null then 1 else 0 end as double)
  end as value,
  case when b.person_id is not null then 'buyers' else 'not_yet_buyers' end as stage,
  u.platform,
  coalesce(p.first_channel, 'unknown') as channel,
  coalesce(c.festival, 'none') as festival,
  coalesce(p.followed_at < u.until_at, false) as has_followed,
  coalesce(p.fan_club_at < u.until_at, false) as is_in_fan_club,
  coalesce(a.first_visit_acts, 0) as first_visit_acts,
  coalesce(a.recent_acts, 0) as recent_acts,
  coalesce(a.recent_views, 0) as recent_views,
  cast(date_diff('day', cast(a.last_act_at as date), cast(u.until_at as date)) as bigint) as days_since_act,
  cast(date_diff('day', cast(p.first_seen_at as date), cast(u.until_at as date)) as bigint) as days_since_seen,
  coalesce(b.purchases, 0) as purchases,
  coalesce(b.recent_purchases, 0) as recent_purchases,
  cast(coalesce(b.spent_amount, 0) as double) as spent_before,
  cast(date_diff('day', b.last_paid_date, cast(u.until_at as date)) as bigint) as days_since_order
from units as u
inner join core.people as p on u.person_id = p.person_id
inner join outcomes as n on u.landmark_kind = n.landmark_kind
inner join clocks as k
  on
    u.platform = k.platform
    and date_diff('day', u.joined_known_date, k.joined_until) >= 0
    and date_diff(
      'day', u.from_date, case when n.outcome = 'live_attendance' then k.events_until else k.orders_until end
    ) >= u.window_days - 1
left join core.calendar as c on u.landmark = c.date
left join acted as a on u.person_id = a.person_id and u.until_at = a.until_at
left join bought as b on u.person_id = b.person_id and u.until_at = b.until_at
left join bought_after as s
  on u.person_id = s.person_id and u.from_date = s.from_date and u.window_days = s.window_days
left join watched_after as v
  on u.person_id = v.person_id and u.from_date = v.from_date and u.window_days = v.window_days
