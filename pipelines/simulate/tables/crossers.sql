-- Buyers who go on outside Douyin: they add the merchant's staff in WeCom by a parcel card, may come into a group there, and
-- make later purchases on Taobao or in the mini-program. `bridge` is what links their Douyin account with all that.
select
  p.person,
  cast(cast(p.touched_at as date) + cast(between_draw(p.person, 'cross day', 95, 130) as integer) as timestamp)
  + to_seconds(between_draw(p.person, 'cross second', 32400, 75600)) as added_at,
  case when draw(p.person, 'bridge') < $bridged_by_phone then 'phone' else 'map' end as bridge,
  draw(p.person, 'unionid') < $with_unionid as has_unionid,
  draw(p.person, 'nick') < $nick_shown as shows_nick
from world.people as p
inner join world.first_orders as f on p.person = f.person
inner join world.ladder as k on p.person = k.person
where
  not (p.is_silent or p.has_two_accounts)
  and k.door is distinct from 'wecom'
  and draw(p.person, 'crosses') < $crossing
  -- added early enough to be asked into a group before the year is over
  and cast(p.touched_at as date) + 134 < $last_day
order by p.person
