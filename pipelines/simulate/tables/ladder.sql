-- How far each person climbs: follow, fan club, a door into the private domain, and the first stay behind it.
-- `wait` is the class of delay: 0 the same visit, 1 the next day within 24 hours, 7 days 2-6, 30 days 12-29, so that
-- windows counted in calendar days and in elapsed time agree. A later rung waits for the earlier ones.
with climbed as (
  select
    p.*,
    c.club_at_once,
    not p.is_silent and draw(p.person, 'follow') < l.follow * c.follow_factor as has_followed,
    draw(p.person, 'club') < l.club * c.club_factor as would_club
  from world.people as p
  inner join planted.loyalty as l on p.loyalty = l.loyalty
  inner join planted.channels as c on p.channel = c.channel
),

readied as (
  select
    *,
    case
      when is_silent then 'silent'
      when has_followed and would_club then 'club'
      when has_followed then 'follower'
      else 'stranger'
    end as state,
    case when not has_followed or draw(person, 'follow wait') < $follow_at_once then 0 else 7 end as follow_wait,
    case when not (has_followed and would_club) or draw(person, 'club wait') < club_at_once then 0 else 7 end
      as club_wait
  from climbed
),

lucky as (
  select *, draw(person, 'door') as door_luck, draw(person, 'door wait') as wait_luck, draw(person, 'room') as room_luck
  from readied
),

knocked as (
  select
    r.*,
    d.door,
    case
      when d.door is null then null
      when r.wait_luck < d.same_visit then 0
      when r.wait_luck < d.same_visit + d.next_day then 1
      when r.wait_luck < d.same_visit + d.next_day + d.same_week then 7
      else 30
    end as door_wait
  from lucky as r
  left join planted.doors as d
    on r.state = d.state and r.door_luck >= d.above and r.door_luck < d.above + d.probability
),

waited as (
  select
    *,
    cast(touched_at as date) as touch_date,
    greatest(follow_wait, club_wait) as club_ready_wait,
    case when door is not null then greatest(follow_wait, club_wait, door_wait) end as wait
  from knocked
),

timed as (
  select
    person,
    state,
    door,
    wait,
    room_luck,
    case
      when not has_followed then null
      when follow_wait = 0 then touched_at + to_seconds(between_draw(person, 'follow second', 60, 600))
      else cast(touch_date + 2 + cast(draw(person, 'follow day') < 0.5 as integer) as timestamp)
        + to_seconds(between_draw(person, 'follow second', 32400, 50000))
    end as followed_at,
    case
      when state <> 'club' then null
      when club_ready_wait = 0 then touched_at + to_seconds(between_draw(person, 'club second', 660, 1500))
      else cast(touch_date + 4 as timestamp) + to_seconds(between_draw(person, 'club second', 32400, 79200))
    end as club_at,
    case wait
      when 0 then touched_at + to_seconds(between_draw(person, 'join second', 1560, 3000))
      when 1 then touched_at + interval 1 day - to_seconds(between_draw(person, 'join second', 600, 25200))
      when 7 then cast(touch_date + 5 + cast(draw(person, 'join day') < 0.5 as integer) as timestamp)
        + to_seconds(between_draw(person, 'join second', 32400, 79200))
      when 30 then cast(touch_date + cast(between_draw(person, 'join day', 12, 29) as integer) as timestamp)
        + to_seconds(between_draw(person, 'join second', 32400, 79200))
    end as private_at
  from waited
),

roomed as (
  select
    t.*,
    r.group_no,
    coalesce(g.first_day_leave, case when t.door = 'wecom' then $wecom_first_day_leave end, 0) as first_day_leave,
    coalesce(g.daily_leave, case when t.door = 'wecom' then $wecom_daily_leave end, 0) as daily_leave
  from timed as t
  left join planted.rooms as r
    on
      t.door = r.door and t.state = r.state and t.wait = r.wait
      and t.room_luck >= r.above and t.room_luck < r.above + r.share
  left join planted.groups as g on r.group_no = g.group_no
)

select
  person,
  state,
  door,
  wait,
  followed_at,
  club_at,
  private_at,
  group_no,
  left_after(private_at, person * 8, first_day_leave, daily_leave) as left_at
from roomed
