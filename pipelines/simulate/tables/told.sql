-- Events that the merchant's log leaves to a platform's own file: a few of each word of planted.told_events. Adding WeCom staff
-- is told there under the phone, so it is of people whose phone is linked, and who stay.
with possible as (
  select
    e.event_no, e.person, e.event, t.events,
    row_number() over (partition by e.event order by draw(e.event_no, 'told elsewhere'), e.event_no) as place
  from world.events as e
  inner join planted.told_events as t on e.event = t.event
  where
    not e.is_webhook
    and (
      e.event <> 'wecom_add'
      or e.person in (
        select m.person
        from world.memberships as m
        inner join world.identities as i on m.person = i.person and i.method = 'crm'
        where m.kind = 'wecom' and m.left_at is null
      )
    )
)

select event_no, person, event
from possible
where place <= events
order by event_no
