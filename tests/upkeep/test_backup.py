"""A copy of a home is that home."""

from __future__ import annotations

import os
import tarfile
import time
from pathlib import Path

import pytest

from pipelines.database import read_only
from pipelines.run import run
from pipelines.settings import Settings, load_settings
from pipelines.upkeep.backup import NoBackup, backup, restore
from pipelines.upkeep.verify import verify
from tests.upkeep.conftest import flip, land

pytestmark = pytest.mark.usefixtures("few_tables")


def _tables(settings: Settings) -> dict[str, list[tuple]]:
    with read_only(settings.snapshot_path) as snapshot:
        names = snapshot.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where not internal order by all"
        ).fetchall()
        return {name: snapshot.execute(f"select * from {name} order by all").fetchall() for (name,) in names}


def test_what_comes_out_is_what_went_in(settings: Settings, tmp_path: Path) -> None:
    """Every table, every file; nothing is new to the next run."""
    copied = backup(settings, tmp_path / "copy.tar")
    restored = load_settings(tmp_path / "restored")
    started = time.monotonic()
    assert restore(tmp_path / "copy.tar", restored) == copied
    assert time.monotonic() - started < 300
    assert _tables(restored) == _tables(settings)
    assert [one.part for one in verify(restored) if not one.is_whole] == []
    assert run(restored).status == "unchanged"
    assert [one.part for one in verify(restored) if not one.is_whole] == []


def test_a_backup_is_its_owners_alone(settings: Settings, tmp_path: Path) -> None:
    backup(settings, tmp_path / "copy.tar")
    assert (tmp_path / "copy.tar").stat().st_mode & 0o777 == 0o600


def test_without_landing_it_is_small_and_all_tables_are_in_it(settings: Settings, tmp_path: Path) -> None:
    backup(settings, tmp_path / "copy.tar", with_landing=False)
    restored = load_settings(tmp_path / "restored")
    restore(tmp_path / "copy.tar", restored)
    assert _tables(restored) == _tables(settings)
    assert not restored.landing.exists()


def test_a_copy_knows_what_was_sent_and_can_send_nothing(settings: Settings, tmp_path: Path) -> None:
    """Tried out elsewhere, it must not write to the merchant's group."""
    for name in ("sent.json", "boss.url"):
        (settings.home / name).write_text("{}", encoding="utf-8")
    backup(settings, tmp_path / "copy.tar", with_landing=False)
    restored = load_settings(tmp_path / "restored")
    restore(tmp_path / "copy.tar", restored)
    assert (restored.home / "sent.json").is_file()
    assert not (restored.home / "boss.url").exists()


def test_mappings_of_ones_own_go_with_it(settings: Settings, tmp_path: Path) -> None:
    settings.sources.mkdir()
    (settings.sources / "till.yaml").write_text("undecided: [which amount]\n", encoding="utf-8")
    backup(settings, tmp_path / "copy.tar", with_landing=False)
    restored = load_settings(tmp_path / "restored")
    restore(tmp_path / "copy.tar", restored)
    assert (restored.sources / "till.yaml").is_file()


def test_names_that_are_no_text_go_in_and_come_out(settings: Settings, tmp_path: Path) -> None:
    name = os.fsdecode("三月.csv".encode("gb18030"))
    (settings.landing / name).write_text("x\n", encoding="utf-8")
    backup(settings, tmp_path / "copy.tar")
    restore(tmp_path / "copy.tar", load_settings(tmp_path / "restored"))
    assert (tmp_path / "restored" / "landing" / name).read_text(encoding="utf-8") == "x\n"


@pytest.mark.parametrize("place", [0.2, 0.5, 0.8])
def test_a_damaged_backup_is_not_put_in_place(settings: Settings, tmp_path: Path, place: float) -> None:
    backup(settings, tmp_path / "copy.tar")
    flip(tmp_path / "copy.tar", place, 4_000)
    with pytest.raises(NoBackup):
        restore(tmp_path / "copy.tar", load_settings(tmp_path / "restored"))
    assert not (tmp_path / "restored").exists()
    assert list(tmp_path.glob(".*")) == []


def test_half_a_backup_is_not_put_in_place(settings: Settings, tmp_path: Path) -> None:
    backup(settings, tmp_path / "copy.tar")
    data = (tmp_path / "copy.tar").read_bytes()
    (tmp_path / "half.tar").write_bytes(data[: len(data) // 2])
    with pytest.raises(NoBackup):
        restore(tmp_path / "half.tar", load_settings(tmp_path / "restored"))


def test_any_other_archive_is_none(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x", encoding="utf-8")
    with tarfile.open(tmp_path / "other.tar", "w") as archive:
        archive.add(tmp_path / "x", "x")
    with pytest.raises(NoBackup):
        restore(tmp_path / "other.tar", load_settings(tmp_path / "restored"))
    with pytest.raises(NoBackup):
        restore(tmp_path / "x", load_settings(tmp_path / "restored"))


def test_a_backup_does_not_go_with_itself_and_is_not_of_nothing(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(NoBackup, match="in the home itself"):
        backup(settings, settings.landing / "copy.tar")
    with pytest.raises(NoBackup, match="nothing was loaded yet"):
        backup(load_settings(tmp_path / "typed wrong"), tmp_path / "copy.tar")
    assert not (tmp_path / "typed wrong").exists()
    assert list(tmp_path.glob("*copy.tar*")) == []


def test_nothing_is_overwritten(settings: Settings, tmp_path: Path) -> None:
    backup(settings, tmp_path / "copy.tar")
    with pytest.raises(NoBackup, match="already"):
        backup(settings, tmp_path / "copy.tar")
    land(tmp_path / "other", "orders/a.csv", "x\n")
    with pytest.raises(NoBackup, match="already"):
        restore(tmp_path / "copy.tar", load_settings(tmp_path / "other"))
    assert (tmp_path / "other" / "landing" / "orders" / "a.csv").exists()
