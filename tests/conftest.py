"""What several test folders share: the demo merchant, run once per session, and the real data where it is at hand.

What belongs here: slow, read-only fixtures, and the order of the tests. What does not: hand-made worlds (worlds).
"""

from __future__ import annotations

import fcntl
import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.few_tables import few_tables as only_few_tables

# Tests that use one of these wait for it, so all others are run before them.
SLOW = ("demo_home", "real_data")

# Files that take half a minute and more. A process takes whole files: one of these at the end, and the others wait.
# The first builds the demo merchant while the others are at work, so that nobody waits for it later.
LONG = (
    "tests/cli/test_running.py",
    "tests/parity/test_parity.py",
    "tests/core/test_incremental.py",
    "tests/upkeep/test_forget.py",
    "tests/dagster/test_steps.py",
    "tests/test_sql_text.py",
    "tests/ingest/test_samples.py",
    "tests/ingest/test_bounded.py",
    "tests/test_facts.py",
    "tests/ingest/test_which_row_stands.py",
    "tests/upkeep/test_modes.py",
    "tests/docs/test_examples.py",
    "tests/ingest/test_nasty_files.py",
    "tests/dagster/test_killed_runs.py",
    "tests/soundness/test_every_metric.py",
    "tests/dagster/test_run.py",
    "tests/upkeep/test_verify.py",
    "tests/simulate/test_patterns.py",
    "tests/ingest/test_snapshots.py",
    "tests/metrics/test_independent.py",
    "tests/ingest/test_workbooks.py",
    "tests/ingest/test_json_shapes.py",
    "tests/quality/test_advice.py",
    "tests/cases/test_money.py",
    "tests/ingest/test_text_files.py",
    "tests/ingest/test_headers.py",
    "tests/test_online_retail.py",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Quick tests first: a mistake shows in seconds, not after the demo merchant was built.

    Where several processes share the tests, the quick ones are met soon anyway; there long files go first.
    """
    places = {name: place for place, name in enumerate(LONG)} if hasattr(config, "workerinput") else {}

    def order(item: pytest.Item) -> tuple[int, int]:
        waits = sum(name in getattr(item, "fixturenames", ()) for name in SLOW)
        place = places.get(item.nodeid.partition("::")[0], len(LONG))
        return place, waits

    items.sort(key=order)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: looking through it for garbage took a tenth of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.fixture(scope="module")
def few_tables() -> Iterator[None]:
    """Of the metrics only two, of the facts what these read, and a report of a line or two."""
    with only_few_tables():
        yield


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home directory of the whole demo merchant after one run: landing, warehouse, snapshot, report, truth.json.

    Built once per session, also where several processes share the tests; SIYU_TEST_DEMO names a finished one instead.
    Tests read it and change nothing in it: whoever needs to, copies it. SIYU_HOME is set to it, so that notebooks and
    the command line find it.
    """
    given = os.environ.get("SIYU_TEST_DEMO")
    home = Path(given) if given else built_once(tmp_path_factory.getbasetemp(), "demo", _built)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIYU_HOME", str(home))
        yield home


def built_once(folder: Path, name: str, build: Callable[[Path], None]) -> Path:
    """A folder that `build` fills, made by one of the processes that share the tests; `folder`: this one's own.

    pytest-xdist gives each process a folder of its own inside the session's.
    """
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    home, done = shared / name, shared / f"{name}-is-built"
    with open(shared / f"{name}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            build(home)
            done.touch()
    return home


def _built(home: Path) -> Path:
    from pipelines.run import run
    from pipelines.settings import load_settings
    from pipelines.simulate import simulate

    simulate(home)
    # People are drawn by the hash of an id, or of a phone that is its keyed hash: with the same key the same each time.
    with open(os.open(home / "secret.key", os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as key:
        key.write("5eed" * 16 + "\n")
    result = run(load_settings(home))
    assert result.status == "published", result.failures
    return home


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets, which the repository does not hold: SIYU_REAL_DATA, else ../shared/real."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "real"
    folder = Path(os.environ.get("SIYU_REAL_DATA") or beside)
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; SIYU_REAL_DATA may name another folder")
    return folder


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever the developer's machine speaks; a command that spoke Chinese leaves no Chinese to the next test."""
    from pipelines.cli.words import speak

    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    yield
    speak("en")


@pytest.fixture(autouse=True)
def _no_home_of_the_developer(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """A test must not read or write the developer's own merchant."""
    if "demo_home" not in request.fixturenames:
        monkeypatch.delenv("SIYU_HOME", raising=False)
