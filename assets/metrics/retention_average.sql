/*
title: {zh: 平均留存, en: Average retention}
description: >-
  One curve out of the retention table: by the period after the start, the people of all cohorts whose cell is over, and those of
  them who came back. retention_rate weighs each cohort by its people (as PostHog, Amplitude and Mixpanel do); mean_rate counts each cohort alike. Asked as
  metrics.retention is. Later periods are told of fewer and older cohorts: cohorts says of how many.
description_zh: 把留存表合成一条曲线：按第几期汇总所有已成熟的起始期。retention_rate 按人数加权，mean_rate 各期等权。越靠后的期数来自越少、越早的起始期。
grain: period_no, segment_by, segment
metrics:
  retention: [start, back, period, mode, cohorts, min_count, week_starts, segments]
columns:
  period_no: {type: bigint, zh: 第几期, description: 'periods after the cohort''s; 0 is its own; with a list of days, the bracket'}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: as in metrics.retention}
  cohorts: {type: bigint, zh: 起始期数, description: cohorts of which anybody's cell is over}
  mature_people: {type: bigint, unit: person, zh: 成熟人数, description: people of all cohorts whose cell is over; the denominator}
  returned: {type: bigint, unit: person, zh: 回访人数, description: of them those who came back; the numerator}
  retention_rate: {type: double, unit: ratio, of: [returned, mature_people], zh: 加权平均留存率, zh_description: 回访人数 ÷ 成熟人数}
  mean_rate: {type: double, unit: ratio, of: {estimated_from: [cohorts, mature_people]}, zh: 等权平均留存率, description: mean of the cohorts' rates}
  is_small: {type: boolean, small_of: mature_people, zh: 样本过小, description: fewer than small_group mature people}
checks:
  - unique: [period_no, segment_by, segment]
  - between: {column: retention_rate, min: 0, max: 1}
  - between: {column: mean_rate, min: 0, max: 1}
*/
select
  period_no,
  segment_by,
  segment,
  count(*) as cohorts,
  sum(mature_people) as mature_people,
  sum(returned) as returned,
  round(avg(retention_rate), 12) as mean_rate
from metrics.retention
where mature_people > 0
group by period_no, segment_by, segment
