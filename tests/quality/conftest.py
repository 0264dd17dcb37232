"""An empty ledger, in memory. What belongs here: the fixture. What does not: files and rows (test_quality.py)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pipelines.ingest.creating import create_staging
from tests.warehouses import clear, empty_warehouse


@pytest.fixture(scope="session")
def warehouse() -> Any:
    return empty_warehouse()


@pytest.fixture
def ledger(warehouse: Any) -> Iterator[Any]:
    """An empty one: what a test puts there goes, as making its tables anew takes longer than most tests."""
    standing = _tables(warehouse)
    yield warehouse
    for table in _tables(warehouse).keys() - standing.keys():
        warehouse.execute(f"drop table {table}")
    clear(warehouse)
    if _tables(warehouse) != standing:
        create_staging(warehouse)  # what a test took away


def _tables(warehouse: Any) -> dict[str, list[str]]:
    """The tables that there are, with their columns."""
    named = (
        "select schema_name || '.' || table_name, list(column_name) from duckdb_columns() as c "
        "where not internal and exists (from duckdb_tables() as t where t.table_oid = c.table_oid) group by all"
    )
    return {table: sorted(columns) for table, columns in warehouse.execute(named).fetchall()}
