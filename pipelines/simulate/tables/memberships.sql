-- Every stay: the first one, a late one by parcel card, a second stricter group, a return after leaving.
with after_order as (
  select
    p.person,
    case when draw(p.person, 'by sms') < $after_order_by_sms then 'sms' else 'wechat_invite' end as door,
    1 as group_no,
    cast(cast(p.touched_at as date) + cast(between_draw(p.person, 'card day', 46, 60) as integer) as timestamp)
    + to_seconds(between_draw(p.person, 'card second', 32400, 79200)) as joined_at
  from world.people as p
  inner join world.ladder as k on p.person = k.person
  inner join world.first_orders as f on p.person = f.person
  where not p.is_silent and k.door is null and k.state <> 'club' and draw(p.person, 'card') < $after_order_join
),

upgrade as (
  select
    p.person,
    'live_fan_club' as door,
    case between_draw(p.person, 'upgrade room', 1, 3) when 1 then 4 when 2 then 11 else 12 end as group_no,
    cast(cast(k.private_at as date) + cast(between_draw(p.person, 'upgrade day', 65, 90) as integer) as timestamp)
    + to_seconds(between_draw(p.person, 'upgrade second', 32400, 79200)) as joined_at
  from world.people as p
  inner join world.ladder as k on p.person = k.person
  where p.loyalty = 'loyal' and k.state = 'club' and k.private_at is not null and draw(p.person, 'upgrade') < $upgrade
),

back as (
  select
    p.person,
    k.door,
    k.group_no,
    cast(greatest(cast(k.left_at as date) + 5, cast(p.touched_at as date) + 100) as timestamp)
    + to_seconds(between_draw(p.person, 'back second', 32400, 79200)) as joined_at
  from world.people as p
  inner join world.ladder as k on p.person = k.person
  where k.left_at is not null and k.group_no is not null and draw(p.person, 'back') < $rejoin
),

later as (
  select person, 1 as stay_no, door, group_no, joined_at from after_order
  union all
  select person, 2 as stay_no, door, group_no, joined_at from upgrade
  union all
  select person, 3 as stay_no, door, group_no, joined_at from back
),

stays as (
  select person, 0 as stay_no, door, group_no, private_at as joined_at, left_at
  from world.ladder
  where door is not null
  union all
  select
    s.person, s.stay_no, s.door, s.group_no, s.joined_at,
    left_after(s.joined_at, s.person * 8 + s.stay_no, g.first_day_leave, g.daily_leave) as left_at
  from later as s
  inner join planted.groups as g on s.group_no = g.group_no
)

select
  s.person,
  s.stay_no,
  s.door,
  case when s.group_no is not null then 'group' else s.door end as kind,
  s.group_no,
  s.joined_at,
  case when s.left_at < $last_day + 1 then s.left_at end as left_at,
  case
    when s.stay_no = 0 and p.channel = 'live' and k.wait = 0 then p.session_no
  end as session_no
from stays as s
inner join world.people as p on s.person = p.person
inner join world.ladder as k on s.person = k.person
where s.joined_at < $last_day + 1
order by s.person, s.stay_no
