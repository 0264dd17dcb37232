-- Live sessions before those that told_sessions.sql tells, under the number that the platform gave each.
select started_at as told_at, '147234567890' || lpad(cast(session_no as varchar), 8, '0') as live_session_id
from planted.sessions
order by started_at desc
limit $copies offset $copies
