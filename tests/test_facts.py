"""Facts: what their marks stand for, and that a metric says the same from a fact's table and from its SQL over core.

What belongs here: the mechanism. What does not: any metric's numbers (tests/metrics).
"""

from __future__ import annotations

import functools

import pytest

from pipelines import breakdowns
from pipelines.facts import build_facts, fact_tables
from pipelines.metrics import metric_tables
from pipelines.rendering import defaults_of, find_fact
from pipelines.spec.reading import SpecError
from tests.metrics.random_world import random_world

# Of these a person counts once in each value of a breakdown, and so in several of them.
COUNTED_PER_VALUE = ("sales_days", "several_sessions")
READERS = [table for table in metric_tables() if table.header.facts]
BROKEN_DOWN = [table for table in fact_tables() if breakdowns.breakdowns_of(table.name)]


@pytest.fixture(scope="module")
def merchant():
    return random_world(5)


@pytest.fixture(scope="module")
def with_facts():
    world = random_world(5)
    build_facts(world.connection, world.settings, world.as_of)
    return world


@pytest.fixture(scope="module")
def whole(with_facts):
    """What a metric says from the facts' tables without being asked anything, asked once."""
    return functools.cache(lambda metric: _rows(with_facts, metric))


@pytest.mark.parametrize("metric", [table.name for table in READERS])
def test_a_metric_says_the_same_from_a_facts_table_and_over_core(merchant, whole, metric):
    assert _rows(merchant, metric) == whole(metric)


@pytest.mark.parametrize("table", [t for t in READERS if "segments" in t.parameters], ids=lambda table: table.name)
def test_one_breakdown_asked_for_is_that_part_of_all(with_facts, whole, table):
    for name in table.parameters["segments"]:
        asked = _rows(with_facts, table.name, segments=[name])
        assert asked == [row for row in whole(table.name) if row["segment_by"] == name]


@pytest.mark.parametrize("fact", BROKEN_DOWN, ids=lambda table: table.name)
def test_every_breakdown_of_a_fact_adds_up_to_the_same_total(with_facts, fact):
    """Each buyer, order, stay or yuan stands in one value of each breakdown."""
    units = {"order", "membership", "event", "yuan"} | ({"person"} if fact.name not in COUNTED_PER_VALUE else set())
    counted = [name for name, column in fact.columns.items() if column.unit in units]
    sums = ", ".join(f"sum({name})" for name in counted)
    rows = with_facts.connection.execute(f"select {sums} from {fact.qualified} group by segment_by").fetchall()
    assert len(set(rows)) == 1


def test_a_table_is_read_only_where_it_was_built_for_what_is_asked(with_facts):
    longest = defaults_of(find_fact("first_orders"))["longest_gap_days"]
    stored, inlined = ({"windows": [longest]}, {"windows": [longest + 1]})
    assert "facts.first_orders" in _text("repurchase", with_facts, stored)
    assert "facts.first_orders" not in _text("repurchase", with_facts, inlined)


def test_a_fact_without_breakdowns_is_read_as_it_is(with_facts):
    assert breakdowns.breakdowns_of("sessions") == {}
    assert "segment_by" not in _text("live_performance", with_facts, {})
    asked = {"push_hours": 24}, {"push_hours": 48}
    assert ["facts.group_pushes" in _text("group_health", with_facts, hours) for hours in asked] == [True, False]


def test_a_table_built_for_the_merchants_weeks_does_not_answer_for_other_weeks():
    world = random_world(5, week_starts="sunday")
    build_facts(world.connection, world.settings, world.as_of)
    weeks = {"week_starts": "sunday"}, {"week_starts": "monday"}
    assert ["facts.returns" in _text("retention", world, asked) for asked in weeks] == [True, False]
    assert _rows(world, "retention", **weeks[1]) == _rows(random_world(5), "retention")


def test_another_fact_answers_in_its_place_where_the_header_says_so(with_facts):
    """One word that comes back to itself is asked of what core has marked: one scan, nobody's history joined; orders
    by week stand in a table."""
    same_word = {"start": ["order"], "back": ["order"], "segments": ["all"]}
    scans = {
        None: 0,
        ("segments", ("channel", "platform")): 0,
        ("period", "month"): 1,
        ("segments", ("entry_path",)): 2,
        ("back", ("any",)): 2,
        ("min_count", 2): 2,
    }
    for asked, expected in scans.items():
        more = {asked[0]: list(asked[1]) if isinstance(asked[1], tuple) else asked[1]} if asked else {}
        assert _text("retention", with_facts, same_word | more).count("core.activities") == expected, asked


def test_a_constant_is_what_its_parameters_amount_to(with_facts):
    for mode, word in ((["on"], "on"), (["on_or_after"], "on_or_after"), ([30, 7], "bracket")):
        assert f"'{word}' as mode" in _text("retention", with_facts, {"mode": mode})
    assert "unnest([0, 7, 30])" in _text("retention", with_facts, {"mode": [30, 7]})


def test_a_host_is_looked_up_of_the_session_and_never_stored(with_facts):
    stored = with_facts.sql("select distinct segment_by from facts.first_orders order by all")
    assert [row["segment_by"] for row in stored] == sorted(
        name for name, one in breakdowns.breakdowns_of("first_orders").items() if not one.of
    )
    hosts = with_facts.rows("metrics.repurchase", "segment_by = 'host'")
    assert {row["segment"] for row in hosts} > {"none"}


def test_a_fact_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(SpecError, match=r"no fact 'first_order'; did you mean 'first_orders'\?"):
        find_fact("first_order")


def _rows(world, metric, **parameters):
    """Its rows; floating point numbers to nine places, as their sums depend on the order of rows."""
    rows = world.rows(f"metrics.{metric}", **parameters)
    return [{key: round(value, 9) if isinstance(value, float) else value for key, value in row.items()} for row in rows]


def _text(metric, world, parameters):
    from pipelines.building import values
    from pipelines.metrics import find_metric

    table = find_metric(metric)
    return table.render({**table.parameters, **values(world.settings, world.as_of), **parameters})
