-- Every live session with its title and ids.
select
  *,
  room_id(session_no) as room_id,
  case when traffic > 1.5 then '大促专场 第' else '日常家居好物 第' end || session_no || '场' as title
from world.sessions
order by session_no
