"""A file that somebody keeps and writes over: rows that it had before and has no longer still count, and that is told.

What belongs here: finding such rows once everything is loaded. What does not: lists of which the missing have left
(snapshots.py), rows that the new content replaced (merging.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pipelines.ingest.notices import Notice, add_to_notices
from pipelines.ingest.sources import load_sources
from pipelines.ingest.staging import StagingTable, load_staging

if TYPE_CHECKING:
    from pipelines.database import Connection


def tell_overwritten(connection: Connection, loaded: Iterable[int]) -> dict[int, list[Notice]]:
    """Of files just loaded whose path was loaded before: rows of its earlier contents that stand, by file.

    Only rows between the first and the last time that the new content tells: an export of the last 30 days says nothing
    of the days before.
    """
    notices: dict[int, list[Notice]] = {}
    pairs = connection.execute(
        "select n.file_id, n.file_source, list(e.file_id) from ops.files n join ops.files e "
        "on e.path = n.path and e.file_id < n.file_id and e.file_source = n.file_source and e.status = 'loaded' "
        "where n.status = 'loaded' and list_contains(?, n.file_id) group by all order by all",
        [list(loaded)],
    ).fetchall()
    for file_id, source, earlier in pairs:
        for table in _tables_of(source):
            rows = _standing(connection, table, file_id, earlier)
            if rows:
                notice = _gone(table, rows)
                add_to_notices(connection, file_id, notice)
                notices.setdefault(file_id, []).append(notice)
    return notices


def _tables_of(source: str) -> list[StagingTable]:
    mapping = load_sources().get(source)
    if mapping is None or any(load.snapshot for load in mapping.loads.values()):
        return []
    return [load_staging()[name] for name in mapping.counting]


def _standing(connection: Connection, table: StagingTable, file_id: int, earlier: list[int]) -> int:
    times = [name for name, column in table.stored.items() if column.has_happened]
    if not times:
        return 0
    time = f"coalesce({', '.join(times)})" if len({table.stored[name].type for name in times}) == 1 else times[0]
    (count,) = connection.execute(
        f"select count(*) from staging.{table.name} s, (select min({time}) as first, max({time}) as last "
        f"from staging.{table.name} where file_id = $1) n "
        f"where list_contains($2, s.file_id) and {time} between n.first and n.last",
        [file_id, earlier],
    ).fetchall()[0]
    return int(count)


def _gone(table: StagingTable, rows: int) -> Notice:
    said = (
        f"{rows} rows that this file had before it was written over are no longer in it, and still count. If they were "
        "deleted or corrected, run siyu run --full: it reads what lies in landing now"
    )
    return Notice("rows_gone", said, table.name, rows)
