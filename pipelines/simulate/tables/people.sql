-- One row per person: what they are, and where public traffic first touched them. The person's number is the key of
-- every draw.
with born as (
  select
    person,
    loyalty_of(draw(person, 'loyalty')) as loyalty,
    channel_of(draw(person, 'channel')) as channel,
    draw(person, 'silent') < $silent as is_silent,
    draw(person, 'hidden') < $hidden as would_hide,
    draw(person, 'two accounts') < $two_accounts as has_two_accounts,
    draw(person, 'home') as home_luck,
    cast(floor(draw(person, 'first day') * 4096) as bigint) as slot
  from (select cast(range as ubigint) as person from range($first_person, $first_person + $people))
)

select
  b.person,
  b.loyalty,
  b.channel,
  b.is_silent,
  b.is_silent and b.would_hide as is_hidden,
  b.has_two_accounts and not b.is_silent as has_two_accounts,
  -- where a second account buys that nothing links with its person's first: to files it is somebody else
  case
    when not b.is_silent or b.would_hide then 'douyin'
    when b.home_luck < $stray_taobao then 'taobao'
    when b.home_luck < $stray_taobao + $stray_wechat then 'wechat'
    else 'douyin'
  end as home,
  session.session_no,
  coalesce(
    session.started_at + to_seconds(between_draw(b.person, 'first second', 120, 7200)),
    cast(slot.day as timestamp) + to_seconds(between_draw(b.person, 'first second', 28800, 79200))
  ) as touched_at,
  between_draw(b.person, 'acts', l.fewest_acts, l.most_acts) as acts
from born as b
inner join planted.loyalty as l on b.loyalty = l.loyalty
inner join planted.slots as slot on b.slot = slot.slot
left join planted.sessions as session
  on
    b.channel = 'live' and not b.is_silent
    and cast(floor(b.slot * (select count(*) from planted.sessions) / 4096) as integer) + 1 = session.session_no
