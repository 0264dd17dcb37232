-- Followers who bought, with the id that all applications of the merchant share, the shop's too.
select
  b.first_at as told_at, open_id(k.person) as id_value, 'u-' || coded('fan/' || k.person) as linked_value, k.person,
  'u-' || coded('fan/' || k.person) as account, 'union_id' as account_type, buyer_id(k.person, 1) as link_shop_id
from world.ladder as k
inner join world.buyers as b on k.person = b.person
where k.followed_at < $last_day and not (b.is_silent or b.used_second_account or b.is_hidden)
order by draw(k.person, 'told')
limit $copies
