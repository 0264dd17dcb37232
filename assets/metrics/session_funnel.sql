/*
title: {zh: 场次导粉漏斗, en: Session funnel}
description: >-
  The funnel that a team typed of a live session (core.session_funnels), step by step, each rate over the step that teams divide it by, and beside it what
  the platform's file and our own rows say of the same session: people with a name whose events name it, paid orders that name it. A difference is what was typed
  less our own count; as not everybody has a name, more typed than counted is usual, but less is a contradiction and named in contradicted. Blank is not counted yet and
  stays NULL, never 0. Which session a row is of: the one whose number was typed, else the only one of the platform with the same host or account that began
  within match_minutes of the time typed (facts.funnel_sessions). Nothing is compared where no such session is known, where several rows of the sheet are of one session (whose parts they may be), or before our rows are known for the
  day after the start; nor is a step of which no event ever names a session.
description_zh: >-
  团队手工登记的场次导粉漏斗：每一步及其比率（分母按团队通行做法），并列平台文件与自有明细对同一场的记录。差异为登记减明细：明细只含认得出的人，登记更多属正常，登记更少则自相矛盾，列在 contradicted。
  空白是还没统计，为空而不是 0。场次按登记的编号匹配；没有编号的，取同平台、同主播或同账号、开播时间相差 match_minutes 分钟以内的唯一一场。匹配不到、同一场有多行登记、或开播次日的明细尚不可知时，不作比较。
grain: platform, account_id, host_id, started_at
facts:
  funnel_sessions: [match_minutes]
columns:
  platform: {type: varchar, zh: 平台}
  account_id: {type: varchar, zh: 账号, description: as typed; empty where not given}
  host_id: {type: varchar, zh: 主播, description: as typed; empty where not given}
  started_at: {type: timestamp, zh: 开播, description: as typed}
  session_name: {type: varchar, zh: 场次, description: "the team's own name of the session"}
  live_session_id: {type: varchar, zh: 直播场次, description: the session that the row is of; NULL where none is found}
  matched_by: {type: varchar, zh: 匹配方式, description: 'id: by the number typed; start: by start and host or account; unknown: the number typed is known nowhere else; several: several began then; none'}
  sheet_rows: {type: bigint, unit: row, zh: 同场登记行数, description: rows of the sheet that are of the same session, zh_description: 登记表中属于同一场的行数；多于一行时不比差异}
  viewers: {type: bigint, unit: person, zh: 进房人数, description: as typed}
  new_group_members: {type: bigint, unit: person, zh: 进粉丝群人数, description: as typed}
  link_clicked_people: {type: bigint, unit: person, zh: 链接点击人数, description: as typed; may be more than joined the group}
  added_contacts: {type: bigint, unit: person, zh: 后端加人数, description: as typed}
  valid_contacts: {type: bigint, unit: person, zh: 后端有效人数, description: as typed}
  new_followers: {type: bigint, unit: person, zh: 新增粉丝, description: as typed}
  gmv_amount: {type: 'decimal(18,2)', unit: yuan, zh: 带货GMV, description: as typed}
  group_join_rate: {type: double, unit: ratio, of: [new_group_members, viewers], zh: 场观进群率, zh_description: 进粉丝群人数 ÷ 进房人数}
  link_click_rate: {type: double, unit: ratio, of: [link_clicked_people, new_group_members], zh: 链接点击率, description: may be above 1, zh_description: 链接点击人数 ÷ 进粉丝群人数，可大于 1}
  contact_add_rate: {type: double, unit: ratio, of: [added_contacts, new_group_members], zh: 后端加人率, zh_description: 后端加人数 ÷ 进粉丝群人数}
  click_add_rate: {type: double, unit: ratio, of: [added_contacts, link_clicked_people], zh: 点击加人率, zh_description: 后端加人数 ÷ 链接点击人数}
  view_add_rate: {type: double, unit: ratio, of: [added_contacts, viewers], zh: 场观加人率, zh_description: 后端加人数 ÷ 进房人数}
  contact_valid_rate: {type: double, unit: ratio, of: [valid_contacts, added_contacts], zh: 后端有效率, zh_description: 后端有效人数 ÷ 后端加人数}
  follow_rate: {type: double, unit: ratio, of: [new_followers, viewers], zh: 转粉率, zh_description: 新增粉丝 ÷ 进房人数}
  uv_value_amount: {type: 'decimal(18,2)', unit: yuan, of: [gmv_amount, viewers], zh: UV价值, zh_description: 带货GMV ÷ 进房人数}
  platform_viewers: {type: bigint, unit: person, zh: 平台观看人数, description: as the platform's file of live sessions tells it}
  platform_new_group_members: {type: bigint, unit: person, zh: 平台新加粉丝群, description: the same}
  platform_new_followers: {type: bigint, unit: person, zh: 平台新增粉丝, description: the same}
  platform_paid_amount: {type: 'decimal(18,2)', unit: yuan, zh: 平台成交金额, description: the same}
  identified_viewers: {type: bigint, unit: person, zh: 可识别观众, description: people with an event of watching the session, zh_description: 有本场观看记录的可识别人数}
  identified_group_members: {type: bigint, unit: person, zh: 可识别进群人数, description: people with an event of joining a group that names the session, zh_description: 入群记录写明本场的可识别人数}
  identified_contacts: {type: bigint, unit: person, zh: 可识别加企微人数, description: people with an event of adding WeCom that names the session; also of a platform that has no live sessions of its own, zh_description: 加企微记录写明本场的可识别人数，含没有直播的平台}
  identified_followers: {type: bigint, unit: person, zh: 可识别新增粉丝, description: people with an event of following that names the session, zh_description: 关注记录写明本场的可识别人数}
  matched_orders: {type: bigint, unit: order, zh: 明细订单数, description: paid orders of our own rows that name the session, zh_description: 自有明细中写明本场的已付款订单}
  matched_amount: {type: 'decimal(18,2)', unit: yuan, zh: 明细金额, description: amount of matched_orders, zh_description: 这些订单的支付金额}
  viewers_difference: {type: bigint, unit: person, zh: 进房人数差异, description: viewers - identified_viewers, zh_description: 进房人数 − 可识别观众}
  group_members_difference: {type: bigint, unit: person, zh: 进群人数差异, description: new_group_members - identified_group_members, zh_description: 进粉丝群人数 − 可识别进群人数}
  contacts_difference: {type: bigint, unit: person, zh: 加人数差异, description: added_contacts - identified_contacts, zh_description: 后端加人数 − 可识别加企微人数}
  followers_difference: {type: bigint, unit: person, zh: 新增粉丝差异, description: new_followers - identified_followers, zh_description: 新增粉丝 − 可识别新增粉丝}
  amount_difference: {type: 'decimal(18,2)', unit: yuan, zh: 金额差异, description: gmv_amount - matched_amount, zh_description: 带货GMV − 明细金额}
  contradicted: {type: varchar, zh: 矛盾项, description: 'comma list of the figures typed that are below our own count; empty when none', zh_description: 登记数低于明细数的项，以逗号分隔；没有则为空}
checks:
  - unique: [platform, account_id, host_id, started_at]
  - in_set: {column: matched_by, values: [id, start, unknown, several, none]}
  - between: {column: contact_valid_rate, min: 0, max: 1}
*/
with compared as (
  select
    s.platform,
    s.account_id,
    s.host_id,
    s.started_at,
    s.session_name,
    s.viewers,
    s.new_group_members,
    s.link_clicked_people,
    s.added_contacts,
    s.valid_contacts,
    s.new_followers,
    s.gmv_amount,
    f.live_session_id,
    f.matched_by,
    f.sheet_rows,
    f.identified_viewers,
    f.identified_group_members,
    f.identified_contacts,
    f.identified_followers,
    f.matched_orders,
    f.matched_amount,
    case when f.sheet_rows = 1 then s.viewers - f.identified_viewers end as viewers_difference,
    case when f.sheet_rows = 1 then s.new_group_members - f.identified_group_members end as group_members_difference,
    case when f.sheet_rows = 1 then s.added_contacts - f.identified_contacts end as contacts_difference,
    case when f.sheet_rows = 1 then s.new_followers - f.identified_followers end as followers_difference,
    case when f.sheet_rows = 1 then s.gmv_amount - f.matched_amount end as amount_difference
  from core.session_funnels as s
  inner join facts.funnel_sessions as f
    on
      s.platform = f.platform
      and s.account_id = f.account_id
      and s.host_id = f.host_id
      and s.started_at = f.started_at
)

select
  c.*,
  l.viewers as platform_viewers,
  l.new_group_members as platform_new_group_members,
  l.new_followers as platform_new_followers,
  l.paid_amount as platform_paid_amount,
  concat_ws(
    ', ',
    case when c.viewers_difference < 0 then 'viewers' end,
    case when c.group_members_difference < 0 then 'new_group_members' end,
    case when c.contacts_difference < 0 then 'added_contacts' end,
    case when c.followers_difference < 0 then 'new_followers' end,
    case when c.amount_difference < 0 then 'gmv_amount' end
  ) as contradicted
from compared as c
left join core.live_sessions as l on c.platform = l.platform and c.live_session_id = l.live_session_id
