"""What came of the checks: results, and their record in ops.checks.

What belongs here: results, writing them, and which failures still stand. What does not: the grammar of checks
(spec/checks.py), asking them (expectations.py), what a failure does to a publication (steps/hold.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.spec.checks import Check, checks_of
from pipelines.tables import Table

if TYPE_CHECKING:
    from pipelines.database import Connection


@dataclass(frozen=True)
class Result:
    """What came of a check. `observed` holds counts only, never a value of the table; `rows` is the count itself."""

    check: Check
    is_passed: bool
    observed: str
    rows: int | None = None


@dataclass(frozen=True)
class Failure:
    """A failed check as a report names it."""

    table: str
    name: str
    observed: str
    expected: str
    is_blocking: bool = True


def create_record(connection: Connection) -> None:
    """The table of results, one row per check and run."""
    connection.execute("""
        create table if not exists ops.checks (
            run_id varchar, table_name varchar, check_name varchar, passed boolean, blocking boolean,
            observed varchar, expected varchar, checked_at timestamp)
    """)


def record(connection: Connection, run_id: str, results: Sequence[Result], now: datetime) -> None:
    """Writes results to ops.checks."""
    rows = [
        [r.check.table, r.check.name, r.is_passed, r.check.is_blocking, r.observed, r.check.expected] for r in results
    ]
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        connection.execute(
            "insert into ops.checks select ?, unnest(?), unnest(?), unnest(?), unnest(?), unnest(?), unnest(?), ?",
            [run_id, *columns, now],
        )


def standing_failures(connection: Connection, tables: Iterable[Table]) -> list[Failure]:
    """Blocking checks of these tables whose newest result is a failure, of checks that the headers still state.

    Not only this run's: a run of a few tables must not publish what an earlier run found wrong. The newest is what was
    entered last, whatever the clock said then.
    """
    rows = connection.execute("""
        select table_name, check_name, observed, expected from ops.checks
        qualify row_number() over (partition by table_name, check_name order by rowid desc) = 1
            and blocking and not passed
        order by all
    """).fetchall()
    stated = {(check.table, check.name) for table in tables for check in checks_of(table) if check.is_blocking}
    return [Failure(*row) for row in rows if tuple(row[:2]) in stated]
