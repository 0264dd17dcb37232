/*
title: {zh: 入群时的资格, en: Standing when entering}
description: >-
  Joins of chat groups, and applications that were turned away, by what is known of the person at that moment: for how long they had followed the account and their level in the
  fan club. Of both the highest of the platform's thresholds that is met; NULL where no record of the person is that old. What the joins led to stands beside. Additive in every column.
description_zh: 入群与被拒的申请，按当时已知的资格计数：关注了多久、粉丝团几级（取达到的最高门槛档；没有当时的记录为空），附入群之后的留存与首单。各列可直接相加。
grain: date, platform, group_id, follow_days, fan_level, is_level_told
counted_by: [joins, turned_away]
columns:
  date: {type: date, zh: 日期, description: of the join or the application}
  platform: {type: varchar, zh: 平台}
  group_id: {type: varchar, zh: 粉丝群}
  follow_days: {type: bigint, unit: day, zh: 关注天数档, description: '0 does not follow, 1 follows, 7, 30, 60 for more than so many days; NULL where no file tells of following or unfollowing before'}
  fan_level: {type: bigint, zh: 粉丝团等级档, description: 'the level last told, as 0, 1, 3, 5, 9, 12, 15, 17 or 20 and above; 1 where only joining the fan club is told; NULL where nothing is'}
  is_level_told: {type: boolean, zh: 等级是否写明, description: a level is told and not only joining the fan club}
  joins: {type: bigint, unit: membership, zh: 入群数}
  stayed_30: {type: bigint, unit: membership, zh: 30天仍在群, description: joins not followed by leaving within 30 days}
  prospects: {type: bigint, unit: membership, zh: 未购入群数, description: joins of people who had not bought before}
  first_orders_30: {type: bigint, unit: membership, zh: 30天内首单, description: prospects whose first order came within 30 days}
  turned_away: {type: bigint, unit: event, zh: 被拒申请数, description: applications of which the next thing known is a rejection}
checks:
  - not_null: [date, platform, group_id]
  - condition: {sql: 'stayed_30 <= joins and first_orders_30 <= prospects and prospects <= joins', name: what followed is within the joins}
*/
with asking as (
  select
    e.platform,
    e.group_id,
    e.person_id,
    e.event_at_utc as moment,
    cast(e.event_at as date) as date,
    w.act = 'apply' and lead(case when w.kind = 'group' then 'join' else w.act end) over (
      partition by e.platform, e.group_id, e.person_id
      order by
        e.event_at, case w.act when 'apply' then 1 when 'approve' then 2 when 'reject' then 2 else 3 end, e.event_id
    ) = 'reject' as is_turned_away
  from core.events as e
  inner join core.event_words as w on e.event = w.event
  where
    (w.act in ('apply', 'approve', 'reject') or (w.kind = 'group' and not w.is_exit))
    and e.group_id is not null
    and e.person_id is not null
),

moments as (
  select
    'join' as act,
    m.platform,
    m.group_id,
    m.person_id,
    m.joined_at_utc as moment,
    cast(m.joined_at as date) as date,
    m.left_at_utc is null or date_diff(
      'second', date_trunc('second', m.joined_at_utc), date_trunc('second', m.left_at_utc)
    ) > 30 * 86400 as has_stayed,
    not coalesce(p.first_order_at < m.joined_at, false) as is_prospect,
    date_diff('day', cast(m.joined_at as date), cast(p.first_order_at as date)) as first_order_days
  from core.memberships as m
  left join core.people as p on m.person_id = p.person_id
  where m.kind = 'group' and m.group_id is not null
  union all
  select
    'apply' as act,
    platform,
    group_id,
    person_id,
    moment,
    date,
    false as has_stayed,
    false as is_prospect,
    null as first_order_days
  from asking
  where is_turned_away
),

-- to follow begins with the first word of it, or the first after unfollowing
records as (
  select
    e.platform,
    e.person_id,
    e.event_at_utc as known_at,
    e.event_id,
    w.kind = 'follow' and not w.is_exit
    and coalesce(lag(w.is_exit) over (
      partition by e.platform, e.person_id, coalesce(w.kind, '') order by e.event_at_utc, w.is_exit, e.event_id
    ), true) as is_follow,
    coalesce(w.kind = 'follow', false) and w.is_exit as is_unfollow,
    coalesce(w.kind = 'fan_club', false) and not w.is_exit as is_fan,
    case when w.act = 'level' then e.value end as fan_level
  from core.events as e
  inner join core.event_words as w on e.event = w.event
  where (w.kind in ('follow', 'fan_club') or w.act = 'level') and e.person_id is not null
),

stood as (
  select
    m.act,
    m.platform,
    m.group_id,
    m.person_id,
    m.moment,
    m.date,
    m.has_stayed,
    m.is_prospect,
    m.first_order_days,
    max(case when r.is_follow then r.known_at end) as followed_at,
    max(case when r.is_unfollow then r.known_at end) as unfollowed_at,
    max(case when r.is_fan or r.fan_level is not null then 1 else 0 end) as is_fan,
    max_by(
      r.fan_level, case when r.fan_level is not null then concat(cast(r.known_at as varchar), r.event_id) end
    ) as level_told
  from moments as m
  left join records as r on m.platform = r.platform and m.person_id = r.person_id and m.moment >= r.known_at
  group by all
),

graded as (
  select
    *,
    date_diff('second', date_trunc('second', followed_at), date_trunc('second', moment)) as followed_seconds,
    case when is_fan = 1 then coalesce(level_told, 1) end as level_known
  from stood
)

select
  date,
  platform,
  group_id,
  cast(
    case
      when followed_at is null and unfollowed_at is null then null
      when followed_at is null or unfollowed_at > followed_at then 0
      when followed_seconds > 60 * 86400 then 60
      when followed_seconds > 30 * 86400 then 30
      when followed_seconds > 7 * 86400 then 7
      else 1
    end as bigint
  ) as follow_days,
  cast(
    case
      when level_known >= 20 then 20
      when level_known >= 17 then 17
      when level_known >= 15 then 15
      when level_known >= 12 then 12
      when level_known >= 9 then 9
      when level_known >= 5 then 5
      when level_known >= 3 then 3
      when level_known >= 1 then 1
      when level_known is not null then 0
    end as bigint
  ) as fan_level,
  level_told is not null as is_level_told,
  count(*) filter (where act = 'join') as joins,
  count(*) filter (where act = 'join' and has_stayed) as stayed_30,
  count(*) filter (where act = 'join' and is_prospect) as prospects,
  count(*) filter (where act = 'join' and is_prospect and first_order_days <= 30) as first_orders_30,
  count(*) filter (where act = 'apply') as turned_away
from graded
group by all
