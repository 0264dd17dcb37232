-- Who came into a WeCom group by its code: the list of members says the same.
select joined_at as told_at, wecom_id(person) as user_id, wecom_group_id(group_no) as group_id
from world.wecom_stays
where kind = 'group' and door = 'qr'
order by draw(person, 'told')
limit $copies
