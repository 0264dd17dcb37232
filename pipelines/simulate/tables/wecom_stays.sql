-- Stays in WeCom of who crosses: with staff (nobody tells when such a stay ends), and in a group there, as far as lists of
-- members tell it: who came and left between two lists was never seen, and who left is told so by the next list.
-- Leaving is early in the morning, after the hour of a list.
with asked as (
  select
    person,
    case between_draw(person, 'wecom room', 1, 3) when 1 then 1 when 2 then 2 else 3 end as group_no,
    case when draw(person, 'wecom door') < 0.4 then 'invite' else 'qr' end as door,
    cast(cast(added_at as date) + cast(between_draw(person, 'wecom day', 0, 3) as integer) as timestamp)
    + to_seconds(between_draw(person, 'wecom second', 76000, 80000)) as joined_at
  from world.crossers
  where draw(person, 'in wecom group') < $in_wecom_group
),

stayed as (
  select a.*, left_after(a.joined_at, a.person * 8 + 7, 0, g.daily_leave) as truly_left_at
  from asked as a
  inner join planted.wecom_groups as g on a.group_no = g.group_no
),

listed as (
  select
    s.*,
    (select min(l.taken_at) from world.lists as l where l.taken_at > s.truly_left_at) as told_left_at
  from stayed as s
  where exists (
    select 1
    from world.lists as l
    where l.taken_at > s.joined_at and (s.truly_left_at is null or l.taken_at < s.truly_left_at)
  )
)

select
  person,
  'wecom' as kind,
  'wecom' as door,
  null as group_no,
  added_at as joined_at,
  null::timestamp as truly_left_at,
  null::timestamp as left_at
from world.crossers
union all
select
  person,
  'group' as kind,
  door,
  group_no,
  joined_at,
  truly_left_at,
  case when told_left_at < $last_day + 1 then told_left_at end as left_at
from listed
order by joined_at, person, kind
