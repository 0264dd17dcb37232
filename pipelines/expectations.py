"""Great Expectations on the warehouse that this process holds open.

What belongs here: checks → expectations → results, and the cures that Great Expectations needs on DuckDB. What does
not: the grammar of checks (spec/checks.py). Import it where checks
are asked and no earlier: it takes seconds to load.

Each check is one expectation over one metric of ours, a count, and all counts of a table are asked in one statement:
Great Expectations bundles what is an aggregate. Its column-map expectations were measured and left (ADR 7): each costs
five times as much, the test of a composite key misses duplicates that hold a NULL, and results carry raw values.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import duckdb_engine
import sqlalchemy
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

from pipelines.check_record import Result
from pipelines.imports import absent, hollow
from pipelines.spec.checks import Check

if TYPE_CHECKING:
    from pipelines.database import Connection

os.environ["GX_ANALYTICS_ENABLED"] = "false"
logging.getLogger("great_expectations").setLevel(logging.CRITICAL)

# What these packages import by themselves is three quarters of the time: every expectation there is (for one of them
# scipy and altair), every kind of data source, checkpoints. Spark's Python and a URI grammar come too where they are.
_ENTERED = """
core data_context data_context.data_context datasource datasource.fluent expectations expectations.core
expectations.metrics expectations.metrics.table_metrics metrics render.renderer
"""
with absent("pyspark", "rfc3987_syntax"):
    hollow("great_expectations", *(f"great_expectations.{name}" for name in _ENTERED.split()))
    import great_expectations.datasource.fluent.interfaces  # noqa: F401 (the first batch would import it)
    from great_expectations.compatibility.pydantic import PrivateAttr
    from great_expectations.core.batch import Batch
    from great_expectations.core.metric_domain_types import MetricDomainTypes
    from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
    from great_expectations.execution_engine import SqlAlchemyExecutionEngine
    from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
    from great_expectations.expectations.core.expect_table_row_count_to_be_between import (
        ExpectTableRowCountToBeBetween,
    )
    from great_expectations.expectations.expectation import BatchExpectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.expectations.metrics.metric_provider import metric_partial
    from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
    from great_expectations.expectations.metrics.table_metrics import table_row_count  # noqa: F401 (registers itself)
    from great_expectations.validator.validator import Validator


class Violations(TableMetricProvider):
    """A count over the table, as SQL."""

    metric_name = "siyu.violations"
    value_keys = ("count",)

    @metric_partial(
        engine=SqlAlchemyExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    def _sqlalchemy(
        cls,  # noqa: N805 (Great Expectations gives it by that name)
        execution_engine: Any,
        metric_domain_kwargs: dict,
        metric_value_kwargs: dict,
        **_: Any,
    ) -> tuple[Any, dict, dict]:
        return sqlalchemy.literal_column(metric_value_kwargs["count"]), metric_domain_kwargs, {}


class ExpectNoViolations(BatchExpectation):
    """Expect that a count of rows at fault is zero. The result is that count and nothing else."""

    count: str

    metric_dependencies: ClassVar[tuple[str, ...]] = ("siyu.violations",)
    success_keys: ClassVar[tuple[str, ...]] = ("count",)
    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id",)

    _made: Any = PrivateAttr(None)

    @property
    def configuration(self) -> ExpectationConfiguration:
        """Made once: it is asked for twenty times, and each time Great Expectations makes it anew."""
        self._made = self._made or super().configuration
        return self._made

    def _validate(
        self, metrics: dict, runtime_configuration: dict | None = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        violations = int(metrics["siyu.violations"])
        return {"success": violations == 0, "result": {"observed_value": violations}}


class _Validator(Validator):
    """Without a context, which nothing here needs; only the wish for no progress bar would come from it."""

    def _determine_progress_bars(self) -> bool:
        return False


class Validations:
    """Great Expectations over one open DuckDB connection. Use it in a `with` block."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._database = _engine_on(connection)
        self._engine = SqlAlchemyExecutionEngine(engine=self._database)

    def __enter__(self) -> Validations:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.close()
        self._database.dispose()

    def run(self, table: str, checks: Sequence[Check]) -> list[Result]:
        """All checks of one table (qualified name), in order.

        Of a table without rows only those are asked that could fail there: half of a merchant's tables are empty.
        """
        asked = [check for check in checks if not check.is_of_each_row]
        if len(asked) < len(checks) and self._has_rows(table):
            asked = list(checks)
        answers = {result.check.name: result for result in self._ask(table, asked)}
        return [answers.get(check.name) or _none_at_fault(check) for check in checks]

    def _ask(self, table: str, checks: Sequence[Check]) -> list[Result]:
        """Asked together, one check that cannot be evaluated leaves all without an answer: then each by itself."""
        if not checks:
            return []
        validator = self._over(table)
        together = _answers(validator, checks)
        if any(result.rows is None for result in together) and len(checks) > 1:
            return [result for check in checks for result in _answers(validator, [check])]
        return together

    def _has_rows(self, table: str) -> bool:
        return bool(self._connection.execute(f"select 1 from {table} limit 1").fetchall())

    def _over(self, table: str) -> Validator:
        schema, name = table.split(".")
        data = SqlAlchemyBatchData(self._engine, schema_name=schema, table_name=name, create_temp_table=False)
        return _Validator(self._engine, batches=[Batch(data=data)])  # type: ignore[arg-type]


def _answers(validator: Validator, checks: Sequence[Check]) -> list[Result]:
    asked = [_expectation(check).configuration for check in checks]
    answers = validator.graph_validate(asked, runtime_configuration={"result_format": "BASIC"})
    by_name = {_asked(answer): answer for answer in answers}
    return [_result(check, by_name[check.name]) for check in checks]


def _asked(answer: Any) -> str:
    return str(answer.expectation_config.meta["check"])


def _expectation(check: Check) -> BatchExpectation:
    meta = {"check": check.name}
    if check.kind == "row_count":
        low, high = check.bounds
        return ExpectTableRowCountToBeBetween(min_value=low, max_value=high, meta=meta)
    return ExpectNoViolations(count=check.violations.replace("{batch}", check.table), meta=meta)


def _none_at_fault(check: Check) -> Result:
    return Result(check, True, _at_fault(0), 0)


def _at_fault(rows: int) -> str:
    return f"{rows} rows at fault"


def _result(check: Check, answer: Any) -> Result:
    faults = list(_exceptions(answer.exception_info))
    if faults:
        return Result(check, False, f"could not be evaluated: {faults[0]}")
    observed = int(answer.result["observed_value"])
    words = f"{observed} rows" if check.kind == "row_count" else _at_fault(observed)
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


def _engine_on(connection: Connection) -> sqlalchemy.Engine:
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
