-- What 罗盘 says of each day, by month, as texts of its workbook: what was paid that day, refunded later or not, without
-- cancelled orders, samples and lotteries; its refunds by both their days; and what it added itself.
with sold as (
  select
    o.order_no,
    o.person,
    o.kind,
    cast(o.paid_at as date) as day,
    sum(i.paid_fen) as paid_fen,
    sum(i.quantity) as pieces
  from world.orders as o
  inner join world.items as i on o.order_no = i.order_no
  where o.platform = 'douyin' and o.kind in ('kept', 'refunded', 'cancelled') and o.paid_at < $last_day + 1
  group by all
),

paid as (
  select
    day,
    sum(paid_fen) as paid_fen,
    count(*) as orders,
    sum(pieces) as pieces,
    count(distinct person) as buyers
  from sold
  where kind <> 'cancelled'
  group by day
),

refunds as (
  select
    s.day,
    cast(r.closed_at as date) as back_day,
    r.refund_fen
  from sold as s
  inner join world.refunds as r on s.order_no = r.order_no
  where r.is_closed and r.refund_fen > 0
),

of_day as (
  select
    day,
    sum(refund_fen) as refund_fen
  from refunds
  group by day
),

on_day as (
  select
    back_day,
    sum(refund_fen) as refund_fen
  from refunds
  group by back_day
),

days as (
  select
    cast(g.moment as date) as day,
    cast(date_diff('day', date '2020-01-01', cast(g.moment as date)) as ubigint) as day_no
  from (select min(day) as first_day from paid) as p
  cross join unnest(generate_series(p.first_day, $last_day, interval 1 day)) as g (moment)
),

told as (
  select
    d.day,
    coalesce(p.paid_fen, 0) as paid_fen,
    coalesce(p.orders, 0) as orders,
    coalesce(p.pieces, 0) as pieces,
    coalesce(p.buyers, 0) as buyers,
    coalesce(n.refund_fen, 0) as on_day_fen,
    coalesce(f.refund_fen, 0) as of_day_fen,
    cast(
      coalesce(p.paid_fen, 0) * between_draw(d.day_no, 'subsidy', 10, 40) // 1000
      as bigint
    ) as subsidy_fen
  from days as d
  left join paid as p on d.day = p.day
  left join of_day as f on d.day = f.day
  left join on_day as n on d.day = n.back_day
)

select
  cast(date_trunc('month', day) as date) as month,
  cast(day as varchar) as day,
  yuan(cast(paid_fen + subsidy_fen as bigint)) as paid_amount,
  yuan(cast(paid_fen as bigint)) as user_paid_amount,
  cast(orders as varchar) as orders,
  cast(pieces as varchar) as pieces,
  cast(buyers as varchar) as buyers,
  yuan(cast(on_day_fen as bigint)) as refund_amount,
  yuan(cast(of_day_fen as bigint)) as refund_of_day_amount,
  yuan(subsidy_fen) as platform_subsidy
from told
order by day
