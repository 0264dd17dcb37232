"""Checks of headers: every kind passes and fails as it should on DuckDB, and no value leaves the table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy

from pipelines.catalogue import load_catalogue
from pipelines.check_record import Result
from pipelines.database import connect
from pipelines.expectations import Validations
from pipelines.spec.checks import checks_of
from pipelines.spec.header import Header
from pipelines.spec.reading import SpecError, checked
from pipelines.tables import Table

ROWS = """
    (1, 'a', null, 0.5, date '2025-01-31', 'ok'),
    (2, 'a', null, null, null, 'ok'),
    (3, 'b', 'x', 1.5, date '2025-02-01', '13800001234')
"""
COLUMNS = ["id", "k", "g", "rate", "day", "word"]


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A warehouse file open read-write, with one small table and one other to refer to."""
    opened = connect(tmp_path_factory.mktemp("home") / "warehouse.duckdb")
    opened.execute(f"create table core.small as select * from (values {ROWS}) as t({', '.join(COLUMNS)})")
    opened.execute("create table core.other as select * from (values (1), (2)) as t(id)")
    yield opened
    opened.close()


def table(*checks: dict[str, Any]) -> Table:
    header = {
        "title": {"zh": "小", "en": "Small"},
        "description": "A small table.",
        "grain": "id",
        "columns": {name: {"type": "varchar", "zh": "列"} for name in COLUMNS},
        "checks": list(checks),
    }
    path = Path("assets/core/small.sql")
    return Table("core", "small", path, checked(header, Header, path), "")


def asked(connection: duckdb.DuckDBPyConnection, *checks: dict[str, Any]) -> list[Result]:
    with Validations(connection) as validations:
        return validations.run("core.small", checks_of(table(*checks)))


@pytest.mark.parametrize(
    ("check", "at_fault"),
    [
        ({"unique": ["id"]}, 0),
        ({"unique": ["k"]}, 2),
        ({"unique": ["k", "g"]}, 2),  # NULL equals NULL: one person in no group twice is twice
        ({"not_null": ["id"]}, 0),
        ({"not_null": ["g"]}, 2),
        ({"between": {"column": "rate", "min": 0, "max": 2}}, 0),
        ({"between": {"column": "rate", "min": 0, "max": 1}}, 1),
        ({"between": {"column": "rate", "min": 0}}, 0),
        ({"between": {"column": "day", "max": "2025-01-31"}}, 1),
        ({"in_set": {"column": "g", "values": ["x"]}}, 0),
        ({"in_set": {"column": "word", "values": ["ok", "o'k"]}}, 1),
        ({"condition": {"sql": "rate is null or rate > 0", "name": "above zero"}}, 0),
        ({"condition": {"sql": "rate > 1", "name": "above one"}}, 1),  # a NULL rate is not false
        ({"condition": {"sql": "not regexp_matches(word, '^1[0-9]{10}$')", "name": "no phone"}}, 1),
        ({"relationship": {"columns": "id", "table": "core.other"}}, 1),
        ({"relationship": {"columns": "g", "table": "core.other", "to": "no_such_column"}}, None),
        ({"no_rows": {"sql": "select k from {table} group by k having count(*) > 2", "name": "few per k"}}, 0),
        ({"no_rows": {"sql": "select k from {table} group by k having count(*) > 1", "name": "one per k"}}, 1),
    ],
)
def test_each_kind_counts_the_rows_at_fault(
    connection: duckdb.DuckDBPyConnection, check: dict[str, Any], at_fault: int | None
) -> None:
    (result,) = asked(connection, check)
    if at_fault is None:
        assert not result.is_passed
        assert result.observed.startswith("could not be evaluated")
    else:
        assert (result.is_passed, result.observed) == (at_fault == 0, f"{at_fault} rows at fault")


def test_row_count(connection: duckdb.DuckDBPyConnection) -> None:
    passed, failed = asked(connection, {"row_count": {"min": 3, "max": 3}}, {"row_count": {"min": 4}})
    assert (passed.is_passed, passed.observed) == (True, "3 rows")
    assert (failed.is_passed, failed.observed) == (False, "3 rows")


def test_the_second_connection_sees_what_the_writer_just_wrote(connection: duckdb.DuckDBPyConnection) -> None:
    with Validations(connection) as validations:
        checks = checks_of(table({"row_count": {"min": 4}}))
        before = validations.run("core.small", checks)
        connection.execute("insert into core.small (id) values (4)")
        after = validations.run("core.small", checks)
        connection.execute("delete from core.small where id = 4")
        connection.execute("checkpoint")
    assert [before[0].is_passed, after[0].is_passed] == [False, True]


def test_no_value_of_the_table_is_in_a_result(connection: duckdb.DuckDBPyConnection) -> None:
    results = asked(
        connection,
        {"in_set": {"column": "word", "values": ["ok"]}},
        {"unique": ["word"]},
        {"condition": {"sql": "cast(word as integer) > 0", "name": "conversion fails"}},
    )
    assert [r.is_passed for r in results] == [False, False, False]
    assert "13800001234" not in repr(results)
    assert results[2].observed == "could not be evaluated: the query failed on the table's values"


def test_a_check_that_cannot_be_evaluated_hides_no_other(connection: duckdb.DuckDBPyConnection) -> None:
    """All are asked in one statement, which one of them spoils."""
    results = asked(
        connection,
        {"unique": ["id"]},
        {"condition": {"sql": "rat > 0", "name": "misspelt"}},
        {"row_count": {"min": 4}},
        {"in_set": {"column": "word", "values": ["ok"]}},
        {"no_rows": {"sql": "select k from {tabel}", "name": "no table"}},
        {"condition": {"sql": "cast(word as integer) > 0", "name": "conversion fails"}},
        {"not_null": ["id", "g"]},
    )
    assert [(r.check.name, r.is_passed, r.rows) for r in results] == [
        ("unique_id", True, 0),
        ("misspelt", False, None),
        ("row_count", False, 3),
        ("in_set_word", False, 1),
        ("no_table", False, None),
        ("conversion_fails", False, None),
        ("not_null_id", True, 0),
        ("not_null_g", False, 2),
    ]


def test_all_checks_of_a_table_are_one_statement(connection: duckdb.DuckDBPyConnection) -> None:
    statements: list[str] = []
    with Validations(connection) as validations:
        sqlalchemy.event.listen(
            validations._database, "before_cursor_execute", lambda *given: statements.append(given[2])
        )
        results = validations.run(
            "core.small",
            checks_of(table({"unique": ["id"]}, {"not_null": ["g"]}, {"row_count": {"max": 3}}, {"unique": ["k"]})),
        )
    assert [(r.is_passed, r.rows) for r in results] == [(True, 0), (False, 2), (True, 3), (False, 2)]
    assert len(statements) == 1


@pytest.mark.parametrize("check", [{"unique": ["id"]}, {"not_null": ["id"]}, {"row_count": {"max": 0}}])
def test_nothing_is_at_fault_in_an_empty_table(connection: duckdb.DuckDBPyConnection, check: dict[str, Any]) -> None:
    connection.execute("create or replace table core.empty as from core.small limit 0")
    with Validations(connection) as validations:
        (result,) = validations.run("core.empty", [replace(one, table="core.empty") for one in checks_of(table(check))])
    assert (result.is_passed, result.rows) == (True, 0)


@pytest.mark.parametrize(
    ("sql", "at_fault"),
    [
        ("k in (select k from core.small group by k having count(*) > 1)", 1),
        ("word not like '%1380%'", 1),
        ("word = 'a:b' or id < 3", 1),
        ("regexp_matches(word, '^[a-z]{2}$')", 1),
    ],
)
def test_a_condition_is_asked_as_it_is_written(connection: duckdb.DuckDBPyConnection, sql: str, at_fault: int) -> None:
    (result,) = asked(connection, {"condition": {"sql": sql, "name": "given"}})
    assert (result.is_passed, result.rows) == (False, at_fault)


def test_a_condition_that_names_no_column_says_so(connection: duckdb.DuckDBPyConnection) -> None:
    (result,) = asked(connection, {"condition": {"sql": "rat > 0", "name": "misspelt"}})
    assert not result.is_passed
    assert 'Referenced column "rat" not found' in result.observed


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ({"uniqe": ["id"]}, "checks[0].uniqe: there is no such key; did you mean 'unique'?"),
        ({"unique": ["idd"]}, "the column 'idd', which the header does not have; did you mean 'id'?"),
        ({"unique": []}, "checks[0].unique: expected another number of entries, found []"),
        ({"between": {"column": "rate"}}, "checks[0].between: neither min nor max"),
        ({"between": {"column": "rate", "mn": 0}}, "checks[0].between.mn: there is no such key; did you mean 'min'?"),
        ({"in_set": {"column": "k"}}, "checks[0].in_set: lacks 'values'"),
        ({"relationship": {"columns": ["id", "k"], "table": "core.other", "to": "id"}}, "2 columns meet 1"),
        ({"unique": ["id"], "not_null": ["id"]}, "this one unique and not_null"),
        ({"unique": ["id"], "blocking": "sometimes"}, "expected true or false, found 'sometimes'"),
        ("unique", "checks[0]: expected keys with values, found 'unique'"),
    ],
)
def test_a_check_that_cannot_be_read_is_refused_by_name(check: Any, words: str) -> None:
    with pytest.raises(SpecError) as error:
        table(check)
    assert "assets/core/small.sql" in str(error.value).replace("\\", "/")
    assert words in str(error.value)


def test_a_check_may_warn_only_and_equal_names_are_numbered() -> None:
    entries = ({"row_count": {"min": 1}}, {"row_count": {"max": 9}, "blocking": False}, {"row_count": {"max": 8}})
    named = [(check.name, check.is_blocking) for check in checks_of(table(*entries))]
    assert named == [("row_count", True), ("row_count_2", False), ("row_count_3", True)]


def test_every_table_of_assets_is_checked() -> None:
    # a view is one SELECT that nothing stores: asking it in every run would work it out for nobody
    unchecked = [table for table in load_catalogue().values() if not checks_of(table)]
    assert [table.qualified for table in unchecked if not table.is_view] == []
