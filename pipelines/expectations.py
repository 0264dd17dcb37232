"""Great Expectations on the warehouse that this process holds open.

What belongs here: checks → expectations → results, and the cures that Great Expectations needs on DuckDB. What does
not: the grammar of checks (spec/checks.py). Import this module inside functions: Great Expectations takes seconds to
load.

Each check is one expectation, and one table's expectations are validated together. They are of GX's own kind
"unexpected rows": a SELECT that counts the rows at fault. Its column-map expectations were measured and left
(docs/adr): each costs five times as much, the test of a composite key misses duplicates that hold a NULL, and results
carry raw values.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import duckdb
import duckdb_engine
import sqlalchemy
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

from pipelines.check_record import Result
from pipelines.spec.checks import Check

os.environ["GX_ANALYTICS_ENABLED"] = "false"
logging.getLogger("great_expectations").setLevel(logging.CRITICAL)

import great_expectations as gx  # noqa: E402
import great_expectations.expectations as expectations  # noqa: E402
from great_expectations.core.batch import Batch  # noqa: E402
from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: E402
from great_expectations.execution_engine import SqlAlchemyExecutionEngine  # noqa: E402
from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData  # noqa: E402
from great_expectations.validator.validator import Validator  # noqa: E402


class ExpectNoViolations(expectations.UnexpectedRowsExpectation):
    """Expect the query, a SELECT of one count, to count no row at fault. The result is that count and nothing else."""

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.table",)

    def _validate(
        self, metrics: dict, runtime_configuration: dict | None = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        ((violations,),) = (row.values() for row in metrics["unexpected_rows_query.table"])
        return {"success": violations == 0, "result": {"observed_value": int(violations)}}


class Validations:
    """One Great Expectations context over one open DuckDB connection. Use it in a `with` block."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._database = _engine_on(connection)
        self._engine = SqlAlchemyExecutionEngine(engine=self._database)
        self._context = gx.get_context(mode="ephemeral")
        self._context.variables.progress_bars = ProgressBarsConfig(globally=False)

    def __enter__(self) -> Validations:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.close()
        self._database.dispose()

    def run(self, table: str, checks: Sequence[Check]) -> list[Result]:
        """All checks of one table (qualified name), in order."""
        if not checks:
            return []
        schema, name = table.split(".")
        data = SqlAlchemyBatchData(self._engine, schema_name=schema, table_name=name, create_temp_table=False)
        validator = Validator(self._engine, data_context=self._context, batches=[Batch(data=data)])  # type: ignore[arg-type]
        asked = [_expectation(check).configuration for check in checks]
        answers = validator.graph_validate(asked, runtime_configuration={"result_format": "BASIC"})
        by_name = {_asked(answer): answer for answer in answers}
        return [_result(check, by_name[check.name]) for check in checks]


def _asked(answer: Any) -> str:
    return str(answer.expectation_config.meta["check"])


def _expectation(check: Check) -> expectations.Expectation:
    meta = {"check": check.name}
    if check.kind == "row_count":
        low, high = check.bounds
        return expectations.ExpectTableRowCountToBeBetween(min_value=low, max_value=high, meta=meta)
    return ExpectNoViolations(unexpected_rows_query=check.violations, meta=meta)


def _result(check: Check, answer: Any) -> Result:
    faults = list(_exceptions(answer.exception_info))
    if faults:
        return Result(check, False, f"could not be evaluated: {faults[0]}")
    observed = int(answer.result["observed_value"])
    words = f"{observed} rows" if check.kind == "row_count" else f"{observed} rows at fault"
    return Result(check, bool(answer.success), words, observed)


def _exceptions(info: Any) -> Iterator[str]:
    """Messages of the exceptions in a result.

    Only what the binder and the parser say is passed on: it repeats the check's own SQL. A conversion error would
    repeat a value of the table.
    """
    if not isinstance(info, dict):
        return
    if info.get("raised_exception"):
        message = str(info.get("exception_message"))
        kind = next((kind for kind in ("Binder", "Parser", "Catalog") if f"{kind} Error" in message), None)
        yield message.partition("\n")[0] if kind else "the query failed on the table's values"
    for value in info.values():
        yield from _exceptions(value)


def _engine_on(connection: duckdb.DuckDBPyConnection) -> sqlalchemy.Engine:
    """A SQLAlchemy engine whose one connection is a cursor of `connection`: the same instance, no second open."""
    row = connection.execute("select current_database()").fetchone()
    assert row is not None
    catalog = row[0]

    def cursor() -> duckdb_engine.ConnectionWrapper:
        opened = connection.cursor()
        opened.execute(f'use "{catalog}"')
        opened.execute("set enable_progress_bar = false")
        return duckdb_engine.ConnectionWrapper(opened)

    engine = sqlalchemy.create_engine("duckdb://", creator=cursor, poolclass=sqlalchemy.pool.StaticPool)
    sqlalchemy.event.listen(engine, "after_cursor_execute", _buffer)
    return engine


def _buffer(_: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
    """Fetches a result the moment it is there.

    Great Expectations gives the connection back before it fetches, and DuckDB's result is gone by then.
    """
    if cursor.description is not None:
        context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
            cursor, alternate_description=cursor.description, initial_buffer=cursor.fetchall()
        )
