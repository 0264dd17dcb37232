"""Checks of table headers, asked.

What belongs here: the way to Great Expectations, and the names that askers need. What does not: the grammar
(spec/checks.py), results and their record (check_record.py), a publication held back (hold.py), Great Expectations
itself (expectations.py).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.check_record import Failure, Result, create_record, record, standing_failures
from pipelines.hold import Held, hold, lift_hold, read_hold
from pipelines.spec.checks import Check, checks_of

if TYPE_CHECKING:
    import duckdb

    from pipelines.expectations import Validations

__all__ = [
    "Check",
    "Failure",
    "Held",
    "Result",
    "checks_of",
    "create_record",
    "hold",
    "lift_hold",
    "open_validations",
    "read_hold",
    "record",
    "standing_failures",
]


@contextlib.contextmanager
def open_validations(connection: duckdb.DuckDBPyConnection) -> Iterator[Validations]:
    """Great Expectations over an open connection: `.run(table, checks)` → results. The first call takes seconds."""
    from pipelines.expectations import Validations

    with Validations(connection) as opened:
        yield opened
