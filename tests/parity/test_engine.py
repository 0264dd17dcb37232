"""`engine = "spark"`: what Spark makes comes to stand in the warehouse, and readers find the same tables.

What belongs here: the engine behind its seam, and a whole run. What does not: each SQL file on Spark (test_parity).
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from pipelines.building import values
from pipelines.engines.java import SparkMissing
from pipelines.engines.spark import SparkEngine, _memory
from pipelines.run import run
from pipelines.settings import Settings, load_settings
from pipelines.tables import load_tables
from pipelines.warehouse import open_warehouse
from tests.parity.comparing import differences
from tests.worlds import world

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


def test_where_spark_cannot_run_it_is_said_before_any_file_is_read(tmp_path, monkeypatch):
    (tmp_path / "siyu.toml").write_text('engine = "spark"\n')
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(SparkMissing, match=r"pyspark is not installed.*siyu\[spark\]"):
        run(load_settings(tmp_path))
    assert not (tmp_path / "warehouse.duckdb").exists()


@pytest.mark.parametrize(("limit", "told"), [("4.5 GB", "4608m"), ("800MB", "800m")])
def test_spark_may_take_as_much_as_duckdb(limit, told):
    assert _memory(Settings(home=Path("nowhere"), memory_limit=limit)) == told


@pytest.mark.skipif(os.environ.get("SIYU_PARITY") != "all", reason="part of `make parity`")
def test_the_demo_by_spark_is_the_demo(demo_home, tmp_path):
    home = tmp_path / "by-spark"
    shutil.copytree(demo_home, home, ignore=shutil.ignore_patterns("published", "warehouse*"))
    settings = home / "siyu.toml"
    settings.write_text('engine = "spark"\n' + settings.read_text(encoding="utf-8"), encoding="utf-8")
    assert run(load_settings(home)).status == "published"
    with open_warehouse(demo_home) as demo, open_warehouse(home) as by_spark:
        assert by_spark.as_of == demo.as_of
        demo.connection.execute(f"attach '{by_spark.path}' as by_spark (read_only)")
        apart = {name: differences(demo.connection, name, f"by_spark.{name}") for name in load_tables()}
    assert {name: found for name, found in apart.items() if found} == {}
    assert not (home / "spark").exists()
