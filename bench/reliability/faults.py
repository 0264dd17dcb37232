"""Faults at seeded calls of runs: `python -m bench.reliability.faults [FAULTS] [SEED]`; each is told, nothing is lost.

What belongs here: the faults, and what must hold after each. What does not: forks (forks.py), the merchant
(merchant.py).

No space, a disk that may only be read, a lost permission and an error of the disk are raised where Python touches a
file; a limit on the size of a file and on memory makes the engine meet them itself; the clock is put a day forward or
back.
"""

from __future__ import annotations

import builtins
import errno
import os
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.reliability import forks, merchant
from bench.reliability.kills import Kills

ERRORS = {"no space": errno.ENOSPC, "read-only": errno.EROFS, "no permission": errno.EACCES, "disk error": errno.EIO}
LIMITS = ("file size", "memory")
CLOCKS = ("a day ahead", "a day back")
KINDS = (*ERRORS, *LIMITS, *CLOCKS)
# Functions of Python through which a run writes.
WRITERS = (
    (os, "rename"),
    (os, "open"),
    (os, "fsync"),
    (os, "symlink"),
    (os, "mkdir"),
    (os, "unlink"),
    (builtins, "open"),
)
SAID = {0: "went on", 1: "told plainly", 2: "told as a fault of Siyu", 3: "went on, warned"}


def main() -> int:
    faults = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    forks.prepare()
    with tempfile.TemporaryDirectory() as folder:
        return Faults(Path(folder), random.Random(seed), faults).all()


class Faults(Kills):
    """As kills, but the run that is hindered ends by itself."""

    def all(self) -> int:
        begun = time.monotonic()
        homes, expected, _ = self.homes()
        writes = self.writes(homes["incremental"])
        told: Counter[str] = Counter()
        for number in range(self.points):
            fault, kind = KINDS[number % len(KINDS)], ("fresh", "incremental")[number // len(KINDS) % 2]
            point = self.chance.random()
            home = merchant.copy(homes[kind], self.place / "home")
            before = (home / "published" / "siyu.duckdb").resolve()
            what = f"{fault} at {point:.4f} of a {kind} run"
            code = self.forked(hindered, home, fault, point, writes)
            said = self.log.read_text(errors="replace")
            told[f"{fault}: {SAID.get(code, code)}"] += 1
            if code not in (0, 1, 3) or "Traceback" in said:
                self.wrong.append(f"{what}: ended with {code}: {said[-700:]}")
            if kind == "incremental" and code == 1 and not before.exists():
                self.wrong.append(f"{what}: the last snapshot is gone")
            self.judge(home, kind, expected[kind], what)
        print(f"{self.points} faults in {(time.monotonic() - begun) / 60:.0f} minutes")
        for one, count in sorted(told.items()):
            print(f"  {count:4} {one}")
        print(f"snapshot opened by readers afterwards: {dict(self.opened)}")
        print(f"{len(self.wrong)} did not hold")
        print("\n".join(self.wrong[:20]))
        return bool(self.wrong)

    def writes(self, home: Path) -> int:
        """How many times Python writes in a run."""
        done, counted = merchant.copy(home, self.place / "done"), self.place / "counted"

        def count() -> int:
            seen = [0]
            on_writes(lambda: seen.__setitem__(0, seen[0] + 1))
            code = command(done)
            on_writes_end()
            counted.write_text(str(seen[0]))
            return code

        self.forked(count)
        return int(counted.read_text())


_OWN = {(module, name): getattr(module, name) for module, name in WRITERS}


def on_writes(heard: Callable[[], None]) -> None:
    """Calls `heard` before each write of Python's into a home."""
    for module, name in WRITERS:
        setattr(module, name, _wrapped(_OWN[module, name], name, heard))


def on_writes_end() -> None:
    for module, name in WRITERS:
        setattr(module, name, _OWN[module, name])


def _wrapped(own: Any, name: str, heard: Callable[[], None]) -> Any:
    def wrapped(*given: Any, **more: Any) -> Any:
        reads = name == "open" and not _is_to_write(given, more)
        if not reads and str(given[0]).startswith(tempfile.gettempdir()):
            heard()
        return own(*given, **more)

    return wrapped


def _is_to_write(given: tuple[Any, ...], more: dict[str, Any]) -> bool:
    mode = more.get("mode", given[1] if len(given) > 1 else "r")
    return (
        bool(mode & (os.O_WRONLY | os.O_RDWR)) if isinstance(mode, int) else any(sign in str(mode) for sign in "wax+")
    )


def hindered(home: Path, fault: str, point: float, writes: int) -> int:
    if fault in ERRORS:
        left = [1 + int(point * writes)]

        def fail() -> None:
            left[0] -= 1
            if left[0] == 0:
                raise OSError(ERRORS[fault], os.strerror(ERRORS[fault]), str(home))

        on_writes(fail)
    elif fault == "file size":
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(200_000 + point * 12_000_000), resource.RLIM_INFINITY))
    elif fault == "memory":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        more = int(50e6 + point * 1.5e9)
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + more, resource.RLIM_INFINITY))
    else:
        put_clock(timedelta(days=1 if fault == "a day ahead" else -1))
    return command(home)


def put_clock(by: timedelta) -> None:
    """Of this process."""
    from pipelines.settings import Settings

    now, seconds = Settings.today, time.time
    Settings.today = lambda self: now(self) + by  # type: ignore[method-assign]
    time.time = lambda: seconds() + by.total_seconds()


def command(home: Path) -> int:
    from pipelines.cli import main as siyu

    return siyu(["--home", str(home), "run"])


if __name__ == "__main__":
    sys.exit(main())
