/*
RFM scores and segments of buyers.

Reads `rated` of the query that it is put in: one row per segment_by, segment, as_at (a day) and whatever else, with
recency_days, frequency and monetary_amount. Keeps its columns and adds recency_score, frequency_score, monetary_score and
rfm_segment.

A score is 1 + the whole part of 5 times the share of buyers who are worse: equal values have equal scores, and who
shares the worst value has 1. High is a score above the mean score of the segment's buyers. Values are few where buyers are
many, so it is they that are put in order.
*/
with counted as (
  select
    segment_by,
    segment,
    as_at,
    'recency' as measure,
    cast(-recency_days as decimal(18, 2)) as value,
    count(*) as buyers
  from rated
  group by segment_by, segment, as_at, recency_days
  union all
  select
    segment_by,
    segment,
    as_at,
    'frequency' as measure,
    cast(frequency as decimal(18, 2)) as value,
    count(*) as buyers
  from rated
  group by segment_by, segment, as_at, frequency
  union all
  select
    segment_by,
    segment,
    as_at,
    'monetary' as measure,
    cast(monetary_amount as decimal(18, 2)) as value,
    count(*) as buyers
  from rated
  group by segment_by, segment, as_at, monetary_amount
),

placed as (
  select
    *,
    cast(sum(buyers) over (partition by segment_by, segment, as_at, measure order by value) as bigint)
    - buyers as worse,
    cast(sum(buyers) over (partition by segment_by, segment, as_at, measure) as bigint) as everyone
  from counted
),

scored as (
  select
    *,
    1 + (5 * worse) // everyone as score
  from placed
),

compared as (
  select
    *,
    score * everyone > sum(score * buyers) over (partition by segment_by, segment, as_at, measure) as is_high
  from scored
)

select
  b.*,
  r.score as recency_score,
  f.score as frequency_score,
  m.score as monetary_score,
  concat(
    case when m.is_high then 'important_' else 'general_' end,
    case
      when r.is_high and f.is_high then 'value'
      when r.is_high then 'develop'
      when f.is_high then 'keep'
      else 'retain'
    end
  ) as rfm_segment
from rated as b
inner join compared as r
  on
    b.segment_by = r.segment_by
    and b.segment = r.segment
    and b.as_at = r.as_at
    and r.measure = 'recency'
    and r.value = -b.recency_days
inner join compared as f
  on
    b.segment_by = f.segment_by
    and b.segment = f.segment
    and b.as_at = f.as_at
    and f.measure = 'frequency'
    and b.frequency = f.value
inner join compared as m
  on
    b.segment_by = m.segment_by
    and b.segment = m.segment
    and b.as_at = m.as_at
    and m.measure = 'monetary'
    and b.monetary_amount = m.value
