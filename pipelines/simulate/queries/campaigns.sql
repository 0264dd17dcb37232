-- Canonical campaigns as CSV lines: the festivals.
select
  concat_ws(
    ',', 'douyin', festival || '-' || year(starts), festival, 'festival', starts || ' 00:00:00',
    ends || ' 23:59:59', '20000.00'
  ) as line
from planted.festivals
order by starts
