/*
Kaplan-Meier's curve, one row per segment and day, from day 0 to the last day followed up, at most to $horizon_days.

Reads `durations` of the query that it is put in (one row per segment_by, segment and day): events, those to whom it
happened on that day, and censored, those observed no further than that day.

survival: the product of 1 - events / at_risk up to the day; standard_error: Greenwood's, NULL once survival is 0;
survival_low, survival_high: the 95 % interval on the log-log scale, NULL where survival is 1 or 0; subjects and
all_events: of the whole segment, beyond the horizon too.
*/
with spans as (
  select
    segment_by,
    segment,
    least(max(day), $horizon_days) as last_day,
    cast(sum(events + censored) as bigint) as subjects,
    cast(sum(events) as bigint) as all_events
  from durations
  group by segment_by, segment
),

days as (
  select
    s.segment_by,
    s.segment,
    s.subjects,
    s.all_events,
    cast(d.day as bigint) as day
  from spans as s
  cross join unnest(generate_series(cast(0 as bigint), s.last_day)) as d (day)
),

filled as (
  select
    d.segment_by,
    d.segment,
    d.day,
    d.subjects,
    d.all_events,
    coalesce(u.events, 0) as events,
    coalesce(u.censored, 0) as censored
  from days as d
  left join durations as u on d.segment_by = u.segment_by and d.segment = u.segment and d.day = u.day
),

risk as (
  select
    *,
    cast(
      subjects - coalesce(
        sum(events + censored) over (
          partition by segment_by, segment order by day rows between unbounded preceding and 1 preceding
        ), 0
      ) as bigint
    ) as at_risk
  from filled
),

product as (
  select
    *,
    max(case when events = at_risk then 1 else 0 end) over so_far as is_over,
    sum(
      case when events > 0 and events < at_risk then ln(cast(at_risk - events as double) / at_risk) else 0.0 end
    ) over so_far as log_survival,
    sum(
      case
        when events > 0 and events < at_risk
          then cast(events as double) / (cast(at_risk as double) * (at_risk - events))
        else 0.0
      end
    ) over so_far as greenwood
  from risk
  window so_far as (
    partition by segment_by, segment order by day rows between unbounded preceding and current row
  )
),

curve as (
  select
    *,
    case when is_over = 1 then cast(0 as double) else exp(log_survival) end as survival,
    case
      when is_over = 0 and log_survival < 0 then exp(1.959963984540054 * sqrt(greenwood) / abs(log_survival))
    end as spread
  from product
)

select
  segment_by,
  segment,
  day,
  subjects,
  all_events,
  at_risk,
  events,
  censored,
  survival,
  case when is_over = 0 then survival * sqrt(greenwood) end as standard_error,
  power(survival, spread) as survival_low,
  power(survival, 1 / spread) as survival_high
from curve
