/*
Why figures of earlier days are not what the last report said: of every figure in temp table restated (metric, date,
segment_by, segment) the parts of its change, by cause.

The orders of these days as the last report had them (the snapshot, attached as reported) become those of now in five
steps, each of which changes what one cause can change; after each the figures are counted. What a step changes is its cause's
part, so the parts add up to what the orders changed:

  1 definition  settings or definitions are others ($is_redefined): orders of which no new file tells, and whose they are
  2 identity    whose an order is, and whether the buyer was in the private domain
  3 refund      what went back, and orders that went back whole
  4 status      orders closed, sent as samples; orders that were known unpaid
  5 file        orders that came, amounts, days and channels that were told otherwise, by files that came later

A new file is one whose content the last report had not loaded: numbers of files begin again with a full rebuild.
*/
with days as (
  select distinct date
  from temp.main.restated
),

was as (
  select
    *,
    case when list_contains($global_platforms, platform) then '' else coalesce(shop_id, '') end as order_shop
  from reported.core.orders
  where paid_date in (select date from days) and order_kind in ('normal', 'deposit') and paid_amount > 0
),

now_is as (
  select
    *,
    case when list_contains($global_platforms, platform) then '' else coalesce(shop_id, '') end as order_shop
  from core.orders
  where paid_date in (select date from days) and order_kind in ('normal', 'deposit') and paid_amount > 0
),

new_files as (
  select n.file_id
  from ops.files as n
  left join (select distinct sha256 from reported.ops.files where status = 'loaded') as o on n.sha256 = o.sha256
  where n.status = 'loaded' and n.sha256 is not null and o.sha256 is null
),

news as (
  select distinct
    platform,
    order_id
  from (
    select platform, order_id, file_id from staging.orders
    union all
    select platform, order_id, file_id from staging.order_items
    union all
    select platform, order_id, file_id from staging.refunds
  ) as told
  where file_id in (select file_id from new_files)
),

-- orders that one side does not count, though it has them: unpaid, samples
known_then as (
  select distinct platform, order_id
  from reported.staging.orders
  where (platform, order_id) in (select (platform, order_id) from now_is)
),

known_now as (
  select distinct platform, order_id
  from staging.orders
  where (platform, order_id) in (select (platform, order_id) from was)
),

paired as (
  select
    coalesce(w.platform, n.platform) as platform,
    w.order_id is not null as was_there,
    n.order_id is not null as is_there,
    $is_redefined and h.order_id is null as is_redefined,
    case when n.order_id is null then b.order_id is not null else a.order_id is not null end as is_known,
    w.paid_date as old_date,
    n.paid_date as new_date,
    w.paid_amount as old_paid,
    n.paid_amount as new_paid,
    w.refund_amount as old_refund,
    n.refund_amount as new_refund,
    w.is_kept as old_kept,
    n.is_kept as new_kept,
    w.domain as old_domain,
    n.domain as new_domain,
    w.person_id as old_person,
    n.person_id as new_person,
    w.was_member as old_member,
    n.was_member as new_member,
    coalesce(w.is_refund_implied <> n.is_refund_implied, false) as is_closed,
    coalesce((w.status = 'cancelled') <> (n.status = 'cancelled'), false) as has_other_status
  from was as w
  full join now_is as n on w.platform = n.platform and w.order_shop = n.order_shop and w.order_id = n.order_id
  left join news as h on coalesce(w.platform, n.platform) = h.platform and coalesce(w.order_id, n.order_id) = h.order_id
  left join known_then as a on n.platform = a.platform and n.order_id = a.order_id
  left join known_now as b on w.platform = b.platform and w.order_id = b.order_id
),

-- at which step each part of an order becomes what it is now
placed as (
  select
    *,
    case when is_redefined then 1 when is_known then 4 else 5 end as there_at,
    case when $is_redefined then 1 else 2 end as person_at,
    case when is_redefined then 1 when is_closed then 4 else 3 end as refund_at,
    case
      when is_redefined then 1 when has_other_status then 4 when old_refund <> new_refund then 3 else 5
    end as kept_at,
    case when is_redefined then 1 else 5 end as rest_at
  from paired
),

states as (
  select
    s.step_no,
    p.platform,
    case when p.is_there and (not p.was_there or s.step_no >= p.rest_at) then p.new_date else p.old_date end as date,
    case when p.is_there and (not p.was_there or s.step_no >= p.rest_at) then p.new_paid else p.old_paid end as paid,
    case when p.is_there and (not p.was_there or s.step_no >= p.rest_at) then p.new_domain else p.old_domain end
      as domain,
    case when p.is_there and (not p.was_there or s.step_no >= p.refund_at) then p.new_refund else p.old_refund end
      as refund,
    case when p.is_there and (not p.was_there or s.step_no >= p.kept_at) then p.new_kept else p.old_kept end as is_kept,
    case when p.is_there and (not p.was_there or s.step_no >= p.person_at) then p.new_person else p.old_person end
      as person_id,
    case when p.is_there and (not p.was_there or s.step_no >= p.person_at) then p.new_member else p.old_member end
      as was_member
  from placed as p
  cross join unnest([0, 1, 2, 3, 4, 5]) as s (step_no)
  where
    case
      when p.was_there and p.is_there then true
      when p.was_there then s.step_no < p.there_at
      else s.step_no >= p.there_at
    end
),

counted as (
  select
    step_no,
    date,
    case when grouping(platform) = 0 then 'platform' else 'all' end as segment_by,
    case when grouping(platform) = 0 then platform else 'all' end as segment,
    cast(count(*) as decimal(18, 2)) as paid_orders,
    cast(count(distinct case when is_kept then person_id end) as decimal(18, 2)) as buyers,
    cast(sum(paid) as decimal(18, 2)) as paid_amount,
    cast(sum(refund) as decimal(18, 2)) as refund_amount,
    cast(sum(paid - refund) as decimal(18, 2)) as net_amount,
    cast(sum(case when domain = 'private' then paid else 0 end) as decimal(18, 2)) as private_channel_amount,
    cast(sum(case when was_member then paid else 0 end) as decimal(18, 2)) as member_amount
  from states
  group by grouping sets ((step_no, date), (step_no, date, platform))
),

figures as (
  unpivot counted on paid_orders, buyers, paid_amount, refund_amount, net_amount, private_channel_amount, member_amount
  into name metric value amount
)

select
  r.metric,
  r.date,
  r.segment_by,
  r.segment,
  coalesce(max(f.amount) filter (where f.step_no = 1), 0) - coalesce(max(f.amount) filter (where f.step_no = 0), 0)
    as definition_change,
  coalesce(max(f.amount) filter (where f.step_no = 2), 0) - coalesce(max(f.amount) filter (where f.step_no = 1), 0)
    as identity_change,
  coalesce(max(f.amount) filter (where f.step_no = 3), 0) - coalesce(max(f.amount) filter (where f.step_no = 2), 0)
    as refund_change,
  coalesce(max(f.amount) filter (where f.step_no = 4), 0) - coalesce(max(f.amount) filter (where f.step_no = 3), 0)
    as status_change,
  coalesce(max(f.amount) filter (where f.step_no = 5), 0) - coalesce(max(f.amount) filter (where f.step_no = 4), 0)
    as file_change
from temp.main.restated as r
left join figures as f
  on r.metric = f.metric and r.date = f.date and r.segment_by = f.segment_by and r.segment = f.segment
group by r.metric, r.date, r.segment_by, r.segment
