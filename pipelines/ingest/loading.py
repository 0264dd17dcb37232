"""One file → rows in staging, refused rows in ops.quarantine, one line in the ledger: in one transaction.

What belongs here: the order of the steps, and that every physical row is accounted for. What does not: the steps.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipelines.ingest import formats
from pipelines.ingest.account import Account, FileResult, note_copy, same_content
from pipelines.ingest.csv_rows import CsvReader
from pipelines.ingest.file_times import exported_at
from pipelines.ingest.formats.opened import Opened
from pipelines.ingest.incoming import Incoming, one_number
from pipelines.ingest.landing import Found
from pipelines.ingest.merging import Merged, merge
from pipelines.ingest.notices import Notice
from pipelines.ingest.plan import Facts, Plan
from pipelines.ingest.planning import make_plan
from pipelines.ingest.records import split_line
from pipelines.ingest.refusals import refusals, unexpected
from pipelines.ingest.rows import ReopenedError, RowReader, Rows
from pipelines.ingest.sources import Source
from pipelines.ingest.sums import sum_orders
from pipelines.ingest.text import UnreadableError, sha256_of
from pipelines.ingest.told import told_of_rows
from pipelines.privacy import load_key
from pipelines.settings import Settings
from pipelines.warehouse import transaction

if TYPE_CHECKING:
    import duckdb

NO_ROWS = Notice("no_rows", "a header without a row under it; export again if there should be some", severity="aside")


def load_file(connection: duckdb.DuckDBPyConnection, settings: Settings, found: Found, scratch: Path) -> FileResult:
    """Loads one landing file; a file that cannot be taken is quarantined whole. Raises only for faults of ours."""
    started = time.monotonic()
    try:
        sha = sha256_of(found.full)
    except OSError:
        sha = None
    copy_of = same_content(connection, sha)
    if copy_of is not None:
        with transaction(connection):
            note_copy(connection, found, copy_of)
        return FileResult(found.path, status="duplicate", seconds=time.monotonic() - started, file_id=copy_of)
    loader = _Loader(connection, settings, found, sha, scratch)
    try:
        loader.read()
        with transaction(connection):
            loader.load(started)
    except refusals() as error:
        refusal = error if isinstance(error, UnreadableError) else unexpected(error)
        with transaction(connection):
            loader.refuse(refusal, started)
    finally:
        loader.forget()
    return loader.result


@dataclass
class _Level:
    """The records of one part of a file, or one list inside them."""

    plan: Plan
    reader: RowReader
    rows: Rows
    facts: Facts
    is_record: bool = True


class _Loader:
    """The steps of one file."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, settings: Settings, found: Found, sha: str | None, scratch: Path
    ) -> None:
        self.connection = connection
        self.settings = settings
        self.found = found
        self.scratch = scratch
        self.result = FileResult(found.path)
        self.opened: Opened | None = None
        self.now = datetime.now(ZoneInfo(settings.timezone)).replace(tzinfo=None)
        modified = datetime.fromtimestamp(found.modified_ns / 1e9, ZoneInfo(settings.timezone))
        self.modified_at = modified.replace(tzinfo=None)
        self.file_id = one_number(connection, "select coalesce(max(file_id), 0) + 1 from ops.files")
        self.account = Account(connection, found, self.file_id, sha, self.modified_at, self.now)
        self.readers: list[RowReader] = []
        self.levels: list[_Level] = []

    def read(self) -> None:
        """Recognises the file and reads its rows into temp tables; staging is not touched."""
        opened = formats.open_file(self.connection, self.found.full, self.found.path, self.scratch)
        for _ in range(3):  # another encoding, several headers: each is found once
            try:
                return self._read(opened)
            except ReopenedError as reopened:
                self.forget()
                opened = reopened.opened
        raise RuntimeError(f"{self.found.path}: opened again and again")

    def _read(self, opened: Opened) -> None:
        self.opened, self.levels = opened, []
        self.facts = self._facts(opened.match.source)
        for part in (opened, *opened.parts):
            self._read_part(part)

    def _read_part(self, part: Opened) -> None:
        facts = self._facts(part.match.source)
        plan = make_plan(part.match, facts)
        reader = self._reader(f"part_{len(self.levels)}", CsvReader if part.text is not None else RowReader)
        rows = reader.read_file(part, plan, self.found.folders)
        self.levels.append(_Level(plan, reader, rows, facts))
        for each, relation in part.children.items():
            plan = make_plan(part.child_matches[each], facts, each)
            if plan.targets:
                refused = f"select rec from {rows.name} where is_bad"
                reader = self._reader(f"list_{len(self.levels)}")
                good = f"(select * from {relation} where rec not in ({refused}))"
                self.levels.append(_Level(plan, reader, reader.read_children(good, plan), facts, is_record=False))

    def _reader(self, name: str, kind: type[RowReader] = RowReader) -> RowReader:
        reader = kind(self.connection, self.scratch, name)
        self.readers.append(reader)
        return reader

    def load(self, started: float) -> None:
        """Everything that changes staging and the ledger."""
        assert self.opened is not None
        result = self.result
        result.source, result.file_id, result.match = self.opened.match.source.name, self.file_id, self.opened.match
        for level in self.levels:
            self._load_level(level)
        for level in self.levels:
            if level.is_record:
                self._account_refused(level)
        told: list[Notice] = []
        for part in (self.opened, *self.opened.parts):
            told += [*part.match.notices, *part.notices]
        for level in self.levels:
            told += level.rows.notices
            told += told_of_rows(self.connection, level.plan, level.rows.name, self.facts, self.settings)
        told += [] if result.rows_read else [NO_ROWS]
        result.notices = list(dict.fromkeys([*result.notices, *told]))
        accounted = result.rows_loaded + result.rows_superseded + result.rows_quarantined
        if result.rows_read != accounted:
            raise RuntimeError(f"{self.found.path}: {result.rows_read} rows read but {accounted} accounted for")
        self._enter(started)

    def _load_level(self, level: _Level) -> None:
        """What one level gives to the canonical tables."""
        source = level.plan.match.source
        self.account.write_faults(level.rows, level.plan.money, level.is_record)
        version = "t.row_version_at" if level.plan.version_varies else level.plan.version_literal
        assert self.opened is not None
        torn = tuple((r.line, tuple(split_line(r.raw, self.opened.delimiter))) for r in level.rows.refused)
        incoming = Incoming(level.rows.name, version, source, level.facts, level.plan, level.reader.rows_again, torn)
        for target in level.plan.targets:
            keep_last = target.load.partial or not level.is_record
            merged = merge(self.connection, incoming, target, keep_last)
            self._count(target.table.name, merged, counts=level.is_record)
            if merged.conflicting:
                raw = level.reader.rows_again("select row_id from losers where conflicts")
                self.account.write_conflicts(raw, level.rows, level.plan.money, target.table.repeated_rows)
            for name, load in source.loads.items():
                if load.summed_from == target.table.name:
                    self._count(name, sum_orders(self.connection, incoming, target, name), counts=False)

    def _account_refused(self, level: _Level) -> None:
        """The physical rows of one part, and those of them that are none."""
        self.account.write_refused(level.rows, level.plan.match.source)
        bad = one_number(self.connection, f"select count(*) from {level.rows.name} where is_bad")
        self.result.rows_quarantined += bad + len(level.rows.refused)
        self.result.rows_read += level.rows.count

    def refuse(self, error: UnreadableError, started: float) -> None:
        """The whole file as one record that stands for all its rows."""
        source = self.opened.match.source.name if self.opened else None
        rows = error.rows or sum(level.rows.count for level in self.levels[:1])
        refusal = UnreadableError(error.reason, error.expected, rows, error.found)
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
        self.account.write_refusal(refusal)
        self._enter(started)

    def forget(self) -> None:
        """Drops the workspace: nothing of a file's rows stays behind in the connection."""
        for reader in reversed(self.readers):
            reader.forget()
        self.readers = []
        names = ["json_lines", "json_cells", "rejects", "rejects_scans", "losers", "clashes", "rivals", "raw_rivals"]
        names += ["meetings", "composed", "copies", "kept", "fresh", "touched", "sums", "outdated"]
        names += ["numbered_0", "numbered_2"]
        made = (
            "select table_name from duckdb_tables() where database_name = 'temp' and table_name like 'json#_list#_%' "
        )
        names += [name for (name,) in self.connection.execute(made + "escape '#'").fetchall()]
        self.connection.execute("; ".join(f"drop table if exists temp.{name}" for name in names))

    def _facts(self, source: Source) -> Facts:
        timezone, name = self.settings.timezone, self.found.name
        return Facts(
            file_id=self.file_id,
            path=self.found.path,
            name=name,
            folder=self.found.folder,
            modified_at=self.modified_at,
            version_at=exported_at(source, name, self.modified_at, self.now, timezone),
            timezone=timezone,
            key=load_key(self.settings.key_path),
        )

    def _count(self, table: str, merged: Merged, counts: bool) -> None:
        self.result.tables[table] = self.result.tables.get(table, 0) + merged.inserted
        self.result.notices += merged.notices
        if counts:
            own = self._replaced_own() if merged.replaced else 0
            self.result.rows_loaded += merged.inserted - own
            self.result.rows_superseded += merged.superseded + own
            self.result.rows_quarantined += merged.conflicting

    def _replaced_own(self) -> int:
        """Rows of an earlier part of this very file, which is not in the ledger yet."""
        return one_number(
            self.connection, f"select count(*) from meetings where (wins or mixes) and standing_file = {self.file_id}"
        )

    def _enter(self, started: float) -> None:
        self.result.seconds = time.monotonic() - started
        version_at = self.facts.version_at if self.opened else self.modified_at
        self.account.enter(self.result, version_at, self.opened.encoding if self.opened else None)
