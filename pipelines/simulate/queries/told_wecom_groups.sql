-- The WeCom groups with their names, and the one of WeCom's own number that only a list of members tells.
select
  timestamp '2025-06-25 10:00:00' + to_hours(group_no) as told_at, wecom_group_id(group_no) as group_id, name
from planted.wecom_groups
union all
select timestamp '2025-06-26 10:00:00', group_id, '栖木名单群'
from planted.listed
where platform = 'wecom' and starts_with(group_id, 'wr')
order by told_at
limit $copies
