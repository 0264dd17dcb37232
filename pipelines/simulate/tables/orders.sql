-- One row per order. Kept ones: each purchase, some with a second order the same day. Beside them, orders that never
-- count (refunded in full, cancelled, unpaid, sample, lottery), always of other moments, so that the kept ones tell
-- the truth.
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

led as (
  select *, draw(order_no, 'entry') as entry_luck
  from keyed
)

select
  k.order_no,
  k.person,
  k.purchase_no,
  k.kind,
  k.ordered_at,
  case when k.kind <> 'unpaid' then k.ordered_at + to_seconds(between_draw(k.order_no, 'pay seconds', 5, 90)) end
    as paid_at,
  k.session_no,
  e.entry,
  e.medium,
  e.domain,
  e.is_ad,
  k.kind = 'kept' and draw(k.order_no, 'deposit') < $deposit as is_deposit,
  -- 19 digits like the platform's own; unique because order_no is
  cast(6900000000000000000::ubigint + k.order_no * 1000000 + between_draw(k.order_no, 'tail', 0, 999989) as varchar)
    as order_id,
  p.has_two_accounts and k.purchase_no >= 2 as is_second_account
from led as k
inner join world.people as p on k.person = p.person
inner join planted.entries as e
  on
    k.context = e.context
    and k.entry_luck >= e.above and k.entry_luck < e.above + e.share
