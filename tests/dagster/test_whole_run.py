"""Every table and the real report, once: published, then held back with the reason on the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.database import read_only
from pipelines.run import run
from pipelines.spec.checks import CheckEntry
from pipelines.tables import load_tables
from pipelines.warehouse import open_warehouse
from tests.dagster.merchant import merchant


def test_all_tables_are_published_and_a_failed_check_stands_on_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = merchant(tmp_path)
    assert run(settings).status == "published"
    with open_warehouse(settings.home) as snapshot:
        tables = snapshot.connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_schema in ('core', 'facts', 'metrics')"
        ).fetchall()
    assert {name for (name,) in tables} == set(load_tables())

    said = load_tables()["metrics.repurchase"].header.__dict__
    planted = CheckEntry.model_validate({"condition": {"sql": "buyers < 0", "name": "planted check"}})
    monkeypatch.setitem(said, "checks", [planted])
    result = run(settings, full=True)
    assert result.status == "held"
    page, workbook = result.reports
    assert "planted_check" in page.read_text(encoding="utf-8")
    assert workbook.stat().st_size > 0
    # what the published report said is not made of landing: a full run leaves it, and one that is held says nothing
    with read_only(settings.warehouse_path) as warehouse:
        kept = warehouse.execute("select count(distinct run_id), count(*) > 0 from ops.reported_figures").fetchall()
        assert kept == [(1, True)]
