-- Until which day files know what a platform's people bought, and when they came and left: its last day of that, for what
-- comes later nobody can tell from a platform that fell silent. A list of members knows nothing of its own day, which is
-- not over; the other files are written after the last day. Douyin has something of everything every day.
with days as (
  select
    platform,
    max(case when kind not in ('unpaid') then least(cast(paid_at as date), $last_day) end) as orders_until,
    null::date as stays_until
  from world.orders
  where platform <> 'douyin'
  group by platform
  union all
  select
    platform,
    null as orders_until,
    greatest(
      max(cast(joined_at as date)),
      -- of WeCom the log alone tells the day of leaving
      max(cast(left_at as date)) filter (where kind = 'wecom')
    ) as stays_until
  from world.stays
  where platform <> 'douyin'
  group by platform
)

select
  p.platform,
  coalesce(max(d.orders_until), $last_day) as orders_until,
  coalesce(max(d.stays_until), $last_day) as stays_until
from (
  select 'douyin' as platform
  union
  select platform from days
) as p
left join days as d on p.platform = d.platform
group by p.platform
