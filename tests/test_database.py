"""Connections: what is set for a while, and errors that stay what they are."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.database import set_to, transaction

OFF, ON = "set disabled_optimizers = 'in_clause'", "reset disabled_optimizers"


def setting(connection: duckdb.DuckDBPyConnection) -> str:
    return connection.execute("select current_setting('disabled_optimizers')").fetchall()[0][0]


def test_a_setting_holds_inside_and_not_afterwards() -> None:
    with duckdb.connect() as connection:
        with set_to(connection, OFF, ON):
            assert setting(connection) == "in_clause"
        assert setting(connection) == ""


def test_an_error_inside_a_transaction_is_told_as_it_is() -> None:
    """The transaction is aborted by it, and setting anything back refused: that error would be the one that is told."""
    with duckdb.connect() as connection:
        with pytest.raises(duckdb.ConversionException), transaction(connection), set_to(connection, OFF, ON):
            connection.execute("create table t as select 'x'::integer as n")
        with pytest.raises(duckdb.ConversionException), set_to(connection, OFF, ON), transaction(connection):
            connection.execute("create table t as select 'x'::integer as n")
        assert setting(connection) == ""
