-- The planted repurchase process: a buyer goes on to the next purchase with a known probability, after a known number
-- of days (1 + whole part of an exponential). One row per person and day of purchase, up to the last day.
with lucky as (
  select
    f.person,
    f.first_date,
    f.was_member,
    greatest(draw(f.person, 'again'), 1e-12) as luck,
    case when f.was_member then l.again_member else l.again end as chance
  from world.first_orders as f
  inner join planted.loyalty as l on f.loyalty = l.loyalty
),

-- one draw decides how far it goes: P(k or more purchases) = chance × third_purchase × later_purchase ^ (k - 3)
counted as (
  select
    person,
    first_date,
    was_member,
    case
      when luck >= chance then 1
      when luck >= chance * $third_purchase then 2
      else least(3 + cast(floor(ln(luck / (chance * $third_purchase)) / ln($later_purchase)) as integer), $most_purchases)
    end as purchases
  from lucky
),

numbered as (
  select person, first_date, was_member, cast(unnest(range(1, purchases + 1)) as ubigint) as purchase_no
  from counted
),

spaced as (
  select
    *,
    case
      when purchase_no = 1 then 0
      else 1 + cast(floor(
        -case when purchase_no = 2 then $gap_days else $later_gap_days end
        * ln(1 - draw(person * 16 + purchase_no, 'gap'))
      ) as integer)
    end as gap_days
  from numbered
),

run_up as (
  select *, cast(sum(gap_days) over (partition by person order by purchase_no) as integer) as days_after_first
  from spaced
)

select
  person,
  purchase_no,
  first_date + days_after_first as purchase_date,
  days_after_first,
  was_member as was_member_at_first
from run_up
where first_date + days_after_first <= $last_day
