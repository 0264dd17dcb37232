-- The merchant's own map of ids: app id and shop id of each buyer, WeCom contact and app id, WeCom contact and phone.
select
  'douyin' as platform, 'open_id' as id_type, open_id(b.person) as id_value,
  'douyin' as linked_platform, 'doudian_open_id' as linked_type, buyer_id(b.person, 1) as linked_value,
  b.first_at as observed_at, 'merchant_map' as method, b.person
from world.buyers as b
where not b.is_silent
union all
select
  'wecom', 'external_userid', wecom_id(person), 'douyin', 'open_id', open_id(person), joined_at, 'merchant_map', person
from world.memberships
where kind = 'wecom' and stay_no = 0
union all
select
  'wecom', 'external_userid', wecom_id(m.person), 'wecom', 'phone', b.phone, greatest(m.joined_at, b.first_at), 'crm',
  m.person
from world.memberships as m
inner join world.buyers as b on m.person = b.person
where m.kind = 'wecom' and m.stay_no = 0 and not b.is_hub and draw(m.person, 'wecom phone') < $wecom_phone
order by observed_at, id_type, id_value, linked_type
