"""Every SQL file gives the same table on Spark as on DuckDB: over the unit tests' worlds, random ones and the demo.

What belongs here: the comparison, and that no file escapes it. What does not: whether a table is right (tests/core,
tests/metrics).

A random world is compared in every run of the tests. The unit tests' worlds, the demo and questions with other
parameters take eight minutes more: `make parity`.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

from pipelines.facts import refresh_facts
from pipelines.metrics import metric_tables, refresh_metric
from pipelines.settings import load_settings
from pipelines.tables import ASSETS, load_tables
from pipelines.warehouse import open_warehouse
from tests.metrics.random_world import random_world
from tests.parity.merging import merged, unit_worlds
from tests.parity.side import Side
from tests.worlds import empty_world

# In the order in which they are built.
COMPARED = [name for name, table in load_tables().items() if not table.is_python]

# The branches that the nightly defaults leave out.
QUESTIONS: dict[str, list[dict[str, Any]]] = {
    "retention": [
        {"start": ["order"], "back": ["order"], "segments": ["all"]},
        {"start": ["order"], "back": ["order"], "segments": ["all"], "period": "month", "week_starts": "sunday"},
        {"period": "day", "mode": ["on_or_after"], "segments": ["all", "channel"]},
        {"week_starts": "sunday", "cohorts": "recurring", "min_count": 2, "segments": ["all", "entry_path"]},
        {"period": "rolling_24h", "start": ["order"], "back": ["group_message", "order"], "segments": ["all"]},
        {"mode": ["7", "14", "30"], "segments": ["all", "group"]},
    ],
    "conversion": [{"cohort_period": "all", "within_days": [0, 30]}, {"cohort_period": "month", "segments": ["paid"]}],
    "public_to_private": [
        {"cohort_period": "all"},
        {"cohort_period": "month", "within_days": [3], "segments": ["host"]},
    ],
    "daily_summary": [
        {"period": "week", "refund_days": 7},
        {"period": "month", "segments": ["all", "group"]},
        {"period": "range", "start_date": "2024-03-01", "end_date": "2024-04-15"},
    ],
    "group_entry": [{"cohort_period": "all", "segments": ["entry_path_threshold_group"]}],
    "group_health": [{"push_hours": 1}],
    "identity_quality": [{}],
    "likely_placeholders": [{"least_orders": 3, "times": 2, "most_people": 3}],
    "live_performance": [{"push_hours": 2, "refund_days": 5}],
    "membership_survival": [{"horizon_days": 10, "segments": ["kind"]}],
    "order_ladder": [{"within_days": 30, "max_purchase_no": 2, "segments": ["membership"]}],
    "repurchase": [{"windows": [1], "segments": ["festival"]}],
    "repurchase_curve": [{"horizon_days": 5, "segments": ["threshold", "festival"]}],
    "repurchase_period": [{"period": "week", "segments": ["all", "live_session"]}],
}
ASKED = [(metric, parameters) for metric, asked in QUESTIONS.items() for parameters in asked]


def test_no_sql_file_is_left_out():
    files = {
        f"{folder}.{file.stem}" for folder in ("core", "facts", "metrics") for file in (ASSETS / folder).glob("*.sql")
    }
    assert set(COMPARED) == files


def test_no_parameter_is_left_at_its_default():
    asked = {metric: {name for parameters in given for name in parameters} for metric, given in QUESTIONS.items()}
    assert asked == {table.name: set(table.parameters) for table in metric_tables()}


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
    refresh_facts(world.connection, world.settings, world.as_of)
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
