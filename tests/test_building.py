"""The build: whole or touched, by any engine.

What belongs here: what the build asks of an engine. What does not: what comes of it (tests/core/test_incremental).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from pipelines.building import refresh, values
from pipelines.core import begin_pass
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.fitted import Columns
from pipelines.tables import Table, load_tables
from tests.worlds import world


@dataclass
class Told:
    """An engine that says what it was asked for; `in_part`: what it answers when touched rows are to be replaced."""

    made: DuckDBEngine
    in_part: int | None
    asked: list[str] = field(default_factory=list)

    def create(self, table: Table, given: Mapping[str, Any]) -> int:
        self.asked.append("create")
        return self.made.create(table, given)

    def select(self, table: Table, given: Mapping[str, Any]) -> Columns:
        self.asked.append(f"select {table.name}")
        return self.made.select(table, given)

    def replace_touched(self, table: Table, given: Mapping[str, Any], done: int) -> int | None:
        self.asked.append("replace_touched")
        return self.in_part

    def follow(self, fact: Table, given: Mapping[str, Any], done: int) -> int | None:
        self.asked.append("follow")
        return self.in_part


@pytest.mark.parametrize(
    ("full", "in_part", "asked", "is_full"),
    [
        (True, 0, ["create"], True),
        (False, 0, ["replace_touched"], False),
        (False, None, ["replace_touched", "create"], True),  # as Spark, which can only create
    ],
)
def test_only_touched_rows_are_asked_for_unless_the_pass_is_whole_or_the_engine_declines(full, in_part, asked, is_full):
    merchant = world()
    core_pass = begin_pass(merchant.connection, merchant.settings, merchant.as_of, full)
    engine = Told(DuckDBEngine(merchant.connection), in_part)
    built = refresh(merchant.connection, load_tables()["core.refunds"], merchant.settings, core_pass, engine)
    assert (engine.asked, built.is_full) == (asked, is_full)


def test_tables_built_in_python_are_no_work_of_an_engine():
    merchant = world()
    core_pass = begin_pass(merchant.connection, merchant.settings, merchant.as_of)
    engine = Told(DuckDBEngine(merchant.connection), None)
    refresh(merchant.connection, load_tables()["core.channels"], merchant.settings, core_pass, engine)
    assert engine.asked == []


@pytest.mark.parametrize("name", ["facts.repeats", "core.activities"])
def test_what_an_earlier_release_made_a_view_may_become_a_table_and_the_other_way_round(name):
    merchant = world()
    table = load_tables()[name]
    given = values(merchant.settings, merchant.as_of)
    other = "table" if table.is_view else "view"
    merchant.connection.execute(f"drop {'view' if table.is_view else 'table'} if exists {name}")
    merchant.connection.execute(f"create {other} {name} as select 1 as one")
    DuckDBEngine(merchant.connection).create(table, given)
    assert "one" not in merchant.connection.table(name).columns


def test_joins_as_written_hold_for_that_table_alone():
    """A setting of the connection; left behind, every later question would be asked without the optimiser's choice."""
    orders, refunds = (load_tables()[name] for name in ("core.orders", "core.refunds"))
    assert (orders.header.joins, refunds.header.joins) == ("as_written", "")
    merchant = world()
    told = Said(merchant.connection)
    for table in (orders, refunds):
        DuckDBEngine(told).create(table, {**table.parameters, **values(merchant.settings, merchant.as_of)})
    assert told.optimizers_off == {"core.orders": "build_side_probe_side", "core.refunds": ""}
    assert _optimizers_off(merchant.connection) == ""


@dataclass
class Said:
    """A connection that says which of the optimiser's parts were off as each table was made."""

    connection: Any
    optimizers_off: dict[str, str] = field(default_factory=dict)

    def execute(self, sql: str, *given: Any) -> Any:
        if sql.startswith("create or replace table"):
            self.optimizers_off[sql.split()[4]] = _optimizers_off(self.connection)
        return self.connection.execute(sql, *given)


def _optimizers_off(connection: Any) -> str:
    return connection.execute("select current_setting('disabled_optimizers')").fetchall()[0][0]
