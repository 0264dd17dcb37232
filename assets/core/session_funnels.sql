/*
title: {zh: 场次导粉, en: Session funnels}
description: What teams typed by hand of their live sessions, up to as_of. Counts without people; NULL is not counted yet and never 0.
description_zh: 截至数据日期，团队按场次手工登记的导粉漏斗。只有人数、没有个人；为空表示还没统计，不是 0。
grain: platform, account_id, host_id, started_at
columns:
  platform: {type: varchar, zh: 平台}
  account_id: {type: varchar, zh: 账号, description: empty where not given}
  host_id: {type: varchar, zh: 主播, description: empty where not given}
  started_at: {type: timestamp, zh: 开播}
  live_session_id: {type: varchar, zh: 直播场次编号, description: only where it was typed}
  session_name: {type: varchar, zh: 场次, description: "the team's own name of the session"}
  viewers: {type: bigint, unit: person, zh: 进房人数}
  new_group_members: {type: bigint, unit: person, zh: 进粉丝群人数}
  link_clicked_people: {type: bigint, unit: person, zh: 链接点击人数, description: may be more than joined the group}
  added_contacts: {type: bigint, unit: person, zh: 后端加人数}
  valid_contacts: {type: bigint, unit: person, zh: 后端有效人数, description: of added_contacts}
  new_followers: {type: bigint, unit: person, zh: 新增粉丝}
  gmv_amount: {type: 'decimal(18,2)', unit: yuan, zh: 带货GMV, description: "NULL where unfilled, 0 where nothing was sold"}
checks:
  - unique: [platform, account_id, host_id, started_at]
  - not_null: [platform, account_id, host_id, started_at]
*/
select
  platform,
  account_id,
  host_id,
  started_at,
  live_session_id,
  session_name,
  viewers,
  new_group_members,
  link_clicked_people,
  added_contacts,
  valid_contacts,
  new_followers,
  gmv_amount
from staging.session_funnels
where started_at < $as_of + 1
