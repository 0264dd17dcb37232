-- Canonical ad spend as CSV lines: three ads a day, the first of them for the live room when there is a session.
with spent as (
  select
    d.day,
    a.ad,
    s.session_no,
    d.day_no * 4 + a.ad as key,
    cast(floor(6000 * d.traffic * (0.6 + 0.8 * draw(d.day_no * 4 + a.ad, 'ad cost'))) as bigint) as cost_fen
  from planted.days as d
  cross join range(1, 4) as a (ad)
  left join planted.sessions as s on d.day = s.day and a.ad = 1
)

select
  concat_ws(
    ',',
    'douyin',
    'acc-7788',
    'ad-' || ad,
    day,
    yuan(cost_fen),
    'ad-' || ad,
    coalesce(room_id(session_no), ''),
    cost_fen // 3,
    cost_fen // 150,
    between_draw(key, 'ad follows', 0, 6),
    between_draw(key, 'ad orders', 0, 4),
    yuan(between_draw(key, 'ad sales', 0, 40000))
  ) as line
from spent
order by day, ad
