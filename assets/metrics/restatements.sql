/*
title: {zh: 数字变动记录, en: Restatements}
description: >-
  What an earlier report said of a day, where a later one says otherwise: what it said, what the newest report says, and why. Each published report keeps its
  figures of daily_summary; a change is split by comparing the orders of both, one cause after the other, so that the parts add up to it: settings or
  definitions changed, whose an order is and whether the buyer was in the private domain, refunds, orders closed or paid later, files that came later; what none of
  these explains stands in other_change. A row per report that was the first to say a figure, on its date (of several reports of one date the last). Days on
  which a forgotten person bought are not kept.
description_zh: >-
  以前的报告对某天说过、而之后的报告改了的数字：当时是多少、最新是多少、为什么变。每次发布都留下每日经营的数字；变动按两次报告的订单逐笔对照拆分：口径或设置改变、身份与在籍、
  退款、订单关闭或补付、后到的文件；各部分相加等于总变动，不能解释的列在“其他”。同一天多次发布取最后一次。被要求删除的人下单的日子不保留。
grain: reported_on, metric, date, segment_by, segment
materialized: view
columns:
  reported_on: {type: date, zh: 报告日期, description: day of the report that said so}
  metric: {type: varchar, zh: 指标, description: a column of daily_summary}
  date: {type: date, zh: 数据日期, description: the day of which it said so}
  segment_by: {type: varchar, zh: 细分维度, description: all or platform}
  segment: {type: varchar, zh: 细分值}
  said: {type: 'decimal(18,2)', zh: 当时报告的数字, description: in the metric's own unit, zh_description: '当时的报告说的数'}
  says_now: {type: 'decimal(18,2)', zh: 最新数字, description: of the newest report; NULL where the day is not known any more,
    zh_description: '最新报告说的数；已不可知时为空'}
  change: {type: 'decimal(18,2)', zh: 变动, description: says_now - said, zh_description: '最新数字 − 当时报告的数字'}
  refund_change: {type: 'decimal(18,2)', zh: 因退款, description: refunds that came later, zh_description: '之后发生的退款'}
  file_change: {type: 'decimal(18,2)', zh: 因后到的文件, description: 'orders, amounts, days and channels told by files that came later',
    zh_description: '之后才到的文件带来的订单、金额、日期与渠道'}
  status_change: {type: 'decimal(18,2)', zh: 因状态改变, description: 'orders closed after they were paid, or paid of which the report knew as unpaid',
    zh_description: '付款后关闭的订单，或当时还没付款的'}
  identity_change: {type: 'decimal(18,2)', zh: 因身份与在籍, description: 'whose an order is, and whether the buyer was in the private domain',
    zh_description: '订单是谁的、买家是否在私域有了新的认识'}
  definition_change: {type: 'decimal(18,2)', zh: 因口径改变, description: settings or definitions changed between the reports,
    zh_description: '两次报告之间口径或设置变了'}
  other_change: {type: 'decimal(18,2)', zh: 其他, description: 'what none of these explains; all of it where the last report''s orders could not be compared',
    zh_description: '以上都不能解释的部分'}
  why: {type: varchar, zh: 主要原因, description: 'refund, file, status, identity, definition or other, by the greatest part; back: it is what it was; not_known'}
checks:
  - unique: [reported_on, metric, date, segment_by, segment]
  - not_null: [reported_on, metric, date, said, why]
  - condition: {sql: change = refund_change + file_change + status_change + identity_change + definition_change + other_change, name: the parts add up}
*/
with told as (
  select
    f.metric, f.date, f.segment_by, f.segment, f.value,
    f.refund_change, f.file_change, f.status_change, f.identity_change, f.definition_change,
    cast(r.reported_at as date) as reported_on,
    row_number() over (partition by f.metric, f.date, f.segment_by, f.segment order by r.reported_at desc) as newest_no,
    row_number() over (
      partition by f.metric, f.date, f.segment_by, f.segment, cast(r.reported_at as date) order by r.reported_at desc
    ) as newest_of_day_no
  from ops.reported_figures as f
  inner join ops.reports as r on f.run_id = r.run_id
  where r.as_of <= $as_of
),

-- what a figure has changed since is what all later reports changed
changed as (
  select
    reported_on, metric, date, segment_by, segment, newest_no, newest_of_day_no,
    value as said,
    max(case when newest_no = 1 then value end) over (partition by metric, date, segment_by, segment) as says_now,
    coalesce(sum(refund_change) over later, 0) as refunds,
    coalesce(sum(file_change) over later, 0) as files,
    coalesce(sum(status_change) over later, 0) as statuses,
    coalesce(sum(identity_change) over later, 0) as identities,
    coalesce(sum(definition_change) over later, 0) as definitions
  from told
  window
    later as (
      partition by metric, date, segment_by, segment order by newest_no
      rows between unbounded preceding and 1 preceding
    )
),

parts as (
  select
    *,
    says_now - said - refunds - files - statuses - identities - definitions as others,
    greatest(abs(refunds), abs(files), abs(statuses), abs(identities), abs(definitions)) as most
  from changed
  where newest_no > 1 and newest_of_day_no = 1 and said is not null
)

select
  *,
  says_now - said as change,
  case when says_now is not null then refunds end as refund_change,
  case when says_now is not null then files end as file_change,
  case when says_now is not null then statuses end as status_change,
  case when says_now is not null then identities end as identity_change,
  case when says_now is not null then definitions end as definition_change,
  others as other_change,
  case
    when says_now is null then 'not_known'
    when most = 0 and others = 0 then 'back'
    when abs(others) >= most then 'other'
    when abs(definitions) = most then 'definition'
    when abs(files) = most then 'file'
    when abs(statuses) = most then 'status'
    when abs(refunds) = most then 'refund'
    else 'identity'
  end as why
from parts
