-- One row per live session: sales and new followers, members and buyers exactly as the people's own traces have them,
-- viewers and exposures many times more, for most of a live room's public stays anonymous.
with traced as (
  select
    session_no,
    count(distinct person) filter (where event = 'live_view') as known_viewers,
    count(distinct person) filter (where event = 'live_view' and entry = '粉丝群') as group_viewers,
    count(distinct person) filter (where event = 'follow') as new_followers,
    count(distinct person) filter (where event = 'fan_club_join') as new_fan_club,
    count(distinct person) filter (where event = 'group_join') as new_group_members
  from world.events
  where session_no is not null
  group by session_no
),

amounts as (
  select order_no, cast(sum(paid_fen) as bigint) as paid_fen
  from world.items
  group by order_no
),

sold as (
  select
    o.session_no,
    count(*) as orders,
    count(distinct o.person) as buyers,
    cast(sum(a.paid_fen) as bigint) as paid_fen,
    count(r.order_no) as refunds,
    cast(coalesce(sum(r.refund_fen), 0) as bigint) as refund_fen
  from world.orders as o
  inner join amounts as a on o.order_no = a.order_no
  left join world.refunds as r on o.order_no = r.order_no and r.refund_fen > 0 and r.is_closed
  where o.session_no is not null and o.kind in ('kept', 'refunded', 'cancelled')
  group by o.session_no
),

crowd as (
  select
    s.session_no,
    s.day,
    s.started_at,
    s.started_at + to_seconds(between_draw(s.session_no, 'length', 13260, 15000)) as ended_at,
    s.traffic,
    coalesce(t.known_viewers, 0) * between_draw(s.session_no, 'anonymous', 9, 14)
    + between_draw(s.session_no, 'passing', 800, 1500) as viewers,
    coalesce(t.group_viewers, 0) as group_viewers,
    coalesce(t.new_followers, 0) as new_followers,
    coalesce(t.new_fan_club, 0) as new_fan_club,
    coalesce(t.new_group_members, 0) as new_group_members,
    coalesce(d.orders, 0) as orders,
    coalesce(d.buyers, 0) as buyers,
    coalesce(d.paid_fen, 0) as paid_fen,
    coalesce(d.refunds, 0) as refunds,
    coalesce(d.refund_fen, 0) as refund_fen
  from planted.sessions as s
  left join traced as t on s.session_no = t.session_no
  left join sold as d on s.session_no = d.session_no
)

select
  *,
  cast(floor(viewers * (5 + 3 * draw(session_no, 'exposed'))) as bigint) as exposed_people,
  cast(floor(viewers * (8 + 4 * draw(session_no, 'exposed'))) as bigint) as exposures,
  cast(floor(viewers * (1.2 + 0.3 * draw(session_no, 'views'))) as bigint) as views,
  cast(floor(viewers * (0.08 + 0.04 * draw(session_no, 'peak'))) as bigint) as peak_online,
  cast(floor(viewers * (0.03 + 0.02 * draw(session_no, 'average'))) as bigint) as average_online,
  between_draw(session_no, 'watched', 45, 140) as average_watch_seconds,
  cast(floor(viewers * 0.15 * (0.5 + draw(session_no, 'comments'))) as bigint) as comments,
  cast(floor(viewers * 2.5 * (0.5 + draw(session_no, 'likes'))) as bigint) as likes,
  cast(floor(viewers * 0.02 * (0.5 + draw(session_no, 'shares'))) as bigint) as shares,
  cast(floor(new_followers * 0.3 * draw(session_no, 'lost')) as bigint) as lost_followers,
  cast(floor(viewers * 0.62) as bigint) as product_exposed_people,
  greatest(cast(floor(viewers * 0.2) as bigint), buyers) as product_clicked_people,
  cast(floor(viewers * 30 * (0.5 + draw(session_no, 'ads'))) as bigint) as ad_fen,
  1 + cast(session_no % 3 = 0 as integer) as host_no
from crowd
