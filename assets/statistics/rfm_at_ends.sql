/*
Which RFM segment buyers were in at each of several month ends: one row per who and as_at. rfm_no: 4 where M is high, 2 where
R is, 1 where F is, together. people: how many buyers it stands for.

Reads `quiet`, `standing` (statistics.buyers_at_ends) and `highs` of the query that it is put in: segment_by, segment, as_at
and the least recency, frequency and monetary that is high.
*/
with gathered as (
  select
    segment_by,
    segment,
    list(recency) as recencies,
    list(frequency) as frequencies,
    list(monetary) as monetaries
  from highs
  group by segment_by, segment
),

-- The quiet by how many ends' highs they reach: of so few kinds of people each is looked at as one.
kinds as (
  select
    q.segment_by,
    q.segment,
    array_length(list_filter(g.recencies, lambda x: x <= q.recency)) as recencies,
    array_length(list_filter(g.frequencies, lambda x: x <= q.frequency)) as frequencies,
    array_length(list_filter(g.monetaries, lambda x: x <= q.monetary)) as monetaries,
    count(*) as people
  from quiet as q
  inner join gathered as g on q.segment_by = g.segment_by and q.segment = g.segment
  group by all
),

-- They reach an end's high if it is among the least so many.
placed as (
  select
    h.segment_by,
    h.segment,
    h.as_at,
    array_length(list_filter(g.recencies, lambda x: x <= h.recency)) as recencies,
    array_length(list_filter(g.frequencies, lambda x: x <= h.frequency)) as frequencies,
    array_length(list_filter(g.monetaries, lambda x: x <= h.monetary)) as monetaries
  from highs as h
  inner join gathered as g on h.segment_by = g.segment_by and h.segment = g.segment
)

select
  k.segment_by,
  k.segment,
  concat(k.recencies, ' ', k.frequencies, ' ', k.monetaries) as who,
  p.as_at,
  case when p.monetaries <= k.monetaries then 4 else 0 end
  + case when p.recencies <= k.recencies then 2 else 0 end
  + case when p.frequencies <= k.frequencies then 1 else 0 end as rfm_no,
  k.people
from kinds as k
inner join placed as p on k.segment_by = p.segment_by and k.segment = p.segment
union all
select
  s.segment_by,
  s.segment,
  s.person_id as who,
  s.as_at,
  case when s.monetary >= h.monetary then 4 else 0 end
  + case when s.recency >= h.recency then 2 else 0 end
  + case when s.frequency >= h.frequency then 1 else 0 end as rfm_no,
  1 as people
from standing as s
inner join highs as h on s.segment_by = h.segment_by and s.segment = h.segment and s.as_at = h.as_at
