/*
title: {zh: 直播比率（合并）, en: Live rates}
description: >-
  The rates of live sessions pooled over sessions, never an average of averages: the sum of numerators over the sum of denominators of those sessions that tell both. GPM, UV value, and the rates of
  new followers, fan-club joins and group joins side by side, each with what it is divided by (basis), as the same word is used for several. Per month and host, account, platform, festival or
  session. Sessions that do not tell both are counted in left_out_sessions. Sessions that overlap another one of their account (live_conflicts) count, and are told in
  conflicting_sessions, as one of them may be the same session twice.
description_zh: >-
  直播比率按场次合并：分子之和 ÷ 分母之和，只算两者都有的场次，绝不对各场比率求平均。GPM、UV 价值，以及转粉率、加团率、加群率，并列写明各自的分母（basis）。
  未同时给出分子分母的场次计入 left_out_sessions；与同账号其他场次时间重叠的（见“直播冲突”）另行计数。
grain: month, segment_by, segment, measure, basis
parameters:
  period: month
choices: {period: [month, all]}
metrics:
  live_performance: {}
  live_conflicts: {}
columns:
  month: {type: date, zh: 月份, description: 'of the start; with period = all the first day of data'}
  segment_by: {type: varchar, zh: 细分维度, description: 'all, platform, account, host, festival or live_session'}
  segment: {type: varchar, zh: 细分值, description: none where a session has no such value}
  measure: {type: varchar, zh: 指标, description: 'gpm, uv_value, follow (转粉), fan_club (加团), group (加群), buy, member_viewers, member_amount, refund or roi'}
  basis: {type: varchar, zh: 分母, description: 'what it is divided by: views, viewers, new_followers, buyers, identified_viewers, matched_amount, paid_amount or ad_cost_amount'}
  sessions: {type: bigint, unit: event, zh: 场次数}
  counted_sessions: {type: bigint, unit: event, zh: 计入场次, description: those that tell both, zh_description: '分子分母都有的场次'}
  left_out_sessions: {type: bigint, unit: event, zh: 未计入场次, description: sessions - counted_sessions, zh_description: '没有同时给出分子分母的场次'}
  conflicting_sessions: {type: bigint, unit: event, zh: 重叠场次, description: of counted_sessions those that overlap another one of their account}
  immature_sessions: {type: bigint, unit: event, zh: 未稳定场次, description: of counted_sessions those that the platform still restates}
  numerator: {type: 'decimal(18,2)', zh: 分子, description: of counted_sessions}
  denominator: {type: 'decimal(18,2)', zh: 分母合计, description: of counted_sessions}
  rate: {type: double, unit: ratio, of: {parts: [numerator, denominator], when: "measure not in ('gpm', 'uv_value')"}, zh: 比率,
    zh_description: '分子 ÷ 分母，都是计入场次之和'}
  gpm_amount: {type: 'decimal(18,2)', unit: yuan, of: {parts: [numerator, heads], times: 1000, when: measure = 'gpm'}, zh: GPM, description: 'numerator * 1000 / denominator, of gpm',
    zh_description: '每千次观看的成交金额：分子 × 1000 ÷ 分母'}
  uv_value_amount: {type: 'decimal(18,2)', unit: yuan, of: {parts: [numerator, heads], when: measure = 'uv_value'}, zh: UV价值, description: 'numerator / denominator, of uv_value',
    zh_description: '每位观众的成交金额：分子 ÷ 分母'}
  why: {type: varchar, zh: 为空原因, description: untold where no session tells both; NULL else}
checks:
  - unique: [month, segment_by, segment, measure, basis]
  - condition: {sql: counted_sessions <= sessions, name: counted sessions are sessions}
*/
with sessions as (
  select
    l.*,
    c.live_session_id is not null as is_conflicting,
    case when $period = 'month' then cast(date_trunc('month', l.started_date) as date) else d.first_date end as month
  from metrics.live_performance as l
  cross join core.as_of as d
  left join
    (select distinct platform, live_session_id from metrics.live_conflicts where conflict = 'same_account') as c
    on l.platform = c.platform and l.live_session_id = c.live_session_id
),

-- where one of both is our own count of people with a name and the other the platform's, they are no pair
pairs as (
  select
    s.*,
    m.pair,
    case split_part(m.pair, '/', 1)
      when 'follow' then s.new_followers when 'fan_club' then s.new_fan_club when 'group' then s.new_group_members
      when 'buy' then s.buyers when 'member_viewers' then s.member_viewers when 'member_amount' then s.member_amount
      when 'refund' then s.refund_amount
      else s.paid_amount
    end as over_value,
    case split_part(m.pair, '/', 2)
      when 'views' then s.views when 'viewers' then s.viewers when 'new_followers' then s.new_followers
      when 'buyers' then s.buyers when 'identified_viewers' then s.identified_viewers
      when 'matched_amount' then s.matched_amount when 'paid_amount' then s.paid_amount else s.ad_cost_amount
    end as under_value,
    case m.pair
      when 'uv_value/viewers' then s.uv_value_amount is not null when 'follow/viewers' then s.follow_rate is not null
      when 'fan_club/viewers' then s.fan_club_rate is not null when 'group/viewers' then s.group_join_rate is not null
      when 'group/new_followers'
        then (s.approximated like '%new_group_members%') = (s.approximated like '%new_followers%')
      when 'group/buyers' then (s.approximated like '%new_group_members%') = (s.approximated like '%buyers%')
      when 'buy/viewers' then s.view_buy_rate is not null
      else true
    end as is_pair
  from sessions as s
  cross join unnest([
    'gpm/views', 'uv_value/viewers', 'follow/viewers', 'fan_club/viewers', 'group/viewers', 'group/new_followers',
    'group/buyers', 'buy/viewers', 'member_viewers/identified_viewers', 'member_amount/matched_amount',
    'refund/paid_amount', 'roi/ad_cost_amount'
  ]) as m (pair)
),

told as (
  select *, case when is_pair and over_value is not null and under_value > 0 then under_value end as counted_under
  from pairs
)

select
  p.month,
  b.segment_by,
  case b.segment_by
    when 'platform' then p.platform when 'account' then coalesce(p.account_id, 'none')
    when 'host' then coalesce(p.host_id, 'none') when 'festival' then p.festival
    when 'live_session' then p.live_session_id
    else 'all'
  end as segment,
  split_part(p.pair, '/', 1) as measure,
  split_part(p.pair, '/', 2) as basis,
  count(*) as sessions,
  count(p.counted_under) as counted_sessions,
  count(*) - count(p.counted_under) as left_out_sessions,
  count(p.counted_under) filter (where p.is_conflicting) as conflicting_sessions,
  count(p.counted_under) filter (where not p.is_mature) as immature_sessions,
  sum(case when p.counted_under is not null then p.over_value end) as numerator,
  sum(p.counted_under) as denominator,
  cast(sum(p.counted_under) as bigint) as heads,
  case when count(p.counted_under) = 0 then 'untold' end as why
from told as p
cross join unnest(['all', 'platform', 'account', 'host', 'festival', 'live_session']) as b (segment_by)
group by all
