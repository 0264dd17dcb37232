"""`engine = "spark"`: it is said where Spark cannot run, and of a whole run readers find the same tables.

What belongs here: what needs no session of Spark, and a whole run, which has its own. What does not: what asks the
tests' own session (test_parity).
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from pipelines.engines.java import SparkMissing
from pipelines.engines.spark import _memory
from pipelines.run import run
from pipelines.settings import Settings, load_settings
from pipelines.tables import load_tables
from pipelines.warehouse import open_warehouse
from tests.parity.comparing import differences


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
