"""A newer copy that tells only the day of what an older one told with its hour: the hour is lost, and that is told.

What belongs here: seeing it where two copies meet, and what is said of it. What does not: which copy stands
(merging.py), and one event told in two rows (core.events).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.ingest.notices import Notice, add_to_notices
from pipelines.ingest.plan import Target

if TYPE_CHECKING:
    from pipelines.database import Connection


def hours_sql(target: Target) -> str:
    """SQL: the incoming row `t` has only the day of a time whose hour the standing one `s` has; the other way round."""
    day, hour = [], []
    for column in target.table.columns.values():
        if column.has_time_of is not None:
            mine, time = target.expression(column.stored_as), target.expression(column.has_time_of)
            same = f"cast({time} as date) = cast(s.{column.has_time_of} as date)"
            day.append(f"coalesce(not ({mine}) and s.{column.name} and {same}, false)")
            hour.append(f"coalesce(({mine}) and not s.{column.name} and {same}, false)")
    return f"{' or '.join(day) or 'false'} as is_day_only, {' or '.join(hour) or 'false'} as has_the_hour"


def lost_hours(connection: Connection, target: Target) -> list[tuple[int, Notice]]:
    """From temp table meetings: notices of the incoming files; of a newer file that came before, told at once."""
    lost = "select {}, count(*) from meetings where {} group by all order by all"
    earlier = lost.format("standing_file", "has_the_hour and not wins")
    for file_id, rows in connection.execute(earlier).fetchall():
        add_to_notices(connection, file_id, _lost(target, rows))
    arriving = connection.execute(lost.format("arriving_file", "is_day_only and wins")).fetchall()
    return [(file_id, _lost(target, rows)) for file_id, rows in arriving]


def _lost(target: Target, rows: int) -> Notice:
    said = (
        f"{rows} rows tell only the day of what an older file told with its hour; the newer copy stands, at the end of "
        "its day, so the hour is lost: export the file with its times, or take this one out and run siyu run --full"
    )
    return Notice("hour_lost", said, target.table.name, rows)
