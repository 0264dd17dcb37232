/*
title: {zh: 在籍生存曲线, en: Membership survival}
description: >-
  Kaplan-Meier share of private memberships still open d days after joining. One stay in a group, in WeCom or as a member is one
  subject; its duration is the calendar days from joining to leaving, or to the last known day of its platform's joins and leaves where it is still open (then censored).
  survival is the product of 1 - left / at_risk up to the day; the 95 % interval is Greenwood's on the log-log scale,
  survival ^ exp(± 1.959964 × standard_error / (survival × |ln survival|)), NULL where survival is 1 or 0. Nothing is said beyond
  the last day followed up, nor beyond horizon_days.
description_zh: >-
  加入后第 d 天仍在私域的比例（Kaplan-Meier）：一段在籍为一个样本，尚未离开的按截尾处理。区间为 95%，log-log 变换的 Greenwood 法；
  观察不到的天数不外推。
variant: Kaplan-Meier, log-log Greenwood
grain: segment_by, segment, day
parameters:
  horizon_days: 365
  segments: breakdowns
choices: {segments: default}
facts:
  stays: {}
columns:
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: 'value at joining; kind is group, wecom or member; none where there is no such value'}
  day: {type: bigint, unit: day, zh: 加入后天数, description: days since joining,
    zh_description: 从加入算起的天数}
  memberships: {type: bigint, unit: membership, over_segments: part, zh: 样本数, description: all stays of the segment}
  at_risk: {type: bigint, unit: membership, zh: 在观察数,
    description: 'stays still open and still observed just before the day''s leaves', zh_description: 到该天仍在籍且仍在观察的样本数}
  left: {type: bigint, unit: membership, zh: 当天离开, description: stays that ended on that day after joining}
  censored: {type: bigint, unit: membership, zh: 当天截尾, description: 'stays whose observation ends on that day, as joins and leaves are known no further'}
  survival: {type: double, unit: ratio, of: {estimated_from: [at_risk, left]}, zh: 还没离开的比例,
    description: probability of still being inside after the day, zh_description: 加入后第 d 天还没离开的概率}
  standard_error: {type: double, unit: ratio, of: {estimated_from: [at_risk, left]}, zh: 标准误, description: 'Greenwood''s, of survival; NULL once survival is 0'}
  survival_low: {type: double, unit: ratio, of: {estimated_from: [at_risk, left]}, zh: 95%下限, description: lower end of the 95 % interval of survival,
    zh_description: 还没离开的比例的 95% 置信区间下限}
  survival_high: {type: double, unit: ratio, of: {estimated_from: [at_risk, left]}, zh: 95%上限, description: upper end of the 95 % interval of survival,
    zh_description: 还没离开的比例的 95% 置信区间上限}
  is_leave_recorded: {type: boolean, zh: 有离开记录,
    description: 'a leave is recorded at all; without one the platform may simply not tell', zh_description: 是否有任何离开记录；没有时可能只是平台不提供}
  is_small: {type: boolean, small_of: at_risk, zh: 样本过小, description: fewer than small_group stays at risk}
checks:
  - unique: [segment_by, segment, day]
  - between: {column: survival, min: 0, max: 1}
  - condition: {sql: '"left" + censored <= at_risk', name: nobody leaves who was not there}
*/
with durations as (
  select
    f.segment_by,
    f.segment,
    greatest(
      case
        when k.known_until is not null
          then least(f.stay_days, date_diff('day', f.date, k.known_until))
      end, 0
    ) as day,
    sum(case when f.stay_days <= date_diff('day', f.date, k.known_until) then f.memberships else 0 end) as events,
    sum(case when f.stay_days <= date_diff('day', f.date, k.known_until) then 0 else f.memberships end) as censored
  from facts.stays as f
  left join core.known as k on f.platform = k.platform and k.kind = 'memberships'
  group by all
)

select
  *,
  subjects as memberships,
  events as "left",
  all_events > 0 as is_leave_recorded
from statistics.kaplan_meier
