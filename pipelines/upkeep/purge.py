"""Files of landing that have done their duty go after a while: personal values are kept no longer than they are needed.

What belongs here: which files may go, and remembering that they went on purpose. What does not: one person's lines
(landing_lines.py), when it is done (a person, or cron).

A purged home lives on what is in the warehouse: nothing of those files can be read again, so `--full` is refused and a
backup matters more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipelines.database import transaction
from pipelines.ingest.landing import Found, find_files
from pipelines.ingest.text import sha256_of
from pipelines.settings import Settings
from pipelines.warehouse import open_for_writing

if TYPE_CHECKING:
    from pipelines.database import Connection

MADE = "create table if not exists ops.purged (path varchar, sha256 varchar, bytes bigint, purged_at timestamp)"


@dataclass
class Purged:
    """`gone`: paths; `kept`: path → why it stays, of files old enough to go."""

    gone: list[str] = field(default_factory=list)
    bytes: int = 0
    kept: dict[str, str] = field(default_factory=dict)
    young: int = 0


def purge(settings: Settings, older_than: timedelta, is_trial: bool = False) -> Purged:
    """Deletes files that were loaded whole longer ago than that. `is_trial`: only says which.

    A file stays that was not loaded, is not what was loaded any more, or of which rows were refused: they are read
    again once they can be. Raises WarehouseBusy while a run goes on.
    """
    done = Purged()
    with open_for_writing(settings) as warehouse:
        connection = warehouse.connection
        connection.execute(MADE)
        before = settings.today() - older_than
        known = _known(connection)
        for found in find_files(settings):
            told = known.get(found.path)
            if told is None:
                done.kept[found.path] = "no run has loaded it"
            elif told.loaded_at >= before:
                done.young += 1
            elif why := told.keeps(found):
                done.kept[found.path] = why
            else:
                done.gone.append(found.path)
                done.bytes += found.bytes
                if not is_trial:
                    _delete(connection, found, told, settings)
    return done


@dataclass(frozen=True)
class _Load:
    sha256: str | None
    status: str
    refused: int
    loaded_at: datetime

    def keeps(self, found: Found) -> str:
        """Why the file stays; '' where the ledger proves that all of it was loaded."""
        if self.status != "loaded" or self.sha256 is None:
            return "it was refused"
        if self.refused:
            return f"{self.refused} of its rows were refused"
        if found.refused or sha256_of(found.full) != self.sha256:
            return "it is not what was loaded; the next run reads it"
        return ""


def _known(connection: Connection) -> dict[str, _Load]:
    """The load of each path."""
    rows = connection.execute(
        "select c.path, f.sha256, f.status, f.rows_quarantined, f.loaded_at from ops.copies c "
        "join ops.files f using (file_id)"
    ).fetchall()
    return {path: _Load(*told) for path, *told in rows}


def _delete(connection: Connection, found: Found, told: _Load, settings: Settings) -> None:
    """Written down first: a file that went without a word would look like one that was lost."""
    with transaction(connection):
        connection.execute(
            "insert into ops.purged values (?, ?, ?, ?)", [found.path, told.sha256, found.bytes, settings.today()]
        )
    found.full.unlink()


def purged_paths(connection: Connection) -> set[str]:
    """The paths of files that went on purpose."""
    there = "select 1 from duckdb_tables() where schema_name = 'ops' and table_name = 'purged'"
    if not connection.execute(there).fetchone():
        return set()
    return set(_paths(connection))


def _paths(connection: Connection) -> Iterator[str]:
    for (path,) in connection.execute("select distinct path from ops.purged").fetchall():
        yield path
