"""Every error of the command line ends with a code, and docs/errors.md says what each means."""

from __future__ import annotations

import errno
import importlib
import re
from pathlib import Path

import duckdb
import pytest

from pipelines import sql_text
from pipelines.cli import main
from pipelines.cli.mistakes import _ENGINE, CODES, FAULT, OURS, USER, tell
from pipelines.docs.errors import errors_page, load_errors

CODE = re.compile(r"\[(SY-E\d{3})\]")
FILES = [errno.EACCES, errno.ENOSPC, errno.EIO, errno.ENOTDIR]


def said(error: BaseException, capsys: pytest.CaptureFixture[str], home: Path) -> tuple[int, list[str], str]:
    code = tell(error, home)
    text = capsys.readouterr().err
    return code, CODE.findall(text), text


def test_each_named_error_is_there_and_has_a_code_of_its_own() -> None:
    for name in CODES:
        module, _, kind = name.rpartition(".")
        assert issubclass(getattr(importlib.import_module(module), kind), Exception)
    assert len(set(CODES.values())) == len(CODES)


def test_each_code_that_is_said_is_explained_and_none_is_explained_that_is_not(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    told = {*CODES.values(), FAULT, *(code for _, code, _ in _ENGINE), "SY-E506", "SY-E507"}
    for number in FILES:
        told |= set(said(OSError(number, "said so", "a file"), capsys, tmp_path)[1])
    assert told == set(load_errors())
    assert all(f"\n## {code}\n" in errors_page() for code in told)


@pytest.mark.parametrize(("name", "code"), sorted(CODES.items()))
def test_an_error_that_a_person_can_mend_ends_with_its_code(
    name: str, code: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    module, _, kind = name.rpartition(".")
    error = getattr(importlib.import_module(module), kind)("what was found")
    assert said(error, capsys, tmp_path) == (USER, [code], f"siyu: what was found [{code}]\n")


def test_an_error_of_a_kind_of_it_has_its_code(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from pipelines.settings import SettingsError

    class Narrower(SettingsError):
        pass

    assert said(Narrower("found"), capsys, tmp_path)[:2] == (USER, ["SY-E101"])


def test_what_the_engine_says_of_its_surroundings_has_one(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    full = duckdb.IOException('IO Error: Could not write file "/shop/warehouse.duckdb": No space left on device')
    code, codes, text = said(full, capsys, tmp_path)
    assert (code, codes) == (USER, ["SY-E502"])
    assert text.startswith("siyu: /shop/warehouse.duckdb: the disk is full.")


def test_a_fault_of_ours_has_one_and_says_where_its_file_is(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, codes, text = said(AssertionError("two and two"), capsys, tmp_path)
    assert (code, codes) == (OURS, [FAULT])
    assert str(tmp_path / "logs") in text


def test_a_command_line_that_cannot_be_read_has_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--nothing-like-it"]) == 1
    assert CODE.findall(capsys.readouterr().err) == ["SY-E100"]


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        duckdb.OutOfMemoryException("Out of Memory Error: could not allocate block"),
        duckdb.Error("Failed to allocate block of 16777216 bytes (bad allocation)"),
        ImportError("libopenblas.so: failed to map segment from shared object"),
    ],
    ids=["python", "system", "engine", "engine, of no kind", "loader of libraries"],
)
def test_lost_memory_is_nobodys_fault_whoever_says_so(
    error: Exception, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert said(error, capsys, tmp_path)[:2] == (USER, ["SY-E507"])


def test_a_parser_without_memory_says_nothing_of_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    class Parser:
        def cursor(self) -> Parser:
            return self

        def execute(self, *_: object) -> Parser:
            return self

        def fetchall(self) -> list[tuple[str]]:
            return [('{"error": true, "error_type": "out of memory", "error_message": "Allocation failure"}',)]

    monkeypatch.setattr(sql_text, "_parser", Parser)
    with pytest.raises(MemoryError, match="Allocation failure"):
        sql_text.references("select 1 as nobody_has_read_this_yet")
