-- One row per message to a group: a live notice before each session; a coupon, red packet or product each Wednesday.
with moments as (
  select
    s.session_no,
    cast(s.day as timestamp) + interval 18 hour + interval 30 minute as sent_at,
    'live_notice' as kind
  from planted.sessions as s
  union all
  select
    null as session_no,
    cast(d.day as timestamp) + interval 12 hour as sent_at,
    case week(d.day) % 3 when 0 then 'coupon' when 1 then 'red_packet' else 'product' end as kind
  from planted.days as d
  where isodow(d.day) = 3
),

sent as (
  select
    m.session_no,
    m.sent_at,
    m.kind,
    g.group_no,
    cast(row_number() over (order by m.sent_at, m.kind, g.group_no) as ubigint) as push_no
  from moments as m
  cross join planted.groups as g
)

select
  s.*,
  count(*) as sent,
  count(*) filter (
    where draw(s.push_no * 1000003 + m.person * 8 + m.stay_no, 'delivered') < $push_delivered
  ) as delivered
from sent as s
inner join world.memberships as m
  on s.group_no = m.group_no and m.joined_at <= s.sent_at and (m.left_at is null or m.left_at > s.sent_at)
group by all
