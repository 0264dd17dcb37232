/*
title: {zh: 入群质量, en: Group entry}
description: >-
  Volume against quality of each way into the chat groups. Rows with segment_by = entry_path_threshold_group are the finest
  (month × entry path × threshold × group); the others are roll-ups with 'all' in the keys they sum over. Applications belong to
  the month they were made in, joins to the month of joining. One join is one stay; a person who leaves and joins again joins twice.
  'Still in' and first orders are measured from the join, on mature joins only: those after which joins and leaves (for first orders: orders) of
  the platform are known for so many days.
description_zh: >-
  每条入群路径、每种门槛、每个群：来了多少，留下多少，买了多少。一次加入算一次；留存与首单都从加入时算起，只看窗口已走完的加入。
grain: month, segment_by, segment, entry_path, threshold, platform, group_id
parameters:
  cohort_period: month
  segments: breakdowns
choices: {cohort_period: [month, all], segments: default}
facts:
  group_entries: {}
columns:
  month: {type: date, zh: 月份, description: 'first day of the month; with cohort_period = all the first day of data'}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: value of the breakdown; none where a join has no such value}
  entry_path: {type: varchar, zh: 入群路径, description: how people came in; all in roll-ups over it}
  threshold: {type: varchar, zh: 门槛, description: 'the group''s joining threshold, e.g. follow_7+fan_5; all in roll-ups over it'}
  platform: {type: varchar, zh: 平台, description: all in roll-ups over it}
  group_id: {type: varchar, zh: 粉丝群, description: all in roll-ups over it}
  group_name: {type: varchar, zh: 群名, description: NULL in roll-ups}
  applications: {type: bigint, unit: event, zh: 申请数, description: applications made in the month,
    zh_description: 当月提出的入群申请数}
  approved_applications: {type: bigint, unit: event, zh: 已通过申请数,
    description: of applications those followed by an approval or a join before any rejection or new application,
    zh_description: 当月申请中后来通过（或已入群）的}
  approval_rate: {type: double, unit: ratio, of: [approved_applications, applications], zh: 审核通过率,
    zh_description: 已通过申请数 ÷ 申请数}
  approvals: {type: bigint, unit: event, zh: 通过数, description: 'approvals given in the month, whenever applied for'}
  joins: {type: bigint, unit: membership, zh: 入群数, description: stays in a group begun in the month,
    zh_description: 当月开始的入群次数}
  mature_joins_7: {type: bigint, unit: membership, zh: 满7天入群数, description: 'joins after which joins and leaves of the platform are known for 7 days', zh_description: 入群后进退群已可知满 7 天的入群数}
  stayed_7: {type: bigint, unit: membership, zh: 7天仍在群, description: mature_joins_7 still inside 7 days after joining, zh_description: 其中入群 7 天后仍在群的}
  stay_7_rate: {type: double, unit: ratio, of: [stayed_7, mature_joins_7], zh: 7天留群率, zh_description: 7天仍在群 ÷ 满7天入群数}
  mature_joins_30: {type: bigint, unit: membership, zh: 满30天入群数, description: 'joins after which joins and leaves of the platform are known for 30 days',
    zh_description: 入群之后、该平台进退群可知已满 30 天的入群数}
  stayed_30: {type: bigint, unit: membership, zh: 30天仍在群, description: mature_joins_30 still inside 30 days after joining,
    zh_description: 满 30 天入群数中，入群 30 天后仍在群的}
  stay_30_rate: {type: double, unit: ratio, of: [stayed_30, mature_joins_30], zh: 30天留群率, zh_description: 30天仍在群 ÷ 满30天入群数}
  mature_joins_90: {type: bigint, unit: membership, zh: 满90天入群数, description: 'joins after which joins and leaves of the platform are known for 90 days'}
  stayed_90: {type: bigint, unit: membership, zh: 90天仍在群, description: mature_joins_90 still inside 90 days after joining}
  stay_90_rate: {type: double, unit: ratio, of: [stayed_90, mature_joins_90], zh: 90天留群率, zh_description: 90天仍在群 ÷ 满90天入群数}
  prospects_30: {type: bigint, unit: membership, zh: 未购入群数,
    description: 'joins of people who had not bought before, after which orders are known for 30 days', zh_description: 入群前没有买过、入群之后订单可知已满 30 天的入群数}
  first_orders_30: {type: bigint, unit: membership, zh: 30天内首单的入群数,
    description: 'prospects_30 whose first order came within 30 days of joining; joins, so the one order of somebody who joined two groups follows both',
    zh_description: 未购入群中 30 天内下首单的；按入群计，入两个群的人一单计两次}
  first_order_30_rate: {type: double, unit: ratio, of: [first_orders_30, prospects_30], zh: 30天首单率,
    zh_description: 30天内首单 ÷ 未购入群数}
  repeat_prospects_90: {type: bigint, unit: membership, zh: 未复购入群数,
    description: 'joins of people who had not bought a second time before, after which orders are known for 90 days', zh_description: 入群前没有复购过、入群之后订单可知已满 90 天的入群数}
  repurchases_90: {type: bigint, unit: membership, zh: 90天内复购的入群数,
    description: repeat_prospects_90 whose second purchase came within 90 days of joining; joins too,
    zh_description: 未复购入群中 90 天内第二次购买的；同样按入群计}
  repurchase_90_rate: {type: double, unit: ratio, of: [repurchases_90, repeat_prospects_90], zh: 90天复购率,
    zh_description: 90天内复购 ÷ 未复购入群数}
  is_mature: {type: boolean, zh: 是否成熟, description: 'joins, leaves and orders are known for 90 days after the month''s end'}
  is_small: {type: boolean, small_of: joins, zh: 样本过小, description: fewer than small_group joins}
checks:
  - unique: [month, segment_by, segment, entry_path, threshold, platform, group_id]
  - between: {column: approval_rate, min: 0, max: 1}
  - between: {column: stay_7_rate, min: 0, max: 1}
  - between: {column: stay_30_rate, min: 0, max: 1}
  - between: {column: stay_90_rate, min: 0, max: 1}
  - between: {column: first_order_30_rate, min: 0, max: 1}
  - between: {column: repurchase_90_rate, min: 0, max: 1}
*/
with known as (
  select
    f.*,
    g.name as group_name,
    case when f.segment_by = 'threshold' then f.segment else coalesce(g.threshold, 'unknown') end as threshold,
    date_diff('day', f.date, k.known_until) as age_days,
    date_diff('day', f.date, o.known_until) as buying_age_days,
    coalesce(least(k.known_until, o.known_until), d.first_date) as known_until,
    case when $cohort_period = 'month' then cast(date_trunc('month', f.date) as date) else d.first_date end as month,
    case when $cohort_period = 'month' then last_day(f.date) else $as_of end as cohort_end
  from facts.group_entries as f
  left join core.known as k on f.platform = k.platform and k.kind = 'memberships'
  left join core.known as o on f.platform = o.platform and o.kind = 'orders'
  left join core.groups as g
    on f.platform = g.platform and f.segment = g.group_id and f.segment_by in ('group', 'entry_path_threshold_group')
  cross join core.as_of as d
)

select
  month,
  segment_by,
  case
    when segment_by = 'entry_path_threshold_group' then concat(entry_path, ' | ', threshold, ' | ', segment)
    else segment
  end as segment,
  case when segment_by in ('entry_path', 'entry_path_threshold_group') then entry_path else 'all' end as entry_path,
  case when segment_by in ('threshold', 'group', 'entry_path_threshold_group') then threshold else 'all' end
    as threshold,
  case when segment_by in ('platform', 'group', 'entry_path_threshold_group') then platform else 'all' end as platform,
  case when segment_by in ('group', 'entry_path_threshold_group') then segment else 'all' end as group_id,
  max(group_name) as group_name,
  sum(applications) as applications,
  sum(approved_applications) as approved_applications,
  sum(approvals) as approvals,
  sum(joins) as joins,
  sum(case when age_days >= 7 then joins else 0 end) as mature_joins_7,
  sum(case when age_days >= 7 then stayed_7 else 0 end) as stayed_7,
  sum(case when age_days >= 30 then joins else 0 end) as mature_joins_30,
  sum(case when age_days >= 30 then stayed_30 else 0 end) as stayed_30,
  sum(case when age_days >= 90 then joins else 0 end) as mature_joins_90,
  sum(case when age_days >= 90 then stayed_90 else 0 end) as stayed_90,
  sum(case when buying_age_days >= 30 then prospects else 0 end) as prospects_30,
  sum(case when buying_age_days >= 30 then first_orders_30 else 0 end) as first_orders_30,
  sum(case when buying_age_days >= 90 then repeat_prospects else 0 end) as repeat_prospects_90,
  sum(case when buying_age_days >= 90 then repurchases_90 else 0 end) as repurchases_90,
  min(date_diff('day', cohort_end, known_until)) >= 90 as is_mature
from known
group by all
