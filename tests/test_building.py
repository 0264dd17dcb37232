"""The build: whole or touched, by any engine.

What belongs here: what the build asks of an engine. What does not: what comes of it (tests/core/test_incremental).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from pipelines.building import refresh
from pipelines.core import begin_pass
from pipelines.engines.duckdb import DuckDBEngine
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
