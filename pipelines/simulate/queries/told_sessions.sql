-- The last live sessions, of the shop's own account.
select started_at as told_at, $shop_name as account_id
from planted.sessions
order by started_at desc
limit $copies
