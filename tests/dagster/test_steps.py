"""`siyu run` takes the same steps with Dagster's records and without, and a failure stops the same of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines.catalogue import load_catalogue
from pipelines.run import run
from pipelines.spec.checks import CheckEntry
from pipelines.steps.work import OpenRun
from pipelines.tables import Table
from pipelines.warehouse import open_for_writing
from tests.dagster.conftest import records
from tests.dagster.merchant import DEAF, merchant

pytestmark = pytest.mark.usefixtures("few_tables")
NEVER = {"condition": {"sql": "false", "name": "planted"}}


def outcome(home: Path, select: list[str] | None) -> dict[str, Any]:
    """Everything that is left behind, but for times and run ids."""
    settings = merchant(home, send=DEAF)
    raised, result = None, None
    try:
        result = run(settings)
        result = run(settings, select=select) if select else result
    except ArithmeticError as error:
        raised = repr(error)
    with open_for_writing(settings) as warehouse:
        left = {
            sql: warehouse.connection.execute(sql).fetchall()
            for sql in (
                "select table_name, check_name, passed, blocking, observed, expected from ops.checks order by all",
                "select status, as_of, files_loaded, rows_loaded, message from ops.runs order by started_at",
                "select schema_name, table_name, estimated_size from duckdb_tables() where schema_name in "
                "('core', 'facts', 'metrics', 'staging') and database_name = current_database() order by all",
            )
        }
    told = result and (result.status, result.as_of, result.loaded, result.failures, len(result.reports))
    steps = result and sorted((step.kind, step.name.partition("-2")[0], step.rows, step.note) for step in result.steps)
    return {"raised": raised, "told": told, "steps": steps, "messages": result and result.deliveries, **left}


def broken(name: str, build: Any) -> Any:
    def build_or_fail(run: OpenRun, table: Table) -> Any:
        if table.qualified == name:
            raise ArithmeticError("planted")
        return build(run, table)

    return build_or_fail


@pytest.mark.parametrize(
    ("failing", "breaking", "select", "status"),
    [
        # first everything, then a few tables
        ([], None, ["retention", "core.or*"], "published"),
        (["core.orders", "core.groups"], None, None, "held"),
        (["staging.orders"], None, None, "held"),
        ([], "core.people", None, "failed"),
        (["metrics.retention"], "metrics.repurchase", None, "held"),
    ],
)
def test_what_is_left_behind_is_the_same(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    failing: list[str],
    breaking: str | None,
    select: list[str] | None,
    status: str,
) -> None:
    for name in failing:
        said = load_catalogue()[name].header.__dict__
        monkeypatch.setitem(said, "checks", (*said["checks"], CheckEntry.model_validate(NEVER)))
    if breaking:
        monkeypatch.setattr(OpenRun, "build", broken(breaking, OpenRun.build))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    alone = outcome(tmp_path / "alone", select)
    with records(tmp_path) as instance:
        by_dagster = outcome(tmp_path / "dagster", select)
        assert len(instance.get_runs()) == 1 + (select is not None)
    (runs,) = [key for key in alone if "ops.runs" in key]
    assert alone[runs][-1][0] == status
    # A step's error has Dagster's own name there.
    for left in (alone, by_dagster):
        left[runs] = [
            (*row[:-1], row[-1].replace("DagsterAssetCheckFailedError", "ChecksFailed")) for row in left[runs]
        ]
    assert alone == by_dagster
    # Where nothing was ever published there is no report to send, and a part of the tables writes none.
    assert not alone["messages"]


def test_without_records_dagster_is_not_even_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setitem(sys.modules, "dagster", None)
    assert run(merchant(tmp_path)).status == "published"
