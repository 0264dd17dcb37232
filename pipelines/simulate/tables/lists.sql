-- When the lists of members of the WeCom groups were pulled: before dawn, a few times a year, and after the last day.
select row_number() over (order by taken_at) as list_no, taken_at
from (
  select cast($first_day + cast(n as integer) as timestamp) + interval 3 hour as taken_at
  from range($first_list_days, 1000, $days_between_lists) as t (n)
  where $first_day + cast(n as integer) + 30 < $last_day
  union all
  select cast($last_day + 1 as timestamp) + interval 3 hour as taken_at
) as pulled
order by taken_at
