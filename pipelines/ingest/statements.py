"""Long statements that are made again and again: parsed once, and planned with little ado where they meet few rows.

What belongs here: running them on DuckDB. What does not: what they say (plan.py).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.database import set_to

if TYPE_CHECKING:
    import duckdb

    from pipelines.database import Connection

_IN_ORDER = "set disabled_optimizers = 'in_clause'"
MOST = 32  # statements are kept; one of a wide header takes some megabytes
_parsed: dict[str, duckdb.Statement] = {}


def run_parsed(connection: Connection, sql: str) -> Connection:
    """Runs one statement; where it ran before under the same words, it is not parsed again."""
    if sql not in _parsed:
        if len(_parsed) >= MOST:
            del _parsed[next(iter(_parsed))]
        _parsed[sql] = connection.extract_statements(sql)[0]
    return connection.execute(_parsed[sql])


@contextlib.contextmanager
def rows_in_file_order(connection: Connection) -> Iterator[None]:
    """A row's place in the table that is read from a file says its line, so nothing may disturb their order.

    DuckDB turns long IN lists into joins, and a join of two threads gives rows back in whatever order they end.
    """
    with set_to(connection, _IN_ORDER, "reset disabled_optimizers"):
        yield


@contextlib.contextmanager
def few_rows(connection: Connection) -> Iterator[None]:
    """Inside rows_in_file_order: what is planned meets so few rows that looking for a better plan costs more."""
    plainly = "set disabled_optimizers = 'in_clause,common_subexpressions,statistics_propagation'"
    with set_to(connection, plainly, _IN_ORDER):
        yield
