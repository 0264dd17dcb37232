-- Events of the log that another file tells.
select
  e.event_at as told_at, t.person, open_id(t.person) as open_id, group_id(e.group_no) as group_id,
  case when e.event = 'wecom_add' then b.phone end as phone
from world.told as t
inner join world.events as e on t.event_no = e.event_no
left join world.buyers as b on t.person = b.person
where t.source = $source
order by e.event_no
