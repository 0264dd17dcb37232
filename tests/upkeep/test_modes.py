"""Who may read what: nobody but the owner, and what is published whoever siyu.toml names."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.run import run
from pipelines.settings import load_settings
from tests.upkeep.conftest import ORDERS, land


def _modes(home: Path) -> dict[str, str]:
    paths = [home, *(path for path in home.rglob("*") if "landing" not in path.parts and not path.is_symlink())]
    return {path.relative_to(home).as_posix(): f"{path.stat().st_mode & 0o777:o}" for path in paths}


def _named(modes: dict[str, str], part: str) -> set[str]:
    return {mode for name, mode in modes.items() if part in name}


def test_nobody_else_reads_anything(whole: Path) -> None:
    assert {name: mode for name, mode in _modes(whole).items() if mode[-2:] != "00"} == {}


@pytest.mark.parametrize(
    ("readers", "entrance", "folder", "snapshot", "report"),
    [("group", "710", "750", "440", "640"), ("all", "711", "755", "444", "644")],
)
def test_readers_read_what_is_published_and_nothing_else(
    tmp_path: Path, readers: str, entrance: str, folder: str, snapshot: str, report: str
) -> None:
    land(tmp_path, "orders/a.csv", ORDERS)
    (tmp_path / "landing").chmod(0o755)
    (tmp_path / "siyu.toml").write_text(f'readers = "{readers}"\n', encoding="utf-8")
    run(load_settings(tmp_path))
    modes = _modes(tmp_path)
    assert (modes["."], modes["published"], modes["published/reports"]) == (entrance, folder, folder)
    assert _named(modes, "siyu-2") - {report} == {snapshot}
    assert _named(modes, "reports/daily") == {report}
    assert _named(modes, "warehouse") == _named(modes, "secret.key") == {"600"}
    assert (tmp_path / "landing").stat().st_mode & 0o007 == 0


def test_what_an_earlier_release_left_open_is_closed(home: Path, few_tables: None) -> None:
    for name in ("warehouse.duckdb", "warehouse.lock"):
        (home / name).chmod(0o644)
    home.chmod(0o755)
    land(home, "orders/more.csv", ORDERS.replace("o1", "o9"))
    run(load_settings(home))
    assert {name: mode for name, mode in _modes(home).items() if mode[-2:] != "00"} == {}
