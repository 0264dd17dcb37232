-- Who commented in a live room also wrote to the merchant.
select event_at as told_at, open_id(person) as user_id
from world.events
where event = 'live_comment'
order by draw(event_no, 'told')
limit $copies
