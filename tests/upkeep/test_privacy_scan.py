"""A person who shows outside landing is found, wherever that is, and never repeated."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.cli import main
from pipelines.settings import Settings, load_settings
from pipelines.upkeep.privacy_scan import Hit, addresses_in, is_national_id, scan
from pipelines.upkeep.texts_of_files import texts_of

PHONE, SPACED = "13755556666", "137 5555 6666"
NATIONAL_ID = "11010119900307002X"
ADDRESS = "xiaoyu.wang@mail.siyu-shop.cn"
CANARY = "丁香苑路七号"
# What stands in each place that is planted, and as what it is found.
PLANTED = {
    PHONE: "a phone number",
    SPACED: "a phone number",
    NATIONAL_ID: "a national id",
    ADDRESS: "an e-mail address",
    CANARY: "what was planted",
}
TEXT = " | ".join(PLANTED)
FOUND = {"a phone number": 2, "a national id": 1, "an e-mail address": 1, "what was planted": 1}


def report(home: Path) -> str:
    place = home / "published" / "reports" / "daily-2025-01-01.html"
    place.parent.mkdir(parents=True, exist_ok=True)
    letters = "".join(f"&#{ord(letter)};" for letter in CANARY)
    place.write_text(f"<p title='{PHONE}'>{TEXT.replace(CANARY, letters)}</p>".replace(PHONE, "", 1), "utf-8")
    return "published/reports/daily-2025-01-01.html"


def workbook(home: Path) -> str:
    with zipfile.ZipFile(home / "published" / "other.xlsx", "w") as book:
        book.writestr("xl/sharedStrings.xml", f"<t>{TEXT}</t>")
    return "published/other.xlsx"


def notebook(home: Path) -> str:
    cell = {"cell_type": "code", "outputs": [{"data": {"text/plain": [TEXT]}}], "source": []}
    (home / "mine.ipynb").write_text(json.dumps({"cells": [cell]}), "utf-8")
    return "mine.ipynb"


def old_log(home: Path) -> str:
    (home / "logs").mkdir(exist_ok=True)
    (home / "logs" / "run.log.1.gz").write_bytes(gzip.compress(TEXT.encode("gb18030"), mtime=0))
    return "logs/run.log.1.gz"


def wide_text(home: Path) -> str:
    (home / "notes.txt").write_text(TEXT, "utf-16")
    return "notes.txt"


def archive_in_an_archive(home: Path) -> str:
    inner = home / "inner.zip"
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", TEXT)
    with zipfile.ZipFile(home / "sent.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inner, "inner.zip")
    inner.unlink()
    return "sent.zip"


def records(home: Path) -> str:
    """As Dagster keeps events: JSON in a cell, longer than a page of the file."""
    with sqlite3.connect(home / "runs.db") as connection:
        connection.execute("create table event_logs (id integer, event text)")
        connection.execute("insert into event_logs values (1, ?)", [json.dumps({"said": "x" * 4000 + " " + TEXT})])
    connection.close()
    return "runs.db: event_logs"


def table(home: Path) -> str:
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute("create table ops.extra as select [?] as said", [TEXT])
    return "warehouse.duckdb: ops.extra.said"


def parquet(home: Path) -> str:
    with duckdb.connect() as connection:
        connection.execute(f"copy (select '{TEXT}' as said) to '{home}/sent.parquet'")
    return "sent.parquet: said"


PLACES = (report, workbook, notebook, old_log, wide_text, archive_in_an_archive, records, table, parquet)


@pytest.fixture(scope="module")
def planted(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], list[Hit], Path]:
    """A home with something in every place, and what one look found."""
    home = shutil.copytree(whole, tmp_path_factory.mktemp("planted") / "home", symlinks=True)
    names = {place.__name__: place(home) for place in PLACES}
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute(f"create table ops.numbers as select {PHONE}::bigint as n, 13755556666.5 as amount")
    folder = home / "kept" / f"{PHONE} {CANARY}"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text(NATIONAL_ID, "utf-8")
    (home / "kept" / "page.pdf").write_bytes(b"%PDF-1.7")
    return names, scan(load_settings(home), [CANARY]).hits, home


@pytest.mark.parametrize("place", PLACES)
def test_a_planted_person_is_found(
    planted: tuple[dict[str, str], list[Hit], Path], place: Callable[[Path], str]
) -> None:
    names, hits, _ = planted
    assert {hit.what: hit.count for hit in hits if hit.where == names[place.__name__]} == FOUND


def damaged_zip() -> bytes:
    """One member is whole; of the other the packed bytes are not what they were."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("whole.txt", PHONE)
        archive.writestr("other.txt", "ab" * 4000)
    data = bytearray(out.getvalue())
    start = data.index(b"other.txt") + len("other.txt")
    data[start : start + 8] = b"\xff" * 8
    return bytes(data)


@pytest.mark.parametrize(
    ("name", "content", "seen"),
    [
        ("sent.zip", damaged_zip(), [PHONE, None]),
        ("cut.zip", b"PK\x05\x06" + b"\xff" * 18, [None]),
        ("old.log.gz", gzip.compress(PHONE.encode() * 50, mtime=0)[:-12], [None]),
        ("sent.parquet", b"PAR1 no parquet PAR1", [None]),
        ("notes.txt", PHONE.encode(), [PHONE]),
    ],
)
def test_what_is_broken_or_locked_is_told_and_never_passed_over(
    tmp_path: Path, name: str, content: bytes, seen: list[str | None]
) -> None:
    (tmp_path / name).write_bytes(content)
    texts = [text for _, text in texts_of(tmp_path / name, [])]
    assert [text for text in texts if text is None or name != "old.log.gz"] == seen


def test_a_phone_that_became_a_number_is_found(planted: tuple[dict[str, str], list[Hit], Path]) -> None:
    found = [hit for hit in planted[1] if "ops.numbers" in hit.where]
    assert found == [Hit("warehouse.duckdb: ops.numbers.n", "a phone number", 1)]


def test_names_of_folders_are_looked_at_and_never_repeated(planted: tuple[dict[str, str], list[Hit], Path]) -> None:
    told = {(hit.where, hit.what) for hit in planted[1] if "kept/" in hit.where}
    assert told == {
        ("kept/*** ***/a.txt", "a national id"),
        ("the name of kept/*** ***/a.txt", "a phone number"),
        ("the name of kept/*** ***/a.txt", "what was planted"),
    }


def test_the_command_says_where_and_never_what(
    planted: tuple[dict[str, str], list[Hit], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "canaries.txt").write_text(f"{CANARY}\n\n", encoding="utf-8")
    assert main(["--home", str(planted[2]), "privacy-scan", "--canaries", str(tmp_path / "canaries.txt")]) == 1
    said = capsys.readouterr()
    assert not any(value in said.out + said.err for value in PLANTED)
    assert "kept/page.pdf" in said.out
    assert "times" in said.err


def test_nobody_shows_in_a_home_that_ran(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its landing holds phones, and its settings the merchant's own address."""
    with open(home / "siyu.toml", "a", encoding="utf-8") as file:
        file.write(f"# ask {ADDRESS}\n")
    assert main(["--home", str(home), "privacy-scan"]) == 0
    assert "Nobody shows." in capsys.readouterr().out


def test_other_folders_and_dagsters_own(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder beside `landing` that is called like it is no landing."""
    for name in ("notebooks", "dagster"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.log").write_text(PHONE, "utf-8")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    (settings.home / "landing-old").mkdir()
    (settings.home / "landing-old" / "a.csv").write_text(PHONE, "utf-8")
    home = ["--home", str(settings.home)]
    assert main([*home, "privacy-scan", "--also", str(tmp_path / "notebooks")]) == 1
    said = capsys.readouterr().err
    assert all(name in said for name in ("notebooks.log", "dagster.log", "landing-old/a.csv"))
    assert main([*home, "privacy-scan", "--also", str(tmp_path / "nowhere")]) == 1
    assert "no folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("<c><v>46355.13512345678</v></c>", 0),  # a moment in a workbook
        ("[0.13512345678, -0.13512345678]", 0),
        (f"<c><v>{PHONE}</v></c>", 1),
        (f"3.{PHONE}", 1),  # the third of a list
        (f"call 0 {PHONE}", 1),
    ],
)
def test_decimals_are_no_phone(tmp_path: Path, text: str, phones: int) -> None:
    (tmp_path / "a.txt").write_text(text, "utf-8")
    assert [hit.count for hit in scan(Settings(home=tmp_path)).hits] == [1] * phones


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"to {ADDRESS}, now", [ADDRESS]),
        ("plotly@7.1.0 and git@localhost", []),
        ("you@example.com", []),
        ("a@b.cn;c.d@e.com.cn", ["a@b.cn", "c.d@e.com.cn"]),
    ],
)
def test_what_an_address_is(text: str, found: list[str]) -> None:
    assert addresses_in(text) == found


@pytest.mark.parametrize(
    ("number", "is_one"), [(NATIONAL_ID, True), ("110101199003070012", False), ("440101200001010018", False)]
)
def test_an_orders_number_of_18_digits_is_nobody(number: str, is_one: bool) -> None:
    assert is_national_id(number) == is_one
