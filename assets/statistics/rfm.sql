/*
RFM scores and segments of buyers.

Reads `rated` of the query that it is put in: one row per segment_by, segment, as_at (a day) and whatever else, with
recency_days, frequency and monetary_amount, and people, the buyers that the row stands for. Keeps its columns and adds
recency_score, frequency_score, monetary_score, rfm_segment, and rfm_no, its number.

A score is 1 + the whole part of 5 times the share of buyers who are worse: equal values have equal scores, and who
shares the worst value has 1. High is a score above the mean score of the segment's buyers. Values are few where buyers are
many, so it is they that are put in order; a buyer's is then compared with the least that has each score.
*/
with counted as (
  select
    segment_by,
    segment,
    as_at,
    'recency' as measure,
    cast(-recency_days as decimal(18, 2)) as value,
    sum(people) as buyers
  from rated
  group by segment_by, segment, as_at, recency_days
  union all
  select
    segment_by,
    segment,
    as_at,
    'frequency' as measure,
    cast(frequency as decimal(18, 2)) as value,
    sum(people) as buyers
  from rated
  group by segment_by, segment, as_at, frequency
  union all
  select
    segment_by,
    segment,
    as_at,
    'monetary' as measure,
    cast(monetary_amount as decimal(18, 2)) as value,
    sum(people) as buyers
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
),

-- from which value on a score is given; NULL where nobody has it
bounds as (
  select
    segment_by,
    segment,
    as_at,
    min(case when measure = 'recency' and score >= 2 then value end) as recency_2,
    min(case when measure = 'recency' and score >= 3 then value end) as recency_3,
    min(case when measure = 'recency' and score >= 4 then value end) as recency_4,
    min(case when measure = 'recency' and score >= 5 then value end) as recency_5,
    min(case when measure = 'recency' and is_high then value end) as recency_high,
    min(case when measure = 'frequency' and score >= 2 then value end) as frequency_2,
    min(case when measure = 'frequency' and score >= 3 then value end) as frequency_3,
    min(case when measure = 'frequency' and score >= 4 then value end) as frequency_4,
    min(case when measure = 'frequency' and score >= 5 then value end) as frequency_5,
    min(case when measure = 'frequency' and is_high then value end) as frequency_high,
    min(case when measure = 'monetary' and score >= 2 then value end) as monetary_2,
    min(case when measure = 'monetary' and score >= 3 then value end) as monetary_3,
    min(case when measure = 'monetary' and score >= 4 then value end) as monetary_4,
    min(case when measure = 'monetary' and score >= 5 then value end) as monetary_5,
    min(case when measure = 'monetary' and is_high then value end) as monetary_high
  from compared
  group by segment_by, segment, as_at
)

select
  r.*,
  case
    when -r.recency_days >= b.recency_5 then 5
    when -r.recency_days >= b.recency_4 then 4
    when -r.recency_days >= b.recency_3 then 3
    when -r.recency_days >= b.recency_2 then 2
    else 1
  end as recency_score,
  case
    when r.frequency >= b.frequency_5 then 5
    when r.frequency >= b.frequency_4 then 4
    when r.frequency >= b.frequency_3 then 3
    when r.frequency >= b.frequency_2 then 2
    else 1
  end as frequency_score,
  case
    when r.monetary_amount >= b.monetary_5 then 5
    when r.monetary_amount >= b.monetary_4 then 4
    when r.monetary_amount >= b.monetary_3 then 3
    when r.monetary_amount >= b.monetary_2 then 2
    else 1
  end as monetary_score,
  case when r.monetary_amount >= b.monetary_high then 4 else 0 end
  + case when -r.recency_days >= b.recency_high then 2 else 0 end
  + case when r.frequency >= b.frequency_high then 1 else 0 end as rfm_no,
  concat(
    case when r.monetary_amount >= b.monetary_high then 'important_' else 'general_' end,
    case
      when -r.recency_days >= b.recency_high and r.frequency >= b.frequency_high then 'value'
      when -r.recency_days >= b.recency_high then 'develop'
      when r.frequency >= b.frequency_high then 'keep'
      else 'retain'
    end
  ) as rfm_segment
from rated as r
inner join bounds as b on r.segment_by = b.segment_by and r.segment = b.segment and r.as_at = b.as_at
