"""Runs in forks of one prepared process, stopped or hindered at a point of their own choosing.

What belongs here: the fork, and counting the calls that reach the disk or the database. What does not: what is done at
a point (kills.py, faults.py).

A point is the n-th call of a run that may change anything: a statement, a rename, a write. The same home and number
give the same point again.
"""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

# C functions through which anything reaches the database or the disk.
ON_DATABASE = frozenset({"execute", "executemany", "sql", "fetchall", "commit", "register"})
ON_NAMES = frozenset({"rename", "replace", "unlink", "symlink", "chmod", "mkdir", "rmdir", "utime", "addfile"})
ON_BYTES = frozenset({"fsync", "write", "open", "copy_file_range", "sendfile", "ftruncate", "truncate", "flush"})
POINTS = ON_DATABASE | ON_NAMES | ON_BYTES


def prepare() -> None:
    """Imports all that a run imports, without opening a database: threads do not survive a fork."""
    import duckdb  # noqa: F401

    import pipelines.cli.commands
    import pipelines.core
    import pipelines.expectations
    import pipelines.facts
    import pipelines.ingest
    import pipelines.metrics
    import pipelines.report.content
    import pipelines.report.html
    import pipelines.report.workbook
    import pipelines.run
    import pipelines.upkeep.backup  # noqa: F401
    from pipelines.catalogue import load_catalogue
    from pipelines.ingest.sources import load_sources
    from pipelines.tables import load_tables

    load_sources(), load_tables(), load_catalogue()
    gc.freeze()


def forked(log: Path, work: Callable[..., int], *given: Any) -> int:
    """The exit code of work in a fork, or minus the signal that ended it; what it prints goes to the log."""
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(handle, 1)
            os.dup2(handle, 2)
            code = work(*given)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def at_point(number: int, act: Callable[[str], None], when: str = "before") -> Callable[[], int]:
    """Begins counting; `act` hears the name of the n-th call, before or after it. Gives how many were counted."""
    seen = [0]
    event = {"before": "c_call", "after": "c_return"}[when]

    def watch(_: Any, kind: str, called: Any) -> None:
        if kind == event and getattr(called, "__name__", "") in POINTS:
            seen[0] += 1
            if seen[0] == number:
                act(called.__name__)

    sys.setprofile(watch)
    return lambda: seen[0]
