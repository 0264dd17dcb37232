"""kill -9 in the middle of a run: the next one goes through, and Dagster's records say what happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from pipelines.orchestration.dead_runs import release_dead_runs
from pipelines.run import run
from tests.dagster.merchant import merchant

ROOT = Path(__file__).parents[2]
# Stops for good at the first core table, with the lock held and Dagster's run started.
HANG = """
import sys, time
from pathlib import Path
import pipelines.run, pipelines.steps.work
from pipelines.settings import Settings
from tests.few_tables import few_tables
pipelines.steps.work.OpenRun.build = lambda self, table: (print("building", flush=True), time.sleep(600))
with few_tables():
    pipelines.run.run(Settings(home=Path(sys.argv[1])))
"""


def test_a_killed_run_does_not_stand_in_the_way(
    few_tables: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = merchant(tmp_path / "home")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    (tmp_path / "dagster").mkdir()
    (tmp_path / "dagster" / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")

    with subprocess.Popen(
        [sys.executable, "-c", HANG, str(settings.home)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "building"
        assert statuses() == ["STARTED"]
        process.send_signal(signal.SIGKILL)

    assert run(settings).status == "published"
    assert statuses() == ["FAILURE", "SUCCESS"]
    with duckdb.connect(str(settings.snapshot_path.resolve()), read_only=True) as snapshot:
        told = snapshot.execute("select status from ops.runs order by started_at").fetchall()
    assert told == [("killed",), ("published",)]


def statuses() -> list[str]:
    with dg.DagsterInstance.get() as instance:
        records = instance.get_run_records(ascending=True)
        return [record.dagster_run.status.value for record in records]


@pytest.fixture
def instance(tmp_path: Path) -> dg.DagsterInstance:
    return dg.DagsterInstance.ephemeral(tempdir=str(tmp_path))


def started(instance: dg.DagsterInstance, pid: int | None) -> str:
    """A run that Dagster believes to be going on, in the given process."""
    run = instance.create_run_for_job(dg.GraphDefinition(name="job").to_job())
    instance.handle_run_event(run.run_id, dg.DagsterEvent("PIPELINE_START", "job"))
    if pid is not None:
        from dagster._core.events import EngineEventData

        instance.report_engine_event("Started process", run, EngineEventData.in_process(pid))
    return run.run_id


def test_only_runs_whose_process_is_gone_are_closed(instance: dg.DagsterInstance) -> None:
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True)
    dead, alive = started(instance, int(gone.stdout)), started(instance, os.getpid())
    unknown = started(instance, None)  # just created: it may still be told its process
    assert release_dead_runs(instance) == [dead]
    assert [instance.get_run_by_id(run_id).status.value for run_id in (dead, alive, unknown)] == [  # type: ignore[union-attr]
        "FAILURE",
        "STARTED",
        "STARTED",
    ]
    assert release_dead_runs(instance) == []


@pytest.mark.skipif(not Path("/proc/stat").exists(), reason="only Linux tells when a process started")
def test_another_process_with_the_same_number_is_not_the_run(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.orchestration import dead_runs

    run_id = started(instance, os.getpid())
    seen = dead_runs._process_of(instance, run_id)
    assert seen is not None
    monkeypatch.setattr(dead_runs, "_process_of", lambda *_: (seen[0], 1.0))  # the run's own word is from 1970
    assert release_dead_runs(instance) == [run_id]
