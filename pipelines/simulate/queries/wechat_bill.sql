-- Rows of the mini-program's WeChat Pay bills by quarter: what was paid, and what of it went back, in one table.
with amounts as (
  select i.order_no, cast(sum(i.paid_fen) as bigint) as paid_fen, min_by(p.name, i.n) as title
  from world.items as i
  inner join planted.products as p on i.product_no = p.product_no
  group by i.order_no
),

sold as (
  select o.*, a.paid_fen, a.title
  from world.orders as o
  inner join amounts as a on o.order_no = a.order_no
  where o.shop = 'wechat' and o.paid_at < $last_day + 1
),

moves as (
  select paid_at as moved_at, order_no, order_id, person, title, 'SUCCESS' as state, paid_fen, 0 as back_fen
  from sold
  union all
  select r.closed_at, s.order_no, s.order_id, s.person, s.title, 'REFUND', 0, r.refund_fen
  from sold as s
  inner join world.refunds as r on s.order_no = r.order_no
  where r.refund_fen > 0 and r.is_closed
)

select
  cast(date_trunc('quarter', moved_at) as date) as quarter,
  paid_fen,
  back_fen,
  fee_fen,
  '`' || concat_ws(
    ',`',
    spelled_moment(moved_at),
    'wx1234567890abcdef',
    $merchant,
    '0',
    '',
    '42000' || lpad(cast(order_no as varchar), 23, '0'),
    order_id,
    mini_id(person),
    'JSAPI',
    state,
    'OTHERS',
    'CNY',
    yuan(paid_fen),
    '0.00',
    case when state = 'REFUND' then '50300' || lpad(cast(order_no as varchar), 23, '0') else '0' end,
    case when state = 'REFUND' then order_id || 'R' else '0' end,
    yuan(back_fen),
    '0.00',
    case when state = 'REFUND' then 'ORIGINAL' else '' end,
    case when state = 'REFUND' then 'SUCCESS' else '' end,
    title,
    '',
    printf('%.5f', fee_fen / 100.0),
    '0.60%',
    yuan(paid_fen),
    yuan(back_fen),
    ''
  ) as line
from (select *, paid_fen * 6 // 1000 - back_fen * 6 // 1000 as fee_fen from moves) as m
order by moved_at, order_no, state
