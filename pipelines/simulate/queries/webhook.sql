-- group_fans_event records. Joins of some groups come by the webhook alone, which names no door.
select
  cast(date_trunc('month', e.event_at) as date) as month,
  cast(to_json({
    'event': 'group_fans_event', 'client_key': 'tt8a1c0ffee', 'from_user_id': open_id(e.person), 'to_user_id': $owner,
    'content': cast(to_json({
      'open_id': open_id(e.person), 'im_group_id': group_id(e.group_no), 'group_type': 1,
      'create_group_type': g.webhook_type, 'create_time': epoch_seconds(e.event_at) * 1000 + e.event_no % 1000
    }) as varchar)
  }) as varchar) as record
from world.events as e
inner join planted.groups as g on e.group_no = g.group_no
where e.is_webhook
order by e.event_at, e.event_no
