-- Every interaction that leaves a trace, up to the last day. `event_no` numbers them in time.
with first_acts as (
  select
    p.person,
    case
      when n = 0 then c.event
      when p.channel = 'live'
        then ['live_like', 'live_comment', 'product_click'][between_draw(p.person * 8 + n, 'act', 1, 3)]
      when n = 1 or p.channel in ('search', 'mall', 'ad') then 'product_click'
      else c.event
    end as event,
    p.touched_at + to_seconds(cast(n * 7 as bigint)) as event_at,
    p.session_no,
    c.medium,
    c.entry,
    case when n = 0 and p.channel = 'ad' then 'ad-' || between_draw(p.person, 'which ad', 1, 3) end as campaign
  from world.people as p
  inner join planted.channels as c on p.channel = c.channel
  cross join (select cast(range as ubigint) as n from range(0, 7))
  where not p.is_silent and n < p.acts
),

climbs as (
  select k.person, 'follow' as event, k.followed_at as event_at, p.touched_at, p.session_no
  from world.ladder as k
  inner join world.people as p on k.person = p.person
  where k.followed_at is not null
  union all
  select k.person, 'fan_club_join' as event, k.club_at as event_at, p.touched_at, p.session_no
  from world.ladder as k
  inner join world.people as p on k.person = p.person
  where k.club_at is not null
),

doors as (
  select
    m.person,
    case m.kind when 'group' then 'group_join' when 'wecom' then 'wecom_add' else 'member_join' end as event,
    m.joined_at as event_at,
    m.group_no,
    m.session_no,
    case when m.kind = 'group' and m.door not in ('other') then m.door end as entry_path,
    g.webhook_type is not null as is_webhook
  from world.memberships as m
  left join planted.groups as g on m.group_no = g.group_no
  union all
  select
    person, case kind when 'group' then 'group_leave' else 'wecom_remove' end as event, left_at as event_at, group_no,
    null as session_no, null as entry_path, false as is_webhook
  from world.memberships
  where left_at is not null
),

applied as (
  select m.person, m.group_no, m.door as entry_path, m.joined_at, true as is_approved, m.person * 8 + m.stay_no as key
  from world.memberships as m
  inner join planted.groups as g on m.group_no = g.group_no
  where g.needs_approval
  union all
  select
    p.person,
    case when k.state = 'club' then 8 else 3 end as group_no,
    case when k.state = 'club' then 'live_fan_club' else 'profile' end as entry_path,
    cast(cast(p.touched_at as date) + cast(between_draw(p.person, 'reject day', 12, 40) as integer) as timestamp)
    + to_seconds(between_draw(p.person, 'reject second', 32400, 79200)) as joined_at,
    false as is_approved,
    p.person * 8 + 7 as key
  from world.people as p
  inner join world.ladder as k on p.person = k.person
  where k.state in ('club', 'follower') and k.door is null and draw(p.person, 'reject') < $rejected
),

approvals as (
  select
    person, 'group_apply' as event, joined_at - to_seconds(between_draw(key, 'apply', 60, 300)) as event_at, group_no,
    entry_path
  from applied
  union all
  select
    person, case when is_approved then 'group_approve' else 'group_reject' end as event,
    joined_at - to_seconds(between_draw(key, 'decide', 1, 50)) as event_at, group_no, entry_path
  from applied
),

weeks as (
  select
    m.person,
    m.group_no,
    m.joined_at,
    m.left_at,
    l.weekly_message,
    w,
    (m.person * 8 + m.stay_no) * 64 + w as key
  from world.memberships as m
  inner join world.people as p on m.person = p.person
  inner join planted.loyalty as l on p.loyalty = l.loyalty
  cross join (select cast(range as ubigint) as w from range(0, $weeks_of_messages))
  where m.group_no is not null
),

messages as (
  select
    *,
    cast(cast(joined_at as date) + cast(7 * w + between_draw(key, 'message day', 0, 6) as integer) as timestamp)
    + to_seconds(between_draw(key, 'message second', 28800, 82000)) as event_at
  from weeks
  where draw(key, 'message') < weekly_message
),

talks as (
  select person, 'group_message' as event, event_at, group_no
  from messages
  where event_at > joined_at and (left_at is null or event_at < left_at)
  union all
  select person, 'red_packet_open' as event, event_at + interval 30 second as event_at, group_no
  from messages
  where
    event_at > joined_at
    and (left_at is null or event_at + interval 30 second < left_at)
    and draw(key, 'red packet') < $red_packet
),

-- nobody's chance is higher than a member's, so only these need a closer look
possible as (
  select p.person, s.session_no, s.started_at, draw(p.person * 4096 + s.session_no, 'view') as luck
  from world.people as p
  inner join planted.sessions as s on p.touched_at + interval 1 day < s.started_at
  where not p.is_silent and draw(p.person * 4096 + s.session_no, 'view') < $view_inside
),

visits as (
  select
    v.person,
    v.session_no,
    v.luck,
    v.started_at + to_seconds(between_draw(v.person * 4096 + v.session_no, 'view second', 60, 9000)) as event_at,
    coalesce(k.private_at < v.started_at and (k.left_at is null or k.left_at > v.started_at), false) as is_inside,
    coalesce(k.followed_at < v.started_at, false) as is_follower
  from possible as v
  inner join world.ladder as k on v.person = k.person
),

views as (
  select
    person, 'live_view' as event, event_at, session_no, '直播' as medium,
    case when is_inside then '粉丝群' when is_follower then '关注' else '直播推荐' end as entry
  from visits
  where luck < case when is_inside then $view_inside when is_follower then $view_follower else $view_stranger end
),

received as (
  select m.person, p.push_no, p.group_no, p.sent_at, p.push_no * 1000003 + m.person * 8 + m.stay_no as key
  from world.pushes as p
  inner join world.memberships as m
    on p.group_no = m.group_no and m.joined_at <= p.sent_at and (m.left_at is null or m.left_at > p.sent_at)
),

-- the luckiest of those to whom it was delivered
opens as (
  select *, sent_at + to_seconds(between_draw(key, 'open second', 30, 7200)) as event_at
  from received
  where draw(key, 'delivered') < $push_opened
),

everything as (
  select
    person, event, event_at, null::integer as group_no, session_no, null::ubigint as push_no, null as entry_path,
    medium, entry, campaign, false as is_webhook
  from first_acts
  union all
  select
    person, event, event_at, null, case when event_at < touched_at + interval 1 hour then session_no end, null, null,
    null, null, null, false
  from climbs
  union all
  select person, event, event_at, group_no, session_no, null, entry_path, null, null, null, is_webhook from doors
  union all
  select person, event, event_at, group_no, null, null, entry_path, null, null, null, false from approvals
  union all
  select person, event, event_at, group_no, null, null, null, '粉丝群', null, null, false from talks
  union all
  select person, event, event_at, null, session_no, null, null, medium, entry, null, false from views
  union all
  select person, 'push_open', event_at, group_no, null, push_no, null, null, null, null, false from opens
  union all
  select
    person, 'push_click', event_at + interval 20 second, group_no, null, push_no, null, null, null, null, false
  from opens
  where draw(key, 'click') < $push_clicked
)

select
  row_number() over (order by event_at, person, event, group_no nulls first, push_no nulls first) as event_no,
  *
from everything
where event_at < $last_day + 1
