"""The little merchant of the report's tests, published, with a name that is a script."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.modes import make_home
from pipelines.settings import Settings
from tests.report import merchant


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Of a home whose published/ holds the snapshot and two files that look like reports."""
    home = tmp_path_factory.mktemp("served")
    built = merchant.build(home / "made.duckdb")
    make_home(built)
    reports = built.published / "reports"
    reports.mkdir(parents=True)
    (home / "made.duckdb").rename(built.snapshot_path)
    (reports / "index.html").write_text("<p>all reports", encoding="utf-8")
    (reports / ".hidden.html").write_text("not yet", encoding="utf-8")
    (home / "secret.key").write_text("a key", encoding="utf-8")
    return built


@pytest.fixture
def home(settings: Settings) -> Path:
    return settings.home
