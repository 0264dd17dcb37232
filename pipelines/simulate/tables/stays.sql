-- Every stay of everybody, as files tell it: those that the merchant's log and the webhook tell, those of WeCom's files, and
-- those in groups that only a list tells.
-- `group_id` as the platforms spell it, `group_no` only of Douyin's groups.
select
  person,
  case kind when 'wecom' then 'wecom' else 'douyin' end as platform,
  kind,
  door,
  group_no,
  group_id(group_no) as group_id,
  joined_at,
  left_at
from world.memberships
union all
select
  person,
  'wecom' as platform,
  kind,
  door,
  null as group_no,
  wecom_group_id(group_no) as group_id,
  joined_at,
  left_at
from world.wecom_stays
union all
select person, platform, 'group' as kind, door, null as group_no, group_id, joined_at, null as left_at
from world.list_members
