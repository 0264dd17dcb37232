"""`siyu query` and `siyu metric`: one question to the published snapshot.

What belongs here: shutting the connection, its bounds, reading parameters typed by hand. What does not: printing
(show.py).
"""

from __future__ import annotations

import contextlib
import os
import resource
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.cli.mistakes import UserError
from pipelines.cli.show import Format, Rows, answer, write
from pipelines.memory import address_space

if TYPE_CHECKING:
    from pipelines.database import Connection

SHARE_OF_MEMORY = 0.5  # of the machine's, that the process of one question may add


@contextlib.contextmanager
def bounded(connection: Connection, seconds: int) -> Iterator[None]:
    """What is asked inside may take so long, and as much memory as the engine may plus a share for its answer.

    Raises UserError where it takes more.
    """
    import duckdb

    from pipelines.database import interrupted

    try:
        with _held_memory(), interrupted(connection, seconds):
            yield
    except duckdb.InterruptException as error:
        raise UserError(f"the SQL took longer than {seconds} seconds; ask for less, or give --seconds") from error
    except (MemoryError, duckdb.OutOfMemoryException) as error:
        raise UserError("the SQL needs more memory than there is for it; ask for less at once") from error


@contextlib.contextmanager
def _held_memory() -> Iterator[None]:
    """A share of the memory of the machine, and no more, for this process; kept by the operating system."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    try:
        found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        most = address_space() + int(found * SHARE_OF_MEMORY)
    except (ValueError, FileNotFoundError):  # not Linux
        yield
        return
    resource.setrlimit(resource.RLIMIT_AS, (most if before[0] < 0 else min(most, before[0]), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def ask_sql(home: Path | None, sql: str, form: Format, limit: int, seconds: int) -> None:
    """Runs one statement on the snapshot and prints its rows. Raises UserError with DuckDB's words about the SQL."""
    import duckdb

    from pipelines.warehouse import shut_warehouse

    if not sql.strip().strip(";"):
        raise UserError('the SQL is empty; expected one SELECT, e.g. siyu query "select * from metrics.repurchase"')
    with shut_warehouse(home) as snapshot:
        try:
            if (number := len(duckdb.extract_statements(sql))) > 1:
                raise UserError(f"the SQL holds {number} statements; expected one SELECT")
            with bounded(snapshot.connection, seconds):
                write(answer(snapshot.connection.execute(sql)), form, limit)
        except duckdb.Error as error:
            raise UserError(
                f"the SQL could not be answered: {error}\n"
                "      `siyu explain` lists the tables, `siyu explain TABLE` the columns of one."
            ) from error


def ask_metric(
    home: Path | None, name: str, parameters: list[str], as_of: date | None, form: Format, limit: int
) -> None:
    """Answers a metric with parameters `key=value` and prints its rows."""
    import duckdb

    from pipelines.metrics import ask, doubts, find_metric
    from pipelines.warehouse import open_warehouse

    table = find_metric(name)
    given = read_parameters(parameters, table.parameters)
    with open_warehouse(home) as snapshot:
        try:
            found = ask(snapshot, name, given, as_of).order(", ".join(table.key) or "all")
            write(Rows(found.columns, found.fetchall()), form, limit)
            sys.stdout.flush()
            for doubt in doubts(snapshot, name, given, as_of):
                print(f"note: {doubt}", file=sys.stderr)
        except duckdb.Error as error:
            if not given:
                raise
            words = ", ".join(f"{key}={value}" for key, value in given.items())
            raise UserError(
                f"{table.qualified} has no answer to {words}: {error}\n"
                f"      `siyu explain {table.name}` tells what its parameters take."
            ) from error


def read_parameters(typed: list[str], known: dict[str, object]) -> dict[str, str]:
    """`key=value` texts as a mapping; the metric itself reads each value as its default's type."""
    given: dict[str, str] = {}
    for text in typed:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not key:
            example = next((f"{name}={_typed(value)}" for name, value in known.items()), "key=value")
            raise UserError(f"--param {text!r}: expected KEY=VALUE, e.g. --param {example}")
        if key in given:
            raise UserError(f"--param {key} is given twice; a list is written once, as {key}={given[key]},{value}")
        given[key] = value
    return given


def _typed(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
