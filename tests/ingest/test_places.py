"""Files in odd places: names that are no text, links, folders that may not be opened, names with people in them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines.ingest.landing import find_files, find_new
from pipelines.ingest.told_paths import is_plain, told_path
from tests.ingest.conftest import Landing
from tests.ingest.files import csv_text

KEY = bytes(32)
ROWS = csv_text([{"order_id": "A1", "paid_at": "2026-03-01 10:00:00", "paid_amount": "1.00"}])


def _lay(landing: Landing, name: bytes, text: str = ROWS) -> Path:
    """A file whose name is these bytes, in landing/orders/."""
    folder = landing.settings.landing / "orders"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / os.fsdecode(name)
    file.write_text(text, encoding="utf-8")
    return file


def test_a_name_in_the_letters_of_a_chinese_windows_is_read(landing: Landing) -> None:
    """An archive unpacked elsewhere names its files in GBK: the file is loaded, and its name can be read."""
    _lay(landing, "三月订单.csv".encode("gb18030"))
    [file] = landing.ingest().files
    assert (file.rows_loaded, file.path.partition("~")[0]) == (1, "orders/三月订单.csv")
    assert find_new(landing.connection, landing.settings) == []


def test_a_folder_in_such_letters_says_what_its_files_are(landing: Landing) -> None:
    folder = landing.settings.landing / os.fsdecode("订单".encode("gb18030"))
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text(ROWS, encoding="utf-8")
    [file] = landing.ingest().files
    assert (file.source, file.rows_loaded) == ("canonical_orders", 1)


def test_a_name_of_no_letters_at_all_is_read(landing: Landing) -> None:
    _lay(landing, b"\xff\xfe\x81.csv")
    [file] = landing.ingest().files
    assert file.rows_loaded == 1
    assert file.path.startswith("orders/\\xff\\xfe\\x81.csv~")


@pytest.mark.parametrize("name", ["export (1).csv", "export[1].csv", "export*.csv", "ex\nport.csv", "o'brien?.csv"])
def test_signs_that_mean_something_elsewhere_are_a_name_here(landing: Landing, name: str) -> None:
    """Beside a file that the same signs would stand for."""
    other = ROWS.replace("A1", "B1")
    _lay(landing, b"export1.csv", other)
    _lay(landing, name.encode(), ROWS)
    assert sorted(file.rows_loaded for file in landing.ingest().files) == [1, 1]
    assert landing.rows("orders", "order_id") == [("A1",), ("B1",)]


def test_a_phone_in_a_name_is_told_nowhere(landing: Landing) -> None:
    """Neither in the ledger nor in what is returned; two such files are two."""
    landing.write("orders/张三13912345678/13912345678.csv", ROWS)
    landing.write("orders/13912345679.csv", ROWS.replace("A1", "B1"))
    landing.write("orders/13912345670.csv", "no header\n")
    told = [file.path for file in landing.ingest().files]
    assert len(set(told)) == 3
    tables = [name for (name,) in landing.connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where not temporary"
    ).fetchall()]  # fmt: skip
    everything = str(told) + str([landing.connection.execute(f"select * from {name}").fetchall() for name in tables])
    assert "139123" not in everything
    assert len(landing.rows("orders")) == 2
    assert find_new(landing.connection, landing.settings) == []


def test_paths_are_told_apart_and_plain_ones_as_they_are() -> None:
    assert told_path("orders/2026-03.csv", KEY) == "orders/2026-03.csv"
    assert is_plain("订单/6921234567890123456.csv")
    one, other = told_path("orders/13912345678.csv", KEY), told_path("orders/13912345679.csv", KEY)
    assert one != other
    assert one.startswith("orders/***.csv~")
    assert one != told_path("orders/13912345678.csv", b"\1" * 32), "the mark says nothing without the key"


def test_the_time_in_a_name_is_read_whatever_is_hidden_of_it(landing: Landing) -> None:
    landing.write("orders/13912345678_20260305_101500.csv", ROWS)
    landing.ingest()
    assert "2026-03-05 10:15" in str(landing.connection.execute("select exported_at from ops.files").fetchall()[0][0])


def test_links_are_told_and_not_followed(landing: Landing, tmp_path: Path) -> None:
    """Out of landing, to another file in it, in a circle, to nothing: each is refused by name, once."""
    outside = tmp_path / "outside.csv"
    outside.write_text(ROWS.replace("A1", "X1"), encoding="utf-8")
    landing.write("orders/own.csv", ROWS)
    folder = landing.settings.landing / "orders"
    (folder / "outside.csv").symlink_to(outside)
    (folder / "again.csv").symlink_to(folder / "own.csv")
    (folder / "circle").symlink_to(landing.settings.landing)
    (folder / "nothing.csv").symlink_to(tmp_path / "nothing")
    files = {file.path: file for file in landing.ingest().files}
    assert {path for path, file in files.items() if file.reason == "link"} == {
        "orders/outside.csv", "orders/again.csv", "orders/circle", "orders/nothing.csv"
    }  # fmt: skip
    assert landing.rows("orders", "order_id") == [("A1",)]
    assert find_new(landing.connection, landing.settings) == []


def test_landing_itself_may_be_a_link(landing: Landing, tmp_path: Path) -> None:
    real = tmp_path / "share"
    (real / "orders").mkdir(parents=True)
    (real / "orders" / "a.csv").write_text(ROWS, encoding="utf-8")
    landing.settings.home.mkdir()
    landing.settings.landing.symlink_to(real)
    assert [file.rows_loaded for file in landing.ingest().files] == [1]


def test_a_folder_that_may_not_be_opened_is_told_and_the_run_goes_on(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it may be opened its files are loaded, and it is told no longer."""
    landing.write("orders/a.csv", ROWS)
    landing.write("orders/shut/b.csv", ROWS.replace("A1", "B1"))
    with monkeypatch.context() as shut:
        shut.setattr("pipelines.ingest.landing.may_enter", lambda folder: Path(folder).name != "shut")
        files = {file.path: file for file in landing.ingest().files}
        assert files["orders/shut"].reason == "shut_folder"
        assert files["orders/a.csv"].rows_loaded == 1
        assert find_new(landing.connection, landing.settings) == []
    assert [file.rows_loaded for file in landing.ingest().files] == [1]
    assert "orders/shut" not in {found.path for found in find_files(landing.settings)}


def test_a_folder_of_ours_that_may_not_be_written_to_refuses_no_file(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stops the run; the next one loads the file, which has no fault."""
    landing.write("orders/a.csv", ROWS)

    def shut(*_: object) -> None:
        raise PermissionError(13, "Permission denied", str(landing.settings.home / ".scratch" / "x"))

    with monkeypatch.context() as nobody:
        nobody.setattr("pipelines.ingest.formats.open_file", shut)
        with pytest.raises(PermissionError):
            landing.ingest()
    assert [file.rows_loaded for file in landing.ingest().files] == [1]
