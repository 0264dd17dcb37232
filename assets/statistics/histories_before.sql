/*
What of everybody's history of purchases had happened by calibration_end, the day $holdout_days before as_of, and how many
purchases came after it; who had not bought by then stands in no row.

Reads `histories` of the query that it is put in: statistics.purchase_histories. Only of those who bought since are the
orders looked at again.
*/
with ended as (
  select
    *,
    $as_of - $holdout_days as calibration_end
  from histories
  where first_date <= $as_of - $holdout_days
),

since as (
  select *
  from ended
  where last_date > calibration_end
),

counted as (
  select
    s.segment_by,
    s.segment,
    s.person_id,
    count(distinct o.paid_date) as purchases,
    max(o.paid_date) as last_date
  from core.orders as o
  inner join since as s on o.person_id = s.person_id and (s.segment_by = 'all' or o.platform = s.segment)
  where o.purchase_no is not null and o.paid_date <= s.calibration_end
  group by s.segment_by, s.segment, s.person_id
)

select
  e.segment_by,
  e.segment,
  coalesce(c.purchases, e.purchases) - 1 as repeat_purchases,
  date_diff('day', e.first_date, coalesce(c.last_date, e.last_date)) as first_to_last_days,
  date_diff('day', e.first_date, e.calibration_end) as age_days,
  greatest(date_diff('day', e.calibration_end, e.observed_until), 0) as days_after,
  e.purchases - coalesce(c.purchases, e.purchases) as purchases_after
from ended as e
left join counted as c on e.segment_by = c.segment_by and e.segment = c.segment and e.person_id = c.person_id
