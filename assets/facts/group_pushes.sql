/*
title: {zh: 群推送, en: Pushes to groups}
description: >-
  Messages of the merchant to a chat group by day, and the people who left it soon after one, by the day of leaving. A day without
  either has no row.
description_zh: 每天发给一个群的推送，以及推送后不久离开的人次（按离开日）；两者都没有的日子没有行。
grain: platform, group_id, date
parameters:
  push_hours: 24
columns:
  platform: {type: varchar, zh: 平台}
  group_id: {type: varchar, zh: 粉丝群}
  date: {type: date, zh: 日期}
  pushes: {type: bigint, unit: event, zh: 推送数, description: 'messages to the group, red packets included'}
  red_packets: {type: bigint, unit: event, zh: 红包数}
  leaves_after_push: {type: bigint, unit: person, zh: 推送后离开,
    description: "leaves at most push_hours after the last push before them or in the same second; not those that only lists of members show, as nobody knows their moment"}
checks:
  - unique: [platform, group_id, date]
  - not_null: [platform, group_id, date]
*/
with timeline as (
  select
    platform,
    group_id,
    sent_date as date,
    sent_at_utc as moment,
    false as is_leave,
    kind = 'red_packet' as is_red_packet
  from core.pushes
  where group_id is not null and is_message
  union all
  select
    platform,
    group_id,
    cast(left_at as date) as date,
    left_at_utc as moment,
    true as is_leave,
    false as is_red_packet
  from core.memberships
  where kind = 'group' and group_id is not null and left_at is not null and not is_left_inferred
),

followed as (
  select
    *,
    max(case when not is_leave then moment end) over (
      partition by platform, group_id order by moment, is_leave rows between unbounded preceding and current row
    ) as last_sent_at
  from timeline
),

happened as (
  select
    platform,
    group_id,
    date,
    not is_leave as is_push,
    is_red_packet,
    is_leave
    and date_diff('second', date_trunc('second', last_sent_at), date_trunc('second', moment)) <= $push_hours * 3600
      as follows_push
  from followed
)

select
  platform,
  group_id,
  date,
  count(*) filter (where is_push) as pushes,
  count(*) filter (where is_red_packet) as red_packets,
  count(*) filter (where follows_push) as leaves_after_push
from happened
where is_push or follows_push
group by platform, group_id, date
