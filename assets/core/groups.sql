/*
title: {zh: 粉丝群, en: Groups}
description: Every chat group and its joining thresholds; of each field the newest file that knows it.
description_zh: 每个粉丝群及其入群门槛；多份文件时取最新的非空值。
grain: platform, group_id
columns:
  platform: {type: varchar, zh: 平台}
  group_id: {type: varchar, zh: 粉丝群编号}
  name: {type: 'varchar', zh: 群名}
  owner_id: {type: 'varchar', zh: 群主}
  created_at: {type: 'timestamp', zh: 建群时间}
  capacity: {type: 'bigint', zh: 人数上限}
  follow_days_required: {type: 'bigint', zh: 关注天数门槛}
  fan_level_required: {type: 'bigint', zh: 粉丝团等级门槛}
  threshold: {type: varchar, zh: 门槛, description: 'label of both thresholds, e.g. follow_7+fan_5; none; unknown where no file tells either'}
  active_fans_only: {type: 'boolean', zh: 仅活跃粉丝}
  needs_approval: {type: 'boolean', zh: 需审核}
  shown_on_profile: {type: 'boolean', zh: 主页展示}
checks:
  - unique: [platform, group_id]
  - not_null: [group_id]
*/
with ranked as (
  select
    *,
    row_number() over (partition by platform, group_id order by version_at, file_source) as copy_no
  from staging.groups
),

merged as (
  select
    platform,
    group_id,
    cast(max_by(name, case when name is not null then copy_no end) as varchar) as name,
    cast(max_by(owner_id, case when owner_id is not null then copy_no end) as varchar) as owner_id,
    cast(max_by(created_at, case when created_at is not null then copy_no end) as timestamp) as created_at,
    cast(max_by(capacity, case when capacity is not null then copy_no end) as bigint) as capacity,
    cast(max_by(follow_days_required, case when follow_days_required is not null then copy_no end) as bigint)
      as follow_days_required,
    cast(max_by(fan_level_required, case when fan_level_required is not null then copy_no end) as bigint)
      as fan_level_required,
    cast(max_by(active_fans_only, case when active_fans_only is not null then copy_no end) as boolean)
      as active_fans_only,
    cast(max_by(needs_approval, case when needs_approval is not null then copy_no end) as boolean) as needs_approval,
    cast(max_by(shown_on_profile, case when shown_on_profile is not null then copy_no end) as boolean)
      as shown_on_profile
  from ranked
  group by platform, group_id
)

select
  platform,
  group_id,
  name,
  owner_id,
  created_at,
  capacity,
  follow_days_required,
  fan_level_required,
  case
    when follow_days_required is null and fan_level_required is null then 'unknown'
    when coalesce(follow_days_required, 0) = 0 and coalesce(fan_level_required, 0) = 0 then 'none'
    when coalesce(fan_level_required, 0) = 0 then concat('follow_', cast(follow_days_required as varchar))
    when coalesce(follow_days_required, 0) = 0 then concat('fan_', cast(fan_level_required as varchar))
    else concat('follow_', cast(follow_days_required as varchar), '+fan_', cast(fan_level_required as varchar))
  end as threshold,
  active_fans_only,
  needs_approval,
  shown_on_profile
from merged
