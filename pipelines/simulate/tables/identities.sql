-- The merchant's own map of ids: app id and shop id of each buyer, WeCom contact and app id, WeCom contact and phone; and
-- what the mini-program knows of its buyers, their unionid or the phone they gave.
with mini_buyers as (
  select c.person, c.has_unionid, b.phone, min(o.ordered_at) as first_at
  from world.crossers as c
  inner join world.buyers as b on c.person = b.person
  inner join world.orders as o on c.person = o.person and o.shop = 'wechat'
  group by c.person, c.has_unionid, b.phone
)

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
union all
select
  'wecom', 'external_userid', wecom_id(person), 'douyin', 'open_id', open_id(person), added_at + interval 1 hour,
  'merchant_map', person
from world.crossers
where bridge = 'map'
union all
select
  'wechat', 'open_id', mini_id(person), 'wechat', case when has_unionid then 'union_id' else 'phone' end,
  case when has_unionid then union_id(person) else phone end, first_at, 'mini_program', person
from mini_buyers
order by observed_at, id_type, id_value, linked_type
