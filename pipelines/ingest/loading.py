"""One file → rows in staging, refused rows in ops.quarantine, one line in the ledger: in one transaction.

What belongs here: the order of the steps, and that every physical row is accounted for. What does not: the steps.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipelines.ingest import formats
from pipelines.ingest.csv_rows import CsvReader
from pipelines.ingest.formats.opened import Opened
from pipelines.ingest.headers import Match
from pipelines.ingest.landing import Found
from pipelines.ingest.ledger import FILES
from pipelines.ingest.merging import Incoming, Merged, merge
from pipelines.ingest.notices import Notice, write_notices
from pipelines.ingest.plan import Facts, Plan
from pipelines.ingest.planning import make_plan
from pipelines.ingest.rows import ReopenedError, RowReader, Rows
from pipelines.ingest.sources import Source, fingerprint
from pipelines.ingest.staging import quoted
from pipelines.ingest.sums import sum_orders
from pipelines.ingest.text import UnreadableError, sha256_of
from pipelines.ingest.told import told_of_rows
from pipelines.privacy import load_key, mask_letters, mask_text, mask_text_sql
from pipelines.settings import Settings
from pipelines.warehouse import transaction

if TYPE_CHECKING:
    import duckdb

LONGEST_RAW = 2000
NO_ROWS = Notice("no_rows", "a header without a row under it; export again if there should be some", severity="aside")


@dataclass
class FileResult:
    """What became of one file. rows_read = rows_loaded + rows_superseded + rows_quarantined."""

    path: str
    source: str | None = None
    status: str = "loaded"  # loaded, quarantined (the whole file), duplicate (its content was loaded before)
    rows_read: int = 0
    rows_loaded: int = 0
    rows_superseded: int = 0
    rows_quarantined: int = 0
    seconds: float = 0.0
    reason: str | None = None  # why the whole file was refused
    notices: list[Notice] = field(default_factory=list)
    tables: dict[str, int] = field(default_factory=dict)  # rows inserted by table
    file_id: int | None = None
    match: Match | None = None  # how its header was understood


def load_file(connection: duckdb.DuckDBPyConnection, settings: Settings, found: Found, scratch: Path) -> FileResult:
    """Loads one landing file; a file that cannot be taken is quarantined whole. Raises only for faults of ours."""
    started = time.monotonic()
    try:
        sha = sha256_of(found.full)
    except OSError:
        sha = None
    copy_of = _same_content(connection, sha)
    if copy_of is not None:
        with transaction(connection):
            _note_copy(connection, found, copy_of)
        return FileResult(found.path, status="duplicate", seconds=time.monotonic() - started, file_id=copy_of)
    loader = _Loader(connection, settings, found, sha, scratch)
    try:
        loader.read()
        with transaction(connection):
            loader.load(started)
    except _refusals() as error:
        refusal = error if isinstance(error, UnreadableError) else _unexpected(error)
        with transaction(connection):
            loader.refuse(refusal, started)
    finally:
        loader.forget()
    return loader.result


def _refusals() -> tuple[type[Exception], ...]:
    """What a file can do to its readers. Full disks, lost memory, broken invariants and SQL that names what is not
    there are no fault of a file."""
    import duckdb

    return (
        UnreadableError,
        UnicodeError,
        PermissionError,
        FileNotFoundError,
        IsADirectoryError,
        duckdb.InvalidInputException,
        duckdb.ConversionException,
        duckdb.OutOfRangeException,
        duckdb.SerializationException,
    )


def _unexpected(error: Exception) -> UnreadableError:
    """A reader's own words, without the SQL (it holds the key) and without values and paths, which stand in quotes."""
    first = str(error).splitlines()[0] if str(error) else ""
    said = mask_text(re.sub(r"[\"'].*[\"']|[\"'].*", "…", first))
    if isinstance(error, (PermissionError, FileNotFoundError, IsADirectoryError)):
        return UnreadableError("unreadable", "a file that this user may read", found=type(error).__name__)
    return UnreadableError("unreadable", "a file that its reader understands; export it again", found=said[:300])


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
        self.sha = sha
        self.scratch = scratch
        self.result = FileResult(found.path)
        self.opened: Opened | None = None
        self.now = datetime.now(ZoneInfo(settings.timezone)).replace(tzinfo=None)
        modified = datetime.fromtimestamp(found.modified_ns / 1e9, ZoneInfo(settings.timezone))
        self.modified_at = modified.replace(tzinfo=None)
        self.file_id = self._one("select coalesce(max(file_id), 0) + 1 from ops.files")
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
        result.notices = list(dict.fromkeys([*told, *([] if result.rows_read else [NO_ROWS])]))
        accounted = result.rows_loaded + result.rows_superseded + result.rows_quarantined
        if result.rows_read != accounted:
            raise RuntimeError(f"{self.found.path}: {result.rows_read} rows read but {accounted} accounted for")
        self._enter(started)

    def _load_level(self, level: _Level) -> None:
        """What one level gives to the canonical tables."""
        source = level.plan.match.source
        self._write_faults(level.rows, level.is_record)
        version = "t.row_version_at" if level.plan.version_varies else level.plan.version_literal
        incoming = Incoming(level.rows.name, version, source, level.facts)
        for target in level.plan.targets:
            keep_last = target.load.partial or not level.is_record
            merged = merge(self.connection, incoming, target, keep_last)
            self._account(target.table.name, merged, counts=level.is_record)
            if merged.conflicting:
                self._write_conflicts(level)
            for name, load in source.loads.items():
                if load.summed_from == target.table.name:
                    self._account(name, sum_orders(self.connection, incoming, target, name), counts=False)

    def _account_refused(self, level: _Level) -> None:
        """The physical rows of one part, and those of them that are none."""
        self._write_refused(level.rows, level.plan.match.source)
        bad = self._one(f"select count(*) from {level.rows.name} where is_bad")
        self.result.rows_quarantined += bad + len(level.rows.refused)
        self.result.rows_read += level.rows.count

    def refuse(self, error: UnreadableError, started: float) -> None:
        """The whole file as one record that stands for all its rows."""
        source = self.opened.match.source.name if self.opened else None
        self.result = FileResult(
            path=self.found.path,
            source=source,
            status="quarantined",
            rows_read=error.rows,
            rows_quarantined=error.rows,
            reason=error.reason,
            file_id=self.file_id,
            match=self.opened.match if self.opened else None,
        )
        self.connection.execute(
            "insert into ops.quarantine (file_id, path, reason, found, expected, is_cell, rows, quarantined_at) "
            "values (?, ?, ?, ?, ?, false, ?, ?)",
            [self.file_id, self.found.path, error.reason, error.found, error.expected, error.rows, self.now],
        )
        self._enter(started)

    def forget(self) -> None:
        """Drops the workspace: nothing of a file's rows stays behind in the connection."""
        for reader in reversed(self.readers):
            reader.forget()
        self.readers = []
        names = ["json_lines", "json_cells", "rejects", "rejects_scans", "losers", "clashes", "meetings"]
        names += ["touched", "sums", "outdated", "numbered_0", "numbered_2"]
        made = (
            "select table_name from duckdb_tables() where database_name = 'temp' and table_name like 'json#_list#_%' "
        )
        names += [name for (name,) in self.connection.execute(made + "escape '#'").fetchall()]
        self.connection.execute("; ".join(f"drop table if exists temp.{name}" for name in names))

    def _facts(self, source: Source) -> Facts:
        return Facts(
            file_id=self.file_id,
            path=self.found.path,
            name=self.found.name,
            folder=self.found.folder,
            modified_at=self.modified_at,
            version_at=_named_time(source, self.found.name, self.settings.timezone) or self.modified_at,
            timezone=self.settings.timezone,
            key=load_key(self.settings.key_path),
        )

    def _account(self, table: str, merged: Merged, counts: bool) -> None:
        self.result.tables[table] = self.result.tables.get(table, 0) + merged.inserted
        if counts:
            own = self._replaced_own() if merged.replaced else 0
            self.result.rows_loaded += merged.inserted - own
            self.result.rows_superseded += merged.superseded + own
            self.result.rows_quarantined += merged.conflicting

    def _replaced_own(self) -> int:
        """Rows of an earlier part of this very file, which is not in the ledger yet."""
        return self._one(f"select count(*) from meetings where wins and standing_file = {self.file_id}")

    # --- quarantine --------------------------------------------------------------------------------------------------

    def _write_faults(self, rows: Rows, is_record: bool) -> None:
        """A refused part of a record is set aside like a cell: the record itself is loaded."""
        if rows.faults is None:
            return
        is_cell = "is_cell" if is_record else "true"
        self._quarantine(
            f"select line, column_name, reason, found, expected, raw_text, {is_cell} as is_cell, "
            f"case when n = 1 and not {is_cell} then 1 else 0 end as rows from {rows.faults} order by line, rec, n"
        )

    def _write_conflicts(self, level: _Level) -> None:
        """Rows that say something else about a key than a later line of the same file and version."""
        relation = level.reader.rows_again("select row_id from losers where conflicts")
        self._quarantine(
            "select line, null as column_name, 'duplicate_key' as reason, null as found, "
            "'one row per key; the last such line was loaded' as expected, raw_text, false as is_cell, 1 as rows "
            f"from ({relation})"
        )

    def _quarantine(self, sql: str) -> None:
        found, raw_text = mask_text_sql("found"), mask_text_sql("left(raw_text, 20000)")
        self.connection.execute(
            "insert into ops.quarantine (file_id, path, line, column_name, reason, found, expected, raw_text, is_cell, "
            f"rows, quarantined_at) select {self.file_id}, {quoted(self.found.path)}, line, column_name, reason, "
            f"left({found}, 200), expected, left({raw_text}, {LONGEST_RAW}), is_cell, rows, timestamp '{self.now}' "
            f"from ({sql})"
        )

    def _write_refused(self, rows: Rows, source: Source) -> None:
        """Lines that are no records. In a source with personal columns any word of them may be a name."""
        hide = mask_letters if source.has_personal else mask_text
        refused = [
            [self.file_id, self.found.path, r.line, r.reason, r.expected, hide(r.raw)[:LONGEST_RAW], self.now]
            for r in rows.refused
        ]
        if refused:
            self.connection.executemany(
                "insert into ops.quarantine (file_id, path, line, reason, expected, raw_text, quarantined_at, is_cell, "
                "rows) values (?, ?, ?, ?, ?, ?, ?, false, 1)",
                refused,
            )

    # --- ledger ------------------------------------------------------------------------------------------------------

    def _enter(self, started: float) -> None:
        self._replace_refusals()
        result = self.result
        result.seconds = time.monotonic() - started
        entry = {
            "file_id": self.file_id,
            "path": self.found.path,
            "file_name": self.found.name,
            "file_source": result.source,
            "sha256": self.sha,
            "bytes": self.found.bytes,
            "modified_at": self.modified_at,
            "exported_at": self.facts.version_at if self.opened else self.modified_at,
            "loaded_at": self.now,
            "encoding": self.opened.encoding if self.opened else None,
            "rows_read": result.rows_read,
            "rows_loaded": result.rows_loaded,
            "rows_superseded": result.rows_superseded,
            "rows_quarantined": result.rows_quarantined,
            "status": result.status,
            "seconds": round(result.seconds, 3),
            "mapping": fingerprint(),
        }
        assert set(entry) == set(FILES)
        places = ", ".join("?" * len(entry))
        self.connection.execute(f"insert into ops.files ({', '.join(entry)}) values ({places})", list(entry.values()))
        _note_copy(self.connection, self.found, self.file_id)
        write_notices(self.connection, self.file_id, self.found.path, result.notices)

    def _replace_refusals(self) -> None:
        """A file refused by other mappings is tried again: what was said of it then is no longer true."""
        refused = "select file_id from ops.files where status = 'quarantined' and "
        refused += "sha256 = $sha" if self.sha is not None else "sha256 is null and path = $sha"
        values = {"sha": self.sha if self.sha is not None else self.found.path}
        for change in (
            f"update ops.copies set file_id = {self.file_id}",
            "delete from ops.quarantine",
            "delete from ops.notices",
            "delete from ops.files",
        ):
            self.connection.execute(f"{change} where file_id in ({refused})", values)

    def _one(self, sql: str) -> int:
        row = self.connection.execute(sql).fetchone()
        assert row is not None
        return row[0]


def _same_content(connection: duckdb.DuckDBPyConnection, sha: str | None) -> int | None:
    """The load that had these very bytes; an earlier refusal by other mappings does not count."""
    if sha is None:
        return None
    row = connection.execute(
        "select file_id from ops.files where sha256 = ? and (status = 'loaded' or mapping = ?)", [sha, fingerprint()]
    ).fetchone()
    return row[0] if row else None


def _note_copy(connection: duckdb.DuckDBPyConnection, found: Found, file_id: int) -> None:
    connection.execute("delete from ops.copies where path = ?", [found.path])
    connection.execute(
        "insert into ops.copies (path, bytes, modified_ns, file_id) values (?, ?, ?, ?)",
        [found.path, found.bytes, found.modified_ns, file_id],
    )


def _named_time(source: Source, name: str, timezone: str) -> datetime | None:
    """A time in the file's name, where the mapping says that there is one."""
    if source.version.file_name is None or (match := re.search(source.version.file_name, name)) is None:
        return None
    digits = re.sub(r"\D", "", "".join(match.groups() or (match[0],)))
    formats = {14: "%Y%m%d%H%M%S", 12: "%Y%m%d%H%M", 8: "%Y%m%d"}
    try:
        if len(digits) in formats:
            return datetime.strptime(digits, formats[len(digits)])
        if len(digits) in (10, 13):
            seconds = int(digits) / (1000 if len(digits) == 13 else 1)
            return datetime.fromtimestamp(seconds, ZoneInfo(timezone)).replace(tzinfo=None)
    except ValueError:
        return None
    return None
