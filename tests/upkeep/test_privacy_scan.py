"""A person who shows outside landing is found, wherever that is, and never repeated."""

from __future__ import annotations

import zipfile
from pathlib import Path

import duckdb
import pytest

from pipelines.cli import main
from pipelines.settings import Settings
from pipelines.upkeep.privacy_scan import is_national_id, scan

PHONE = "13755556666"
NATIONAL_ID = "11010119900307002X"


def test_nobody_shows_in_a_home_that_ran(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its landing holds phones."""
    assert main(["--home", str(home), "privacy-scan"]) == 0
    assert "Nobody shows." in capsys.readouterr().out


@pytest.mark.parametrize("value", [PHONE, "137 5555 6666", NATIONAL_ID])
@pytest.mark.parametrize("place", ["text", "workbook", "table", "name"])
def test_a_planted_person_is_found(
    home: Path, settings: Settings, place: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if place == "text":
        (home / "notes.txt").write_text(f"call {value}", encoding="utf-8")
    elif place == "workbook":
        with zipfile.ZipFile(home / "published" / "other.xlsx", "w") as book:
            book.writestr("xl/sharedStrings.xml", f"<t>{value}</t>")
    elif place == "name":
        (home / f"{value}.txt").write_text("", encoding="utf-8")
    else:
        with duckdb.connect(str(settings.warehouse_path)) as connection:
            connection.execute("create table ops.extra as select [?] as said", [value])
    assert main(["--home", str(home), "privacy-scan"]) == 1
    said = capsys.readouterr()
    assert value not in said.out + said.err
    assert ("a national id" if value == NATIONAL_ID else "a phone number") in said.err


def test_what_was_planted_is_looked_for(home: Path, settings: Settings, tmp_path: Path) -> None:
    (home / "notes.txt").write_text("丁香苑路 7 号", encoding="utf-8")
    (tmp_path / "canaries.txt").write_text("丁香苑路\n\n", encoding="utf-8")
    assert main(["--home", str(home), "privacy-scan", "--canaries", str(tmp_path / "canaries.txt")]) == 1
    assert [(hit.where, hit.what, hit.count) for hit in scan(settings, ["丁香苑路"])[0]] == [
        ("notes.txt", "what was planted", 1)
    ]


@pytest.mark.parametrize(
    ("number", "is_one"), [(NATIONAL_ID, True), ("110101199003070012", False), ("440101200001010018", False)]
)
def test_an_orders_number_of_18_digits_is_nobody(number: str, is_one: bool) -> None:
    assert is_national_id(number) == is_one
