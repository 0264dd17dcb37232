"""Work in a process of its own: what it gives and raises comes back, and it ends when it takes too much."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pipelines.ingest.bounded import bounded, one_child
from pipelines.ingest.sources import load_sources
from pipelines.ingest.text import UnreadableError
from pipelines.settings import ReadingLimits
from tests.ingest.conftest import Landing
from tests.ingest.files import parquet, sheet

LITTLE = ReadingLimits(memory="200 MB", unpacked="1 MB", seconds=2)


def test_what_work_gives_comes_back() -> None:
    source = load_sources()["doudian_orders"]
    answer, given, there = bounded(partial(_tells, [1, "二"], source), LITTLE)
    assert answer == [1, "二"]
    assert given is source, "a mapping is the one that is known here"
    assert there != os.getpid()


def _tells(*given: object) -> tuple[object, ...]:
    return (*given, os.getpid())


def test_a_runs_work_is_done_by_one_process_until_that_ends() -> None:
    """What ended it is told of one work alone; the next one is done by another."""
    with one_child():
        [first], [again] = bounded(_tells, LITTLE), bounded(_tells, LITTLE)
        with pytest.raises(UnreadableError):
            bounded(_breaks_down, LITTLE)
        [other] = bounded(_tells, LITTLE)
    [apart] = bounded(_tells, LITTLE)
    assert first == again
    assert len({first, other, apart, os.getpid()}) == 4
    assert multiprocessing.active_children() == []


def test_a_killed_run_leaves_no_process_behind(tmp_path: Path) -> None:
    """It would hold the run's lock until its work is done."""
    code = (
        "import os, sys, time\nfrom functools import partial\nfrom pipelines.ingest.bounded import bounded\n"
        "from pipelines.settings import ReadingLimits\nfrom tests.ingest.test_bounded import _tells_and_sleeps\n"
        "bounded(partial(_tells_and_sleeps, sys.argv[1]), ReadingLimits())"
    )
    told = tmp_path / "child"
    with subprocess.Popen([sys.executable, "-c", code, str(told)], cwd=Path(__file__).parents[2]) as run:
        _wait_until(told.exists)
        run.kill()
    child = int(told.read_text(encoding="ascii"))
    _wait_until(
        lambda: not Path(f"/proc/{child}").exists() or "Z" in Path(f"/proc/{child}/stat").read_text().split()[2]
    )


def _tells_and_sleeps(told: str) -> None:
    partial_file = Path(f"{told}.part")
    partial_file.write_text(str(os.getpid()), encoding="ascii")
    partial_file.rename(told)
    time.sleep(600)


def _wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_time_is_counted_for_each_work_by_itself() -> None:
    with one_child():
        for _ in range(4):
            bounded(_works_for_a_second, LITTLE)


def _works_for_a_second() -> None:
    until = time.process_time() + 1
    while time.process_time() < until:
        pass


def test_what_work_refuses_comes_back_with_all_that_it_says() -> None:
    with pytest.raises(UnreadableError) as refused:
        bounded(_refuses, LITTLE)
    told = refused.value
    assert (told.reason, told.expected, told.rows, told.found, told.facts) == (
        "password",
        "none",
        3,
        "one",
        {"sheet": "一"},
    )


def _refuses() -> None:
    raise UnreadableError("password", "none", 3, "one", {"sheet": "一"})


def _faulty() -> None:
    raise ZeroDivisionError("ours")


def test_a_fault_of_ours_comes_back_as_one_with_its_place() -> None:
    with pytest.raises(ZeroDivisionError, match="ours") as fault:
        bounded(_faulty, LITTLE)
    assert "in _faulty" in "".join(fault.value.__notes__)


def _takes_memory() -> int:
    return len(bytearray(400_000_000))


def _takes_processor() -> None:
    while True:
        pass


def _sleeps() -> None:
    time.sleep(60)


def _is_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_is_killed_from_outside_refuses_no_file(tmp_path: Path) -> None:
    """A second one does its work; one that is killed again was too large (`_is_killed` below)."""
    assert bounded(partial(_is_killed_once, str(tmp_path / "killed")), LITTLE) == "done"


def _is_killed_once(mark: str) -> str:
    if not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def _aborts() -> None:
    os.abort()


def _breaks_down() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        (_takes_memory, "too_large"),
        (_takes_processor, "too_slow"),
        (_sleeps, "too_slow"),
        (_is_killed, "too_large"),
        (_aborts, "too_large"),
        (_breaks_down, "unreadable"),
    ],
)
def test_work_that_takes_too_much_is_ended_and_told(work: object, reason: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        bounded(work, LITTLE)  # type: ignore[arg-type]
    assert refused.value.reason == reason


def test_work_that_fills_the_disk_is_ended(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError) as refused:
        bounded(partial((tmp_path / "large").write_bytes, bytes(2_000_000)), LITTLE)
    assert refused.value.reason == "too_large"


def test_what_is_allowed_is_as_much_as_is_said() -> None:
    assert bounded(_takes_memory, ReadingLimits(memory="900 MB")) == 400_000_000


def test_a_workbook_beyond_its_limits_is_one_line_in_quarantine(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other files of the run are loaded; with a higher limit the same file is loaded, too."""
    rows = [
        {
            "order_id": f"A{n}",
            "paid_at": "2026-03-01 10:00:00",
            "paid_amount": "1.00",
            "source": f"{n}" + "直播间" * 4_000,
        }
        for n in range(1_500)
    ]
    landing.write("orders/large.xlsx", sheet(rows))
    landing.write("orders/small.xlsx", sheet([{**rows[0], "order_id": "B1"}]))
    usual = landing.settings
    landing.settings = usual.model_copy(update={"reading": ReadingLimits(memory="1 MB")})
    with monkeypatch.context() as full:
        full.setattr("pipelines.ingest.bounded.address_space", lambda: 0)  # what is free already does not count
        files = {file.path: file for file in landing.ingest().files}
    assert (files["orders/large.xlsx"].status, files["orders/large.xlsx"].reason) == ("quarantined", "too_large")
    landing.settings = usual
    assert [file.rows_loaded for file in landing.ingest().files if file.path == "orders/large.xlsx"] == [1_500]
    assert len(landing.rows("orders")) == 1_501


def test_an_archive_that_unpacks_to_more_than_the_disk_may_hold_is_refused(landing: Landing) -> None:
    landing.settings = landing.settings.model_copy(update={"reading": ReadingLimits(unpacked="0.01 MB")})
    text = "order_id,paid_at,paid_amount\n" + "".join(f"A{n},2026-03-01 10:00:00,1.00\n" for n in range(3_000))
    assert landing.one("orders/a.csv.gz", text).reason == "too_large"
    rows = [{"order_id": f"A{n}", "paid_at": "2026-03-01 10:00:00", "paid_amount": n} for n in range(3_000)]
    assert landing.one("orders/a.parquet", parquet(rows)).reason == "too_large"
    assert landing.one("orders/b.parquet", parquet(rows[:3])).rows_loaded == 3


def test_a_header_of_too_many_columns_is_refused(landing: Landing) -> None:
    landing.settings = landing.settings.model_copy(update={"reading": ReadingLimits(columns=10)})
    header = ["order_id", "paid_at", "paid_amount", *(f"x{n}" for n in range(20))]
    cells = ["A1", "2026-03-01 10:00:00", "1.00", *("" for _ in range(20))]
    assert landing.one("orders/wide.csv", f"{','.join(header)}\n{','.join(cells)}\n").reason == "too_wide"
    assert landing.one("orders/wide.xlsx", sheet([dict(zip(header, cells, strict=True))])).reason == "too_wide"
