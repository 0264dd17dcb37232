"""Days in file names that say another order than the files' own times, which change when files are copied.

What belongs here: finding rows that two such files tell differently, once everything is loaded. What does not: times in
names, which do decide (file_times.py), and which of two rows stands (merging.py, composing.py).

A day in a name is often the day that is told, so it decides nothing; but where it says that the row that lost is the
newer one, only a person can know.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pipelines.ingest.ledger import PROVENANCE
from pipelines.ingest.notices import Notice, add_to_notices
from pipelines.ingest.sources import load_sources
from pipelines.ingest.staging import StagingTable, load_staging

if TYPE_CHECKING:
    import duckdb

# The last day in a name, and the name without it and whatever other digits: files of one series.
_DAYS = r"(?:^|\D)(20\d{2}[-_.年]?\d{1,2}[-_.月]?\d{1,2})(?:\D|$)"
_DAY = f"""
    try_strptime(regexp_replace(regexp_extract(file_name, '{_DAYS}', 1), '[-_.年月]', '-', 'g'),
        ['%Y-%m-%d', '%Y%m%d'])::date
"""
# Only files that stand on the wrong side of some other one of their series.
_CROSSED = f"""
    create or replace temp table crossed as
    select file_id, file_source, path, exported_at, regexp_replace(path, '[0-9]+', '#', 'g') as series, {_DAY} as day
    from ops.files where status = 'loaded' and exported_at is not null and day is not null
    window before as (partition by file_source, series order by day
            range between unbounded preceding and interval 1 day preceding),
        after as (partition by file_source, series order by day
            range between interval 1 day following and unbounded following)
    qualify max(exported_at) over before > exported_at or min(exported_at) over after < exported_at
"""


def tell_named_days(connection: duckdb.DuckDBPyConnection, loaded: Iterable[int]) -> dict[int, list[Notice]]:
    """Of files just loaded: rows that a file of a later day tells otherwise and that stand as the other tells them.

    The notice is of the file whose name has the later day.
    """
    notices: dict[int, list[Notice]] = {}
    if not (fresh := list(loaded)):
        return notices
    connection.execute(_CROSSED)
    sources = connection.execute("select distinct file_source from crossed where list_contains(?, file_id)", [fresh])
    for (source,) in sorted(sources.fetchall()):
        for table in _tables_of(source):
            for file_id, other, rows in _told_otherwise(connection, table, source, fresh):
                notice = _contradicts(other, table, rows)
                add_to_notices(connection, file_id, notice)
                notices.setdefault(file_id, []).append(notice)
    connection.execute("drop table temp.crossed")
    return notices


def _tables_of(source: str) -> list[StagingTable]:
    mapping = load_sources().get(source)
    return [] if mapping is None else [load_staging()[name] for name in mapping.counting]


def _told_otherwise(
    connection: duckdb.DuckDBPyConnection, table: StagingTable, source: str, fresh: list[int]
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
