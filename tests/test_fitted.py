"""Metrics in Python: the one way in which a model runs, whoever asks for it.

What belongs here: the mechanism. What does not: any model's numbers (tests/metrics, tests/models).
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from pipelines import building, fitted
from pipelines.building import build, values
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.facts import build_facts
from pipelines.fitted import frames_of, held, mark_of, rows_of
from pipelines.lineage import column_lineage
from pipelines.metrics import metric_tables, query, refresh_metric
from pipelines.spec.reading import SpecError
from pipelines.tables import load_tables, read_table
from tests.metrics.random_world import random_world
from tests.metrics.test_value_model import FEW
from tests.test_building import Told
from tests.worlds import world

MODEL = '''"""
title: {zh: 例, en: Example}
description: How much more than the least amount, by buyer's number.
grain: word
parameters: {times: 2}
inputs:
  orders: select order_id as word, cast(paid_amount as double) as amount from core.orders order by order_id
  days: select max(paid_date) as day from core.orders
columns:
  word:  {type: varchar, zh: 词}
  more:  {type: bigint, zh: 多}
  rest:  {type: bigint, zh: 余}
  share: {type: double, unit: ratio, of: [more, rest], zh: 比例}
  day:   {type: date, zh: 日}
  is_small: {type: boolean, small_of: more, zh: 小}
"""

import numpy as np


def fit(frames, parameters):
    orders = frames["orders"]
    more = (orders["amount"] - orders["amount"].min()) * parameters["times"]
    told = {"word": orders["word"], "more": np.where(more > 0, more, np.nan), "rest": [None] + [4] * (len(more) - 1)}
    return told | {"day": np.repeat(frames["days"]["day"], len(more))}
'''
ORDERS = """
| order_id | buyer_id | paid_at    | paid_amount |
| o1       | ann      | 2025-01-05 | 30          |
| o2       | ann      | 2025-01-06 | 10          |
"""


@pytest.fixture(scope="module")
def shop():
    return world({"orders": ORDERS}, as_of="2025-01-31")


@pytest.fixture
def model(tmp_path):
    def made(text=MODEL):
        file = tmp_path / "metrics" / "example.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return read_table(file)

    return made


def asked(shop, table):
    given = {**table.parameters, **values(shop.settings, shop.as_of)}
    said = rows_of(table, frames_of(table, lambda one: DuckDBEngine(shop.connection).select(one, given)), given)
    with held(shop.connection, table, given, said) as sql:
        relation = shop.connection.sql(f"{sql} order by word")
        return relation.columns, [str(kind).lower() for kind in relation.types], relation.fetchall()


def test_its_header_finishes_what_it_returns(shop, model):
    """Columns in the header's order and types, a division, what is small; None and NaN are NULL."""
    table = model()
    columns, types, rows = asked(shop, table)
    assert columns == list(table.columns)
    assert types == [column.type for column in table.columns.values()]
    assert [(row[:4], str(row[4]), row[5]) for row in rows] == [
        (("o1", 40, None, None), "2025-01-06", False),
        (("o2", None, 4, None), "2025-01-06", None),
    ]


def test_it_reads_what_its_inputs_read(model):
    table = model()
    assert table.dependencies == ("core.orders",)
    lineage = column_lineage(table)
    assert lineage["word"] == (("core.orders", "order_id"),)
    assert ("core.orders", "paid_amount") in lineage["more"]
    assert "-- orders\nselect order_id" in table.text


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('{"word": orders', '{"words": orders', "fit returns the column 'words', which the header does not have"),
        ("[None] + [4]", "[None, 3] + [4]", "fit returns columns of several lengths: word 2, more 2, rest 3, day 2"),
    ],
)
def test_columns_that_the_header_does_not_have_are_refused(shop, model, was, becomes, said):
    table = model(MODEL.replace(was, becomes))
    with pytest.raises(SpecError) as error:
        asked(shop, table)
    assert str(error.value) == f"{table.path}: {said}"


def test_an_engine_asks_for_the_inputs_and_the_rows_stand_in_the_warehouse(shop):
    engine = Told(DuckDBEngine(shop.connection), None)
    for name in ("value_gate", "value_model"):
        built = build(shop.connection, load_tables()[f"metrics.{name}"], values(shop.settings, shop.as_of), engine)
    inputs = ("day", "gate", "histories", "amounts")
    assert engine.asked == ["create", *(f"select value_model_{name}" for name in inputs)]
    assert (built.rows, shop.sql("select people from metrics.value_model where segment = 'all'")) == (
        2,
        [{"people": 1}],
    )


CHAIN = ("value_gate", "value_model", "expected_purchases", "customer_value")


@pytest.fixture(scope="module")
def nightly():
    """A random merchant with the nightly tables of facts and of these metrics."""
    merchant = random_world(5)
    build_facts(merchant.connection, merchant.settings, merchant.as_of)
    for table in metric_tables():
        if table.name in ("rfm_scores", *CHAIN):
            refresh_metric(merchant.connection, table, merchant.settings, merchant.as_of)
    return merchant


@pytest.fixture(scope="module")
def core_alone():
    """The same merchant without any; what is asked of it is answered and not kept."""
    return random_world(5)


@pytest.mark.parametrize("name", CHAIN)
@pytest.mark.parametrize("parameters", [{}, {"segments": ["platform"]}, {**FEW, "segments": ["all"]}])
def test_a_metric_that_reads_metrics_says_the_same_whether_they_stand_or_are_asked_first(
    nightly, core_alone, name, parameters
):
    rows = [merchant.rows(f"metrics.{name}", **parameters) for merchant in (nightly, core_alone)]
    assert repr(rows[0]) == repr(rows[1])
    kept = "select count(*) from duckdb_tables() where schema_name in ('facts', 'metrics') and not temporary"
    assert core_alone.warehouse.execute(kept).fetchall() == [(0,)]


def test_the_nightly_table_of_a_metric_answers_where_it_holds_what_is_asked(nightly):
    """A mark put into the nightly gate shows which of the two was read."""
    nightly.connection.execute("update metrics.value_gate set is_met = true, said = null")

    def reasons(**parameters):
        relation = query(nightly.connection, "customer_value", parameters, nightly.settings, nightly.as_of)
        return set(np.unique(relation.fetchnumpy()["not_predicted"].astype(str)))

    try:
        assert reasons() == {"no_maximum"}
        assert reasons(least_buyers=499) == {"too_few_buyers"}
    finally:
        refresh_metric(nightly.connection, load_tables()["metrics.value_gate"], nightly.settings, nightly.as_of)


def refreshed(merchant, name, fits):
    """Whether the nightly table of a model was fitted again."""
    before = len(fits)
    refresh_metric(merchant.connection, load_tables()[name], merchant.settings, merchant.as_of)
    return len(fits) > before


@pytest.fixture
def fits(monkeypatch):
    """The tables that are fitted while the test lasts."""
    found = []
    monkeypatch.setattr(building, "rows_of", lambda table, *given: found.append(table.name) or rows_of(table, *given))
    return found


DRAWN = """
| user_id | event         | event_at            | campaign_id |
| ann     | test_group    | 2025-01-05 09:00:00 | spring      |
| bo      | control_group | 2025-01-05 09:00:00 | spring      |
"""
EXPERIMENTS = "metrics.experiments"


@pytest.fixture
def drawn():
    return world({"orders": ORDERS, "events": DRAWN}, as_of="2025-01-31")


def test_what_stands_is_fitted_again_only_where_a_row_that_it_is_fitted_on_changes(drawn, fits):
    """Not for the same rows in another order; for one yuan more it is."""
    connection = drawn.connection
    assert refreshed(drawn, EXPERIMENTS, fits)
    assert drawn.sql(f"select * from {EXPERIMENTS}")
    assert not refreshed(drawn, EXPERIMENTS, fits)
    connection.execute("create or replace table core.orders as from core.orders order by order_id desc")
    assert not refreshed(drawn, EXPERIMENTS, fits)
    connection.execute("update core.orders set net_amount = net_amount + 1 where order_id = 'o2'")
    assert refreshed(drawn, EXPERIMENTS, fits)


@pytest.mark.parametrize("lost", [f"drop table {EXPERIMENTS}", f"delete from {EXPERIMENTS}", "delete from ops.fits"])
def test_what_does_not_stand_whole_is_fitted_again(drawn, fits, lost):
    assert refreshed(drawn, EXPERIMENTS, fits)
    drawn.connection.execute(lost)
    assert refreshed(drawn, EXPERIMENTS, fits)


def test_rows_are_compared_whole_whatever_their_columns_are_called(drawn):
    marks = {
        mark_of(drawn.connection, load_tables()[EXPERIMENTS], {"frame": {"f": np.array([1, 2]), "g": np.array(g)}}, {})
        for g in ([1, 2], [5, 6])
    }
    assert len(marks) == 2


def test_other_parameters_settings_or_code_are_fitted_again_and_another_day_is_not(drawn, monkeypatch):
    connection, table = drawn.connection, load_tables()[EXPERIMENTS]

    def mark(**changed):
        given = {**table.parameters, **values(drawn.settings, drawn.as_of), **changed}
        frames = frames_of(table, lambda one: DuckDBEngine(connection).select(one, given))
        return mark_of(connection, table, frames, given)

    assert mark() == mark(as_of=drawn.as_of + timedelta(days=1))
    assert len({mark(), mark(least_people=49), mark(small_group=99)}) == 3
    before = mark()
    monkeypatch.setattr(fitted, "own_code", lambda: "another")
    assert mark() != before
