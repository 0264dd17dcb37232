-- One row per buyer: when they first bought, and whether they were inside the private domain at that moment.
-- An impulse comes in the first visit, an hour after the touch; a considered order on day 8-45, and on day 31-45 for
-- who joined late, so that joining always comes first. Joining raises the chance of the considered order.
with tempted as (
  select
    p.person,
    p.loyalty,
    p.channel,
    p.is_silent,
    p.session_no,
    p.touched_at,
    k.door,
    k.wait,
    k.private_at,
    k.left_at,
    draw(p.person, 'impulse') < l.impulse * c.impulse_factor as has_impulse,
    draw(p.person, 'later') < case when k.door is null then l.later else l.later_joined end as has_second_thought
  from world.people as p
  inner join world.ladder as k on p.person = k.person
  inner join planted.loyalty as l on p.loyalty = l.loyalty
  inner join planted.channels as c on p.channel = c.channel
),

bought as (
  select
    *,
    has_impulse and not is_silent as is_impulse,
    case
      when is_silent or has_impulse then cast(touched_at as date)
      when wait = 30 then cast(touched_at as date) + cast(between_draw(person, 'later day', 31, 45) as integer)
      else cast(touched_at as date) + cast(between_draw(person, 'later day', 8, 45) as integer)
    end as first_date
  from tempted
  where is_silent or has_impulse or has_second_thought
)

select
  person,
  loyalty,
  channel,
  is_silent,
  is_impulse,
  first_date,
  case when is_impulse then touched_at + to_seconds(between_draw(person, 'impulse second', 3600, 5400)) end
    as impulse_at,
  case when is_impulse then session_no end as impulse_session_no,
  -- leaving is either minutes after joining or early in the morning, before any order of that day
  coalesce(
    door is not null
    and (not is_impulse or wait = 0)
    and (left_at is null or cast(left_at as date) > first_date), false
  ) as was_member
from bought
where first_date <= $last_day
