-- Every second day up to the last but one: of two days that one record tells, the first.
select cast($last_day as timestamp) - to_days(cast(1 + 2 * range as integer)) as told_at
from range($copies)
order by told_at
