-- What was bought in a shop of planted.elsewhere, with the buyer's phone.
select o.paid_at as told_at, o.person, b.phone
from world.orders as o
inner join world.buyers as b on o.person = b.person
where o.shop = $source
order by o.paid_at, o.order_no
