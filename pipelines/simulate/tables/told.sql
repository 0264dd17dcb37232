-- Events that the merchant's log leaves to a platform's own file: a few of each word of planted.told_events. Adding WeCom staff
-- is told there under the phone, so it is of people whose phone is linked, and who stay.
with possible as (
  select
    e.event_no, e.person, e.event,
    row_number() over (partition by e.event order by draw(e.event_no, 'told elsewhere'), e.event_no) as place
  from world.events as e
  where
    not e.is_webhook
    and e.event in (select event from planted.told_events)
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

select t.source, p.event_no, p.person, p.event
from possible as p
inner join planted.told_events as t
  on p.event = t.event and p.place > t.above and p.place <= t.above + t.events
order by p.event_no
