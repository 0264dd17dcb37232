-- After-sale cases: every fully refunded or cancelled order has one that succeeded, some kept orders one over a part,
-- some a refused one. `closed_at` is when it was decided; cases decided after the last day are still open.
with cases as (
  select
    o.order_no,
    o.kind,
    o.paid_at,
    case
      when o.kind = 'refunded' then 'full'
      when o.kind = 'cancelled' then 'unshipped'
      when draw(o.order_no, 'after sale') < $part_refunded then 'part'
      when draw(o.order_no, 'after sale') < $part_refunded + $refund_refused then 'refused'
    end as reason
  from world.orders as o
  where o.kind in ('kept', 'refunded', 'cancelled') and o.shop in ('douyin', 'taobao', 'wechat')
),

paid as (
  select
    order_no,
    cast(sum(paid_fen) as bigint) as paid_fen,
    min_by(item_id, n) as item_id,
    min_by(product_no, n) as product_no,
    min_by(paid_fen, n) as first_item_fen
  from world.items
  group by order_no
),

asked as (
  select
    c.order_no,
    c.reason,
    p.item_id,
    p.product_no,
    p.paid_fen as order_fen,
    c.paid_at
    + case
      when c.reason = 'unshipped' then to_seconds(between_draw(c.order_no, 'ask second', 300, 3000))
      else to_seconds(between_draw(c.order_no, 'ask second', 86400, 1000000))
    end as applied_at,
    case
      when c.reason in ('full', 'unshipped') then p.paid_fen
      when c.reason = 'part' then greatest(cast(floor(p.first_item_fen * 0.3) as bigint), 1)
      else 0
    end as refund_fen
  from cases as c
  inner join paid as p on c.order_no = p.order_no
  where c.reason is not null
),

decided as (
  select
    *,
    applied_at
    + case
      when reason = 'unshipped' then to_seconds(between_draw(order_no, 'decide second', 60, 600))
      else to_seconds(between_draw(order_no, 'decide second', 7200, 600000))
    end as closed_at
  from asked
)

select
  cast(140000000000000000 + order_no * 1000 + between_draw(order_no, 'case', 0, 999) as varchar) as refund_id,
  order_no,
  item_id,
  product_no,
  reason,
  order_fen,
  refund_fen,
  applied_at,
  closed_at,
  closed_at < $last_day + 1 as is_closed
from decided
where applied_at < $last_day + 1
