/*
title: {zh: 客户价值（按批次）, en: Value by cohort}
description: >-
  What the people acquired in a month have brought by month_no months of 30 days after their own acquisition: net amount per person, everybody counted
  who was acquired, also who never bought. At one month_no every cohort was followed up equally long; only people whose months are over
  count (mature_people). Acquired: first seen in any event or paid order (start = seen), first public touch (public), first private entry (private),
  first kept order (order). Acquisition cost is the ad spend recorded in the cohort's month.
description_zh: >-
  某月获客的人，在各自获客后第 n 个月（每月 30 天）内带来的人均净额，从未下单的人也计入分母；只计观察期已满的人，因此各批次在同一 n 上可比。
  获客成本为该月记录到的广告消耗；回本月是人均净额首次不低于人均获客成本的月数。
grain: cohort_month, month_no, segment_by, segment
parameters:
  start: seen
  months: 12
  segments: breakdowns
choices: {start: [seen, public, private, order], segments: default}
facts:
  cohort_orders: {start: start, longest_months: months}
  cohort_settlements: {start: start, longest_months: months}
  spend_days: {}
columns:
  cohort_month: {type: date, zh: 获客月}
  month_no: {type: bigint, zh: 第几个月, description: 'months of 30 days since the acquisition: within 30 days 1, within 60 days 2'}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: value at the acquisition; none where it has no such value}
  people: {type: bigint, unit: person, zh: 获客人数, description: everybody acquired in the month, zh_description: '该月获客的全部人数'}
  mature_people: {type: bigint, unit: person, zh: 成熟获客人数, description: people whose months lie within the known days of their platform's orders}
  orders: {type: bigint, unit: order, zh: 订单数, description: kept orders of mature_people within the months}
  net_amount: {type: 'decimal(18,2)', unit: yuan, zh: 净额, description: of these orders}
  net_per_person_amount: {type: 'decimal(18,2)', unit: yuan, of: [net_amount, mature_people], zh: 人均净额, description: NULL while nobody is mature,
    zh_description: '净额 ÷ 成熟人数；从未下单的人也在分母里；没有人满期时为空'}
  cost_amount: {type: 'decimal(18,2)', unit: yuan, over_segments: part, zh: 广告消耗, description: recorded in the cohort's month; NULL where none is or the breakdown has none}
  cost_per_person_amount: {type: 'decimal(18,2)', unit: yuan, of: {parts: [cost_amount, people], when: is_cost_known}, zh: 人均获客成本,
    description: once the spend of the whole month is known, zh_description: '广告消耗 ÷ 获客人数；当月消耗完整可知后才有'}
  payback_month: {type: bigint, zh: 回本月, description: 'first month_no, of those that are over for the whole cohort, with net_per_person_amount at or above
      cost_per_person_amount; NULL while there is none or no cost is known. The same in every row of a cohort'}
  settled_orders: {type: bigint, unit: order, zh: 已结算订单数, description: of orders those that a settlement names}
  settled_net_amount: {type: 'decimal(18,2)', unit: yuan, zh: 已结算订单净额, description: their net amount}
  settled_amount: {type: 'decimal(18,2)', unit: yuan, zh: 到账金额, description: 'the sum of all movements that name them: what came in after fees'}
  received_rate: {type: double, unit: ratio, of: [settled_amount, settled_net_amount], zh: 到账率, description: 'above 1 where the platform pays subsidies'}
  contribution_per_person_amount: {type: 'decimal(18,2)', unit: yuan, of: {parts: [settled_amount, mature_people], when: settled_orders = orders and orders > 0},
    zh: 人均到账, description: contribution after fees; only where every order is settled}
  is_mature: {type: boolean, zh: 是否成熟, description: the months are over for the whole cohort}
  is_small: {type: boolean, small_of: mature_people, zh: 样本过小, description: fewer than small_group mature people}
checks:
  - unique: [cohort_month, month_no, segment_by, segment]
  - condition: {sql: mature_people <= people, name: mature people within people}
  - condition: {sql: settled_orders <= orders, name: settled orders within orders}
*/
with alike as (
  select
    date_trunc('month', f.date) as cohort_month,
    f.segment_by,
    f.segment,
    f.month_no,
    f.kind,
    greatest(coalesce(date_diff('day', f.date, k.known_until) // 30, 0), 0) as known_months,
    coalesce(date_diff('day', last_day(f.date), k.known_until) // 30, -1) as cohort_known_months,
    sum(f.people) as people,
    sum(f.orders) as orders,
    sum(f.net_amount) as net_amount,
    sum(f.amount) as amount
  from (
    select
      date,
      platform,
      segment_by,
      segment,
      month_no,
      'paid' as kind,
      people,
      orders,
      net_amount,
      cast(0 as decimal(18, 2)) as amount
    from facts.cohort_orders
    union all
    select
      date,
      platform,
      segment_by,
      segment,
      month_no,
      'settled' as kind,
      0 as people,
      settled_orders as orders,
      settled_net_amount as net_amount,
      settled_amount as amount
    from facts.cohort_settlements
  ) as f
  left join core.known as k on f.platform = k.platform and k.kind = 'orders'
  group by all
),

months as (
  select
    a.*,
    cast(m.horizon as bigint) as horizon,
    a.known_months >= m.horizon and a.month_no <= m.horizon as is_counted
  from alike as a
  cross join unnest(generate_series(1, $months)) as m (horizon)
),

counted as (
  select
    cast(cohort_month as date) as cohort_month,
    horizon as month_no,
    segment_by,
    segment,
    bool_and(cohort_known_months >= horizon) as is_mature,
    sum(people) as people,
    sum(case when is_counted then people else 0 end) as mature_people,
    sum(case when is_counted and kind = 'paid' then orders else 0 end) as orders,
    sum(case when is_counted and kind = 'paid' then net_amount else 0 end) as net_amount,
    sum(case when is_counted and kind = 'settled' then orders else 0 end) as settled_orders,
    sum(case when is_counted and kind = 'settled' then net_amount else 0 end) as settled_net_amount,
    sum(case when is_counted and kind = 'settled' then amount else 0 end) as settled_amount
  from months
  group by cohort_month, horizon, segment_by, segment
),

spent as (
  select
    cast(date_trunc('month', a.date) as date) as cohort_month,
    a.segment_by,
    a.segment,
    sum(a.cost_amount) as cost_amount,
    min(k.known_until) as cost_known_until
  from facts.spend_days as a
  left join core.known as k on a.platform = k.platform and k.kind = 'ad_spend'
  group by date_trunc('month', a.date), a.segment_by, a.segment
),

costed as (
  select
    c.*,
    s.cost_amount,
    s.cost_known_until >= last_day(c.cohort_month) as is_cost_known
  from counted as c
  left join spent as s on c.cohort_month = s.cohort_month and c.segment_by = s.segment_by and c.segment = s.segment
)

select
  *,
  min(
    case
      when is_mature and is_cost_known and net_amount * people >= cost_amount * mature_people then month_no
    end
  ) over (partition by cohort_month, segment_by, segment) as payback_month
from costed
