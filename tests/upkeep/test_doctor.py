"""Forty things that go wrong, put into a home or a machine one by one: the doctor names the cause of each."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli import main
from pipelines.doctor import CHECKS, examine
from pipelines.doctor import machine as machine_checks
from pipelines.settings import Settings, load_settings
from pipelines.warehouse import open_for_writing, publish
from tests.upkeep.conftest import land
from tests.upkeep.test_verify import (
    _cut_snapshot,
    _cut_warehouse,
    _lose_key,
    _lose_snapshot,
    _no_key,
    _old_report,
    _other_key,
)

pytestmark = pytest.mark.usefixtures("few_tables")

Patch = pytest.MonkeyPatch
Fault = Callable[[Settings, Patch], Settings | None]
Check = Callable[[Settings], Any]


def found(settings: Settings) -> dict[str, str]:
    """What is not well, by name: state and what the doctor says."""
    return {c.name: f"{c.state}: {c.found} {c.why} {c.fix}" for c in examine(settings) if c.state != "well"}


def test_there_are_enough_checks_and_each_says_what_why_and_how(settings: Settings) -> None:
    told = list(examine(settings))
    assert len(told) >= 20
    assert len({one.name for one in told}) == len(told)
    assert [one for one in told if one.state != "well" and not (one.found and one.why and one.fix)] == []
    assert len(CHECKS) >= 20


def test_a_home_that_ran_is_well(settings: Settings) -> None:
    """But for old data and what this machine may lack."""
    assert found(settings).keys() <= {
        "snapshot",
        "fonts",
        "chromium",
        "letters",
        "web port",
        "kind of disk",
        "memory",
        "disk",
    }


def test_a_run_that_goes_on_is_no_fault(settings: Settings) -> None:
    before = found(settings)
    with open_for_writing(settings):
        assert found(settings).keys() - {"write-ahead log"} == before.keys()


def _disk(free: int) -> Callable[[Path], object]:
    return lambda _: shutil._ntuple_diskusage(10**12, 10**12 - free, free)  # type: ignore[attr-defined]


def _full_disk(settings: Settings, patch: Patch) -> None:
    patch.setattr(machine_checks.shutil, "disk_usage", _disk(10**6))


def _old_python(settings: Settings, patch: Patch) -> None:
    patch.setattr(machine_checks.sys, "version_info", (3, 9, 1))


def _no_library(settings: Settings, patch: Patch) -> None:
    patch.setattr(machine_checks, "NEEDED", ("duckdb", "a-library-that-nobody-has"))


def _little_memory(settings: Settings, patch: Patch) -> None:
    patch.setattr(machine_checks, "LEAST_MEMORY", 10**15)


def _limit_above_memory(settings: Settings, patch: Patch) -> Settings:
    return settings.model_copy(update={"memory_limit": "900000 GB"})


def _network_disk(settings: Settings, patch: Patch) -> None:
    patch.setattr(machine_checks, "_disk_kind", lambda _: "nfs4")


def _no_temporary_folder(settings: Settings, patch: Patch) -> None:
    patch.setattr(machine_checks.tempfile, "tempdir", "/nowhere/at/all")


def _few_open_files(settings: Settings, patch: Patch) -> None:
    patch.setattr(machine_checks.resource, "getrlimit", lambda _: (64, 64))


def _no_time_zones(settings: Settings, patch: Patch) -> None:
    patch.setattr(machine_checks, "available_timezones", set)


def _other_letters(settings: Settings, patch: Patch) -> None:
    patch.setattr(machine_checks.locale, "getpreferredencoding", lambda _: "ISO-8859-1")


def _no_fonts(settings: Settings, patch: Patch) -> None:
    patch.setattr(machine_checks.shutil, "which", lambda name: "/bin/true" if name == "fc-list" else None)


def _no_chromium(settings: Settings, patch: Patch) -> None:
    patch.setattr(machine_checks.shutil, "which", lambda _: None)


def _no_java(settings: Settings, patch: Patch) -> Settings:
    from pipelines.engines import java

    patch.setattr(java, "_candidates", lambda: iter(()))
    return settings.model_copy(update={"engine": "spark"})


def _port_taken(settings: Settings, patch: Patch) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    patch.setattr(machine_checks, "WEB_PORT", server.getsockname()[1])
    HELD.append(server)


def _dagster_home_gone(settings: Settings, patch: Patch) -> None:
    patch.setenv("DAGSTER_HOME", "/nowhere/at/all")


def _home_gone(settings: Settings, patch: Patch) -> Settings:
    return settings.model_copy(update={"home": settings.home / "elsewhere"})


def _home_shut(settings: Settings, patch: Patch) -> None:
    access = os.access
    patch.setattr("os.access", lambda path, mode: Path(path) != settings.home and access(path, mode))


def _home_open(settings: Settings, patch: Patch) -> None:
    settings.home.chmod(0o755)


def _warehouse_open(settings: Settings, patch: Patch) -> None:
    settings.warehouse_path.chmod(0o644)


def _key_open(settings: Settings, patch: Patch) -> None:
    settings.key_path.chmod(0o640)


def _settings_shut(settings: Settings, patch: Patch) -> None:
    (settings.home / "siyu.toml").write_text("", encoding="utf-8")
    access = os.access
    patch.setattr("os.access", lambda path, mode: Path(path).name != "siyu.toml" and access(path, mode))


def _key_shut(settings: Settings, patch: Patch) -> None:
    access = os.access
    patch.setattr("os.access", lambda path, mode: Path(path).name != "secret.key" and access(path, mode))


def _long_run(settings: Settings, patch: Patch) -> None:
    file = open(settings.lock_path, "a", encoding="utf-8")  # noqa: SIM115
    fcntl.flock(file, fcntl.LOCK_EX)
    long_ago = time.time() - 86_400
    os.utime(settings.lock_path, (long_ago, long_ago))
    HELD.append(file)


def _clock_back(settings: Settings, patch: Patch) -> None:
    patch.setattr(Settings, "today", lambda _: __import__("datetime").datetime(2020, 1, 1))


def _file_of_the_future(settings: Settings, patch: Patch) -> None:
    ahead = time.time() + 86_400
    os.utime(settings.landing / "orders" / "january.csv", (ahead, ahead))


def _no_landing(settings: Settings, patch: Patch) -> None:
    shutil.rmtree(settings.landing)


def _landing_shut(settings: Settings, patch: Patch) -> None:
    access = os.access
    patch.setattr("os.access", lambda path, mode: Path(path) != settings.landing and access(path, mode))


def _empty_landing(settings: Settings, patch: Patch) -> None:
    shutil.rmtree(settings.landing)
    settings.landing.mkdir()


def _link(settings: Settings, patch: Patch) -> None:
    (settings.landing / "more").symlink_to(settings.home)


def _folder_shut(settings: Settings, patch: Patch) -> None:
    patch.setattr("pipelines.ingest.landing.may_enter", lambda folder: False)


def _file_shut(settings: Settings, patch: Patch) -> None:
    patch.setattr("pipelines.ingest.landing.may_read", lambda _: False)


def _half_written(settings: Settings, patch: Patch) -> None:
    file = land(settings.home, "orders/march.csv.crdownload", "x")
    old = time.time() - 86_400
    os.utime(file, (old, old))


def _refused(settings: Settings, patch: Patch) -> None:
    from pipelines.ingest import ingest

    land(settings.home, "orders/pictures.csv", "no header\nof ours\n")
    with open_for_writing(settings) as warehouse:
        ingest(warehouse.connection, settings)
        publish(warehouse)


def _held(settings: Settings, patch: Patch) -> None:
    from pipelines.steps.hold import hold_back

    hold_back(settings, "a check failed", [])


def _left_over(settings: Settings, patch: Patch) -> None:
    file = settings.home / "warehouse.duckdb.broken-20260101T000000"
    file.write_bytes(b"x")
    os.utime(file, (1, 1))


def _open_log(settings: Settings, patch: Patch) -> None:
    patch.setattr("pipelines.doctor.data.read_only", _nothing)
    settings.warehouse_path.with_name("warehouse.duckdb.wal").write_bytes(b"x" * 100)


@contextlib.contextmanager
def _nothing(_: Path):
    import duckdb

    yield duckdb.connect()


def _faults(settings: Settings, patch: Patch) -> None:
    (settings.home / "logs").mkdir(exist_ok=True)
    (settings.home / "logs" / "siyu-error-now.txt").write_text("x", encoding="utf-8")


def _newer(settings: Settings, patch: Patch) -> None:
    import duckdb

    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute("update ops.shape_of_warehouse set shape = 99")


def _nothing_loaded(settings: Settings, patch: Patch) -> None:
    settings.warehouse_path.unlink()


def _lagging(settings: Settings, patch: Patch) -> None:
    """The data ends in February 2025."""


HELD: list[object] = []
FAULTS: list[tuple[str, Fault]] = [
    ("python", _old_python),
    ("libraries", _no_library),
    ("memory", _little_memory),
    ("memory limit", _limit_above_memory),
    ("disk", _full_disk),
    ("kind of disk", _network_disk),
    ("temporary folder", _no_temporary_folder),
    ("open files", _few_open_files),
    ("time zones", _no_time_zones),
    ("letters", _other_letters),
    ("fonts", _no_fonts),
    ("chromium", _no_chromium),
    ("java", _no_java),
    ("web port", _port_taken),
    ("dagster home", _dagster_home_gone),
    ("home", _home_gone),
    ("home", _home_shut),
    ("modes", _home_open),
    ("modes", _warehouse_open),
    ("modes", _key_open),
    ("siyu.toml", _settings_shut),
    ("key", _key_shut),
    ("key", lambda settings, _: _lose_key(settings)),
    ("key", lambda settings, _: _other_key(settings)),
    ("key", lambda settings, _: _no_key(settings)),
    ("lock", _long_run),
    ("clock", _clock_back),
    ("clock", _file_of_the_future),
    ("landing", _no_landing),
    ("landing", _landing_shut),
    ("landing", _empty_landing),
    ("links", _link),
    ("permissions", _folder_shut),
    ("permissions", _file_shut),
    ("half-written", _half_written),
    ("warehouse", lambda settings, _: _cut_warehouse(settings)),
    ("warehouse", _nothing_loaded),
    ("version", _newer),
    ("snapshot", lambda settings, _: _cut_snapshot(settings)),
    ("snapshot", lambda settings, _: _lose_snapshot(settings)),
    ("snapshot", _lagging),
    ("report", lambda settings, _: _old_report(settings)),
    ("held back", _held),
    ("refused files", _refused),
    ("left over", _left_over),
    ("write-ahead log", _open_log),
    ("faults", _faults),
]


@pytest.fixture(scope="module")
def checks_of(whole: Path) -> dict[str, Check]:
    """Which of the checks tells of what; of several, the first. A case asks its own; elsewhere all are asked."""
    settings = load_settings(whole)
    return {told.name: check for check in reversed(CHECKS) for told in check(settings)}


@pytest.mark.parametrize(("name", "fault"), FAULTS, ids=[f"{name}-{n}" for n, (name, _) in enumerate(FAULTS)])
def test_the_cause_is_named(
    settings: Settings, monkeypatch: Patch, checks_of: dict[str, Check], name: str, fault: Fault
) -> None:
    monkeypatch.setattr("pipelines.doctor.CHECKS", (checks_of[name],) if name in checks_of else CHECKS)
    settings = fault(settings, monkeypatch) or settings
    try:
        assert name in found(settings)
    finally:
        while HELD:
            HELD.pop().close()  # type: ignore[attr-defined]


def test_one_that_fails_hides_no_other(settings: Settings, monkeypatch: Patch) -> None:
    monkeypatch.setattr(machine_checks.shutil, "disk_usage", _disk)  # wants another argument
    told = found(settings)
    assert "could not be looked at" in told["disk"]
    assert "snapshot" in told


def test_a_program_gets_one_json_object(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--home", str(home), "doctor", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert told["well"] is (code == 0)
    assert len(told["checks"]) >= 20


def test_a_person_gets_what_why_and_how(home: Path, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    _lose_key(settings)
    assert main(["--home", str(home), "doctor"]) == 1
    said = capsys.readouterr().out
    assert "✗ key: secret.key is not there" in said
    assert "why: with another key" in said
    assert "siyu key new" in said
