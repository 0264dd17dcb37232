/*
title: {zh: 大促效果, en: Festivals}
description: >-
  What each sales festival brought, and whom: amount, private share, new buyers, and how many of its first-time buyers bought again, beside the ordinary
  days of the four weeks before it (no other festival, none of the shadow_days after one, no public holiday). Days whose orders are not known count in
  neither. Festivals stand in assets/core/festivals.csv; a campaign of the kind festival is one more, or gives the very days of one.
description_zh: >-
  每次大促的金额、私域占比、新客，以及其首购买家后来的复购，对照之前四周的平常日（不含其他大促及其后的回落期、法定假日）。订单不可知的日子两边都不算。
  大促日期见 assets/core/festivals.csv；营销活动表里类型为大促的活动也算，与内置大促同名的以活动日期为准。
grain: festival, first_date, segment_by, segment
parameters:
  before_days: 28
  least_baseline_days: 7
  segments: [all, channel, domain, platform, shop, membership]
choices: {segments: default}
facts:
  season_days: [shadow_days]
  first_orders: {}
metrics:
  daily_summary: {segments: segments}
columns:
  festival: {type: varchar, zh: 大促, description: its id}
  festival_name: {type: varchar, zh: 大促名称}
  year: {type: bigint, zh: 年份, description: of its last day}
  first_date: {type: date, zh: 首日, description: 'of its days; where the data begins inside it, the day before the first with data'}
  last_date: {type: date, zh: 末日}
  segment_by: {type: varchar, zh: 细分维度, description: which breakdown the row belongs to; all for the total}
  segment: {type: varchar, zh: 细分值, description: value of the breakdown; none where an order has no such value}
  known_days: {type: bigint, unit: day, zh: 可知天数, description: days of it up to as_of whose orders are known}
  baseline_days: {type: bigint, unit: day, zh: 对照天数, description: ordinary days of the weeks before it whose orders are known}
  paid_amount: {type: 'decimal(18,2)', over_segments: part, unit: yuan, zh: 支付金额, description: of known_days, zh_description: '大促中可知各天的支付金额'}
  baseline_amount: {type: 'decimal(18,2)', over_segments: part, unit: yuan, zh: 对照期支付金额, zh_description: '大促前四周平日的支付金额'}
  daily_amount: {type: 'decimal(18,2)', unit: yuan, of: [paid_amount, known_days], zh: 日均支付金额}
  baseline_daily_amount: {type: 'decimal(18,2)', unit: yuan, of: [baseline_amount, baseline_days], zh: 对照期日均支付金额}
  expected_amount: {type: 'decimal(18,2)', over_segments: apart, unit: yuan, zh: 平日应有金额,
    description: 'baseline_amount ÷ baseline_days × known_days: what as many ordinary days bring. NULL with fewer than least_baseline_days'}
  times_usual_rate: {type: double, unit: ratio, of: {parts: [paid_amount, expected_amount], when: is_complete}, zh: 相当于平日的倍数,
    description: '1 is as usual; NULL until is_complete, as a festival does not sell evenly', zh_description: '支付金额 ÷ 同样天数的平日应有金额，100% 即与平日一样；未结束时为空'}
  private_channel_amount: {type: 'decimal(18,2)', over_segments: part, unit: yuan, zh: 私域渠道金额, zh_description: '私域渠道的支付金额'}
  private_channel_share_rate: {type: double, unit: ratio, of: [private_channel_amount, paid_amount], zh: 私域占比（按渠道）, zh_description: '私域渠道金额 ÷ 支付金额'}
  baseline_private_channel_amount: {type: 'decimal(18,2)', over_segments: part, unit: yuan, zh: 对照期私域渠道金额, zh_description: '对照期私域渠道的支付金额'}
  baseline_private_channel_share_rate: {type: double, unit: ratio, of: [baseline_private_channel_amount, baseline_amount], zh: 对照期私域占比（按渠道）,
    zh_description: '对照期的私域渠道金额 ÷ 支付金额'}
  member_amount: {type: 'decimal(18,2)', over_segments: part, unit: yuan, zh: 在籍会员金额, description: NULL where the buyers of some day are not known}
  member_share_rate: {type: double, unit: ratio, of: [member_amount, paid_amount], zh: 私域占比（按在籍）}
  baseline_member_amount: {type: 'decimal(18,2)', over_segments: part, unit: yuan, zh: 对照期在籍会员金额}
  baseline_member_share_rate: {type: double, unit: ratio, of: [baseline_member_amount, baseline_amount], zh: 对照期私域占比（按在籍）}
  new_buyers: {type: bigint, over_segments: within, unit: person, zh: 新客数, description: 'as in daily_summary, added up by day; NULL where the buyers of some day are not known', zh_description: 逐日新客之和；有一天买家不可知时为空}
  baseline_new_buyers: {type: bigint, over_segments: within, unit: person, zh: 对照期新客数}
  first_buyers: {type: bigint, over_segments: within, unit: person, zh: 首购人数, description: whose first purchase ever fell in it}
  mature_30_buyers: {type: bigint, over_segments: within, unit: person, zh: 满30天首购人数, description: 'first_buyers whose 30 days lie within the known days of their platform''s orders',
    zh_description: '在大促中首购、且 30 天已满的人'}
  repeat_30_buyers: {type: bigint, over_segments: within, unit: person, zh: 30天复购人数, description: 'of these, who bought again on a later day within 30 days',
    zh_description: '其中 30 天内在另一天再买的人'}
  repurchase_30_rate: {type: double, unit: ratio, of: [repeat_30_buyers, mature_30_buyers], zh: 30天复购率, description: NULL while nobody is mature,
    zh_description: '30 天复购人数 ÷ 满 30 天首购人数'}
  mature_90_buyers: {type: bigint, over_segments: within, unit: person, zh: 满90天首购人数}
  repeat_90_buyers: {type: bigint, over_segments: within, unit: person, zh: 90天复购人数}
  repurchase_90_rate: {type: double, unit: ratio, of: [repeat_90_buyers, mature_90_buyers], zh: 90天复购率, description: NULL while nobody is mature}
  baseline_first_buyers: {type: bigint, over_segments: within, unit: person, zh: 对照期首购人数}
  baseline_mature_30_buyers: {type: bigint, over_segments: within, unit: person, zh: 对照期满30天首购人数, zh_description: '对照期首购、且 30 天已满的人'}
  baseline_repeat_30_buyers: {type: bigint, over_segments: within, unit: person, zh: 对照期30天复购人数, zh_description: '其中 30 天内在另一天再买的人'}
  baseline_repurchase_30_rate: {type: double, unit: ratio, of: [baseline_repeat_30_buyers, baseline_mature_30_buyers], zh: 对照期30天复购率,
    zh_description: '对照期首购者的 30 天复购率'}
  baseline_mature_90_buyers: {type: bigint, over_segments: within, unit: person, zh: 对照期满90天首购人数}
  baseline_repeat_90_buyers: {type: bigint, over_segments: within, unit: person, zh: 对照期90天复购人数}
  baseline_repurchase_90_rate: {type: double, unit: ratio, of: [baseline_repeat_90_buyers, baseline_mature_90_buyers], zh: 对照期90天复购率}
  is_complete: {type: boolean, zh: 是否完整, description: 'it is over, and the segment''s orders of each of its days are known'}
  is_mature: {type: boolean, zh: 复购是否成熟, description: the 90 days of all its first-time buyers are over}
  is_small: {type: boolean, small_of: first_buyers, zh: 样本过小, description: fewer than small_group first-time buyers}
checks:
  - unique: [festival, first_date, segment_by, segment]
  - not_null: [festival, year, first_date, last_date, known_days, baseline_days]
  - condition: {sql: 'repeat_30_buyers <= mature_30_buyers and mature_90_buyers <= mature_30_buyers and mature_30_buyers <= first_buyers', name: numerator within denominator}
  - condition: {sql: 'known_days > 0 or paid_amount is null', name: what is not known is no zero}
*/
-- a festival's own days, and the ordinary ones of the weeks before it
with days as (
  select
    o.festival, o.festival_name, o.first_date, o.last_date, d.date,
    d.date >= o.first_date as is_own
  from (select * from facts.season_days where kind = 'festival' and date = first_date and date <= $as_of) as o
  inner join facts.season_days as d
    on d.date >= o.first_date - $before_days and d.date <= least(o.last_date, $as_of)
  where d.date >= o.first_date or d.kind = 'ordinary'
),

first_bought as (
  select
    f.date, f.segment_by, f.segment, f.gap_days, f.buyers,
    date_diff('day', f.date, k.known_until) as days_known
  from facts.first_orders as f
  left join core.known as k on f.platform = k.platform and k.kind = 'orders'
),

bought as (
  select
    date, segment_by, segment,
    sum(buyers) as first_buyers,
    sum(case when days_known >= 30 then buyers else 0 end) as mature_30,
    sum(case when days_known >= 30 and gap_days <= 30 then buyers else 0 end) as repeat_30,
    sum(case when days_known >= 90 then buyers else 0 end) as mature_90,
    sum(case when days_known >= 90 and gap_days <= 90 then buyers else 0 end) as repeat_90
  from first_bought
  group by date, segment_by, segment
),

-- daily_summary begins with a segment's first row: before it a channel brought nothing, but a shop was not there yet
sold as (
  select
    d.festival, d.festival_name, d.first_date, d.last_date, d.date, d.is_own, g.segment_by, g.segment,
    coalesce(s.is_sales_known, k.date is not null) as is_known,
    case when s.date is null then 0 else s.paid_amount end as paid_amount,
    case when s.date is null then 0 else s.private_channel_amount end as private_channel_amount,
    case when s.date is null then 0 else s.member_amount end as member_amount,
    case when s.date is null then 0 else s.new_buyers end as new_buyers
  from days as d
  inner join (
    select distinct those.first_date, seen.segment_by, seen.segment
    from days as those
    inner join metrics.daily_summary as seen on those.date = seen.date
    where list_contains($segments, seen.segment_by)
  ) as g on d.first_date = g.first_date
  left join metrics.daily_summary as s on d.date = s.date and g.segment_by = s.segment_by and g.segment = s.segment
  left join (
    select distinct date, segment_by
    from metrics.daily_summary
    where is_sales_known and segment_by not in ('platform', 'shop')
  ) as k on d.date = k.date and g.segment_by = k.segment_by
),

-- of a festival's days, and of those before it, what is known
halves as (
  select
    s.festival, s.festival_name, s.first_date, s.last_date, s.segment_by, s.segment, s.is_own,
    count(*) as days,
    sum(s.paid_amount) as paid_amount,
    sum(s.private_channel_amount) as private_channel_amount,
    case when count(s.member_amount) = count(*) then sum(s.member_amount) end as member_amount,
    case when count(s.new_buyers) = count(*) then sum(s.new_buyers) end as new_buyers,
    coalesce(sum(b.first_buyers), 0) as first_buyers,
    coalesce(sum(b.mature_30), 0) as mature_30,
    coalesce(sum(b.repeat_30), 0) as repeat_30,
    coalesce(sum(b.mature_90), 0) as mature_90,
    coalesce(sum(b.repeat_90), 0) as repeat_90
  from sold as s
  left join bought as b on s.date = b.date and s.segment_by = b.segment_by and s.segment = b.segment
  where s.is_known
  group by s.festival, s.festival_name, s.first_date, s.last_date, s.segment_by, s.segment, s.is_own
)

select
  festival, festival_name, first_date, last_date, segment_by, segment,
  year(last_date) as year,
  coalesce(max(case when is_own then days end), 0) as known_days,
  coalesce(max(case when not is_own then days end), 0) as baseline_days,
  max(case when is_own then paid_amount end) as paid_amount,
  max(case when not is_own then paid_amount end) as baseline_amount,
  max(case when is_own then private_channel_amount end) as private_channel_amount,
  max(case when not is_own then private_channel_amount end) as baseline_private_channel_amount,
  max(case when is_own then member_amount end) as member_amount,
  max(case when not is_own then member_amount end) as baseline_member_amount,
  max(case when is_own then new_buyers end) as new_buyers,
  max(case when not is_own then new_buyers end) as baseline_new_buyers,
  max(case when is_own then first_buyers end) as first_buyers,
  max(case when is_own then mature_30 end) as mature_30_buyers,
  max(case when is_own then repeat_30 end) as repeat_30_buyers,
  max(case when is_own then mature_90 end) as mature_90_buyers,
  max(case when is_own then repeat_90 end) as repeat_90_buyers,
  max(case when not is_own then first_buyers end) as baseline_first_buyers,
  max(case when not is_own then mature_30 end) as baseline_mature_30_buyers,
  max(case when not is_own then repeat_30 end) as baseline_repeat_30_buyers,
  max(case when not is_own then mature_90 end) as baseline_mature_90_buyers,
  max(case when not is_own then repeat_90 end) as baseline_repeat_90_buyers,
  -- rounded half up in whole cents, as the header's divisions are
  case
    when max(case when not is_own then days end) >= $least_baseline_days then cast(
      cast(
        (
          cast(max(case when not is_own then paid_amount end) * 200 as bigint) * max(case when is_own then days end)
          + max(case when not is_own then days end)
        ) // (max(case when not is_own then days end) * 2) as double
      ) / 100 as decimal(18, 2)
    )
  end as expected_amount,
  coalesce(max(case when is_own then days end), 0) = date_diff('day', first_date, last_date) + 1 as is_complete,
  coalesce(max(case when is_own then days end), 0) = date_diff('day', first_date, last_date) + 1
  and coalesce(bool_and(not is_own or mature_90 = first_buyers), false) as is_mature
from halves
group by festival, festival_name, first_date, last_date, segment_by, segment
