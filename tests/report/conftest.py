"""One snapshot and one daily report for all tests of the report."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from pipelines.report import write_report
from tests.report import merchant
from tests.report.reading import read_page, read_workbook


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The little merchant's published snapshot: its path and settings."""
    path = tmp_path_factory.mktemp("merchant") / "siyu.duckdb"
    return SimpleNamespace(path=path, settings=merchant.build(path))


@pytest.fixture(scope="session")
def weekly(snapshot: SimpleNamespace) -> SimpleNamespace:
    """The report in Chinese of the week that is not over, read back from its two files."""
    files = write_report(snapshot.path, snapshot.path.parent / "out", snapshot.settings, "weekly", so_far=True)
    text = files.html.read_text(encoding="utf-8")
    return SimpleNamespace(files=files, text=text, page=read_page(text), book=read_workbook(files.workbook))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "reports"
