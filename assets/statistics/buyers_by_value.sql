/*
How many buyers there were at each of several month ends with each day of the last purchase (in days since 1970), number of
purchases and net amount, as statistics.rfm_scores reads it: of these three values one in each row.

Reads `quiet`, `standing` (statistics.buyers_at_ends) and `kept_ends` of the query that it is put in.
*/
select
  q.segment_by,
  q.segment,
  e.month_end as as_at,
  q.recency,
  q.frequency,
  q.monetary,
  q.buyers
from (
  select
    segment_by,
    segment,
    recency,
    frequency,
    monetary,
    count(*) as buyers
  from quiet
  group by grouping sets (
    (segment_by, segment, recency), (segment_by, segment, frequency), (segment_by, segment, monetary)
  )
) as q
cross join kept_ends as e
union all
select
  segment_by,
  segment,
  as_at,
  recency,
  frequency,
  monetary,
  count(*) as buyers
from standing
group by grouping sets (
  (segment_by, segment, as_at, recency), (segment_by, segment, as_at, frequency),
  (segment_by, segment, as_at, monetary)
)
