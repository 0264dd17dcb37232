/*
title: {zh: 金额留存, en: Money retention}
description: >-
  What the people who did a start event in a period spent in it and k periods later: net amounts of kept orders at or after their start. start, back,
  period, cohorts and week_starts as in metrics.retention; back says which orders (order, order[channel=live]). A cell counts the
  people for whom it is over within the known days of orders, whether they spent or not.
description_zh: >-
  某期内做过起始行为的人，当期及其后各期的消费：起始之后有效订单的净额。back 可限定哪些订单。只计该期已走完的人，没有消费的人也在分母里。
variant: net amount by calendar period
grain: cohort, period_no, segment_by, segment
parameters: {segments: [all]}
choices: {segments: [all, channel, domain, platform, live_session, host, group, threshold, entry_path]}
facts:
  spendings: [start, back, period, cohorts, week_starts]
constants:
  clocks: $back_clocks
columns:
  cohort: {type: date, zh: 起始期, description: date on which the cohort's period starts}
  period_no: {type: bigint, zh: 第几期, description: periods after the cohort's; 0 is its own}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: as in metrics.retention}
  people: {type: bigint, unit: person, zh: 起始人数, description: everyone in the cohort}
  mature_people: {type: bigint, unit: person, zh: 成熟人数, description: people whose cell is over as far as the orders are known}
  spenders: {type: bigint, unit: person, zh: 消费人数, description: mature people with such an order in the period; NULL while nobody is mature}
  orders: {type: bigint, unit: order, zh: 订单数, description: of mature people; NULL while nobody is mature}
  net_amount: {type: 'decimal(18,2)', unit: yuan, zh: 净额, description: 'of these orders, less refunds up to as_of; NULL while nobody is mature'}
  first_net_amount: {type: 'decimal(18,2)', unit: yuan, zh: 当期净额, description: what the same people spent in period 0; NULL while nobody is mature}
  amount_per_person: {type: 'decimal(18,2)', unit: yuan, of: [net_amount, mature_people], zh: 人均净额, description: those who spent nothing are counted, zh_description: 净额 ÷ 成熟人数}
  spender_rate: {type: double, unit: ratio, of: [spenders, mature_people], zh: 消费率, zh_description: 消费人数 ÷ 成熟人数}
  money_retention: {type: double, unit: ratio, of: [net_amount, first_net_amount], zh: 金额留存率, description: 'may be above 1; NULL where period 0 brought nothing', zh_description: 净额 ÷ 当期净额}
  is_mature: {type: boolean, zh: 是否成熟, description: the cell is over for everyone of the cohort}
  is_small: {type: boolean, small_of: mature_people, zh: 样本过小, description: fewer than small_group mature people}
checks:
  - unique: [cohort, period_no, segment_by, segment]
  - between: {column: spender_rate, min: 0, max: 1}
  - condition: {sql: 'spenders <= mature_people and mature_people <= people', name: no more spend than there are}
*/
-- age: the last cell that is over; -1 while none is
with aged as (
  select
    f.cohort,
    f.segment_by,
    f.segment,
    f.platform,
    f.period_no,
    greatest(
      coalesce(
        case $period
          when 'week' then (date_diff('day', f.cohort, e.known_until) + 1) // 7 - 1
          when 'month'
            then year(e.known_until + 1) * 12 + month(e.known_until + 1) - year(f.cohort) * 12 - month(f.cohort) - 1
          else date_diff('day', f.cohort, e.known_until)
        end, -1
      ), -1
    ) as age,
    sum(f.people) as people,
    sum(f.orders) as orders,
    sum(f.net_amount) as net_amount
  from facts.spendings as f
  left join statistics.asked_until as e on f.platform = e.platform
  group by all
),

-- every cell up to the period that holds as_of
cells as (
  select
    a.cohort,
    a.segment_by,
    a.segment,
    a.platform,
    a.age,
    a.people,
    n.period_no
  from aged as a
  cross join
    unnest(
      generate_series(
        cast(0 as bigint),
        cast(
          case $period
            when 'week' then date_diff('day', a.cohort, $as_of) // 7
            when 'month' then year($as_of) * 12 + month($as_of) - year(a.cohort) * 12 - month(a.cohort)
            else date_diff('day', a.cohort, $as_of)
          end as bigint
        )
      )
    ) as n (period_no)
  where a.period_no = -1
)

select
  c.cohort,
  c.period_no,
  c.segment_by,
  c.segment,
  sum(c.people) as people,
  sum(case when c.age >= c.period_no then c.people else 0 end) as mature_people,
  sum(case when c.age >= c.period_no then coalesce(s.people, 0) end) as spenders,
  sum(case when c.age >= c.period_no then coalesce(s.orders, 0) end) as orders,
  sum(case when c.age >= c.period_no then coalesce(s.net_amount, 0) end) as net_amount,
  sum(case when c.age >= c.period_no then coalesce(z.net_amount, 0) end) as first_net_amount,
  bool_and(c.age >= c.period_no) as is_mature
from cells as c
left join aged as s
  on
    c.cohort = s.cohort
    and c.segment_by = s.segment_by
    and c.segment = s.segment
    and c.platform = s.platform
    and c.period_no = s.period_no
left join aged as z
  on
    c.cohort = z.cohort
    and c.segment_by = z.segment_by
    and c.segment = z.segment
    and c.platform = z.platform
    and z.period_no = 0
group by c.cohort, c.period_no, c.segment_by, c.segment
