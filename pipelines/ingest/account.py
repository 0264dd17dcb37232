"""What became of one file, written down: its line in ops.files, its copies, its refused rows, its notices.

What belongs here: every write to the ledger. What does not: the ledger's columns (ledger.py), the steps of a file
(loading.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.ingest.conflicts import repeats_sql
from pipelines.ingest.headers import Match
from pipelines.ingest.landing import Found
from pipelines.ingest.ledger import FILES
from pipelines.ingest.notices import Notice, facts_text, write_notices
from pipelines.ingest.origin import Facts, Origin
from pipelines.ingest.refused_lines import EXPECTED
from pipelines.ingest.rows import Rows
from pipelines.ingest.sources import Source, own_fingerprint, reading_fingerprint
from pipelines.ingest.text import UnreadableError
from pipelines.privacy import mask_letters_sql, mask_text, mask_text_sql
from pipelines.settings import ReadingLimits
from pipelines.spec.literals import quoted

if TYPE_CHECKING:
    from pipelines.database import Connection

LONGEST_RAW = 2000


@dataclass
class FileResult:
    """What became of one file. rows_read = rows_loaded + rows_superseded + rows_quarantined."""

    path: str
    source: str | None = None
    # loaded, quarantined (the whole file), duplicate (its content was loaded before), changed (while it was read)
    status: str = "loaded"
    rows_read: int = 0
    rows_loaded: int = 0
    rows_superseded: int = 0
    rows_quarantined: int = 0
    seconds: float = 0.0
    reason: str | None = None  # why the whole file was refused
    notices: list[Notice] = field(default_factory=list)
    tables: dict[str, int] = field(default_factory=dict)  # rows inserted by table
    file_id: int = 0
    match: Match | None = None  # how its header was understood


@dataclass(frozen=True)
class Entry:
    """A file's line in the ledger, once everything about it is known."""

    found: Found
    sha: str | None
    modified_at: datetime
    exported_at: datetime
    encoding: str | None
    result: FileResult


@dataclass(frozen=True)
class Account:
    """The account of one load, of one file or of several."""

    connection: Connection
    now: datetime
    limits: ReadingLimits

    def write_faults(self, origin: Origin, rows: Rows, money: str, is_record: bool, key: list[str]) -> None:
        """A refused part of a record is set aside like a cell: the record itself is loaded.

        `key`: of a row whose amount is the whole one's on each of its lines (conflicts.py); else empty.
        """
        if rows.faults is None or not self.connection.execute(f"select 1 from {rows.faults} limit 1").fetchall():
            return  # planning what would write nothing costs more than looking
        known = " and ".join(f"{part} is not null" for part in key) or "false"
        again = f"{known} and {repeats_sql([origin.file_id, *key, money])}"
        is_cell = "is_cell" if is_record else "true"
        self.quarantine(
            f"select line, column_name, reason, found, expected, raw_text, {is_cell} as is_cell, "
            f"case when n = 1 and not {is_cell} then 1 else 0 end as rows, "
            f"case when n = 1 and not {is_cell} then amount end as amount, "
            f"{origin.file_id} as file_id, {origin.path} as path from {rows.faults} "
            f"left join (select t.rec, case when {again} then null else {money} end as amount "
            f"from {rows.name} t where t.is_bad) using (rec) "
            "order by file_id, line, rec, n"
        )

    def write_refused(self, facts: Facts, rows: Rows, source: Source) -> None:
        """Lines that are no records. In a source with personal columns any word of them may be a name."""
        if not len(rows.refused):
            return
        hide = mask_letters_sql if source.has_personal else mask_text_sql
        expected = " ".join(f"when {quoted(reason)} then {quoted(said)}" for reason, said in EXPECTED.items())
        self.connection.execute(
            "insert into ops.quarantine "
            "(file_id, path, line, reason, expected, raw_text, quarantined_at, is_cell, rows) "
            f"select ?, ?, line, reason, case reason {expected} end, left({hide('raw')}, {LONGEST_RAW}), ?, false, 1 "
            f"from {rows.refused.table}",
            [facts.file_id, facts.path, self.now],
        )

    def write_refusal(self, file_id: int, path: str, error: UnreadableError) -> None:
        """The whole file as one record that stands for all its rows."""
        self.connection.execute(
            "insert into ops.quarantine (file_id, path, reason, found, expected, is_cell, rows, quarantined_at, facts) "
            "values (?, ?, ?, ?, ?, false, ?, ?, ?)",
            [
                *(file_id, path, error.reason, error.found, error.expected, error.rows, self.now),
                facts_text(error.facts),
            ],
        )

    def name_sheets(self, file_id: int, sheets: tuple[tuple[str, int], ...]) -> None:
        """Where the refused lines of a workbook of several sheets stand."""
        for name, above in sheets:
            self.connection.execute(
                "update ops.quarantine set sheet = ?, sheet_row = line - ? where file_id = ? and line > ?",
                [mask_text(name), above, file_id, above],
            )

    def quarantine(self, sql: str) -> None:
        """Writes down the refused rows and cells that a SELECT gives; personal values are masked."""
        found, raw_text = mask_text_sql("found"), mask_text_sql("left(raw_text, 20000)")
        columns = "file_id, path, line, column_name, reason, found, expected, raw_text, is_cell, rows, amount"
        told = (
            f"file_id, path, line, column_name, reason, left({found}, 200), expected, left({raw_text}, {LONGEST_RAW})"
        )
        self.connection.execute(
            f"insert into ops.quarantine (quarantined_at, {columns}) "
            f"select timestamp '{self.now}', {told}, is_cell, rows, amount from ({sql})"
        )

    def enter(self, entries: list[Entry]) -> None:
        """The files' lines in the ledger, and everything that was said of them."""
        _replace_refusals(self.connection, entries)
        lines = [self._line(entry) for entry in entries]
        assert all(line.keys() == FILES.keys() for line in lines)
        columns = ", ".join(f"unnest(${name}::{sql_type}[])" for name, (sql_type, *_) in FILES.items())
        self.connection.execute(
            f"insert into ops.files ({', '.join(FILES)}) select {columns}",
            {name: [line[name] for line in lines] for name in FILES},
        )
        note_copies(self.connection, [(entry.found, entry.result.file_id) for entry in entries])
        write_notices(
            self.connection,
            [(e.result.file_id, e.found.path, notice) for e in entries for notice in e.result.notices],
        )

    def _line(self, entry: Entry) -> dict[str, Any]:
        result, found = entry.result, entry.found
        return {
            "file_id": result.file_id,
            "path": found.path,
            "file_name": found.name,
            "file_source": result.source,
            "sha256": entry.sha,
            "bytes": found.bytes,
            "modified_at": entry.modified_at,
            "exported_at": entry.exported_at,
            "loaded_at": self.now,
            "encoding": entry.encoding,
            "rows_read": result.rows_read,
            "rows_loaded": result.rows_loaded,
            "rows_superseded": result.rows_superseded,
            "rows_quarantined": result.rows_quarantined,
            "status": result.status,
            "seconds": round(result.seconds, 3),
            "mapping": reading_fingerprint(self.limits),
            "own_mapping": own_fingerprint(result.source),
        }


def _replace_refusals(connection: Connection, entries: list[Entry]) -> None:
    """A file refused by other mappings is tried again: what was said of it then is no longer true."""
    refused = connection.execute(
        "select file_id, coalesce(sha256, path) from ops.files where status = 'quarantined' "
        "and (list_contains($shas, sha256) or sha256 is null and list_contains($paths, path))",
        {"shas": [entry.sha for entry in entries], "paths": [e.found.path for e in entries if e.sha is None]},
    ).fetchall()
    now = {entry.sha or entry.found.path: entry.result.file_id for entry in entries}
    for file_id, content in refused:
        connection.execute("update ops.copies set file_id = ? where file_id = ?", [now[content], file_id])
        for table in ("quarantine", "notices", "files"):
            connection.execute(f"delete from ops.{table} where file_id = ?", [file_id])


def contents_known(connection: Connection, limits: ReadingLimits) -> dict[str, dict[str, int | None]]:
    """The loads of every content by its fingerprint and path; a refusal by other mappings does not count."""
    known = (
        "select sha256, path, file_id from ops.files where sha256 is not null and (status = 'loaded' or mapping = ?)"
    )
    contents: dict[str, dict[str, int | None]] = {}
    for sha, path, file_id in connection.execute(known, [reading_fingerprint(limits)]).fetchall():
        contents.setdefault(sha, {})[path] = file_id
    return contents


def note_copies(connection: Connection, copies: list[tuple[Found, int]]) -> None:
    """The paths were seen with the content of these loads, so that a later look need not read them."""
    if not copies:
        return
    connection.execute("delete from ops.copies where list_contains(?, path)", [[found.path for found, _ in copies]])
    connection.execute(
        "insert into ops.copies (path, bytes, modified_ns, file_id) "
        "select unnest($paths), unnest($bytes), unnest($times), unnest($ids)",
        {
            "paths": [found.path for found, _ in copies],
            "bytes": [found.bytes for found, _ in copies],
            "times": [found.modified_ns for found, _ in copies],
            "ids": [file_id for _, file_id in copies],
        },
    )
