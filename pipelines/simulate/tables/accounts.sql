-- Every id that landing shows, with whom files tell it is (`person`) and whom it truly is (`owner`): second accounts that
-- nothing links are somebody's who crosses. A parcel station's phone is nobody's.
with strays as (
  select person, row_number() over (order by draw(person, 'owner'), person) as place
  from world.people
  where home <> 'douyin'
),

owners as (
  select s.person, c.person as owner
  from strays as s
  inner join (select person, row_number() over (order by draw(person, 'owner'), person) as place from world.crossers) as c
    on s.place = c.place
),

bought as (
  select distinct o.person, o.shop, o.is_second_account, p.home <> 'douyin' as is_stray, b.is_hidden
  from world.orders as o
  inner join world.people as p on o.person = p.person
  inner join world.buyers as b on o.person = b.person
),

shown as (
  select person, 'douyin' as platform, 'open_id' as id_type, open_id(person) as id_value
  from world.people
  where not is_silent
  union
  select person, 'douyin', 'doudian_open_id', buyer_id(person, case when is_second_account then 2 else 1 end)
  from bought
  where shop = 'douyin' and not is_hidden
  union
  select person, 'wecom', 'external_userid', wecom_id(person)
  from world.stays
  where kind = 'wecom'
  union
  select person, 'wechat', 'union_id', union_id(person)
  from world.crossers
  where has_unionid
  union
  select person, 'wechat', 'open_id', mini_id(person)
  from bought
  where shop = 'wechat'
  union
  select b.person, 'taobao', 'nick', nick(b.person)
  from bought as b
  left join world.crossers as c on b.person = c.person
  where b.shop = 'taobao' and coalesce(c.shows_nick, b.is_stray)
  union
  select b.person, 'any', 'phone', b.phone
  from world.buyers as b
  left join world.crossers as c on b.person = c.person
  left join (select distinct person from world.identities where linked_type = 'phone') as i on b.person = i.person
  where not b.is_hub and (b.phone_shown = 'full' or c.person is not null or i.person is not null)
)

select s.person, coalesce(o.owner, s.person) as owner, s.platform, s.id_type, s.id_value
from shown as s
left join owners as o on s.person = o.person
order by s.person, s.platform, s.id_type, s.id_value
