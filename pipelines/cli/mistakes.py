"""What went wrong, told to a person: exit code 1 for what they can mend, 2 for what we must; 3 is only a warning.

What belongs here: which errors are whose, their codes, and where a traceback goes. What does not: the messages; each
error is born with one that says what, where, what was expected and what to do. What a code means: assets/errors.yaml.
"""

from __future__ import annotations

import errno
import os
import re
import sys
import tempfile
import traceback
from datetime import datetime
from pathlib import Path

from pipelines.cli.words import say
from pipelines.database import first_line, is_broken, is_out_of_memory

# WARNING: the numbers are out, but a whole source is missing from them.
USER, OURS, WARNING = 1, 2, 3
# What a shell says of a process stopped by Ctrl-C; typer turns the interrupt into it.
STOPPED = 130


class UserError(ValueError):
    """Something the caller can mend; the text says what, where, what was expected and what to do."""


def tell(error: BaseException, home: Path | None) -> int:
    """Prints one error on standard error and returns the exit code. Never shows a traceback."""
    if isinstance(error, KeyboardInterrupt):
        stopped = "stopped. Nothing is half done: what was committed stays, the next `siyu run` goes on from there."
        _print(f"siyu: {say(stopped)}")
        return STOPPED
    if code := _code_of(error):
        _print(f"siyu: {error} [{code}]")
        return USER
    code, advice = _about_files(error) if isinstance(error, OSError) else ("", "")
    if not advice:
        code, advice = ("SY-E507", say(_NO_MEMORY)) if is_out_of_memory(error) else _about_database(error)
    if advice:
        _print(f"siyu: {advice} [{code}]")
        return USER
    place = _keep_traceback(error, home)
    what = f"{type(error).__name__}: {first_line(error)}"
    ours = say("this is a fault of Siyu, not of your data: {what}", what=what)
    file = say("What Python had to say is in {place}; please send that file along when you report it.", place=place)
    _print(f"siyu: {ours} [{FAULT}]\n      {file}")
    return OURS


def is_users(error: BaseException) -> bool:
    """Whether a person can mend it: settings, names, parameters, SQL, a busy or empty warehouse."""
    return bool(_code_of(error))


def _code_of(error: BaseException) -> str:
    """The code of an error that a person can mend; '' of any other."""
    names = (f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__)
    return next((CODES[name] for name in names if name in CODES), "")


FAULT = "SY-E900"
# By name, so that telling an error imports nothing.
CODES = {
    "pipelines.cli.mistakes.UserError": "SY-E100",
    "pipelines.settings.SettingsError": "SY-E101",
    "pipelines.own_table.OwnTableError": "SY-E102",
    "pipelines.ingest.own_sources.OwnSourceError": "SY-E103",
    "pipelines.spec.table_file.TableError": "SY-E104",
    "pipelines.warehouse.NothingPublished": "SY-E201",
    "pipelines.core.NoData": "SY-E202",
    "pipelines.warehouse.WarehouseBusy": "SY-E203",
    "pipelines.upkeep.version.NewerHome": "SY-E204",
    "pipelines.steps.from_landing.LandingIncomplete": "SY-E205",
    "pipelines.merchant_key.KeyLost": "SY-E206",
    "pipelines.upkeep.backup.NoBackup": "SY-E207",
    "pipelines.engines.java.SparkMissing": "SY-E301",
    "pipelines.messages.ledger.SendError": "SY-E401",
    "pipelines.messages.trying.NotSent": "SY-E402",
}


def _about_files(error: OSError) -> tuple[str, str]:
    """The code and plain words for the file system's usual refusals; '' for anything else."""
    where = f"{error.filename}: " if error.filename else ""
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        no = "no permission to read or write here. Mend the permissions, or name another place with --home."
        return "SY-E501", where + say(no)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "SY-E502", where + say(_FULL)
    if error.errno in (errno.EIO, errno.ESTALE):
        return "SY-E503", where + say(
            "the disk gave an error. Look at its health, or whether the network drive is there; then try again."
        )
    if error.errno in (errno.ENOTDIR, errno.EISDIR):
        expected = "{what}. Expected a folder for --home and files inside its landing folder."
        return "SY-E504", where + say(expected, what=error.strerror)
    return "", ""


_FULL = "the disk is full. Free some space and run the same command again; nothing is half done."
_CORRUPT = (
    "the file is damaged: what it holds is not what was written. `siyu verify` says which file and what mends it; the "
    "last published numbers are untouched unless it names them."
)
# What DuckDB says of its surroundings, by a part of its message: the code, and what it means for a person.
_ENGINE: tuple[tuple[str, str, str], ...] = (
    ("no space left on device", "SY-E502", _FULL),
    ("disk quota exceeded", "SY-E502", _FULL),
    ("file too large", "SY-E502", _FULL),
    (
        "could not set lock on file",
        "SY-E505",
        "another program has this file open to write: close it there and try again.",
    ),
    (
        "permission denied",
        "SY-E501",
        "no permission to read or write here. Mend the permissions, or name another with --home.",
    ),
    (
        "read-only file system",
        "SY-E501",
        "the disk may only be read. Mount it to write, or name another place with --home.",
    ),
    (
        "input/output error",
        "SY-E503",
        "the disk gave an error. Look at its health before anything else, then try again.",
    ),
    (
        "stale file handle",
        "SY-E503",
        "the disk gave an error. Look whether the network drive is still there, then try again.",
    ),
    (
        "database has been invalidated",
        "SY-E508",
        "the engine stopped after an error before this one, most often a full disk. Free some space and try again.",
    ),
)
_NO_MEMORY = (
    "the memory was not enough. Close other programs, or set memory_limit in siyu.toml lower, so that more is "
    "written to disk instead."
)
_FROM_ENGINE = {"_duckdb.Error", "duckdb.Error", "duckdb.duckdb.Error"}


def _about_database(error: BaseException) -> tuple[str, str]:
    """The code and plain words for what the engine says of disk, memory and locks; '' for anything else it says.

    Its file is named where its message does.
    """
    names = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    text = str(error)
    if names.isdisjoint(_FROM_ENGINE) or any(name.endswith(".ProgrammingError") for name in names):
        return "", ""  # what it says of a statement is about nothing but that
    broken = ("SY-E506", _CORRUPT) if is_broken(error) else ("", "")
    code, said = next(((code, said) for part, code, said in _ENGINE if part in text.lower()), broken)
    if not said:
        return "", ""
    file = re.search(r"[\"']([^\"']*(?:\.duckdb|\.wal|\.tmp)[^\"']*)[\"']", text)
    holder = re.search(r"\(PID (\d+)\)", text)
    held = say(" It is process {process}.", process=holder[1]) if holder else ""
    return code, f"{file[1]}: {say(said)}{held}" if file else f"{say(said)}{held}"


def _keep_traceback(error: BaseException, home: Path | None) -> Path:
    """Writes the traceback under the home directory, or where that is not to be had, in the temporary one.

    It is the owner's alone, as it may hold paths and SQL.
    """
    from pipelines.modes import private

    name = f"siyu-error-{datetime.now():%Y%m%dT%H%M%S}-{os.getpid()}.txt"
    text = "".join(traceback.format_exception(error))
    for folder in (home / "logs" if home and home.is_dir() else None, Path(tempfile.gettempdir())):
        try:
            if folder is not None:
                folder.mkdir(exist_ok=True, mode=0o700)
                with open(folder / name, "x", encoding="utf-8", opener=private) as file:
                    file.write(text)
                return folder / name
        except OSError:
            continue
    return Path(os.devnull)


def _print(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
