"""A warehouse that was lent before is as a new one, or is not lent again."""

import gc

import pytest

from tests import warehouses
from tests.worlds import empty_world, world

LEFT = """
    create table core.orders as select 1 as order_id;
    create view facts.sales_days as select 1 as n;
    create table told as select 1 as n;
    create temp table asked as select 1 as n;
    insert into staging.orders (platform, order_id) values ('douyin', 'o1');
    set threads = 3; set disabled_optimizers = 'join_order';
"""
CATALOG = """
    select schema_name, table_name, estimated_size, column_count from duckdb_tables() where not internal
    union all select schema_name, view_name, 0, 0 from duckdb_views() where not internal order by all
"""
SETTINGS = "select current_setting('threads'), current_setting('disabled_optimizers'), current_setting('TimeZone')"


def state():
    connection = warehouses.empty_warehouse()
    return connection.execute(CATALOG).fetchall(), connection.execute(SETTINGS).fetchall()


@pytest.fixture
def nothing_returned(monkeypatch):
    gc.collect()
    monkeypatch.setattr(warehouses, "_returned", [])


def test_nothing_is_left_of_what_was_there_before(nothing_returned):
    as_made = state()
    used = warehouses.empty_warehouse()
    used.execute(LEFT)
    assert warehouses._returned == []
    del used
    gc.collect()
    assert len(warehouses._returned) == 1
    assert state() == as_made


@pytest.mark.parametrize(
    "change",
    [
        "alter table staging.orders add column more int",
        "drop table staging.events",
        "alter table ops.files rename to f",
    ],
)
def test_one_whose_own_tables_changed_is_not_lent_again(nothing_returned, change):
    as_made = state()
    gc.collect()
    used = warehouses.empty_warehouse()
    used.execute(change)
    del used
    gc.collect()
    assert state() == as_made


def test_two_at_a_time_are_two():
    one, other = empty_world().warehouse, empty_world().warehouse
    one.execute("insert into staging.orders (platform, order_id) values ('douyin', 'o1')")
    assert other.execute("select count(*) from staging.orders").fetchall() == [(0,)]


def test_a_connection_that_outlives_its_world_is_not_lent_again():
    connection = world(
        {"orders": "| order_id | buyer_id | paid_at | paid_amount |\n| o1 | u1 | 2025-01-01 | 3 |"}
    ).connection
    gc.collect()
    others = [empty_world().warehouse for _ in range(3)]
    assert connection.execute("select count(*) from core.orders").fetchall() == [(1,)]
    assert len(others) == 3
