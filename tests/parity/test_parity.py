"""Every SQL file gives the same table on Spark as on DuckDB: over the unit tests' worlds, random ones and the demo.

What belongs here: the comparison, and that no file escapes it. What does not: whether a table is right (tests/core,
tests/metrics).

A random world is compared in every run of the tests. The unit tests' worlds, the demo and questions with other
parameters take eight minutes more: `make parity`.
"""

from __future__ import annotations

import os

import pytest

from pipelines.facts import build_facts
from pipelines.metrics import metric_tables, refresh_metric
from pipelines.settings import load_settings
from pipelines.tables import ASSETS, load_tables
from pipelines.warehouse import open_warehouse
from tests.metrics.random_world import random_world
from tests.parity.merging import merged, unit_worlds
from tests.parity.questions import questions
from tests.parity.side import Side
from tests.worlds import empty_world

# In the order in which they are built.
COMPARED = [name for name, table in load_tables().items() if not table.is_python]

# The branches that the nightly defaults leave out.
QUESTIONS = questions()
ASKED = [(metric, parameters) for metric, asked in QUESTIONS.items() for parameters in asked]


def test_no_sql_file_is_left_out():
    folders = ("core", "facts", "metrics")
    files = {f"{folder}.{file.stem}" for folder in folders for file in (ASSETS / folder).glob("*.sql")}
    assert set(COMPARED) == files


def _merged_unit_tests(tmp_path_factory):
    return merged(unit_worlds(tmp_path_factory.mktemp("recorded") / "worlds"))


WORLDS = {"random, weeks from Sunday": lambda _: random_world(3, week_starts="sunday")}
IS_WHOLE = os.environ.get("SIYU_PARITY") == "all"
if IS_WHOLE:
    WORLDS |= {"unit tests": _merged_unit_tests, "nothing at all": lambda _: empty_world().refresh(full=True)}
only_in_the_whole = pytest.mark.skipif(not IS_WHOLE, reason="part of `make parity`")


@pytest.fixture(scope="module", params=WORLDS)
def side(request, spark, tmp_path_factory):
    world = WORLDS[request.param](tmp_path_factory)
    build_facts(world.connection, world.settings, world.as_of)
    for table in metric_tables():
        refresh_metric(world.connection, table, world.settings, world.as_of)
    return Side(spark, world.connection, world.settings, world.as_of)


@pytest.fixture(scope="module")
def demo(spark, demo_home):
    with open_warehouse(demo_home) as snapshot:
        yield Side(spark, snapshot.connection, load_settings(demo_home), snapshot.as_of)


@pytest.mark.parametrize("name", COMPARED)
def test_equal_over_small_worlds(side, name):
    assert side.differences(name) == []


@only_in_the_whole
@pytest.mark.parametrize(("metric", "parameters"), ASKED)
def test_equal_whatever_is_asked(side, metric, parameters):
    assert side.differences_in_answer(metric, parameters) == []


@only_in_the_whole
@pytest.mark.parametrize("name", COMPARED)
def test_equal_over_the_demo(demo, name):
    assert demo.differences(name) == []
