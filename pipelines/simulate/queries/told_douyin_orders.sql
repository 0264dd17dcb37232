-- Kept Douyin orders of two products without an after-sale case, some days after they were paid.
select o.paid_at + interval 12 day as told_at, o.order_id, i.item_id
from world.orders as o
inner join world.items as i on o.order_no = i.order_no
inner join world.people as p on o.person = p.person
where
  o.shop = 'douyin' and o.kind = 'kept' and not p.is_hidden and i.items = 2 and i.n = 0
  and o.paid_at < $last_day - interval 30 day
  and o.order_no not in (select order_no from world.refunds)
order by draw(o.order_no, 'told')
limit $copies
