/*
Whom to compare when it is asked what becoming private caused: one row per person, landmark and window of $within_days.

landmark_kind week: at the start of each week, people seen before it and not yet private; is_treated, those who became
private within the week, against those who did not, whether or not they did later. first_order: first-time buyers seen
before their first order; is_treated, those inside a private membership at that moment. What is known of somebody before
until_at may be adjusted for; what counts as outcome lies on the window_days days from from_date on; who became private
must be known up to joined_known_date.

is_placebo: a comparison in which there is nothing to find. Of a week: the same people and as many days, which end four
weeks before the landmark. Of first orders: who became private four weeks after the window was over or later, but no later
than one window after that, against those who did not so far. The four weeks are left out because what lies shortly before
joining may have led to it, such as an order with a card in its parcel; they are among what is adjusted for.

All is as of the end of the last whole week, so that who is drawn and compared changes once a week and not every day.
People are drawn by a hash of their key, $most_joiners of who became private, $most_people of everybody (controls, to whom
who joins later belongs: the future must not choose them), $most_people first-time buyers; and of the controls of a week
$controls_per_joiner for each joiner, seen for the first time about as long ago and a buyer by then or not, as the joiner
(of a placebo's controls only the former: who had bought by the landmark is decided after its window began).
*/
with whole_weeks as (
  select cast(max(week) + 7 as timestamp) as end_at
  from core.calendar
  where week + 6 <= $as_of
),

joiners as (
  select
    p.person_id,
    p.first_seen_at,
    p.first_platform,
    p.first_order_at,
    p.private_at
  from core.people as p
  inner join whole_weeks as w on p.private_at < w.end_at
  where p.private_at > p.first_seen_at
  order by md5(p.person_id), p.person_id
  limit $most_joiners
),

everybody as (
  select
    p.person_id,
    p.first_seen_at,
    p.first_platform,
    p.first_order_at,
    p.private_at
  from core.people as p
  inner join whole_weeks as w on p.first_seen_at < w.end_at - interval 7 day
  order by md5(p.person_id), p.person_id
  limit $most_people
),

-- the four weeks before the first are what is known of people then
landmarks as (
  select distinct c.week as landmark
  from core.calendar as c
  cross join core.as_of as d
  where c.week >= d.first_date + 28 and c.week + 6 <= $as_of
),

able as (
  select
    j.person_id,
    j.first_seen_at,
    j.first_platform,
    j.first_order_at,
    l.landmark,
    true as is_treated
  from joiners as j
  inner join landmarks as l
    on
      j.first_seen_at < cast(l.landmark as timestamp)
      and j.private_at >= cast(l.landmark as timestamp)
      and j.private_at < cast(l.landmark + 7 as timestamp)
  union all
  select
    e.person_id,
    e.first_seen_at,
    e.first_platform,
    e.first_order_at,
    l.landmark,
    false as is_treated
  from everybody as e
  inner join landmarks as l
    on
      e.first_seen_at < cast(l.landmark as timestamp)
      and (e.private_at is null or e.private_at >= cast(l.landmark + 7 as timestamp))
),

aged as (
  select
    *,
    md5(concat(person_id, cast(landmark as varchar))) as draw_key,
    coalesce(first_order_at < cast(landmark as timestamp), false) as has_bought,
    case
      when first_seen_at >= cast(landmark - 7 as timestamp) then 1
      when first_seen_at >= cast(landmark - 14 as timestamp) then 2
      when first_seen_at >= cast(landmark - 28 as timestamp) then 4
      when first_seen_at >= cast(landmark - 56 as timestamp) then 8
      when first_seen_at >= cast(landmark - 112 as timestamp) then 16
      else 32
    end as weeks_known
  from able
),

numbered as (
  select
    *,
    sum(case when is_treated then 1 else 0 end) over (partition by landmark, weeks_known, has_bought) as joiners,
    row_number() over (
      partition by landmark, weeks_known, has_bought, is_treated order by draw_key, person_id
    ) as draw_no,
    sum(case when is_treated then 1 else 0 end) over (partition by landmark, weeks_known) as placebo_joiners,
    row_number() over (partition by landmark, weeks_known, is_treated order by draw_key, person_id) as placebo_no
  from aged
),

weeks as (
  select
    n.person_id,
    n.first_seen_at,
    n.first_platform as platform,
    n.landmark,
    n.is_treated,
    n.is_treated or n.draw_no <= $controls_per_joiner * n.joiners as is_drawn,
    n.is_treated or n.placebo_no <= $controls_per_joiner * n.placebo_joiners as is_drawn_for_placebo,
    w.window_days
  from numbered as n
  cross join unnest($within_days) as w (window_days)
),

buyers as (
  select
    p.person_id,
    p.first_seen_at,
    p.first_order_platform as platform,
    p.first_order_at,
    p.first_order_was_member,
    p.private_at
  from core.people as p
  inner join whole_weeks as w on p.first_order_at < w.end_at
  where p.first_order_at > p.first_seen_at and (p.private_at is null or p.private_at > p.first_seen_at)
  order by md5(p.person_id), p.person_id
  limit $most_people
),

-- the first visit, as far as it was before joining and buying
first_orders as (
  select
    b.*,
    cast(b.first_order_at as date) as landmark,
    date_diff('day', cast(b.first_order_at as date), cast(b.private_at as date)) as joined_after_days,
    least(
      b.first_seen_at + interval 1 hour, b.first_order_at, coalesce(b.private_at, b.first_order_at)
    ) as until_at,
    w.window_days
  from buyers as b
  cross join unnest($within_days) as w (window_days)
)

select
  'week' as landmark_kind,
  person_id,
  platform,
  landmark,
  window_days,
  false as is_placebo,
  is_treated,
  cast(landmark as timestamp) as until_at,
  landmark + 7 as from_date,
  landmark + 6 as joined_known_date
from weeks
where is_drawn
union all
select
  'week' as landmark_kind,
  person_id,
  platform,
  landmark,
  window_days,
  true as is_placebo,
  is_treated,
  cast(landmark - 28 - window_days as timestamp) as until_at,
  landmark - 28 - window_days as from_date,
  landmark + 6 as joined_known_date
from weeks
where is_drawn_for_placebo and first_seen_at < cast(landmark - 28 - window_days as timestamp)
union all
select
  'first_order' as landmark_kind,
  person_id,
  platform,
  landmark,
  window_days,
  false as is_placebo,
  first_order_was_member as is_treated,
  until_at,
  landmark + 1 as from_date,
  landmark as joined_known_date
from first_orders
union all
select
  'first_order' as landmark_kind,
  person_id,
  platform,
  landmark,
  window_days,
  true as is_placebo,
  coalesce(joined_after_days <= 2 * window_days + 28, false) as is_treated,
  until_at,
  landmark + 1 as from_date,
  landmark + 2 * window_days + 28 as joined_known_date
from first_orders
where private_at is null or joined_after_days > window_days + 28
