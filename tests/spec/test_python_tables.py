"""Tables of core built in Python read what their headers say, no more and no less.

Besides that a build has what comes with every pass: the bookkeeping of passes and touched keys (ops), and with a
staging table the copies of its rows that were replaced (superseded).
"""

from __future__ import annotations

import itertools

import duckdb
import pytest

from pipelines.building import refresh
from pipelines.core import begin_pass
from pipelines.engines.engine import TOUCHED
from pipelines.tables import load_tables
from tests.metrics.random_world import random_world
from tests.worlds import World

PYTHON = {name: table for name, table in load_tables().items() if table.is_python and table.schema == "core"}
READS = [(name, read) for name, table in PYTHON.items() for read in table.dependencies]
OF_THE_PASS = {"ops.core_passes", "ops.table_state", *(f"ops.{name}" for name in TOUCHED)}
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def built():
    """Core built once, so that a build may be whole or of touched rows only."""
    return random_world(3, people=20)


@pytest.fixture
def copied(built):
    """Makes copies of that world, each with a connection of its own, of which tables may be dropped."""

    def one():
        name = f"copy_{next(NUMBERS)}"
        built.connection.execute(f"attach ':memory:' as {name}; copy from database memory to {name}")
        opened = built.connection.cursor()
        opened.execute(f"use {name}")
        return World(opened, built.settings, built.as_of)

    return one


def _leave_only(world, names):
    """Drops whatever is not among the names."""
    kept = {*names, *(name.replace("staging.", "superseded.") for name in names)}
    here = "not internal and database_name = current_database()"
    tables = world.connection.execute(f"""
        select schema_name || '.' || view_name, 'view' from duckdb_views() where {here}
        union all select schema_name || '.' || table_name, 'table' from duckdb_tables() where {here}
    """).fetchall()
    for name, kind in tables:
        if name not in kept:
            world.connection.execute(f"drop {kind} {name}")


def _build(world, table, full, without=()):
    """The table built where only what it reads is there."""
    core_pass = begin_pass(world.connection, world.settings, world.as_of, full)
    _leave_only(world, {*OF_THE_PASS, table.qualified, *table.dependencies} - set(without))
    return refresh(world.connection, table, world.settings, core_pass)


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("name", PYTHON)
def test_it_reads_nothing_that_it_does_not_say(copied, name, full):
    world = copied()
    before = world.sql(f"select count(*) as rows from {name}")
    _build(world, PYTHON[name], full)
    assert world.sql(f"select count(*) as rows from {name}") == before


@pytest.mark.parametrize(("name", "read"), READS)
def test_it_reads_all_that_it_says(copied, name, read):
    """Whole, or of touched rows: without one of the tables that it names it cannot be built."""
    failed = []
    for full in (True, False):
        try:
            _build(copied(), PYTHON[name], full, without={read})
        except duckdb.CatalogException:
            failed.append(full)
    assert failed
