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
  segments: [all, kind, platform, entry_path, threshold, group, live_session, host]
choices: {segments: default}
columns:
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: 'value at joining; kind is group, wecom or member; none where there is no such value'}
  day: {type: bigint, unit: day, zh: 加入后天数, description: days since joining,
    zh_description: 从加入算起的天数}
  memberships: {type: bigint, unit: membership, zh: 样本数, description: all stays of the segment}
  at_risk: {type: bigint, unit: membership, zh: 在观察数,
    description: 'stays still open and still observed just before the day''s leaves', zh_description: 到该天仍在籍且仍在观察的样本数}
  left: {type: bigint, unit: membership, zh: 当天离开, description: stays that ended on that day after joining}
  censored: {type: bigint, unit: membership, zh: 当天截尾, description: 'stays whose observation ends on that day, as joins and leaves are known no further'}
  survival: {type: double, unit: ratio, of: {estimated_from: [at_risk, left]}, zh: 仍在籍比例,
    description: probability of still being inside after the day, zh_description: 加入后第 d 天仍在籍的概率}
  standard_error: {type: double, unit: ratio, of: {estimated_from: [at_risk, left]}, zh: 标准误, description: 'Greenwood''s, of survival; NULL once survival is 0'}
  survival_low: {type: double, unit: ratio, of: {estimated_from: [at_risk, left]}, zh: 95%下限, description: lower end of the 95 % interval of survival,
    zh_description: 仍在籍比例的 95% 置信区间下限}
  survival_high: {type: double, unit: ratio, of: {estimated_from: [at_risk, left]}, zh: 95%上限, description: upper end of the 95 % interval of survival,
    zh_description: 仍在籍比例的 95% 置信区间上限}
  is_leave_recorded: {type: boolean, zh: 有离开记录,
    description: 'a leave is recorded at all; without one the platform may simply not tell', zh_description: 是否有任何离开记录；没有时可能只是平台不提供}
  is_small: {type: boolean, zh: 样本过小, description: fewer than small_group stays at risk}
checks:
  - unique: [segment_by, segment, day]
  - between: {column: survival, min: 0, max: 1}
  - condition: {sql: '"left" + censored <= at_risk', name: nobody leaves who was not there}
*/
with stays as (
  select
    greatest(
      case
        when k.known_until is not null
          then date_diff('day', cast(m.joined_at as date), least(cast(m.left_at as date), k.known_until))
      end, 0
    ) as day,
    coalesce(cast(m.left_at as date) <= k.known_until, false) as has_left,
    m.kind,
    m.platform,
    m.entry_path,
    m.threshold,
    m.group_id,
    m.live_session_id,
    l.host_id,
    count(*) as memberships
  from core.memberships as m
  left join core.known as k on m.platform = k.platform and k.kind = 'memberships'
  left join core.live_sessions as l on m.platform = l.platform and m.live_session_id = l.live_session_id
  where m.is_private_entry
  group by all
),

durations as (
  select
    b.segment_by,
    case b.segment_by
      when 'all' then 'all'
      when 'kind' then s.kind
      when 'platform' then s.platform
      when 'entry_path' then coalesce(s.entry_path, 'none')
      when 'threshold' then coalesce(s.threshold, 'none')
      when 'group' then coalesce(s.group_id, 'none')
      when 'live_session' then coalesce(s.live_session_id, 'none')
      when 'host' then coalesce(s.host_id, 'none')
      else 'no such breakdown'
    end as segment,
    s.day,
    cast(sum(case when s.has_left then s.memberships else 0 end) as bigint) as departures,
    cast(sum(case when s.has_left then 0 else s.memberships end) as bigint) as censored
  from stays as s
  cross join unnest($segments) as b (segment_by)
  group by all
),

spans as (
  select
    segment_by,
    segment,
    least(max(day), $horizon_days) as last_day,
    cast(sum(departures + censored) as bigint) as memberships,
    sum(departures) > 0 as is_leave_recorded
  from durations
  group by segment_by, segment
),

days as (
  select
    s.segment_by,
    s.segment,
    s.memberships,
    s.is_leave_recorded,
    cast(d.day as bigint) as day
  from spans as s
  cross join unnest(generate_series(cast(0 as bigint), s.last_day)) as d (day)
),

filled as (
  select
    d.segment_by,
    d.segment,
    d.day,
    d.memberships,
    d.is_leave_recorded,
    coalesce(u.departures, 0) as departures,
    coalesce(u.censored, 0) as censored
  from days as d
  left join durations as u on d.segment_by = u.segment_by and d.segment = u.segment and d.day = u.day
),

risk as (
  select
    *,
    cast(
      memberships - coalesce(
        sum(departures + censored) over (
          partition by segment_by, segment order by day rows between unbounded preceding and 1 preceding
        ), 0
      ) as bigint
    ) as at_risk
  from filled
),

product as (
  select
    *,
    max(case when departures = at_risk then 1 else 0 end) over so_far as is_over,
    sum(
      case
        when departures > 0 and departures < at_risk then ln(cast(at_risk - departures as double) / at_risk)
        else 0.0
      end
    ) over so_far as log_survival,
    sum(
      case
        when departures > 0 and departures < at_risk
          then cast(departures as double) / (cast(at_risk as double) * (at_risk - departures))
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
  memberships,
  at_risk,
  departures as "left",
  censored,
  survival,
  case when is_over = 0 then survival * sqrt(greenwood) end as standard_error,
  power(survival, spread) as survival_low,
  power(survival, 1 / spread) as survival_high,
  is_leave_recorded,
  at_risk < $small_group as is_small
from curve
