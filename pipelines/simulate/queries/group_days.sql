-- Canonical group days as CSV lines.
select
  concat_ws(
    ',', 'douyin', group_id(group_no), day, members, joins, leaves, active_members, messages, red_packets, announcements
  ) as line
from world.group_days
order by day, group_no
