"""Statements that are kept once they are parsed mean the same on every connection, and are forgotten in time."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.ingest import statements
from pipelines.ingest.statements import few_rows, rows_in_file_order, run_parsed


def test_the_same_words_are_asked_of_the_table_that_stands_now() -> None:
    for value in (1, 2):
        connection = duckdb.connect()
        connection.execute(f"create table given as select {value} as one, 'x' as two")
        assert run_parsed(connection, "select * from given").fetchall() == [(value, "x")]
        connection.execute("create or replace table given as select 3 as other")
        assert run_parsed(connection, "select * from given").fetchall() == [(3,)]


def test_no_more_are_kept_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[str, duckdb.Statement] = {}
    monkeypatch.setattr(statements, "_parsed", kept)
    connection = duckdb.connect()
    for number in range(statements.MOST + 2):
        assert run_parsed(connection, f"select {number}").fetchall() == [(number,)]
    assert list(kept) == [f"select {number}" for number in range(2, statements.MOST + 2)]


def test_rows_stay_in_file_order_while_few_rows_are_planned() -> None:
    connection = duckdb.connect()
    with rows_in_file_order(connection):
        with few_rows(connection):
            assert "in_clause" in off(connection)
        assert off(connection) == "in_clause"
    assert off(connection) == ""


def off(connection: duckdb.DuckDBPyConnection) -> str:
    return str(connection.execute("select current_setting('disabled_optimizers')").fetchall()[0][0])
