-- Per download of a live session's workbook and product: what was sold, and what of it was refunded by then.
select
  d.session_no,
  d.made,
  p.name,
  p.spec,
  product_id(p.product_no) as product_id,
  cast(sum(i.paid_fen) as bigint) as paid_fen,
  cast(sum(i.quantity) as bigint) as pieces,
  count(distinct o.person) as buyers,
  count(distinct o.order_no) as orders,
  count(distinct case when r.order_no is not null then o.person end) as refunders,
  cast(
    sum(case when r.order_no is null then 0 when r.reason = 'part' then r.refund_fen else i.paid_fen end) as bigint
  ) as refund_fen,
  count(distinct r.order_no) as refunds
from downloads as d
inner join world.orders as o on d.session_no = o.session_no and o.kind in ('kept', 'refunded', 'cancelled')
inner join world.items as i on o.order_no = i.order_no
inner join planted.products as p on i.product_no = p.product_no
left join world.refunds as r
  on
    o.order_no = r.order_no
    and r.refund_fen > 0
    and r.closed_at < d.made
    and (r.item_id = i.item_id or r.reason <> 'part')
group by d.session_no, d.made, p.product_no, p.name, p.spec
order by d.session_no, d.made, p.product_no
