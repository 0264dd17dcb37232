-- Canonical pushes as CSV lines; opened and clicked are the sums of the people's own events.
with reacted as (
  select
    push_no,
    count(*) filter (where event = 'push_open') as opened,
    count(*) filter (where event = 'push_click') as clicked
  from world.events
  where push_no is not null
  group by push_no
)

select
  concat_ws(
    ',',
    'douyin',
    'msg' || lpad(cast(p.push_no as varchar), 6, '0'),
    spelled_moment(p.sent_at),
    p.kind,
    group_id(p.group_no),
    '',
    p.sent,
    p.delivered,
    coalesce(r.opened, 0),
    coalesce(r.clicked, 0),
    case p.kind when 'red_packet' then '20.00' else '0.00' end
  ) as line
from world.pushes as p
left join reacted as r on p.push_no = r.push_no
order by p.push_no
