/*
What buyers who bought since the first of several month ends had bought by each of these: one row per person, segment and
as_at, the end, from their first purchase on. recency: the day of the last purchase by then, in days since 1970.

Reads `kept_ends` (month_end) and `histories` (statistics.purchase_histories) of the query that it is put in. Who bought
nothing since the first end is the same at every end, and stands in `histories` as they were.
*/
with bounds as (
  select
    min(month_end) as first_end,
    max(month_end) as last_end
  from kept_ends
),

moving as (
  select
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
    m.segment_by,
    m.segment,
    m.person_id,
    greatest(last_day(o.paid_date), m.first_end) as month_end,
    count(distinct o.paid_date) as purchases,
    sum(o.net_amount) as net_amount,
    max(o.paid_date) as last_date
  from core.orders as o
  inner join moving as m on o.person_id = m.person_id and (m.segment_by = 'all' or o.platform = m.segment)
  where o.purchase_no is not null and o.paid_date <= m.last_end
  group by m.segment_by, m.segment, m.person_id, greatest(last_day(o.paid_date), m.first_end)
)

select
  b.segment_by,
  b.segment,
  b.person_id,
  e.month_end as as_at,
  cast(date_diff('day', cast('1970-01-01' as date), max(b.last_date)) as decimal(18, 2)) as recency,
  cast(sum(b.purchases) as decimal(18, 2)) as frequency,
  cast(sum(b.net_amount) as decimal(18, 2)) as monetary
from bought as b
cross join kept_ends as e
where b.month_end <= e.month_end
group by b.segment_by, b.segment, b.person_id, e.month_end
