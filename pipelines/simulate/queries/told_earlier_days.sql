-- Days before those that told_days.sql tells.
select cast($last_day as timestamp) - to_days(cast(60 + range as integer)) as told_at
from range($copies)
order by told_at
