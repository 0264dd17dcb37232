-- What was played in the first groups on some evenings.
select
  cast($last_day as timestamp) - to_days(cast(10 + group_no as integer)) + interval 20 hour + interval 5 minute as told_at,
  group_id(group_no) as group_id
from planted.groups
order by group_no
limit $copies
