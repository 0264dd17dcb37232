-- Canonical events as CSV lines by month, without those that come by the webhook or in a platform's own file.
select
  cast(date_trunc('month', event_at) as date) as month,
  concat_ws(
    ',',
    case when event like 'wecom%' then 'wecom' else 'douyin' end,
    'ev' || lpad(cast(event_no as varchar), 9, '0'),
    case when event like 'wecom%' then wecom_id(person) else open_id(person) end,
    case when event like 'wecom%' then 'external_userid' else 'open_id' end,
    event,
    strftime(event_at, '%Y-%m-%d %H:%M:%S'),
    coalesce(group_id(group_no), ''),
    coalesce(room_id(session_no), ''),
    coalesce(campaign, ''),
    coalesce('msg' || lpad(cast(push_no as varchar), 6, '0'), ''),
    coalesce(entry_path, ''),
    case when entry = '千川' then '广告' else '' end,
    coalesce(medium, ''),
    coalesce(entry, '')
  ) as line
from world.events
where not is_webhook and event_no not in (select event_no from world.told)
order by event_no
