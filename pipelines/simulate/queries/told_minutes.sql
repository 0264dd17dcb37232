-- Every second minute of the last live session, from its beginning.
select max(s.started_at) + to_minutes(2 * r.range) as told_at
from planted.sessions as s
cross join range($copies) as r
group by r.range
order by told_at
