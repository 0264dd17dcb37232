-- Who stood in each WeCom group when its members were listed, in order of joining.
select
  l.taken_at,
  s.group_no,
  wecom_id(s.person) as member_id,
  case when c.has_unionid then union_id(s.person) end as union_id,
  epoch_seconds(s.joined_at) as joined,
  case s.door when 'qr' then 3 when 'invite' then 1 end as scene
from world.lists as l
inner join world.wecom_stays as s
  on s.kind = 'group' and s.joined_at < l.taken_at and (s.truly_left_at is null or s.truly_left_at > l.taken_at)
inner join world.crossers as c on s.person = c.person
order by l.taken_at, s.group_no, s.joined_at, s.person
