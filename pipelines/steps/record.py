"""The record of runs in ops.runs, and whether there is anything for a new one to do.

What belongs here: begin, end, what was loaded, the fingerprint of what decides numbers. What does not: the work of a
run (work.py). Nothing here imports Dagster: "nothing new" is to be said in a blink.
"""

from __future__ import annotations

import os
from dataclasses import astuple, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.fingerprint import fingerprint, own_code
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.database import Connection


@dataclass(frozen=True)
class Loaded:
    """What a run's ingest did: files, rows read = loaded + superseded + quarantined, and files refused as a whole."""

    files: int = 0
    rows_read: int = 0
    rows_loaded: int = 0
    rows_superseded: int = 0
    rows_quarantined: int = 0
    files_refused: int = 0


def create_record(connection: Connection) -> None:
    """The table of runs; status: running, published, held (checks failed), failed, killed."""
    connection.execute("""
        create table if not exists ops.runs (
            run_id varchar, started_at timestamp, finished_at timestamp, status varchar, process bigint, as_of date,
            files_loaded bigint, rows_read bigint, rows_loaded bigint, rows_superseded bigint, rows_quarantined bigint,
            fingerprint varchar, message varchar)
    """)


def begin(connection: Connection, settings: Settings, run_id: str, as_of: date | None) -> None:
    """Enters a run. The caller holds the warehouse's lock, so whatever else still counts as running was killed."""
    connection.execute(
        "update ops.runs set status = 'killed', message = 'its process ended without a word' where status = 'running'"
    )
    connection.execute(
        "insert into ops.runs by name select ? as run_id, cast(? as timestamp) as started_at, 'running' as status, "
        "? as process, cast(? as date) as as_of, ? as fingerprint",
        [run_id, settings.today(), os.getpid(), as_of, run_fingerprint(settings, as_of)],
    )


def finish(
    connection: Connection,
    settings: Settings,
    run_id: str,
    status: str,
    message: str,
    as_of: date | None,
) -> None:
    """Enters how a run ended."""
    connection.execute(
        "update ops.runs set status = ?, message = ?, finished_at = ?, as_of = coalesce(cast(? as date), as_of) "
        "where run_id = ?",
        [status, message, settings.today(), as_of, run_id],
    )


def finish_if_running(connection: Connection, settings: Settings, run_id: str) -> None:
    """Enters a run as failed that nothing else was said about."""
    if connection.execute("select 1 from ops.runs where run_id = ? and status = 'running'", [run_id]).fetchone():
        finish(connection, settings, run_id, "failed", "it ended before anything was published", None)


def last_file(connection: Connection) -> int:
    """The greatest file_id in the ledger; 0 while it is empty."""
    row = connection.execute("select coalesce(max(file_id), 0) from ops.files").fetchone()
    assert row is not None
    return int(row[0])


def loaded_since(connection: Connection, file_id: int) -> Loaded:
    """What the files after `file_id` brought."""
    row = connection.execute(
        "select count(*), sum(rows_read), sum(rows_loaded), sum(rows_superseded), sum(rows_quarantined), "
        "count(*) filter (where status = 'quarantined') from ops.files where file_id > ?",
        [file_id],
    ).fetchone()
    assert row is not None
    return Loaded(*(int(value or 0) for value in row))


def sources_since(connection: Connection, file_id: int) -> list[dict[str, Any]]:
    """Of each source what the files after `file_id` brought: files, refused ones, rows, and the time of the newest."""
    found = connection.sql(
        "select file_source as source, count(*) as files, "
        "count(*) filter (where status = 'quarantined') as files_refused, "
        "sum(rows_read)::bigint as rows_read, sum(rows_loaded)::bigint as rows_loaded, "
        "sum(rows_quarantined)::bigint as rows_refused, max(modified_at) as newest_file_of "
        "from ops.files where file_id > ? and file_source is not null and own_mapping is null "
        "group by all order by all",
        params=[file_id],
    )
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def files_feeding(connection: Connection, settings: Settings, table: str) -> dict[str, int]:
    """Files of the kinds that feed a staging table, and rows of theirs in quarantine."""
    from pipelines.ingest.sources import load_sources, sources_of

    with sources_of(settings):
        feeding = [source.name for source in load_sources().values() if table in source.tables]
    row = connection.execute(
        "select count(*), coalesce(sum(rows_quarantined), 0)::bigint from ops.files "
        "where list_contains(?, file_source)",
        [feeding],
    ).fetchone()
    assert row is not None
    return {"files": row[0], "rows_quarantined": row[1]}


def note_loaded(connection: Connection, run_id: str, loaded: Loaded) -> None:
    """Enters what a run loaded."""
    connection.execute(
        "update ops.runs set files_loaded = ?, rows_read = ?, rows_loaded = ?, rows_superseded = ?, "
        "rows_quarantined = ? where run_id = ?",
        [*astuple(loaded)[:5], run_id],
    )


def run_fingerprint(settings: Settings, as_of: date | None = None) -> str:
    """Changes with any definition, any setting that decides something, any own mapping, Siyu's own code, or the day
    asked for."""
    from pipelines.ingest.own_sources import files_of

    own = [(file.path.name, file.content) for file in files_of(settings)]
    decides = settings.model_dump_json(exclude={"home", "memory_limit", "spark", "send"})
    return fingerprint(decides, as_of, *own, own_code())
