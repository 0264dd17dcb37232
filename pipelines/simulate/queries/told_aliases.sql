-- Buyers whose shop id was another one before.
select
  '18@#' || to_base64(unhex(md5('old/' || o.person))) as id_value, buyer_id(o.person, 1) as linked_value, o.person,
  '18@#' || to_base64(unhex(md5('old/' || o.person))) as account, 'doudian_open_id' as account_type
from world.first_orders as o
inner join world.people as p on o.person = p.person
where not (p.is_silent or p.has_two_accounts)
order by draw(o.person, 'told')
limit $copies
