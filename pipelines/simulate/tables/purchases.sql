-- The planted repurchase process: a buyer goes on to the next purchase with a known probability, after a known number
-- of days (1 + whole part of an exponential). One row per person and day of purchase, up to the last day.
with tries as (
  select
    f.person,
    f.first_date,
    f.was_member,
    k as purchase_no,
    draw(f.person * 16 + k, 'again') < case
      when k = 1 then 1
      when k = 2 and f.was_member then l.again_member
      when k = 2 then l.again
      when k = 3 then $third_purchase
      else $later_purchase
    end as goes_on,
    case
      when k = 1 then 0
      else 1 + cast(floor(
        -case when k = 2 then $gap_days else $later_gap_days end * ln(1 - draw(f.person * 16 + k, 'gap'))
      ) as integer)
    end as gap_days
  from world.first_orders as f
  inner join planted.loyalty as l on f.loyalty = l.loyalty
  cross join (select cast(range as ubigint) as k from range(1, $most_purchases + 1))
),

run_up as (
  select
    *,
    bool_and(goes_on) over history as is_made,
    sum(gap_days) over history as days_after_first
  from tries
  window history as (partition by person order by purchase_no)
)

select
  person,
  purchase_no,
  first_date + cast(days_after_first as integer) as purchase_date,
  cast(days_after_first as integer) as days_after_first,
  was_member as was_member_at_first
from run_up
where is_made and first_date + cast(days_after_first as integer) <= $last_day
