/*
Acquired people, one row each: the day, platform, channel and domain of what $start says: first seen in any event or paid
order (seen), first touched in public (public), first private entry (private; its path stands for the channel), first kept
order (order). Who was not acquired so far stands in no row.
*/
select *
from (
  select
    person_id,
    cast(
      case $start
        when 'seen' then first_seen_at
        when 'public' then first_public_at
        when 'private' then private_at
        else first_order_at
      end as date
    ) as date,
    case $start
      when 'seen' then first_platform
      when 'public' then first_public_platform
      when 'private' then private_platform
      else first_order_platform
    end as platform,
    case $start
      when 'seen' then first_channel
      when 'public' then first_public_channel
      when 'private' then private_entry_path
      else first_order_channel
    end as channel,
    case $start
      when 'seen' then first_domain
      when 'public' then 'public'
      when 'private' then 'private'
      else first_order_domain
    end as domain
  from core.people
) as p
where date is not null
