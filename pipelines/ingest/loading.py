"""One file → rows in staging, refused rows in ops.quarantine, one line in the ledger: in one transaction.

What belongs here: the order of the steps, and that every physical row is accounted for. What does not: the steps, and
small files that are loaded together (batches.py).
"""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipelines.database import transaction
from pipelines.ingest import formats
from pipelines.ingest.account import Account, Entry, FileResult
from pipelines.ingest.csv_rows import CsvReader
from pipelines.ingest.file_times import exported_at
from pipelines.ingest.forgotten import marks_of
from pipelines.ingest.formats.opened import Opened
from pipelines.ingest.incoming import one_number
from pipelines.ingest.landing import Found
from pipelines.ingest.levels import Level, forget, load_level
from pipelines.ingest.merging import Merged
from pipelines.ingest.notices import Notice
from pipelines.ingest.origin import Facts, Origin
from pipelines.ingest.planning import make_plan
from pipelines.ingest.refusals import refusals, unexpected
from pipelines.ingest.rows import OtherCustomError, ReopenedError, RowReader
from pipelines.ingest.sources import Source
from pipelines.ingest.text import UnreadableError
from pipelines.ingest.years import refuse_other_years
from pipelines.privacy import load_key
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.database import Connection

CHANGED = "changed"
_NOT_OPENED = {
    "link": "a file; this is a link, and those in landing are not followed: copy it here, or let landing be the link",
    "shut_folder": "a folder that this user may open; nothing in it was looked at: mend its permissions",
}
NO_ROWS = Notice("no_rows", "a header without a row under it; export again if there should be some", severity="aside")


def load_file(connection: Connection, settings: Settings, found: Found, sha: str | None, scratch: Path) -> FileResult:
    """Loads one landing file; a file that cannot be taken is quarantined whole. Raises only for faults of ours.

    `sha`: its fingerprint, None where it could not be read. A file that changed while it was read waits for the next
    run, which finds it with its new size and time; nothing of it is entered.
    """
    started = time.monotonic()
    loader = _Loader(connection, settings, found, sha, scratch)
    try:
        loader.read()
        if not found.is_as_found():
            return changed(found)
        with transaction(connection):
            loader.load(started)
    except refusals() as error:
        if isinstance(error, OSError) and not _is_about(error, found):
            raise  # of a disk or a folder of ours: no file is refused for that
        if found.full.exists() and not found.is_as_found():
            return changed(found)
        refusal = error if isinstance(error, UnreadableError) else unexpected(error)
        with transaction(connection):
            loader.refuse(refusal, started)
    finally:
        forget(connection, loader.readers)
        loader.readers = []
    return loader.result


def _is_about(error: OSError, found: Found) -> bool:
    """Whether it is this file that could not be opened, by its own name or by a link to it."""
    return error.filename is not None and os.path.realpath(error.filename) == os.path.realpath(found.full)


def changed(found: Found) -> FileResult:
    """What became of a file that somebody wrote to while it was read."""
    return FileResult(found.path, status=CHANGED, reason="changed while it was read; the next run takes it")


def next_file_id(connection: Connection) -> int:
    """The number of the next load."""
    return one_number(connection, "select coalesce(max(file_id), 0) + 1 from ops.files")


def facts_of(source: Source, found: Found, file_id: int, now: datetime, timezone: str) -> Facts:
    """What is known of a file of a source before its rows are read. `now`: business time."""
    modified_at = business_time(found, timezone)
    version_at = exported_at(source, found.full.name, modified_at, now, timezone)
    return Facts(file_id, found.path, found.name, found.folder, modified_at, version_at)


def business_time(found: Found, timezone: str) -> datetime:
    """When a file was changed."""
    return datetime.fromtimestamp(found.modified_ns / 1e9, ZoneInfo(timezone)).replace(tzinfo=None)


class _Loader:
    """The steps of one file."""

    def __init__(
        self, connection: Connection, settings: Settings, found: Found, sha: str | None, scratch: Path
    ) -> None:
        self.connection = connection
        self.settings = settings
        self.found = found
        self.sha = sha
        self.scratch = scratch
        self.opened: Opened | None = None
        self.now = datetime.now(ZoneInfo(settings.timezone)).replace(tzinfo=None)
        self.file_id = next_file_id(connection)
        self.account = Account(connection, self.now, settings.reading)
        self.result = FileResult(found.path, file_id=self.file_id)
        self.readers: list[RowReader] = []
        self.levels: list[Level] = []
        self.forgotten = marks_of(connection)
        self.customs: frozenset[str] = frozenset()  # another country's, that its cells were seen to have

    def read(self) -> None:
        """Recognises the file and reads its rows into temp tables; staging is not touched."""
        if self.found.refused:
            raise UnreadableError(self.found.refused, _NOT_OPENED[self.found.refused])
        found, limits = self.found, self.settings.reading
        opened = formats.open_file(self.connection, found.full, found.path, self.scratch, limits)
        for _ in range(5):  # another encoding, several headers, two customs: each is found once
            try:
                return self._read(opened)
            except ReopenedError as reopened:
                forget(self.connection, self.readers)
                self.readers = []
                opened = reopened.opened
            except OtherCustomError as met:
                self.customs |= met.customs
        raise RuntimeError(f"{self.found.path}: opened again and again")

    def _read(self, opened: Opened) -> None:
        self.opened, self.levels = opened, []
        self.origin = self._origin(opened.match.source)
        for part in (opened, *opened.parts):
            self._read_part(part)

    def _read_part(self, part: Opened) -> None:
        origin = self._origin(part.match.source)
        plan = make_plan(part.match, origin)
        reader = self._reader(f"part_{len(self.levels)}", CsvReader if part.text is not None else RowReader)
        rows = reader.read_file(part, plan, self.found.folders)
        refuse_other_years([self.found.path, part.sheet], rows.notices)
        self.levels.append(
            Level(plan, reader, rows, origin, blocks=part.blocks, sheets=self.opened.sheets if self.opened else ())
        )
        for each, relation in part.children.items():
            plan = make_plan(part.child_matches[each], origin, each)
            if plan.targets:
                out = " or is_left_out" if self.levels[-1].plan.leaves_rows_out else ""
                refused = f"select rec from {rows.name} where is_bad{out}"
                reader = self._reader(f"list_{len(self.levels)}")
                good = f"(select * from {relation} where rec not in ({refused}))"
                self.levels.append(Level(plan, reader, reader.read_children(good, plan), origin, is_record=False))

    def _reader(self, name: str, kind: type[RowReader] = RowReader) -> RowReader:
        reader = kind(self.connection, self.scratch, name, self.settings.reading)
        self.readers.append(reader)
        return reader

    def load(self, started: float) -> None:
        """Everything that changes staging and the ledger."""
        assert self.opened is not None
        result = self.result
        result.source, result.match = self.opened.match.source.name, self.opened.match
        told: list[Notice] = []
        for level in self.levels:
            told += self._load_level(level)
        for level in self.levels:
            if level.is_record:
                self._account_refused(level)
        for part in (self.opened, *self.opened.parts):
            told += [*part.match.notices, *part.notices]
        for level in self.levels:
            told += level.rows.notices
        told += [] if result.rows_read else [NO_ROWS]
        result.notices = list(dict.fromkeys(told))
        accounted = result.rows_loaded + result.rows_superseded + result.rows_quarantined
        if result.rows_read != accounted:
            raise RuntimeError(f"{self.found.path}: {result.rows_read} rows read but {accounted} accounted for")
        self._enter(started)

    def _load_level(self, level: Level) -> list[Notice]:
        """What one level gives to the canonical tables, counted."""
        assert self.opened is not None
        given = load_level(self.connection, self.settings, self.account, level, self.opened.delimiter)
        for table, merged in given.merged.items():
            self._count(table, merged, counts=level.is_record)
        for table, merged in [*given.summed.items(), *given.further]:
            self._count(table, merged, counts=False)
        return [notice for _, notice in given.notices]

    def _account_refused(self, level: Level) -> None:
        """The physical rows of one part, and those of them that are none."""
        self.account.write_refused(level.origin.files[0], level.rows, level.plan.match.source)
        bad = one_number(self.connection, f"select count(*) from {level.rows.name} where is_bad")
        self.result.rows_quarantined += bad + len(level.rows.refused)
        self.result.rows_read += level.rows.count
        if level.plan.leaves_rows_out:
            out = f"select count(*) from {level.rows.name} where is_left_out and not is_bad"
            self.result.rows_read -= one_number(self.connection, out)

    def refuse(self, error: UnreadableError, started: float) -> None:
        """The whole file as one record that stands for all its rows."""
        source = self.opened.match.source.name if self.opened else None
        rows = error.rows or sum(level.rows.count for level in self.levels[:1])
        refusal = UnreadableError(error.reason, error.expected, rows, error.found, error.facts)
        self.result = FileResult(
            path=self.found.path,
            source=source,
            status="quarantined",
            rows_read=rows,
            rows_quarantined=rows,
            reason=error.reason,
            file_id=self.file_id,
            match=self.opened.match if self.opened else None,
        )
        self.account.write_refusal(self.file_id, self.found.path, refusal)
        self._enter(started)

    def _origin(self, source: Source) -> Origin:
        timezone = self.settings.timezone
        facts = facts_of(source, self.found, self.file_id, self.now, timezone)
        key, customs = load_key(self.settings.key_path), tuple(sorted(self.customs))
        return Origin.of_one(facts, timezone, key, customs, self.forgotten)

    def _count(self, table: str, merged: Merged, counts: bool) -> None:
        self.result.tables[table] = self.result.tables.get(table, 0) + merged.inserted
        if counts:
            self.result.rows_loaded += merged.inserted - merged.replaced_own
            self.result.rows_superseded += merged.superseded + merged.replaced_own
            self.result.rows_quarantined += merged.conflicting

    def _enter(self, started: float) -> None:
        self.result.seconds = time.monotonic() - started
        modified_at = business_time(self.found, self.settings.timezone)
        exported, encoding = modified_at, None
        if self.opened is not None:
            exported, encoding = self.origin.files[0].version_at, self.opened.encoding
        if self.opened is not None:
            self.account.name_sheets(self.file_id, self.opened.sheets)
        self.account.enter([Entry(self.found, self.sha, modified_at, exported, encoding, self.result)])
