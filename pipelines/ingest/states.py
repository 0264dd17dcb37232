"""States that only go on: a copy that calls itself newer and goes back is older than it says, and a person is told.

What belongs here: comparing the states of two copies, and what is said of it. What does not: the order of the words
(assets/staging), what becomes of the rows (merging.py, composing.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.ingest.columns_told import is_told_sql
from pipelines.ingest.hours import lost_hours
from pipelines.ingest.notices import Notice, add_to_notices
from pipelines.ingest.others import other_rows
from pipelines.ingest.plan import Target

if TYPE_CHECKING:
    from pipelines.database import Connection

_RANKS = ("rank", "least_rank", "standing_rank", "standing_least_rank")
# SQL over the ranks: the incoming state is further than the standing one; it is behind it.
FURTHER = "coalesce(least_rank > standing_rank, false)"
BEHIND = "coalesce(rank < standing_least_rank, false)"


def ranks_sql(target: Target, told: frozenset[str]) -> str:
    """SQL of how far the two states are as told, and how far at least: a time of payment shows that much of a copy
    without a state. NULL where nothing is told.
    """

    def incoming(column: str) -> str:
        return target.expression(column) if column in told else "null"

    def standing(column: str) -> str:
        return f"case when {is_told_sql(column, 's.untold')} then s.{column} end"

    states = target.table.states
    if states is None:
        return ", ".join(f"null::integer as {name}" for name in _RANKS)
    mine, theirs = (states.rank_sql(say(states.column)) for say in (incoming, standing))
    ranks = (mine, states.least_rank_sql(incoming), theirs, states.least_rank_sql(standing))
    return ", ".join(f"{rank} as {name}" for rank, name in zip(ranks, _RANKS, strict=True))


def merging_notices(
    connection: Connection, target: Target, clashing: bool, meeting: bool
) -> tuple[tuple[int, Notice], ...]:
    """What a person should know of it, with the file that says it; files that came before are told at once."""
    said = []
    if clashing:
        alike = "select file_id, count(*) from losers where is_alike group by all order by all"
        for file_id, rows in connection.execute(alike).fetchall():
            text = f"{rows} rows are the same as another in all that is read of {target.table.name}; one of each counts"
            said.append((file_id, Notice("rows_alike", text, target.table.name, rows)))
    if meeting and target.table.copies_share:
        other = (
            "select arriving_file, count(*), min(standing_number) from meetings where is_other group by 1 order by 1"
        )
        for file_id, rows, example in connection.execute(other).fetchall():
            said.append((file_id, other_rows(target, rows, example)))
    if meeting:
        said += lost_hours(connection, target)
    if meeting and target.table.states is not None:
        back = "select arriving_file, count(*) from meetings where goes_back group by all order by all"
        said += [(file_id, _goes_back(target, rows)) for file_id, rows in connection.execute(back).fetchall()]
        earlier = "select standing_file, count(*) from meetings where went_back group by all order by all"
        for file_id, rows in connection.execute(earlier).fetchall():
            add_to_notices(connection, file_id, _goes_back(target, rows))
    return tuple(said)


def _goes_back(target: Target, rows: int) -> Notice:
    states = target.table.states
    assert states is not None
    order = " → ".join(" or ".join(words) for words in states.further)
    text = (
        f"{rows} rows call themselves newer and go back in their {states.column} ({order}); the further state stands. "
        "If this file is an old copy, nothing is to do; if the state was wrong before, correct it at its source"
    )
    return Notice("state_goes_back", text, target.table.name, rows)
