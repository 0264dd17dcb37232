-- Who added the staff in WeCom: the list of customers says the same.
select added_at as told_at, wecom_id(person) as user_id
from world.crossers
order by draw(person, 'told')
limit $copies
