"""Every SQL file gives the same table on Spark as on DuckDB: over the unit tests' worlds, random ones and the demo.

What belongs here: the comparison, that no file escapes it, and whatever else asks the one Spark session: a process
takes whole files of tests, and a second file would start a second session. What does not: whether a table is right
(tests/core, tests/metrics).

A random world is compared in every run of the tests. The unit tests' worlds, the demo and questions with other
parameters take eight minutes more: `make parity`.
"""

from __future__ import annotations

import os

import pytest

from pipelines.building import values
from pipelines.engines.spark import SparkEngine
from pipelines.facts import build_facts
from pipelines.metrics import metric_tables, refresh_metric
from pipelines.settings import load_settings
from pipelines.tables import ASSETS, load_tables
from pipelines.warehouse import open_warehouse
from tests.metrics.random_world import random_world
from tests.parity.comparing import differences
from tests.parity.merging import merged, unit_worlds
from tests.parity.questions import questions
from tests.parity.side import Side
from tests.worlds import empty_world, on_every_thread, world

# In the order in which they are built.
COMPARED = [name for name, table in load_tables().items() if not table.is_python]
# What metrics in Python are fitted on.
INPUTS = {one.name: one for table in load_tables().values() for one in table.inputs.values()}

# The branches that the nightly defaults leave out.
QUESTIONS = questions()
ASKED = [(metric, parameters) for metric, asked in QUESTIONS.items() for parameters in asked]


def test_no_sql_file_is_left_out():
    folders = ("core", "facts", "metrics")
    files = {f"{folder}.{file.stem}" for folder in folders for file in (ASSETS / folder).glob("*.sql")}
    assert set(COMPARED) == files


def _merged_unit_tests(tmp_path_factory):
    return merged(unit_worlds(tmp_path_factory.mktemp("recorded") / "worlds"))


WORLDS = {"random, weeks from Sunday": lambda _: on_every_thread(random_world(3, week_starts="sunday"))}
IS_WHOLE = os.environ.get("SIYU_PARITY") == "all"
if IS_WHOLE:
    WORLDS |= {"unit tests": _merged_unit_tests, "nothing at all": lambda _: empty_world().refresh(full=True)}
only_in_the_whole = pytest.mark.skipif(not IS_WHOLE, reason="part of `make parity`")


@pytest.fixture(scope="module", params=WORLDS)
def side(request, spark, tmp_path_factory):
    built = WORLDS[request.param](tmp_path_factory)
    build_facts(built.connection, built.settings, built.as_of)
    for table in metric_tables():
        refresh_metric(built.connection, table, built.settings, built.as_of)
    return Side(spark, built.connection, built.settings, built.as_of)


@pytest.fixture(scope="module")
def demo(spark, demo_home):
    with open_warehouse(demo_home) as snapshot:
        yield Side(spark, snapshot.connection, load_settings(demo_home), snapshot.as_of)


@pytest.mark.parametrize("name", COMPARED)
def test_equal_over_small_worlds(side, name):
    assert side.differences(name) == []


@pytest.mark.parametrize("name", INPUTS)
def test_a_model_is_fitted_on_equal_rows(side, name):
    assert side.differences_in_input(INPUTS[name]) == []


@only_in_the_whole
@pytest.mark.parametrize(("metric", "parameters"), ASKED)
def test_equal_whatever_is_asked(side, metric, parameters):
    assert side.differences_in_answer(metric, parameters) == []


@only_in_the_whole
@pytest.mark.parametrize("name", COMPARED)
def test_equal_over_the_demo(demo, name):
    assert demo.differences(name) == []


# --- the engine behind its seam -------------------------------------------------------------------------------------

ORDERS = """
    order_id | buyer_id | paid_at             | paid_amount
    o1       | a        | 2024-03-01 10:00:00 | 19.90
    o2       | a        | 2024-03-08 10:00:00 | 5.00
    o3       | b        | 2024-03-09 23:59:59 | 120.00
"""


@pytest.fixture
def merchant():
    groups = [{"platform": "douyin", "group_id": f"g{n}", "follow_days_required": 7 * n} for n in range(3)]
    return world({"orders": ORDERS, "groups": groups}, "2024-03-31")


def _kept(merchant, name):
    merchant.connection.execute(f"create table kept as from {name}")
    return "kept"


def test_what_spark_makes_stands_in_the_warehouse(merchant, spark):
    spark.clear()
    kept = _kept(merchant, "core.groups")
    merchant.connection.execute("delete from core.groups")
    rows = SparkEngine(merchant.connection, spark).create(
        load_tables()["core.groups"], values(merchant.settings, merchant.as_of)
    )
    assert rows == 3
    assert differences(merchant.connection, kept, "core.groups") == []


def test_spark_reads_tables_and_views_that_it_did_not_make_from_the_warehouse(merchant, spark):
    spark.clear()
    kept = _kept(merchant, "core.activities")
    SparkEngine(merchant.connection, spark).make(
        load_tables()["core.activities"], values(merchant.settings, merchant.as_of)
    )
    assert differences(merchant.connection, kept, f"({spark.made('core.activities')})") == []
