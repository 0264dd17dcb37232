"""Whether a home is what it was: key, warehouse, ledger, landing, snapshot, report; what is broken and what mends it.

What belongs here: looking, without changing anything. What does not: mending (a run does that), printing (cli/).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.database import first_line, read_only
from pipelines.merchant_key import fingerprint_of
from pipelines.settings import Settings
from pipelines.steps.reporting import is_reported
from pipelines.upkeep.manifest import checksum_of, read_manifest, rows_of
from pipelines.upkeep.purge import purged_paths
from pipelines.upkeep.version import SHAPE, shape_of
from pipelines.warehouse import busy, looking_lock

if TYPE_CHECKING:
    from pipelines.database import Connection

SHOWN = 3
REBUILD = "`siyu run --full` sets the file aside and makes everything again from landing."
PUBLISH = "`siyu run` publishes a new one from the warehouse."
RESTORE = "Put it back from a backup (`siyu restore`)."


@dataclass(frozen=True)
class Found:
    """One thing that was looked at. `broken`: '' where it is whole; else what is wrong, and `remedy` what mends it."""

    part: str
    whole: str
    broken: str = ""
    remedy: str = ""

    @property
    def is_whole(self) -> bool:
        return not self.broken


def verify(settings: Settings, told: Callable[[Found], None] = lambda _: None) -> list[Found]:
    """Looks at every part of a home, the quick ones first; `told` hears of each at once.

    No run begins meanwhile. Raises WarehouseBusy while one goes on: a file that is being written is not broken.
    """
    found = []
    with looking_lock(settings) as writer:
        if writer:
            raise busy(settings, writer)
        for one in _all(settings):
            told(one)
            found.append(one)
    return found


def _all(settings: Settings) -> Iterator[Found]:
    yield _log(settings)
    yield from _warehouse(settings)
    yield _snapshot(settings)
    yield _report(settings)


def _log(settings: Settings) -> Found:
    """A run closes it; after a kill the next run reads it, unless it is damaged."""
    log = settings.log_path
    if not log.exists() or not log.stat().st_size:
        return Found("write-ahead log", "closed")
    return Found("write-ahead log", f"{log.stat().st_size:,} bytes of a run that was stopped; the next run reads them")


def _warehouse(settings: Settings) -> Iterator[Found]:
    import duckdb

    if not settings.warehouse_path.exists():
        yield Found("warehouse", "nothing was loaded yet")
        return
    try:
        with read_only(settings.warehouse_path) as connection:
            rows = _read_everything(connection)
            yield Found("warehouse", f"{len(rows)} tables, {sum(rows.values()):,} rows, every block read")
            yield _shape(connection)
            yield check_key(connection, settings)
            yield _ledger(connection)
            yield from _landing(connection, settings)
    except duckdb.Error as error:
        yield Found("warehouse", "", _said(error, settings.warehouse_path), REBUILD)


def _read_everything(connection: Connection) -> dict[str, int]:
    """Every column of every row: DuckDB compares each block with its checksum when it reads it."""
    rows = rows_of(connection)
    for name in rows:
        connection.execute(f"select bit_xor(hash(t)) from {name} t").fetchall()
    return rows


def _shape(connection: Connection) -> Found:
    shape = shape_of(connection)
    if shape > SHAPE:
        return Found("version", "", f"a newer Siyu wrote the warehouse (shape {shape})", "Install that version.")
    return Found("version", f"shape {shape}")


def check_key(connection: Connection, settings: Settings) -> Found:
    """Whether secret.key is there and the warehouse's own."""
    known = _asked(connection, "ops.merchant_key", "select fingerprint from ops.merchant_key")
    if not settings.key_path.exists():
        remedy = f"{RESTORE} Without one, `siyu key new` makes another and reads everything again."
        return Found("key", "", "secret.key is not there", remedy)
    try:
        mark = fingerprint_of(bytes.fromhex(settings.key_path.read_text(encoding="ascii").strip()))
    except (ValueError, UnicodeDecodeError):
        return Found("key", "", "secret.key is not 64 hexadecimal characters", RESTORE)
    if known and known[0][0] != mark:
        return Found("key", "", "secret.key is not the one that the warehouse was loaded with", RESTORE)
    return Found("key", "goes with the warehouse")


def _asked(connection: Connection, table: str, sql: str) -> list[tuple]:
    schema, name = table.split(".")
    there = "select 1 from duckdb_tables() where schema_name = ? and table_name = ?"
    return connection.execute(sql).fetchall() if connection.execute(there, [schema, name]).fetchall() else []


def _ledger(connection: Connection) -> Found:
    """Rows read = loaded + superseded + refused of every file, and what stands in staging is what was loaded."""
    wrong = _asked(
        connection,
        "ops.files",
        "select path from ops.files where rows_read <> rows_loaded + rows_superseded + rows_quarantined order by all",
    )
    if wrong:
        return Found("ledger", "", f"rows of {len(wrong)} files do not add up ({_some(wrong)})", REBUILD)
    files = _asked(connection, "ops.files", "select count(*) from ops.files")
    return Found("ledger", f"{files[0][0] if files else 0:,} files, rows of each accounted for")


def _landing(connection: Connection, settings: Settings) -> Iterator[Found]:
    """Each loaded file is still there, with the bytes that were loaded."""
    from pipelines.ingest.landing import find_files
    from pipelines.ingest.text import sha256_of

    loaded = _asked(
        connection,
        "ops.copies",
        "select c.path, f.sha256, c.bytes, c.modified_ns from ops.copies c join ops.files f using (file_id) "
        "where f.status = 'loaded' and f.sha256 is not null order by all",
    )
    there = {found.path: found for found in find_files(settings) if not found.refused}
    purged = purged_paths(connection)
    gone = [(path,) for path, *_ in loaded if path not in there and path not in purged]
    same = [row for row in loaded if row[0] in there and _is_dated(there[row[0]], row)]
    other = [(path,) for path, sha, *_ in same if sha256_of(there[path].full) != sha]
    if other:
        said = f"{len(other)} files hold other bytes than were loaded, at the same size and time ({_some(other)})"
        yield Found("landing", "", said, f"Put the original files back from a backup, or export them again. {REBUILD}")
    if gone:
        said = f"{len(gone)} files that were loaded are no longer there ({_some(gone)})"
        yield Found("landing", "", said, "Put them back: until then nothing can be made again from landing.")
    if not (other or gone):
        went = sum(path not in there for path, *_ in loaded)
        on_purpose = f"; {went:,} were purged (`siyu purge`)" if went else ""
        yield Found("landing", f"{len(loaded) - went:,} loaded files are there, with the bytes loaded{on_purpose}")


def _is_dated(found: object, row: tuple) -> bool:
    """Whether a file has the size and time that it was loaded with; one that has not is new to the next run."""
    return (found.bytes, found.modified_ns) == (row[2], row[3])  # type: ignore[attr-defined]


def _snapshot(settings: Settings) -> Found:
    import duckdb

    if not settings.snapshot_path.exists():
        if settings.snapshot_path.is_symlink():
            return Found("snapshot", "", f"{settings.snapshot_path.name} leads nowhere", PUBLISH)
        return Found("snapshot", "nothing is published yet")
    path = settings.snapshot_path.resolve()
    manifest = read_manifest(path)
    try:
        if manifest is not None and (manifest.bytes, manifest.checksum) != (path.stat().st_size, checksum_of(path)):
            return Found("snapshot", "", f"{path.name} is not what was published: its bytes changed", PUBLISH)
        with read_only(path) as connection:
            rows = _read_everything(connection)
    except (duckdb.Error, OSError) as error:
        return Found("snapshot", "", _said(error, path), PUBLISH)
    if manifest is not None and manifest.tables != rows:
        return Found("snapshot", "", f"{path.name} has other rows than were published", PUBLISH)
    known = "as its manifest says" if manifest is not None else "made before manifests were"
    return Found("snapshot", f"{path.name}: {len(rows)} tables, every block read, {known}")


def _report(settings: Settings) -> Found:
    if not settings.snapshot_path.exists() or is_reported(settings):
        return Found("report", "of the current snapshot" if settings.snapshot_path.exists() else "none yet")
    return Found("report", "", "the newest daily report is not of the current snapshot", "`siyu run` writes it.")


def _said(error: Exception, path: Path) -> str:
    return f"{path.name} cannot be read whole: {first_line(error)}"


def _some(rows: list[tuple]) -> str:
    return ", ".join(str(path) for (path,) in rows[:SHOWN]) + (", …" if len(rows) > SHOWN else "")
