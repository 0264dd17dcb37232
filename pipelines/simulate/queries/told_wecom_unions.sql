-- Who is in WeCom with a unionid, under the number that a tool gave them.
select
  cast(500000 + person as varchar) as id_value, union_id(person) as linked_value, person,
  cast(500000 + person as varchar) as account, 'user_id' as account_type
from world.crossers
where has_unionid
order by draw(person, 'told')
limit $copies
