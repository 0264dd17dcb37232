/*
From which value on buyers have each RFM score, and whether that score is high: one row per segment_by, segment, as_at,
measure (recency, frequency, monetary) and score that somebody has.

Reads `counted` of the query that it is put in: segment_by, segment, as_at, recency, frequency, monetary, buyers, of the three
values one in each row; rows of the same value are added up. A value is the better the greater it is, so recency is a day, or
days with a minus. A score is 1 + the whole part of 5 times the share of buyers who are worse: equal values
have equal scores, and who shares the worst value has 1. High is a score above the mean score of the segment's buyers.
*/
with valued as (
  select
    segment_by,
    segment,
    as_at,
    case when recency is not null then 'recency' when frequency is not null then 'frequency' else 'monetary' end
      as measure,
    coalesce(recency, frequency, monetary) as value,
    sum(buyers) as buyers
  from counted
  group by all
),

placed as (
  select
    *,
    cast(sum(buyers) over (partition by segment_by, segment, as_at, measure order by value) as bigint)
    - buyers as worse,
    cast(sum(buyers) over (partition by segment_by, segment, as_at, measure) as bigint) as everyone
  from valued
),

scored as (
  select
    segment_by,
    segment,
    as_at,
    measure,
    everyone,
    1 + (5 * worse) // everyone as score,
    min(value) as value,
    cast(sum(buyers) as bigint) as buyers
  from placed
  group by segment_by, segment, as_at, measure, everyone, 1 + (5 * worse) // everyone
)

select
  *,
  score * everyone > sum(score * buyers) over (partition by segment_by, segment, as_at, measure) as is_high
from scored
