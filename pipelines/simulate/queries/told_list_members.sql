-- Members of a group that only a list tells.
select m.joined_at as told_at, m.person, m.group_id, b.phone as link_phone
from world.list_members as m
inner join world.buyers as b on m.person = b.person
where m.source = $source
order by m.joined_at, m.person
