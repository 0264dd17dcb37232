"""What was broken is named, with what mends it; and that mends it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.database import read_only
from pipelines.run import run, unchanged
from pipelines.settings import Settings
from pipelines.upkeep.verify import verify
from pipelines.warehouse import WarehouseBusy, open_for_writing
from tests.upkeep.conftest import MORE, flip

pytestmark = pytest.mark.usefixtures("few_tables")


def _broken(settings: Settings) -> dict[str, str]:
    return {one.part: f"{one.broken} {one.remedy}" for one in verify(settings) if not one.is_whole}


def _people(settings: Settings) -> list[tuple]:
    with read_only(settings.snapshot_path) as snapshot:
        return snapshot.execute("select person_id, order_id, paid_amount from core.orders order by all").fetchall()


def test_a_home_that_ran_is_whole(settings: Settings) -> None:
    found = verify(settings)
    assert [one.part for one in found if not one.is_whole] == []
    assert {"warehouse", "key", "ledger", "landing", "snapshot", "report", "version", "write-ahead log"} == {
        one.part for one in found
    }


def test_an_empty_home_is_whole(tmp_path: Path) -> None:
    assert _broken(Settings(home=tmp_path)) == {}


def _lose_key(settings: Settings) -> None:
    settings.key_path.unlink()


def _other_key(settings: Settings) -> None:
    settings.key_path.write_text("ab" * 32, encoding="ascii")


def _no_key(settings: Settings) -> None:
    settings.key_path.write_text("hello", encoding="ascii")


def _flip_warehouse(settings: Settings) -> None:
    """A byte in each of its blocks, behind the headers."""
    size = settings.warehouse_path.stat().st_size
    for place in range(3 * 4096 + 1000, size, 1 << 18):
        flip(settings.warehouse_path, place / size, 1)


def _cut_warehouse(settings: Settings) -> None:
    settings.warehouse_path.write_bytes(settings.warehouse_path.read_bytes()[:-300_000])


def _flip_snapshot(settings: Settings) -> None:
    flip(settings.snapshot_path.resolve())


def _cut_snapshot(settings: Settings) -> None:
    path = settings.snapshot_path.resolve()
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-300_000])


def _lose_snapshot(settings: Settings) -> None:
    settings.snapshot_path.resolve().unlink()


def _flip_landing(settings: Settings) -> None:
    flip(settings.landing / "orders" / "january.csv", 0.9, 1)


def _lose_landing(settings: Settings) -> None:
    (settings.landing / "orders" / "january.csv").unlink()


def _old_report(settings: Settings) -> None:
    (settings.reports / ".daily-is-of").write_text("siyu-of-yesterday.duckdb", encoding="utf-8")


@pytest.mark.parametrize(
    ("fault", "part", "says"),
    [
        (_lose_key, "key", "siyu key new"),
        (_other_key, "key", "not the one"),
        (_no_key, "key", "64 hexadecimal"),
        (_flip_warehouse, "warehouse", "siyu run --full"),
        (_cut_warehouse, "warehouse", "siyu run --full"),
        (_flip_snapshot, "snapshot", "siyu run"),
        (_cut_snapshot, "snapshot", "siyu run"),
        (_lose_snapshot, "snapshot", "siyu run"),
        (_flip_landing, "landing", "january.csv"),
        (_lose_landing, "landing", "january.csv"),
        (_old_report, "report", "siyu run"),
    ],
)
def test_what_is_broken_is_named_with_its_remedy(
    settings: Settings, fault: Callable[[Settings], None], part: str, says: str
) -> None:
    fault(settings)
    broken = _broken(settings)
    assert part in broken
    assert says in broken[part]


def test_a_full_run_sets_a_broken_warehouse_aside_and_makes_all_again(settings: Settings) -> None:
    before = _people(settings)
    _flip_warehouse(settings)
    assert run(settings, full=True).status == "published"
    assert _people(settings) == before
    assert _broken(settings) == {}


def test_a_full_run_of_a_broken_warehouse_needs_every_file(settings: Settings) -> None:
    """The snapshot still knows which were loaded."""
    _cut_warehouse(settings)
    _lose_landing(settings)
    with pytest.raises(RuntimeError, match=r"january\.csv"):
        run(settings, full=True)
    assert settings.warehouse_path.exists()


def test_a_run_mends_what_readers_see(settings: Settings) -> None:
    """One fault after the other: a snapshot that was cut, a report of an older one; a snapshot that is gone is no
    reason to think that nothing is to be done."""
    for fault in (_cut_snapshot, _old_report):
        fault(settings)
        assert _broken(settings) != {}
        run(settings)
        assert _broken(settings) == {}
    assert unchanged(settings) is not None
    _lose_snapshot(settings)
    assert unchanged(settings) is None


def test_where_the_snapshot_is_broken_too_landing_is_all_there_is(settings: Settings) -> None:
    """Both were cut."""
    before = _people(settings)
    _cut_warehouse(settings)
    _flip_snapshot(settings)
    _cut_snapshot(settings)
    assert run(settings, full=True).status == "published"
    assert _people(settings) == before
    assert _broken(settings) == {}


def test_a_run_that_goes_on_is_no_damage(settings: Settings) -> None:
    """To set its warehouse aside would be the last thing to do."""
    with open_for_writing(settings), pytest.raises(WarehouseBusy):
        verify(settings)
    assert _broken(settings) == {}


def test_a_damaged_log_of_a_killed_run_is_no_harm(settings: Settings) -> None:
    """It is of no run that ended: everything that was committed before stands in the file."""
    before = _people(settings)
    log = settings.warehouse_path.with_name("warehouse.duckdb.wal")
    log.write_bytes(b"\\0" * 10 + b"no log" * 100)
    assert "stopped" in next(one.whole for one in verify(settings) if one.part == "write-ahead log")
    run(settings)
    assert _broken(settings) == {}
    assert _people(settings) == before


def test_rows_that_do_not_add_up_are_told(settings: Settings) -> None:
    import duckdb

    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute("update ops.files set rows_loaded = rows_loaded - 1 where path like '%january%'")
    assert "january.csv" in _broken(settings)["ledger"]


def test_a_file_that_waits_is_no_fault(home: Path, settings: Settings) -> None:
    (home / "landing" / "orders" / "february.csv").write_text(MORE + "o5,douyin,u3,2025-02-06 10:00:00,1\n")
    assert _broken(settings) == {}
