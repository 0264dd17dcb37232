-- Canonical identities as CSV lines, with the moment each link was seen.
select
  observed_at,
  method = 'mini_program' as is_mini,
  concat_ws(
    ',', platform, id_type, id_value, linked_platform, linked_type, linked_value, spelled_moment(observed_at), method
  ) as line
from world.identities
order by observed_at, id_type, id_value, linked_type
