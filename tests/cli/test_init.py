"""`siyu init` makes a home, and touches nothing that is there."""

from __future__ import annotations

from pathlib import Path

from pipelines.ingest.recognise import named_by
from tests.cli.conftest import Siyu


def test_a_new_home(siyu: Siyu, tmp_path: Path) -> None:
    home = tmp_path / "new"
    said = siyu("--home", str(home), "init")
    assert (said.code, said.err) == (0, "")
    assert "landing/抖店订单/" in said.out
    assert "There already" not in said.out
    folders = [folder.name for folder in (home / "landing").iterdir()]
    assert 5 <= len(folders) <= 24
    assert [folder for folder in folders if not named_by((folder,))] == []
    assert list((home / "landing").rglob("*.*")) == []
    assert (home / "templates" / "订单_orders.xlsx").is_file()
    assert home.stat().st_mode & 0o077 == 0


def test_nothing_is_overwritten(siyu: Siyu, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "siyu.toml").write_text("small_group = 7\n", encoding="utf-8")
    (tmp_path / "templates" / "订单_orders.csv").write_text("mine", encoding="utf-8")
    said = siyu("--home", str(tmp_path), "init")
    there = said.out.partition("There already, left as it is:")[2]
    assert "siyu.toml" in there
    assert "templates/订单_orders.csv" in there
    assert (tmp_path / "siyu.toml").read_text(encoding="utf-8") == "small_group = 7\n"
    assert (tmp_path / "templates" / "订单_orders.csv").read_text(encoding="utf-8") == "mine"
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    again = siyu("--home", str(tmp_path), "init")
    assert (again.code, "Nothing was made" in again.out, "Made:" in again.out) == (0, True, False)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_folders_of_other_platforms(siyu: Siyu, tmp_path: Path) -> None:
    said = siyu("--home", str(tmp_path), "init", "--platform", "淘宝", "--platform", "pinduoduo")
    assert said.code == 0
    assert (tmp_path / "landing" / "拼多多订单").is_dir()
    assert not (tmp_path / "landing" / "抖店订单").exists()


def test_a_platform_that_nobody_knows(siyu: Siyu, tmp_path: Path) -> None:
    said = siyu("--home", str(tmp_path / "new"), "init", "--platform", "淘宝网店")
    assert (said.code, "'淘宝网店' is no platform" in said.err, "did you mean '淘宝网'?" in said.err) == (1, True, True)
    assert not (tmp_path / "new").exists()
