"""What became of one file, written down: its line in ops.files, its copies, its refused rows, its notices.

What belongs here: every write to the ledger. What does not: the ledger's columns (ledger.py), the steps of a file
(loading.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.ingest.headers import Match
from pipelines.ingest.landing import Found
from pipelines.ingest.ledger import FILES
from pipelines.ingest.notices import Notice, write_notices
from pipelines.ingest.rows import Rows
from pipelines.ingest.sources import Source, fingerprint
from pipelines.ingest.staging import quoted
from pipelines.ingest.text import UnreadableError
from pipelines.privacy import mask_letters, mask_text, mask_text_sql

if TYPE_CHECKING:
    import duckdb

LONGEST_RAW = 2000


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


@dataclass(frozen=True)
class Account:
    """The account of one load."""

    connection: duckdb.DuckDBPyConnection
    found: Found
    file_id: int
    sha: str | None
    modified_at: datetime
    now: datetime

    def write_faults(self, rows: Rows, money: str, is_record: bool) -> None:
        """A refused part of a record is set aside like a cell: the record itself is loaded."""
        if rows.faults is None:
            return
        is_cell = "is_cell" if is_record else "true"
        self._quarantine(
            f"select line, column_name, reason, found, expected, raw_text, {is_cell} as is_cell, "
            f"case when n = 1 and not {is_cell} then 1 else 0 end as rows, "
            f"case when n = 1 and not {is_cell} then amount end as amount from {rows.faults} "
            f"left join (select t.rec, {money} as amount from {rows.name} t where t.is_bad) using (rec) "
            "order by line, rec, n"
        )

    def write_conflicts(self, raw: str, rows: Rows, money: str, expected: str | None) -> None:
        """Rows that say something else about a key than another row of the same file and version.

        `raw`: SELECT of line, rec and raw_text. `expected`: what to do where all rows of the key were set aside.
        """
        self._quarantine(
            "select line, null as column_name, 'duplicate_key' as reason, null as found, "
            f"{quoted(expected or 'one row per key; the last such line was loaded')} as expected, raw_text, "
            f"false as is_cell, 1 as rows, amount from ({raw}) "
            f"left join (select t.rec, {money} as amount from {rows.name} t) using (rec)"
        )

    def write_refused(self, rows: Rows, source: Source) -> None:
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

    def write_refusal(self, error: UnreadableError) -> None:
        """The whole file as one record that stands for all its rows."""
        self.connection.execute(
            "insert into ops.quarantine (file_id, path, reason, found, expected, is_cell, rows, quarantined_at) "
            "values (?, ?, ?, ?, ?, false, ?, ?)",
            [self.file_id, self.found.path, error.reason, error.found, error.expected, error.rows, self.now],
        )

    def _quarantine(self, sql: str) -> None:
        found, raw_text = mask_text_sql("found"), mask_text_sql("left(raw_text, 20000)")
        columns = "line, column_name, reason, found, expected, raw_text, is_cell, rows, amount"
        told = f"line, column_name, reason, left({found}, 200), expected, left({raw_text}, {LONGEST_RAW}), is_cell"
        self.connection.execute(
            f"insert into ops.quarantine (file_id, path, quarantined_at, {columns}) select {self.file_id}, "
            f"{quoted(self.found.path)}, timestamp '{self.now}', {told}, rows, amount from ({sql})"
        )

    def enter(self, result: FileResult, exported_at: datetime, encoding: str | None) -> None:
        """The file's line in the ledger, and everything that was said of it."""
        self._replace_refusals()
        entry: dict[str, Any] = {
            "file_id": self.file_id,
            "path": self.found.path,
            "file_name": self.found.name,
            "file_source": result.source,
            "sha256": self.sha,
            "bytes": self.found.bytes,
            "modified_at": self.modified_at,
            "exported_at": exported_at,
            "loaded_at": self.now,
            "encoding": encoding,
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
        note_copy(self.connection, self.found, self.file_id)
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


def same_content(connection: duckdb.DuckDBPyConnection, sha: str | None) -> int | None:
    """The load that had these very bytes; an earlier refusal by other mappings does not count."""
    if sha is None:
        return None
    row = connection.execute(
        "select file_id from ops.files where sha256 = ? and (status = 'loaded' or mapping = ?)", [sha, fingerprint()]
    ).fetchone()
    return row[0] if row else None


def note_copy(connection: duckdb.DuckDBPyConnection, found: Found, file_id: int) -> None:
    """The path was seen with this content, so that a later look need not read it."""
    connection.execute("delete from ops.copies where path = ?", [found.path])
    connection.execute(
        "insert into ops.copies (path, bytes, modified_ns, file_id) values (?, ?, ?, ?)",
        [found.path, found.bytes, found.modified_ns, file_id],
    )
