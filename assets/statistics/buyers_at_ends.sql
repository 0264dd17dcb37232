/*
What buyers had bought by the end of each of several months, as statistics.rfm reads it: one row per who and as_at, the
last day of the month. who: a number; people: how many buyers it stands for.

Reads `kept_ends` (month_end) and `histories` (statistics.purchase_histories) of the query that it is put in. Whoever
bought nothing since the first end is the same at every
end, so those who are alike stand in one row; of the others the orders are looked at again.
*/
with bounds as (
  select
    min(month_end) as first_end,
    max(month_end) as last_end
  from kept_ends
),

-- who bought nothing since the first end is the same at every end, and like many others; who: the number of those alike,
-- of one who did buy a number of their own below 0
quiet as (
  select
    row_number() over (order by h.segment_by, h.segment, h.last_date, h.purchases, h.net_amount) as who,
    h.segment_by,
    h.segment,
    h.last_date,
    h.purchases,
    cast(h.net_amount as decimal(18, 2)) as net_amount,
    count(*) as people
  from histories as h
  cross join bounds as b
  where h.last_date <= b.first_end
  group by h.segment_by, h.segment, h.last_date, h.purchases, h.net_amount
),

moving as (
  select
    -row_number() over (order by h.segment_by, h.segment, h.person_id) as who,
    h.segment_by,
    h.segment,
    h.person_id,
    b.first_end,
    b.last_end
  from histories as h
  cross join bounds as b
  where h.last_date > b.first_end
),

-- what they bought in each month, all of it up to the first end together
bought as (
  select
    m.who,
    m.segment_by,
    m.segment,
    greatest(last_day(o.paid_date), m.first_end) as month_end,
    count(distinct o.paid_date) as purchases,
    sum(o.net_amount) as net_amount,
    max(o.paid_date) as last_date
  from core.orders as o
  inner join moving as m on o.person_id = m.person_id and (m.segment_by = 'all' or o.platform = m.segment)
  where o.purchase_no is not null and o.paid_date <= m.last_end
  group by m.who, m.segment_by, m.segment, greatest(last_day(o.paid_date), m.first_end)
)

select
  b.who,
  b.segment_by,
  b.segment,
  e.month_end as as_at,
  cast(sum(b.purchases) as bigint) as frequency,
  cast(sum(b.net_amount) as decimal(18, 2)) as monetary_amount,
  date_diff('day', max(b.last_date), e.month_end) as recency_days,
  1 as people
from bought as b
cross join kept_ends as e
where b.month_end <= e.month_end
group by b.who, b.segment_by, b.segment, e.month_end
union all
select
  q.who,
  q.segment_by,
  q.segment,
  e.month_end as as_at,
  q.purchases as frequency,
  q.net_amount as monetary_amount,
  date_diff('day', q.last_date, e.month_end) as recency_days,
  q.people
from quiet as q
cross join kept_ends as e
