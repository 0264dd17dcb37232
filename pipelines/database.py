"""Connections to the warehouse, opened alike everywhere; nothing above it and `engines/` names a connection's type.

What belongs here: opening, to write and to read, and transactions. What does not: a merchant's warehouse, its lock and
its copies (warehouse.py), which tables exist.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.spec.literals import quoted

if TYPE_CHECKING:
    from typing import TypeAlias

    import duckdb

    # The warehouse is a DuckDB file whatever engine makes its tables (engines/): one that is open, by its one name.
    Connection: TypeAlias = duckdb.DuckDBPyConnection

SCHEMAS = ("staging", "superseded", "core", "facts", "metrics", "ops")
# Analysts still have DuckDB 1.5; a file of the newest format could not be opened there.
STORAGE_VERSION = "v1.5.0"


def connect(path: Path | None = None) -> Connection:
    """A connection to a warehouse file (created when absent), or to one in memory, with every schema in place."""
    import duckdb

    connection = duckdb.connect()
    _quiet(connection)
    if path is not None:
        # what does not fit in memory is written beside the warehouse, not into the folder one happens to stand in
        connection.execute(f"set temp_directory = {quoted(f'{path}.tmp')}")
        connection.execute(f"attach {quoted(path)} as warehouse (storage_version '{STORAGE_VERSION}')")
        connection.execute("use warehouse")
    for schema in SCHEMAS:
        connection.execute(f"create schema if not exists {schema}")
    return connection


def _quiet(connection: Connection) -> None:
    # In a notebook without ipywidgets the bar is off, and DuckDB refuses to hear it named.
    if connection.execute("select current_setting('enable_progress_bar')").fetchall()[0][0]:
        connection.execute("set enable_progress_bar = false")
    connection.execute("set TimeZone = 'UTC'")


def read_only(path: Path) -> Connection:
    """The one door for readers: a warehouse file or a snapshot of it, to be closed, or used in a `with` block."""
    import duckdb

    connection = duckdb.connect(str(path.resolve()), read_only=True)
    _quiet(connection)
    return connection


_BROKEN = (
    *("corrupt", "checksum", "not a valid duckdb", "deserializ", "been invalidated", "beyond the end of the file"),
    "could not read enough bytes",  # the file was cut
)


@contextlib.contextmanager
def interrupted(connection: Connection, seconds: int) -> Iterator[None]:
    """What is asked inside may take so long; then DuckDB raises InterruptException."""
    over = threading.Event()

    def watch() -> None:
        """Again and again: between two statements nobody hears it."""
        patience: float = seconds
        while not over.wait(patience):
            connection.interrupt()
            patience = 0.05

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()


def is_broken(error: BaseException) -> bool:
    """Whether the engine says that a file is not what it once wrote; what it says of a statement is never that."""
    is_about_sql = any(kind.__name__ == "ProgrammingError" for kind in type(error).__mro__)
    return not is_about_sql and any(word in str(error).lower() for word in _BROKEN)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the machine, or what a process may take of it, had no memory left: the engine, Python and the system's
    loader of libraries each say so in words of their own."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return True
    names = {f"{kind.__module__}.{kind.__name__}" for kind in type(error).__mro__}
    is_said = any(words in str(error).lower() for words in _NO_MEMORY)
    is_about_sql = any(name.endswith(".ProgrammingError") for name in names)
    return is_said and not names.isdisjoint(_SAY_SO) and not is_about_sql


_NO_MEMORY = ("out of memory", "failed to allocate", "allocation failure", "bad alloc", "failed to map segment")
_SAY_SO = {"_duckdb.Error", "duckdb.Error", "builtins.ImportError"}


def first_line(error: BaseException) -> str:
    """What an error says, in one line of a page."""
    return (str(error).strip().splitlines() or ["no message"])[0][:300]


@contextlib.contextmanager
def transaction(connection: Connection) -> Iterator[Connection]:
    """All of the block or nothing of it."""
    connection.execute("begin")
    try:
        yield connection
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


@contextlib.contextmanager
def set_to(connection: Connection, during: str, afterwards: str) -> Iterator[None]:
    """A setting for a while: two statements. An error inside is told as it is, never as one of setting it back, which
    an aborted transaction refuses."""
    connection.execute(during)
    try:
        yield
    except BaseException:
        with contextlib.suppress(Exception):
            connection.execute(afterwards)
        raise
    connection.execute(afterwards)


@functools.cache
def apart() -> Connection:
    """A database of its own, without tables: making one takes as long as all the questions to it."""
    import duckdb

    return duckdb.connect(config={"threads": 1})


def add_rows(connection: Connection, table: str, rows: str) -> None:
    """Adds the rows of a SELECT to a temporary table by making it anew.

    Of a table that was made empty in the same transaction, filled with more than a row group (122,880 rows) and then
    inserted into again, DuckDB 2.0.0 shows no row at all until the transaction ends (findings/).
    """
    connection.execute(f"create or replace temp table {table} as (from {table}) union all ({rows})")
