/*
Until when the rows that a question counts are known, per platform: over all kinds of rows in $clocks. A kind with '?' need
not be there; where no file ever told one of the others, nothing is known.
*/
select
  h.platform,
  h.known_until,
  cast(h.known_until + 1 as timestamp) - interval '1 second' * c.utc_offset_seconds as ends_at_utc
from (
  select
    platform,
    case
      when not bool_or(known_until is null and list_contains($clocks, kind)) then min(known_until)
    end as known_until
  from core.known
  where list_contains($clocks, kind) or list_contains($clocks, concat(kind, '?'))
  group by platform
) as h
left join core.calendar as c on h.known_until + 1 = c.date
