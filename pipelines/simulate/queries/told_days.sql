-- The last days of the year.
select cast($last_day as timestamp) - to_days(cast(range as integer)) as told_at
from range($copies)
order by told_at
