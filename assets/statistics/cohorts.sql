/*
Cohorts of $cohort_period (week, month or all), one row per day of the calendar: the first day of its cohort and the last.

All days up to as_of are one cohort where the period is all, from the first day of data to as_of.
*/
select
  c.date,
  case
    when $cohort_period = 'week' then c.week
    when $cohort_period = 'month' then c.month
    else d.first_date
  end as cohort_start,
  case
    when $cohort_period = 'week' then c.week + 6
    when $cohort_period = 'month' then last_day(c.month)
    else $as_of
  end as cohort_end
from core.calendar as c
cross join core.as_of as d
where c.date <= $as_of
