-- Douyin orders of a live session that public traffic brought: another file of the platform says the same of them.
select o.ordered_at as told_at, o.order_id, $author_id as author_id
from world.orders as o
inner join world.people as p on o.person = p.person
where
  o.shop = 'douyin' and o.kind = 'kept' and o.session_no is not null and o.entry = '直播推荐' and o.medium = '直播'
  and not (o.is_ad or p.is_silent)
order by draw(o.order_no, 'told')
limit $copies
