"""A small published home, and a way to run command lines in this process."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.cli import main
from tests.worlds import put, table

ORDERS = """
| order_id | platform | buyer_id | paid_at    | paid_amount | entry    |
| o1       | douyin   | u1       | 2025-01-05 | 100         | 推荐feed |
| o2       | douyin   | u1       | 2025-01-20 | 50.5        | 粉丝群   |
| o3       | douyin   | u2       | 2025-01-08 | 80          | 推荐feed |
| o4       | douyin   | u3       | 2025-02-10 | 60          | 搜索     |
"""


@dataclass(frozen=True)
class Said:
    """What a command line printed, and its exit code."""

    code: int
    out: str
    err: str


Siyu = Callable[..., Said]


def heard(*arguments: str) -> Said:
    """Runs one command line where several tests ask about what it says."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        patch.delenv("COLUMNS", raising=False)
        code = main(arguments)
    return Said(code, out.getvalue(), err.getvalue())


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers go into a pipe here, also where the tests' own terminal (or pytest-xdist) says how wide it is."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture
def siyu(capsys: pytest.CaptureFixture[str]) -> Siyu:
    """Runs one command line: `siyu("query", "select 1")`."""

    def run(*arguments: str) -> Said:
        code = main(arguments)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four orders of three people, built and published, as of 2025-02-28."""
    from datetime import date

    from pipelines.core import begin_pass, refresh_core
    from pipelines.facts import build_facts
    from pipelines.ingest.creating import create_staging
    from pipelines.metrics import find_metric, refresh_metric
    from pipelines.settings import load_settings
    from pipelines.warehouse import open_for_writing, publish

    settings = load_settings(tmp_path_factory.mktemp("small"))
    with open_for_writing(settings) as warehouse:
        create_staging(warehouse.connection)
        put(warehouse.connection, "orders", table(ORDERS))
        core_pass = begin_pass(warehouse.connection, settings, date(2025, 2, 28), full=True)
        for _ in refresh_core(warehouse.connection, settings, core_pass):
            pass
        build_facts(warehouse.connection, settings, core_pass.as_of)
        refresh_metric(warehouse.connection, find_metric("repurchase"), settings, core_pass.as_of)
        publish(warehouse)
    return settings.home
