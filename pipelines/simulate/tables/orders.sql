-- One row per order. Kept ones: each purchase, some with a second order the same day. Beside them, orders that never
-- count (refunded in full, cancelled, unpaid, sample, lottery), always of other moments, so that the kept ones tell
-- the truth. `shop` is whose file tells it: douyin, taobao, wechat (the mini-program), or a source of planted.elsewhere.
with kept as (
  select
    b.person,
    b.purchase_no,
    b.purchase_date,
    case when b.purchase_no = 1 then f.impulse_at end as impulse_at,
    case
      when b.purchase_no = 1 and f.is_impulse then f.impulse_session_no
      when draw(b.person * 16 + b.purchase_no, 'in session') < 0.6 then s.session_no
    end as session_no,
    case when b.purchase_no = 1 and f.is_impulse then 'impulse_' || f.channel end as impulse_context,
    coalesce(
      not f.is_silent and cast(k.private_at as date) <= b.purchase_date
      and (k.left_at is null or cast(k.left_at as date) > b.purchase_date), false
    ) as is_inside
  from world.purchases as b
  inner join world.first_orders as f on b.person = f.person
  inner join world.ladder as k on b.person = k.person
  left join planted.sessions as s on b.purchase_date = s.day
),

mains as (
  select
    person,
    purchase_no,
    0::ubigint as part,
    'kept' as kind,
    coalesce(
      impulse_at,
      cast(purchase_date as timestamp) + to_seconds(
        case
          when session_no is not null then between_draw(person * 16 + purchase_no, 'moment', 70500, 82800)
          else between_draw(person * 16 + purchase_no, 'moment', 32400, 79200)
        end
      )
    ) as ordered_at,
    session_no,
    coalesce(
      impulse_context,
      case when session_no is not null then 'session_' else '' end || case when is_inside then 'member' else 'other' end
    ) as context
  from kept
),

seconds as (
  select
    person, purchase_no, 1::ubigint as part, kind,
    ordered_at + to_seconds(between_draw(person * 16 + purchase_no, 'second moment', 120, 420)) as ordered_at,
    session_no, context
  from mains
  where draw(person * 16 + purchase_no, 'second order') < $second_order_same_day
),

unlucky as (
  select *, draw(person * 16 + purchase_no, 'fruitless') as luck
  from mains
),

-- a fruitless order some days after a kept one
fruitless as (
  select
    person,
    purchase_no,
    2::ubigint as part,
    case
      when luck < $refunded then 'refunded'
      when luck < $refunded + $cancelled then 'cancelled'
      when luck < $refunded + $cancelled + $unpaid then 'unpaid'
      else 'sample'
    end as kind,
    date_trunc('day', ordered_at) + to_days(between_draw(person * 16 + purchase_no, 'fruitless day', 1, 20)::integer)
    + to_seconds(between_draw(person * 16 + purchase_no, 'fruitless moment', 32400, 79200)) as ordered_at,
    null as session_no,
    'other' as context
  from unlucky
  where luck < $refunded + $cancelled + $unpaid + $sample
),

won as (
  select
    person, 0::ubigint as purchase_no, 3::ubigint as part, 'lottery' as kind,
    touched_at + to_seconds(between_draw(person, 'lottery second', 2400, 3300)) as ordered_at,
    session_no, 'impulse_live' as context
  from world.people
  where session_no is not null and draw(person, 'lottery') < $lottery
),

everything as (
  select * from mains
  union all
  select * from seconds
  union all
  select * from fruitless
  -- a refund is decided within 19 days
  where ordered_at < $last_day + 1 - case when kind = 'refunded' then interval 20 day else interval 0 day end
  union all
  select * from won
),

keyed as (
  select *, person * 64 + purchase_no * 4 + part as order_no
  from everything
),

-- second accounts buy at their home; who crosses buys the first time on Douyin
shopped as (
  select
    k.*,
    p.has_two_accounts,
    case
      when p.home <> 'douyin' then p.home
      when c.person is null or k.purchase_no < 2 or k.kind not in ('kept', 'refunded') then 'douyin'
      else shop_of(draw(k.person * 16 + k.purchase_no, 'shop'))
    end as platform
  from keyed as k
  inner join world.people as p on k.person = p.person
  left join world.crossers as c on k.person = c.person
  where p.home = 'douyin' or k.kind in ('kept', 'refunded')
),

-- some purchases outside Douyin are made in still other shops, all opened in the last months, whose files know minutes only;
-- the same people, the same days. Never more than a quarter of those months', so that a small world keeps its shops.
moving as (
  select
    order_no,
    row_number() over (order by draw(order_no, 'elsewhere'), order_no) as place,
    count(*) over () as orders
  from shopped
  where
    platform in ('taobao', 'wechat')
    and kind = 'kept'
    and purchase_no >= 2
    and part = 0
    and ordered_at >= $last_day - cast($other_shops_days as integer)
    and person in (select person from world.crossers)
    -- two orders of one day are of one shop
    and draw(person * 16 + purchase_no, 'second order') >= $second_order_same_day
),

dealt as (
  select m.order_no, e.shop, e.platform
  from moving as m
  inner join planted.elsewhere as e on m.place = e.place and m.place <= m.orders // 4
),

led as (
  select
    s.*exclude (platform, ordered_at),
    coalesce(d.shop, s.platform) as shop,
    coalesce(d.platform, s.platform) as platform,
    case when d.shop is null then s.ordered_at else date_trunc('minute', s.ordered_at) end as ordered_at,
    draw(s.order_no, 'entry') as entry_luck,
    s.platform = 'douyin' as is_douyin
  from shopped as s
  left join dealt as d on s.order_no = d.order_no
)

select
  k.order_no,
  k.person,
  k.purchase_no,
  k.kind,
  k.shop,
  k.platform,
  k.ordered_at,
  case
    when k.shop not in ('douyin', 'taobao', 'wechat') then k.ordered_at + interval 1 minute
    when k.kind <> 'unpaid' then k.ordered_at + to_seconds(between_draw(k.order_no, 'pay seconds', 5, 90))
  end as paid_at,
  case when k.is_douyin then k.session_no end as session_no,
  -- only Douyin's files say where an order came from
  case when k.is_douyin then e.entry end as entry,
  case when k.is_douyin then e.medium end as medium,
  case when k.is_douyin then e.domain else 'unknown' end as domain,
  k.is_douyin and e.is_ad as is_ad,
  k.is_douyin and k.kind = 'kept' and draw(k.order_no, 'deposit') < $deposit as is_deposit,
  -- 19 digits like the platforms' own, and the mini-program's own numbers; unique because order_no is
  case k.shop
    when 'wechat' then 'QM' || strftime(k.ordered_at, '%Y%m%d') || lpad(cast(k.order_no as varchar), 10, '0')
    else cast(
      case k.shop when 'taobao' then 2600000000000000000 else 6900000000000000000 end::ubigint
      + k.order_no * 1000000 + between_draw(k.order_no, 'tail', 0, 999989) as varchar
    )
  end as order_id,
  k.has_two_accounts and k.purchase_no >= 2 as is_second_account
from led as k
inner join planted.entries as e
  on
    k.context = e.context
    and k.entry_luck >= e.above and k.entry_luck < e.above + e.share
