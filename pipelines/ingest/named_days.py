"""Days in file names that say another order than the files' own times, which change when files are copied.

What belongs here: finding rows that two such files tell differently, once everything is loaded. What does not: times in
names, which do decide (file_times.py), and which of two rows stands (merging.py, composing.py).

A day in a name is often the day that is told, so it decides nothing; but where it says that the row that lost is the
newer one, only a person can know.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pipelines.ingest.file_times import last_day
from pipelines.ingest.ledger import PROVENANCE
from pipelines.ingest.notices import Notice, add_to_notices
from pipelines.ingest.sources import load_sources
from pipelines.ingest.staging import StagingTable, load_staging

if TYPE_CHECKING:
    from pipelines.database import Connection

# Files of one series have names that differ in digits alone. Only those that stand on the wrong side of some other one.
_CROSSED = """
    create or replace temp table crossed as
    select f.file_id, f.file_source, f.path, regexp_replace(f.path, '[0-9]+', '#', 'g') as series, d.day
    from ops.files as f
        join (select unnest($ids::bigint[]) as file_id, unnest($days::date[]) as day) as d using (file_id)
    window before as (partition by file_source, series order by day
            range between unbounded preceding and interval 1 day preceding),
        after as (partition by file_source, series order by day
            range between interval 1 day following and unbounded following)
    qualify max(exported_at) over before > exported_at or min(exported_at) over after < exported_at
"""


def tell_named_days(connection: Connection, loaded: Iterable[int]) -> dict[int, list[Notice]]:
    """Of files just loaded: rows that a file of a later day tells otherwise and that stand as the other tells them.

    The notice is of the file whose name has the later day.
    """
    notices: dict[int, list[Notice]] = {}
    fresh, days = list(loaded), _days(connection)
    if not fresh or not days["ids"][1:]:  # it takes two to disagree
        return notices
    connection.execute(_CROSSED, days)
    sources = connection.execute("select distinct file_source from crossed where list_contains(?, file_id)", [fresh])
    for (source,) in sorted(sources.fetchall()):
        for table in _tables_of(source):
            for file_id, other, rows in _told_otherwise(connection, table, source, fresh):
                notice = _contradicts(other, table, rows)
                add_to_notices(connection, file_id, notice)
                notices.setdefault(file_id, []).append(notice)
    connection.execute("drop table temp.crossed")
    return notices


def _days(connection: Connection) -> dict[str, list[Any]]:
    """The loaded files whose names say a day, and the days."""
    files = connection.execute(
        "select file_id, file_name, exported_at from ops.files where status = 'loaded' and exported_at is not null"
    ).fetchall()
    named = {file_id: day for file_id, name, at in files if (day := last_day(name, at + timedelta(days=1)))}
    return {"ids": list(named), "days": list(named.values())}


def _tables_of(source: str) -> list[StagingTable]:
    mapping = load_sources().get(source)
    return [] if mapping is None else [load_staging()[name] for name in mapping.counting]


def _told_otherwise(
    connection: Connection, table: StagingTable, source: str, fresh: list[int]
) -> list[tuple[int, str, int]]:
    """File, the path of one whose name is before and whose telling stands, and rows."""
    columns = [name for name in table.stored if name not in PROVENANCE]
    same = [*table.key, "series", *(["shop_id"] if table.shop_in_key else [])]
    differing = " or ".join(f"coalesce(a.{name} <> b.{name}, false)" for name in columns if name not in same)
    copies = " union all ".join(
        f"select {', '.join(columns)}, version_at, file_id from {schema}.{table.name} "
        "where file_id in (select file_id from crossed where file_source = $source)"
        for schema in ("staging", "superseded")
    )
    return connection.execute(
        f"with copies as (select c.*, f.path, f.day, f.series from ({copies}) as c join crossed as f using (file_id)) "
        f"select a.file_id, max(b.path), count(distinct ({', '.join(f'a.{name}' for name in table.key)})) "
        f"from copies as a join copies as b on {' and '.join(f'a.{n} is not distinct from b.{n}' for n in same)} "
        f"where a.day > b.day and a.version_at < b.version_at and ({differing}) "
        "and (list_contains($fresh, a.file_id) or list_contains($fresh, b.file_id)) group by all order by all",
        {"source": source, "fresh": fresh},
    ).fetchall()


def _contradicts(other: str, table: StagingTable, rows: int) -> Notice:
    said = (
        f"{rows} rows stand as {other} tells them, whose name has an earlier day but whose file is newer. "
        "If the later day is the newer export, write its hour into the names (20261103_1830) and run siyu run --full"
    )
    return Notice("days_disagree", said, table.name, rows, facts={"other": other})
