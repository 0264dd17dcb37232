/*
title: {zh: 漏斗步行, en: Ways through a funnel}
description: >-
  How far everybody who may begin a funnel came, and how long each step took. A view: SQL that facts.climbs and
  metrics.funnel_correlation share; what the parameters mean is told in metrics.funnel. Only of those whose window is over.
description_zh: 每个进入漏斗的人走到第几步、每步用时（仅窗口已满者）。供漏斗共用的视图，参数含义见漏斗。
grain: {text: 'one person; with cohorts = recurring, one person and period'}
materialized: view
facts:
  step_acts: [steps, within, order, exclude, cohort_period, week_starts]
  step_starts: [steps, within, order, exclude, cohort_period, week_starts, cohorts]
constants:
  never: "-1000000000000"
instead:
  walks_in_any_order: $order = 'any'
columns:
  person_id: {type: varchar, zh: 人}
  cohort: {type: date, zh: 起始期}
  platform: {type: varchar, zh: 平台}
  first_second: {type: bigint, unit: second, zh: 最早起点, description: seconds of UTC since 1970}
  is_mature: {type: boolean, zh: 是否成熟, description: only the steps of those who are stand here}
  seconds_2: {type: bigint, unit: second, zh: 到第2步用时, description: 'of the attempt that was the first to take the step, from its start; NULL where none did'}
  seconds_3: {type: bigint, unit: second, zh: 到第3步用时}
  seconds_4: {type: bigint, unit: second, zh: 到第4步用时}
  seconds_5: {type: bigint, unit: second, zh: 到第5步用时}
  seconds_6: {type: bigint, unit: second, zh: 到第6步用时}
  seconds_7: {type: bigint, unit: second, zh: 到第7步用时}
  seconds_8: {type: bigint, unit: second, zh: 到第8步用时}
checks:
  - not_null: [person_id, cohort, is_mature]
*/
-- one number for an act: its second, the lowest step that it fits, all of them and whether it ends attempts. So of one moment
-- acts stand in the order of the steps
with histories as (
  select
    person_id,
    list_sort(
      list(
        (at_second * 256 + (fills & (-fills))) * 512 + fills + case when is_excluded then 256 else 0 end
      )
    ) as acts
  from facts.step_acts
  group by person_id
  having bool_or(opens)
),

-- Act by act: s1, s2 … are the starts of the latest attempts that have taken so many steps, $never where there is none; r2, r3 …
-- the seconds that the first attempt needed which took so many. The latest start has the longest window left: none is missed.
climbed as (
  select
    s.person_id,
    s.cohort,
    s.platform,
    s.first_second,
    s.is_mature,
    list_reduce(
      list_filter(
        h.acts, lambda x: s.is_mature and (x >> 17) between s.first_second and s.last_second + $within_seconds
      ),
      lambda a, x: struct_pack(
        s1 := case
          when (x & 1) <> 0 and (x >> 17) <= s.last_second then x >> 17
          when $order = 'strict' or (x & 256) <> 0 then $never else a.s1 end,
        s2 := case
          when (x & 2) <> 0 and (x >> 17) - a.s1 <= $within_seconds then a.s1
          when $order = 'strict' or (x & 256) <> 0 then $never else a.s2 end,
        s3 := case
          when (x & 4) <> 0 and (x >> 17) - a.s2 <= $within_seconds then a.s2
          when $order = 'strict' or (x & 256) <> 0 then $never else a.s3 end,
        s4 := case
          when (x & 8) <> 0 and (x >> 17) - a.s3 <= $within_seconds then a.s3
          when $order = 'strict' or (x & 256) <> 0 then $never else a.s4 end,
        s5 := case
          when (x & 16) <> 0 and (x >> 17) - a.s4 <= $within_seconds then a.s4
          when $order = 'strict' or (x & 256) <> 0 then $never else a.s5 end,
        s6 := case
          when (x & 32) <> 0 and (x >> 17) - a.s5 <= $within_seconds then a.s5
          when $order = 'strict' or (x & 256) <> 0 then $never else a.s6 end,
        s7 := case
          when (x & 64) <> 0 and (x >> 17) - a.s6 <= $within_seconds then a.s6
          when $order = 'strict' or (x & 256) <> 0 then $never else a.s7 end,
        r2 := case when a.r2 < 0 and (x & 2) <> 0 and (x >> 17) - a.s1 <= $within_seconds then (x >> 17) - a.s1 else a.r2 end,
        r3 := case when a.r3 < 0 and (x & 4) <> 0 and (x >> 17) - a.s2 <= $within_seconds then (x >> 17) - a.s2 else a.r3 end,
        r4 := case when a.r4 < 0 and (x & 8) <> 0 and (x >> 17) - a.s3 <= $within_seconds then (x >> 17) - a.s3 else a.r4 end,
        r5 := case when a.r5 < 0 and (x & 16) <> 0 and (x >> 17) - a.s4 <= $within_seconds then (x >> 17) - a.s4 else a.r5 end,
        r6 := case when a.r6 < 0 and (x & 32) <> 0 and (x >> 17) - a.s5 <= $within_seconds then (x >> 17) - a.s5 else a.r6 end,
        r7 := case when a.r7 < 0 and (x & 64) <> 0 and (x >> 17) - a.s6 <= $within_seconds then (x >> 17) - a.s6 else a.r7 end,
        r8 := case when a.r8 < 0 and (x & 128) <> 0 and (x >> 17) - a.s7 <= $within_seconds then (x >> 17) - a.s7 else a.r8 end
      ),
      struct_pack(
        s1 := cast($never as bigint),
        s2 := cast($never as bigint),
        s3 := cast($never as bigint),
        s4 := cast($never as bigint),
        s5 := cast($never as bigint),
        s6 := cast($never as bigint),
        s7 := cast($never as bigint),
        r2 := cast(-1 as bigint),
        r3 := cast(-1 as bigint),
        r4 := cast(-1 as bigint),
        r5 := cast(-1 as bigint),
        r6 := cast(-1 as bigint),
        r7 := cast(-1 as bigint),
        r8 := cast(-1 as bigint)
      )
    ) as way
  from facts.step_starts as s
  inner join histories as h on s.person_id = h.person_id
)

select
  c.person_id,
  c.cohort,
  c.platform,
  c.first_second,
  c.is_mature,
  case when c.way.r2 >= 0 then c.way.r2 end as seconds_2,
  case when c.way.r3 >= 0 then c.way.r3 end as seconds_3,
  case when c.way.r4 >= 0 then c.way.r4 end as seconds_4,
  case when c.way.r5 >= 0 then c.way.r5 end as seconds_5,
  case when c.way.r6 >= 0 then c.way.r6 end as seconds_6,
  case when c.way.r7 >= 0 then c.way.r7 end as seconds_7,
  case when c.way.r8 >= 0 then c.way.r8 end as seconds_8
from climbed as c
