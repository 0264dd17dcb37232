-- A text message to who added the staff in WeCom, two days later.
select date_trunc('minute', c.added_at) + interval 2 day as told_at, b.phone
from world.crossers as c
inner join world.buyers as b on c.person = b.person
where c.added_at < $last_day - interval 10 day
order by draw(c.person, 'told')
limit $copies
