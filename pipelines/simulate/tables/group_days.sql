-- What the platform's backend shows of each group each day, equal to the sum of the people's own traces.
with days as (
  select d.day, g.group_no
  from planted.days as d
  cross join planted.groups as g
),

moves as (
  select group_no, cast(joined_at as date) as day, 1 as joins, 0 as leaves
  from world.memberships
  where group_no is not null
  union all
  select group_no, cast(left_at as date) as day, 0 as joins, 1 as leaves
  from world.memberships
  where group_no is not null and left_at is not null
),

moved as (
  select group_no, day, cast(sum(joins) as bigint) as joins, cast(sum(leaves) as bigint) as leaves
  from moves
  group by group_no, day
),

talked as (
  select
    group_no,
    cast(event_at as date) as day,
    count(distinct person) as active_members,
    count(*) filter (where event = 'group_message') as messages
  from world.events
  where event in ('group_message', 'red_packet_open')
  group by group_no, cast(event_at as date)
),

told as (
  select
    group_no,
    cast(sent_at as date) as day,
    count(*) filter (where kind = 'red_packet') as red_packets,
    count(*) as announcements
  from world.pushes
  group by group_no, cast(sent_at as date)
)

select
  d.group_no,
  d.day,
  coalesce(m.joins, 0) as joins,
  coalesce(m.leaves, 0) as leaves,
  cast(
    sum(coalesce(m.joins, 0) - coalesce(m.leaves, 0)) over (partition by d.group_no order by d.day) as bigint
  ) as members,
  coalesce(t.active_members, 0) as active_members,
  coalesce(t.messages, 0) as messages,
  coalesce(p.red_packets, 0) as red_packets,
  coalesce(p.announcements, 0) as announcements
from days as d
left join moved as m on d.group_no = m.group_no and d.day = m.day
left join talked as t on d.group_no = t.group_no and d.day = t.day
left join told as p on d.group_no = p.group_no and d.day = p.day
