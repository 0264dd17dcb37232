"""People whose deletion somebody asked for: who waits in staging.deletion_requests.

What belongs here: who waits, and who is not forgotten with all others. What does not: forgetting (forget.py), which
files ask for it (assets/sources).

Nothing ticks a request off: it is a row of its person's, so it goes with all the others.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.settings import Settings
from pipelines.state import State, look
from pipelines.upkeep.forget import Who

TABLE = "staging.deletion_requests"
# The account whose customers these are may withdraw its own authorisation.
_ASKED = f"""
    select r.platform, r.id_type, r.id_value, exists (
        select 1 from staging.groups g where g.platform = r.platform and g.owner_id = r.id_value
    ) as is_owner
    from {TABLE} r order by all
"""


@dataclass(frozen=True)
class Waiting:
    """Who waits. `phones`: how many are known by a phone, of which only the hash is kept, so landing cannot be searched
    for it; `owners`: how many own a group.
    """

    people: tuple[Who, ...] = ()
    phones: int = 0
    owners: int = 0

    @property
    def count(self) -> int:
        """How many deletions are to be made."""
        return len(self.people) + self.phones


def waiting(settings: Settings) -> Waiting:
    """Of what was loaded so far."""
    with look(settings) as state:
        return waiting_in(state) if state else Waiting()


def waiting_in(state: State) -> Waiting:
    """The same of an open warehouse."""
    if not state.has(TABLE):  # a warehouse of before there was such a table
        return Waiting()
    rows = state.rows(_ASKED)
    others = [row for row in rows if row["id_type"] != "phone"]
    people = [Who(row["platform"], row["id_type"], row["id_value"]) for row in others if not row["is_owner"]]
    return Waiting(tuple(people), len(rows) - len(others), len(others) - len(people))
