-- Until which day files know what a platform's people bought, and when they came and left. Of orders it is the last day of
-- one, for what comes later nobody can tell from a platform that fell silent. Of stays it is the last day of all: the lists
-- of members are taken after it, and tell of the days before even where nobody came or went. Douyin has something of
-- everything every day.
with days as (
  select
    platform,
    max(case when kind not in ('unpaid') then least(cast(paid_at as date), $last_day) end) as orders_until
  from world.orders
  where platform <> 'douyin'
  group by platform
)

select
  p.platform,
  coalesce(max(d.orders_until), $last_day) as orders_until,
  $last_day as stays_until
from (
  select 'douyin' as platform
  union
  select platform from days
  union
  select platform from world.stays
) as p
left join days as d on p.platform = d.platform
group by p.platform
