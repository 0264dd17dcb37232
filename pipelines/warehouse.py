"""The warehouse file: its single writer, its published copies, and the door for readers.

What belongs here: locking, publishing, `open_warehouse()`. What does not: connections by themselves
(database.py), which tables exist.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pipelines.database import connect, read_only, transaction
from pipelines.modes import make_home, make_private, private_files, publish_file, publish_folder
from pipelines.settings import Settings, load_settings
from pipelines.upkeep.manifest import Manifest, copy_with_checksum, manifest_path, rows_of, write_manifest

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.database import Connection

KEEP_SNAPSHOTS = 3
LET_GO_SECONDS = 10
# What DuckDB may take of the memory found unless the merchant says: with all else a run takes about a third.
MEMORY_SHARE = "30%"


class WarehouseBusy(RuntimeError):
    """Another process is writing this warehouse."""


class NothingPublished(RuntimeError):
    """There is no published snapshot yet."""


@dataclass(frozen=True)
class Warehouse:
    """The open warehouse of the one writer."""

    connection: Connection
    settings: Settings

    def transaction(self) -> contextlib.AbstractContextManager[Connection]:
        return transaction(self.connection)


@contextlib.contextmanager
def open_for_writing(settings: Settings) -> Iterator[Warehouse]:
    """The warehouse, read-write, for one process at a time.

    The lock is the kernel's (flock): it is gone the moment its holder dies, however it dies.
    Raises WarehouseBusy naming the process that holds it.
    """
    make_home(settings)
    with private_files(), _locked(settings):
        for path in (settings.warehouse_path, settings.lock_path):
            make_private(path)
        connection = _connect(settings)
        try:
            yield Warehouse(connection, settings)
            # A damaged write-ahead log can silently lose commits; leave none behind.
            connection.execute("checkpoint")
        finally:
            connection.close()


def _connect(settings: Settings) -> Connection:
    connection = connect(settings.warehouse_path)
    connection.execute(f"set memory_limit = '{settings.memory_limit or MEMORY_SHARE}'")
    # rows that were replaced are cleared away once, at the end, and not again and again in between
    connection.execute("set wal_autocheckpoint = '1GB'")
    return connection


@contextlib.contextmanager
def replaced_warehouse(settings: Settings) -> Iterator[tuple[Warehouse, Path]]:
    """The warehouse, and the path of a file that the block makes and that takes its place; all or nothing of it.

    No run goes on meanwhile. Raises WarehouseBusy.
    """
    make_home(settings)
    target = settings.warehouse_path.with_name(f".{settings.warehouse_path.name}.fresh")
    with private_files(), _locked(settings):
        target.unlink(missing_ok=True)
        connection = _connect(settings)
        try:
            yield Warehouse(connection, settings), target
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        finally:
            connection.close()
        target.rename(settings.warehouse_path)
        settings.log_path.unlink(missing_ok=True)


@contextlib.contextmanager
def looking_lock(settings: Settings) -> Iterator[str | None]:
    """Keeps a run from starting while we read; gives the process that is writing already, None if there is none."""
    if not settings.lock_path.exists():
        yield None
        return
    with open(settings.lock_path, encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            writer = None
        except OSError:
            writer = file.read().strip() or "unknown"
        yield writer


def busy(settings: Settings, holder: str) -> WarehouseBusy:
    """That another process is writing, and which."""
    return WarehouseBusy(
        f"{settings.home}: another run is writing this warehouse (process {holder}). "
        "Wait until it ends; reports and notebooks can be read meanwhile."
    )


def set_aside(settings: Settings) -> Path:
    """Moves a warehouse file that cannot be read out of the way, with its log; where it is now. Nothing is deleted."""
    aside = settings.home / f"{settings.warehouse_path.name}.broken-{datetime.now():%Y%m%dT%H%M%S}"
    log = settings.log_path
    if log.exists():
        log.rename(aside.with_name(f"{aside.name}.wal"))
    return settings.warehouse_path.rename(aside)


@contextlib.contextmanager
def _locked(settings: Settings) -> Iterator[None]:
    with open(settings.lock_path, "a+", encoding="utf-8") as file:
        _take(file, settings)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _take(file: IO[str], settings: Settings) -> None:
    """The lock. A process that was killed holds it until what it had started to read files is gone, too, which may be a
    moment later: that is waited for. Raises WarehouseBusy."""
    until = time.monotonic() + LET_GO_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            file.seek(0)
            holder = file.read().strip()
            if not _is_dead(holder) or time.monotonic() > until:
                raise busy(settings, holder or "unknown") from error
        time.sleep(0.05)


def _is_dead(holder: str) -> bool:
    """Whether the process of this number is surely gone."""
    try:
        os.kill(int(holder), 0)
    except ProcessLookupError:
        return True
    except (ValueError, OverflowError, OSError):
        return False
    return False


def publish(warehouse: Warehouse) -> Path:
    """A read-only copy of the warehouse under a name of its own, then one atomic step that makes it the current one.

    Readers of an older copy keep it; nobody ever sees half a file. Returns the copy's path.
    """
    settings = warehouse.settings
    publish_folder(settings.published, settings)
    warehouse.connection.execute("checkpoint")
    log = settings.log_path
    if log.exists() and log.stat().st_size:
        raise RuntimeError(f"{log}: the checkpoint left a write-ahead log; the copy would miss rows, so none was made")
    copy = settings.published / f"siyu-{datetime.now():%Y%m%dT%H%M%S%f}.duckdb"
    partial = copy.with_suffix(".partial")
    checksum = copy_with_checksum(settings.warehouse_path, partial)
    _to_disk(partial)
    publish_file(partial, settings, is_final=True)
    write_manifest(copy, Manifest(partial.stat().st_size, checksum, rows_of(warehouse.connection)))
    publish_file(manifest_path(copy), settings)
    partial.rename(copy)
    pointer = settings.published / ".siyu.duckdb.new"
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(copy.name)
    pointer.rename(settings.snapshot_path)
    _to_disk(settings.published)
    _forget_old(settings.published, copy)
    return copy


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _forget_old(folder: Path, current: Path) -> None:
    """Removes all but the newest copies, and what a killed publish left half-written."""
    copies = sorted(p for p in folder.glob("siyu-*.duckdb") if p != current)
    for old in [*copies[: -(KEEP_SNAPSHOTS - 1)], *folder.glob("siyu-*.partial")]:
        old.unlink(missing_ok=True)
        manifest_path(old).unlink(missing_ok=True)


@dataclass(frozen=True)
class Snapshot:
    """One published snapshot, read-only; what notebooks and reports read. Close it, or use it in a `with` block."""

    connection: Connection
    settings: Settings
    path: Path

    @property
    def as_of(self) -> date:
        """The last business day that the snapshot's numbers know."""
        return self.connection.execute("select as_of from core.as_of").fetchall()[0][0]

    def table(self, name: str) -> pd.DataFrame:
        """A whole table, e.g. `.table("metrics.repurchase")`; metrics may be named without their schema."""
        qualified = name if "." in name else f"metrics.{name}"
        return _named(self.connection.table(qualified).df(), qualified)

    def sql(self, text: str, **parameters: Any) -> pd.DataFrame:
        """Any SELECT; `$name` in it takes the keyword argument `name`."""
        return self.connection.execute(text, parameters or None).df()

    def metric(self, name: str, *, as_of: date | str | None = None, **parameters: Any) -> pd.DataFrame:
        """A metric with other parameters than the nightly table's, and on another day if `as_of` is given.

        Warns where a word or the day makes the answer mean something else than was asked.
        """
        from pipelines.metrics import ask, doubts

        for doubt in doubts(self, name, parameters, as_of):
            warnings.warn(doubt, stacklevel=2)
        return _named(ask(self, name, parameters, as_of).df(), name if "." in name else f"metrics.{name}")

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _named(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """A frame that knows of which table it is: what its columns are called and mean follows from that."""
    frame.attrs["table"] = table
    return frame


def open_warehouse(home: Path | str | None = None) -> Snapshot:
    """The current published snapshot of a home directory, read-only; never blocks or is blocked by a run."""
    settings = load_settings(home)
    if not settings.snapshot_path.exists():
        raise NothingPublished(
            f"{settings.home}: nothing is published yet. Put files in {settings.landing} and run `siyu run`, "
            "or try `siyu demo`."
        )
    path = settings.snapshot_path.resolve()
    return Snapshot(read_only(path), settings, path)


@contextlib.contextmanager
def shut_warehouse(home: Path | str | None = None) -> Iterator[Snapshot]:
    """The published snapshot on a connection that reads and writes no other file, whatever the SQL says."""
    with open_warehouse(home) as snapshot:
        # `show tables` then lists them all, and a table may be named without its schema: results before what makes them
        snapshot.connection.execute("set search_path = 'metrics,facts,core,staging'")
        snapshot.connection.execute(f"set memory_limit = '{MEMORY_SHARE}'")
        snapshot.connection.execute("set enable_external_access = false")
        snapshot.connection.execute("set lock_configuration = true")
        yield snapshot
