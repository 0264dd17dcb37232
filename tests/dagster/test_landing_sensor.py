"""The landing sensor: one run per state of landing, and none for a file still being written."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.orchestration import sensors
from pipelines.orchestration.sensors import digest
from pipelines.settings import Settings


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    folder = tmp_path / "landing" / "orders"
    folder.mkdir(parents=True)
    return tmp_path / "landing"


def _of(landing: Path) -> Settings:
    return Settings(home=landing.parent if landing.name == "landing" else landing)


def later() -> float:
    return time.time() + sensors.SETTLED_SECONDS + 1


def test_nothing_there(landing: Path) -> None:
    assert digest(_of(landing), later()) == ""
    assert digest(_of(landing / "nowhere"), later()) == ""


def test_a_file_counts_once_it_is_whole(landing: Path) -> None:
    file = landing / "orders" / "a.csv"
    file.write_text("order_id\n1\n")
    os.utime(file, (0, 0))  # a copy that keeps its old date is not an old file
    assert digest(_of(landing)) == ""
    assert digest(_of(landing), later()) != ""


def test_the_key_changes_with_path_time_and_size_only(landing: Path) -> None:
    file = landing / "orders" / "a.csv"
    file.write_text("order_id\n1\n")
    first = digest(_of(landing), later())
    assert digest(_of(landing), later() + 3600) == first
    os.utime(file, (1, 1))
    second = digest(_of(landing), later())
    file.rename(landing / "orders" / "b.csv")
    third = digest(_of(landing), later())
    (landing / "orders" / "b.csv").write_text("order_id\n1\n2\n")
    os.utime(landing / "orders" / "b.csv", (1, 1))
    fourth = digest(_of(landing), later())
    assert len({first, second, third, fourth}) == 4


def test_unfinished_downloads_and_hidden_files_start_nothing(landing: Path) -> None:
    for name in (".b.csv.swp", "c.csv.part", "~$d.xlsx"):
        (landing / "orders" / name).write_text("x")
    assert digest(_of(landing), later()) == ""


def test_each_state_of_landing_asks_for_one_run(landing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sensors, "SETTLED_SECONDS", -1)
    (sensor,) = sensors.all_sensors(Settings(home=landing.parent))
    instance = dg.DagsterInstance.ephemeral()

    def look(cursor: str | None) -> Any:
        context = dg.build_sensor_context(instance=instance, cursor=cursor)
        return sensor(context), context.cursor

    nothing, cursor = look(None)
    assert isinstance(nothing, dg.SkipReason)
    (landing / "orders" / "a.csv").write_text("order_id\n1\n")
    asked, cursor = look(cursor)
    assert isinstance(asked, dg.RunRequest)
    assert asked.run_key == cursor
    again, cursor = look(cursor)
    assert isinstance(again, dg.SkipReason)
