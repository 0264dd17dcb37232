-- Buyers for benchmarks: what first_orders.sql finds at the end of the ladder, without climbing it. Everyone buys.
select
  b.person,
  b.loyalty,
  slot.day as first_date,
  draw(b.person, 'member') < case b.loyalty when 'casual' then 0.10 when 'regular' then 0.16 else 0.21 end as was_member
from (
  select
    range::ubigint as person,
    loyalty_of(draw(range, 'loyalty')) as loyalty,
    cast(floor(draw(range, 'first day') * 4096) as bigint) as slot
  from range($first_person, $first_person + $people)
) as b
inner join planted.slots as slot on b.slot = slot.slot
