"""Headers against the tables that are built: names, order and types of columns, and what each rate divides.

What belongs here: that what a header says of its table is so. What does not: whether a number is right (tests/core,
tests/metrics).
"""

from __future__ import annotations

import pytest

from pipelines.facts import build_facts
from pipelines.metrics import metric_tables, query, refresh_metric
from pipelines.tables import load_tables
from tests.metrics.random_world import random_world
from tests.parity.test_parity import ASKED

TABLES = load_tables()
RATES = [(name, column.name) for name, table in TABLES.items() for column in table.columns.values() if column.of]
# An amount may be of a sum that stands in the SQL alone; its own tests ask for it.
DIVIDED = [
    (name, column)
    for name, column in RATES
    if (of := TABLES[name].columns[column].of).parts and set(of.columns) <= TABLES[name].columns.keys()
]

# In a world of 250 people nobody has as many orders as a placeholder by default.
FEW_ORDERS = {"least_orders": 3, "times": 1, "most_people": 5}


def _is_checked(table):
    """In every run, by a check of its header."""
    return any(set(check.unique or ()) == set(table.key) for check in table.checks)


@pytest.fixture(scope="module")
def built():
    """A random merchant with every table of core, facts and metrics."""
    world = random_world(7)
    figures = "exposed_people = 900, product_exposed_people = 300, product_clicked_people = 80, group_viewers = 20"
    world.connection.execute(f"update core.live_sessions set {figures}")
    world.connection.execute("""
        update staging.orders set discount_amount = 5;
        insert into staging.order_items by name
        select platform, shop_id, order_id, 'i' as item_id, file_source, version_at from staging.orders
    """)
    build_facts(world.connection, world.settings, world.as_of)
    for table in metric_tables():
        refresh_metric(world.connection, table, world.settings, world.as_of)
    few = query(world.connection, "likely_placeholders", FEW_ORDERS, world.settings, world.as_of)
    few.insert_into("metrics.likely_placeholders")
    return world


def _said(table):
    return [(column.name, column.type) for column in table.columns.values()]


def _of(relation):
    return [(name, str(type_).lower()) for name, type_ in zip(relation.columns, relation.types, strict=True)]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_the_columns_that_its_header_says(built, name):
    assert _of(built.connection.table(name)) == _said(TABLES[name])


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table.key and not _is_checked(table)])
def test_no_two_rows_of_a_fact_or_a_view_share_its_grain(built, name):
    key = ", ".join(TABLES[name].key)
    assert built.sql(f"select {key} from {name} group by all having count(*) > 1") == []
    assert built.sql(f"from {name}")


@pytest.mark.parametrize(("metric", "parameters"), ASKED)
def test_an_answer_has_the_columns_that_the_header_says(built, metric, parameters):
    relation = query(built.connection, metric, parameters, built.settings, built.as_of)
    assert _of(relation) == _said(TABLES[f"metrics.{metric}"])


@pytest.mark.parametrize(("name", "column"), DIVIDED)
def test_a_rate_is_what_it_says_it_divides(built, name, column):
    """Wherever it is given; where it is NULL nobody is mature, or there is nothing to divide by."""
    of = TABLES[name].columns[column].of
    over, under = of.parts
    near = "0.00501" if TABLES[name].columns[column].unit == "yuan" else "1e-9"  # an amount is in whole cents
    wrong = f"coalesce(abs({column} - {of.times} * cast({over} as double) / nullif({under}, 0)) > {near}, true)"
    (found,) = built.sql(f"""
        select count(*) > 0 as is_given, count(*) filter ({wrong}) as wrong from {name} where {column} is not null
    """)
    assert found == {"is_given": True, "wrong": 0}
