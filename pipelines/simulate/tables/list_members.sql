-- Members of a few groups that only lists of members tell (planted.listed): people who crossed and are in WeCom by then, so
-- nobody becomes private by it.
with possible as (
  select
    person,
    date_trunc('minute', added_at) + interval 20 day as joined_at,
    row_number() over (order by draw(person, 'listed'), person) as place
  from world.crossers
  where added_at < $last_day - interval 30 day and draw(person, 'in wecom group') < $in_wecom_group
)

select l.source, l.platform, l.group_id, l.door, p.person, p.joined_at
from possible as p
inner join planted.listed as l on p.place > l.above and p.place <= l.above + l.members
order by l.source, p.joined_at, p.person
