-- Who bought, under which phone, and how much of it a 抖店 file shows. Phones are made up: no operator has 154.
with bought as (
  select
    o.person,
    p.has_two_accounts,
    p.is_silent,
    p.is_hidden,
    p.home,
    c.person is not null as is_crosser,
    c.bridge,
    min(o.ordered_at) as first_at,
    bool_or(o.is_second_account) as used_second_account,
    draw(o.person, 'phone') as luck
  from world.orders as o
  inner join world.people as p on o.person = p.person
  left join world.crossers as c on o.person = c.person
  group by o.person, p.has_two_accounts, p.is_silent, p.is_hidden, p.home, c.person, c.bridge
),

ranked as (
  select
    *,
    not (has_two_accounts or is_silent or is_crosser) and row_number() over (
      partition by has_two_accounts, is_silent, is_crosser order by draw(person, 'hub'), person
    ) <= $hub_buyers as is_hub
  from bought
)

select
  person,
  is_silent,
  first_at,
  is_crosser,
  used_second_account,
  is_hidden,
  is_hub,
  case
    when is_hub then '15410000000'
    else cast(15410000001 + (person * 7919 + 104729) % 89999999 as varchar)
  end as phone,
  case
    when is_hidden then 'cipher'
    when home <> 'douyin' then 'masked'
    when is_hub or has_two_accounts or bridge = 'phone' or luck < $full_phone then 'full'
    when luck < $full_phone + $virtual_phone then 'virtual'
    when luck < 0.6 then 'masked'
    else 'cipher'
  end as phone_shown
from ranked
