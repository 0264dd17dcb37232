/*
title: {zh: 群日数据, en: Group days}
description: What a platform tells of a group's day up to as_of, in sums and without the people.
description_zh: 截至数据日期，平台对每个群每天给出的汇总数（不含个人）。
grain: platform, group_id, date
columns:
  platform:       {type: varchar, zh: 平台}
  group_id:       {type: varchar, zh: 粉丝群}
  date:           {type: date, zh: 日期}
  members:        {type: bigint, unit: person, zh: 群成员数, description: at the day's end}
  joins:          {type: bigint, unit: person, zh: 入群人数}
  leaves:         {type: bigint, unit: person, zh: 退群人数}
  active_members: {type: bigint, unit: person, zh: 活跃成员数, description: members who did something}
  messages:       {type: bigint, unit: event, zh: 消息数}
  red_packets:    {type: bigint, unit: event, zh: 红包数}
  announcements:  {type: bigint, unit: event, zh: 群公告数}
checks:
  - unique: [platform, group_id, date]
  - not_null: [platform, group_id, date]
*/
select
  platform,
  group_id,
  date,
  members,
  joins,
  leaves,
  active_members,
  messages,
  red_packets,
  announcements
from staging.group_days
where date <= $as_of
