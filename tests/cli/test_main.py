"""Exit codes and messages: what a mistake of the caller looks like, and what one of ours does."""

from __future__ import annotations

import os
import resource
import shlex
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import duckdb
import pytest

from tests.cli.conftest import Siyu

COMMAND = [sys.executable, "-c", "import sys; from pipelines.cli import main; sys.exit(main())"]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command line in a process of its own."""
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )


def test_help_answers_in_half_a_second() -> None:
    """In seconds of the processor: the wall's clock would measure what else the machine does."""
    fastest = min(_processor_seconds("--help") for _ in range(3))
    assert fastest < 0.5, f"siyu --help took {fastest:.2f} s"


def _processor_seconds(*arguments: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert run(*arguments).returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from pipelines.cli import main; main(['--help']); "
        "print(sorted({'pandas', 'duckdb', 'dagster', 'pydantic', 'sqlglot', 'rich', 'yaml'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[-1] == "[]"


def test_every_command_shows_an_example(siyu: Siyu) -> None:
    """One that names the command itself, and only options it has."""
    from pipelines.cli.commands import app, key

    for prefix, typed in (("siyu", app), ("siyu key", key)):
        for command in typed.registered_commands:
            name = command.name or str(getattr(command.callback, "__name__", ""))
            words = shlex.split((command.epilog or "").removeprefix("Example: ").replace("--home NEW ", ""))
            assert words[: len(prefix.split()) + 1] == [*prefix.split(), name]
            options = {word for word in words if word.startswith("-") and len(word) > 1} - {"--home"}
            said = siyu(*words[1 : len(prefix.split()) + 1], "--help").out
            assert {option for option in options if option not in said} == set()


def test_version(siyu: Siyu) -> None:
    assert siyu("--version").out == f"siyu {version('siyu')}\n"


def test_help_names_every_command(siyu: Siyu) -> None:
    said = siyu("--help")
    for command in ("run", "demo", "status", "quarantine", "query", "metric", "report", "explain"):
        assert f"  {command} " in said.out
    assert siyu().out.split() == said.out.split()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["frobnicate"], "No such command 'frobnicate'. See `siyu --help`."),
        (["query"], "Missing argument 'SQL'. See `siyu query --help`."),
        (["status", "--jsn"], "No such option: --jsn"),
        (["run", "--dryrun"], "No such option: --dryrun. See `siyu run --help`."),
        (["report", "yearly"], "'[daily|weekly|monthly]': 'yearly' is not one of 'daily', 'weekly', 'monthly'. See"),
        (["query", "select 1", "--format", "xml"], "'xml' is not one of 'table', 'csv', 'json'"),
    ],
)
def test_a_command_line_that_cannot_be_read(siyu: Siyu, arguments: list[str], expected: str) -> None:
    said = siyu(*arguments)
    assert (said.code, said.out) == (1, "")
    assert expected in said.err


def test_home_may_stand_anywhere(siyu: Siyu, small_home: Path) -> None:
    for arguments in (["--home", str(small_home), "query", "select 7"], ["query", "select 7", f"--home={small_home}"]):
        assert "7" in siyu(*arguments).out


def test_home_may_come_from_the_environment(siyu: Siyu, small_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIYU_HOME", str(small_home))
    assert "7" in siyu("query", "select 7").out


def test_a_key_of_the_settings_that_is_not_known(siyu: Siyu, tmp_path: Path) -> None:
    (tmp_path / "siyu.toml").write_text("time_zone = 'Asia/Shanghai'", encoding="utf-8")
    said = siyu("--home", str(tmp_path), "status")
    assert said.code == 1
    assert "siyu.toml: unknown key 'time_zone'; did you mean 'timezone'?" in said.err


def test_a_fault_of_ours_is_short_and_keeps_its_traceback(
    siyu: Siyu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("boom\nand more")

    monkeypatch.setattr("pipelines.cli.status.show_status", broken)
    said = siyu("--home", str(tmp_path), "status")
    assert (said.code, said.out) == (2, "")
    assert "a fault of Siyu, not of your data: RuntimeError: boom" in said.err
    assert "Traceback" not in said.err
    (kept,) = (tmp_path / "logs").iterdir()
    assert str(kept) in said.err
    assert "in broken" in kept.read_text(encoding="utf-8")


def test_a_full_disk_is_not_a_fault_of_ours(siyu: Siyu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "warehouse.duckdb")

    monkeypatch.setattr("pipelines.cli.status.show_status", full)
    said = siyu("--home", str(tmp_path), "status")
    assert said.code == 1
    assert "the disk is full" in said.err


@pytest.mark.parametrize(
    ("kind", "said_by_engine", "expected"),
    [
        ("IOException", "Could not write file 'x.duckdb': No space left on device", "x.duckdb: the disk is full"),
        (
            "IOException",
            "Could not set lock on file 'x.duckdb': Conflicting lock is held in /bin/dbeaver (PID 77).",
            "x.duckdb: another program has this file open to write: close it there and try again. It is process 77.",
        ),
        ("FatalException", "Failed to create checkpoint because of error: No space left on device", "the disk is full"),
        ("FatalException", "database has been invalidated because of a previous fatal error", "the engine stopped"),
        ("IOException", "Cannot open file 'x.duckdb': Permission denied", "no permission to read or write"),
        ("IOException", "Corrupt database file: computed checksum 1 does not match stored checksum 2", "siyu verify"),
        ("OutOfMemoryException", "Out of Memory Error: failed to allocate data", "the memory was not enough"),
        ("IOException", "Could not read from file 'x.duckdb': Input/output error", "the disk gave an error"),
    ],
)
def test_what_the_engine_says_of_its_surroundings_is_not_a_fault_of_ours(
    siyu: Siyu, small_home: Path, monkeypatch: pytest.MonkeyPatch, kind: str, said_by_engine: str, expected: str
) -> None:
    def fails(*_: object) -> None:
        raise getattr(duckdb, kind)(said_by_engine)

    monkeypatch.setattr("pipelines.cli.status.show_status", fails)
    said = siyu("--home", str(small_home), "status")
    assert said.code == 1
    assert expected in said.err


def test_an_error_of_the_engine_about_our_sql_is_our_fault(
    siyu: Siyu, small_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise duckdb.BinderException("Referenced column checksum not found: corrupt, out of memory")

    monkeypatch.setattr("pipelines.cli.status.show_status", fails)
    assert siyu("--home", str(small_home), "status").code == 2


def test_a_snapshot_that_another_program_holds_to_write_is_said_so(tmp_path: Path, small_home: Path) -> None:
    """Its process is named."""
    home = tmp_path / "home"
    shutil.copytree(small_home, home, symlinks=True)
    snapshot = (home / "published" / "siyu.duckdb").resolve()
    snapshot.chmod(0o600)
    holding = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(snapshot)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        said = run("--home", str(home), "query", "select 1")
        holder.communicate("")
    assert said.returncode == 1
    assert f"process {holder.pid}" in said.stderr
    assert "another program has this file open to write" in said.stderr


def test_a_pipe_of_another_encoding_gets_an_answer(small_home: Path, tmp_path: Path) -> None:
    said = run("--home", str(small_home), "query", "select '栖木' as 名", PYTHONIOENCODING="ascii")
    assert (said.returncode, "??" in said.stdout) == (0, True)
    for command in ("status", "explain"):
        assert run("--home", str(tmp_path), command, PYTHONIOENCODING="ascii").returncode == 0


def test_stopping_is_not_a_fault(siyu: Siyu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipelines.cli.status.show_status", stopped)
    said = siyu("--home", str(tmp_path), "status")
    assert said.code == 130
    assert "the next `siyu run` goes on from there" in said.err


def test_a_reader_that_stops_reading_is_no_error(small_home: Path) -> None:
    pipe = " ".join(f"'{part}'" for part in [*COMMAND, "query", "from range(1000000)", "--format", "csv"])
    said = subprocess.run(
        f"set -o pipefail; {pipe} | head -2",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        env={**os.environ, "SIYU_HOME": str(small_home)},
        check=False,
    )
    assert (said.stdout, said.stderr, said.returncode) == ("range\n0\n", "", 0)


def test_plain_text_where_nobody_looks(small_home: Path) -> None:
    said = run("status", "--home", str(small_home), TERM="xterm-256color", FORCE_COLOR="", NO_COLOR="1")
    assert "\x1b" not in said.stdout + said.stderr
