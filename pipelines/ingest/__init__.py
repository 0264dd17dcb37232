"""A file → recognised, decoded, parsed, validated, loaded or quarantined.

`ingest(connection, settings)` loads what is new in landing; `find_new` says what that would be, without opening a file.
Modules, in the order in which a file meets them: landing, formats (with text and encodings), recognise (with headers
and sources), planning, rows (with cells), loading, merging, snapshots, leaving; staging makes the tables.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.account import FileResult
from pipelines.ingest.batches import Batches
from pipelines.ingest.bounded import one_child
from pipelines.ingest.creating import create_staging
from pipelines.ingest.landing import Found, find_new
from pipelines.ingest.leaving import judge_lists
from pipelines.ingest.named_days import tell_named_days
from pipelines.ingest.overwritten import tell_overwritten
from pipelines.ingest.own_loaded import need_same_mappings
from pipelines.ingest.sources import sources_of
from pipelines.ingest.statements import rows_in_file_order
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.database import Connection

__all__ = ["FileResult", "Found", "IngestResult", "create_staging", "find_new", "ingest"]


@dataclass
class IngestResult:
    """What one look into landing brought."""

    files: list[FileResult] = field(default_factory=list)

    @property
    def tables(self) -> dict[str, int]:
        """Rows inserted by staging table."""
        sums: dict[str, int] = {}
        for result in self.files:
            for table, rows in result.tables.items():
                sums[table] = sums.get(table, 0) + rows
        return sums

    @property
    def changed(self) -> bool:
        """Whether staging holds anything it did not hold before."""
        return any(result.rows_loaded or result.rows_superseded for result in self.files)


def ingest(
    connection: Connection,
    settings: Settings,
    progress: Callable[[FileResult], None] | None = None,
) -> IngestResult:
    """Loads every new file of landing, oldest first; small ones alike in one transaction, each other in its own.

    Bad input never raises: it is quarantined. `progress` is called for each file once it is loaded. Raises
    OwnSourceError, before anything is loaded, where a mapping of the home's own is not understood or no longer the one
    that read what is loaded.
    """
    with sources_of(settings):
        create_staging(connection)
        need_same_mappings(connection, settings)
        return _ingest(connection, settings, progress)


def _ingest(connection: Connection, settings: Settings, progress: Callable[[FileResult], None] | None) -> IngestResult:
    result = IngestResult()
    with rows_in_file_order(connection), _scratch(settings) as scratch, one_child():
        new = find_new(connection, settings)
        for loaded in _load(Batches(connection, settings, Path(scratch)), new):
            result.files.append(loaded)
            if progress is not None:
                progress(loaded)
    places = {found.path: place for place, found in enumerate(new)}
    result.files.sort(key=lambda file: places[file.path])
    fresh = [loaded.file_id for loaded in result.files if loaded.file_id and loaded.status == "loaded"]
    for told in (judge_lists(connection), tell_overwritten(connection, fresh), tell_named_days(connection, fresh)):
        for loaded in result.files:
            loaded.notices += told.get(loaded.file_id or 0, [])
    return result


def _load(batches: Batches, new: list[Found]) -> Iterator[FileResult]:
    for found in new:
        yield from batches.take(found)
    yield from batches.finish()


def _scratch(settings: Settings) -> tempfile.TemporaryDirectory[str]:
    """A folder for decoded copies, gone after the run; what a killed run left there goes first."""
    folder = settings.home / ".scratch"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    return tempfile.TemporaryDirectory(dir=folder)
