"""The machine: Python, libraries, memory, disk, clock, fonts, Chromium, Java, ports.

What belongs here: what holds for any home on it. What does not: anything of one home (home.py, data.py) but the disk
that it lies on.
"""

from __future__ import annotations

import importlib.metadata
import locale
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import available_timezones

from pipelines.doctor.check import Check, well
from pipelines.report.browser import BROWSERS
from pipelines.settings import Settings, bytes_of

OLDEST_PYTHON = (3, 11)
LEAST_MEMORY, LEAST_DISK, LEAST_OPEN_FILES = 2 * 10**9, 10**9, 256
COPIES = 3  # of the warehouse that may lie beside each other while one is published
WEB_PORT = 3000
NEEDED = ("duckdb", "pandas", "pyarrow", "dagster", "great-expectations", "plotly", "python-calamine", "pydantic")
NETWORK_DISKS = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs")


def python(_: Settings) -> Iterator[Check]:
    told = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        yield Check("python", "ill", told, "Siyu is written for a newer one", f"Install Python {wanted} or newer.")
    else:
        yield well("python", told)


def libraries(_: Settings) -> Iterator[Check]:
    found, missing = [], []
    for name in NEEDED:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        yield Check(
            "libraries",
            "ill",
            f"missing: {', '.join(missing)}",
            "runs need them",
            "Install again: `make demo`, or pip with requirements.lock.",
        )
    else:
        yield well("libraries", ", ".join(found))


def memory(settings: Settings) -> Iterator[Check]:
    found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if found < LEAST_MEMORY:
        yield Check(
            "memory",
            "doubt",
            _size(found),
            f"runs want {_size(LEAST_MEMORY)} or more",
            "Set memory_limit in siyu.toml.",
        )
    else:
        yield well("memory", _size(found))
    if settings.memory_limit and bytes_of(settings.memory_limit) > found:
        said = f"memory_limit is {settings.memory_limit}, and the machine has {_size(found)}"
        yield Check("memory limit", "ill", said, "a run would be killed by the system", "Lower memory_limit.")


def disk(settings: Settings) -> Iterator[Check]:
    place = next(p for p in (settings.home, *settings.home.parents) if p.exists())
    free = shutil.disk_usage(place).free
    warehouse = settings.warehouse_path.stat().st_size if settings.warehouse_path.exists() else 0
    wanted = max(LEAST_DISK, COPIES * warehouse)
    if free < wanted:
        why = f"a run writes beside the warehouse and publishes a copy: {_size(wanted)}"
        yield Check("disk", "ill", f"{_size(free)} free", why, "Free some space, or move the home to a larger disk.")
    else:
        yield well("disk", f"{_size(free)} free")


def kind_of_disk(settings: Settings) -> Iterator[Check]:
    kind = _disk_kind(settings.home)
    if kind in NETWORK_DISKS:
        why = "locks do not hold on every network drive, so two runs might write at once"
        yield Check(
            "kind of disk", "doubt", kind, why, "Keep the home on a disk of this machine; landing may be a link."
        )
    elif kind:
        yield well("kind of disk", kind)


def _disk_kind(path: Path) -> str:
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    except FileNotFoundError:
        return ""
    place = str(path.resolve())
    over = [(m[1], m[2]) for m in mounts if place == m[1] or place.startswith(m[1].rstrip("/") + "/")]
    return max(over, key=lambda one: len(one[0]), default=("", ""))[1]


def temporary_folder(_: Settings) -> Iterator[Check]:
    try:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "x").write_bytes(b"x")
    except OSError as error:
        yield Check(
            "temporary folder", "ill", str(error), "files are unpacked in one", "Mend it, or set TMPDIR to another."
        )
    else:
        yield well("temporary folder", tempfile.gettempdir())


def open_files(_: Settings) -> Iterator[Check]:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if 0 <= most < LEAST_OPEN_FILES:
        yield Check("open files", "doubt", f"{most} at once", "a run may need more", "`ulimit -n 1024` before it.")
    else:
        yield well("open files", f"{most} at once")


def time_zones(_: Settings) -> Iterator[Check]:
    if "Asia/Shanghai" in available_timezones():
        yield well("time zones", "known")
    else:
        why = "business days cannot be told"
        yield Check("time zones", "ill", "the system knows none", why, "Install tzdata (pip install tzdata).")


def letters(_: Settings) -> Iterator[Check]:
    encoding = locale.getpreferredencoding(False)
    if encoding.lower().replace("-", "") == "utf8":
        yield well("letters", encoding)
    else:
        why = "Chinese is shown as question marks here; files are right"
        yield Check("letters", "doubt", encoding, why, "`export LC_ALL=C.UTF-8` (or PYTHONUTF8=1).")


def fonts(_: Settings) -> Iterator[Check]:
    lister = shutil.which("fc-list")
    if lister is None:
        return
    told = subprocess.run([lister, ":lang=zh", "family"], capture_output=True, text=True, check=False).stdout.strip()
    if told:
        yield well("fonts", told.splitlines()[0])
    else:
        why = "pictures and PDF made on this machine would show boxes; pages on a phone are not touched by it"
        yield Check("fonts", "doubt", "none for Chinese", why, "Install one, such as fonts-noto-cjk.")


def chromium(_: Settings) -> Iterator[Check]:
    found = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if found:
        yield well("chromium", found)
    else:
        why = "only `siyu report --pdf` needs it; runs and reports do not"
        yield Check("chromium", "doubt", "not found", why, "Install chromium if a PDF is wanted.")


def java(settings: Settings) -> Iterator[Check]:
    if settings.engine != "spark":
        return
    from pipelines.engines.java import SparkMissing, find_java

    try:
        yield well("java", str(find_java()))
    except SparkMissing as error:
        yield Check(
            "java", "ill", str(error), 'engine = "spark" needs it', 'Install Java 17, or take engine = "duckdb".'
        )


def web_port(_: Settings) -> Iterator[Check]:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        taken = probe.connect_ex(("127.0.0.1", WEB_PORT)) == 0
    if taken:
        why = "Dagster's web UI wants it; if it is that already, all is well"
        yield Check("web port", "doubt", f"{WEB_PORT} is taken", why, "`dagster dev -p 3001`, or stop the other.")
    else:
        yield well("web port", f"{WEB_PORT} is free")


def dagster_home(_: Settings) -> Iterator[Check]:
    told = os.environ.get("DAGSTER_HOME", "")
    if not told:
        yield well("dagster home", "not set: `siyu run` takes the steps by itself")
    elif not Path(told).is_dir() or not os.access(told, os.W_OK):
        why = "runs are entered there, and would fail"
        yield Check("dagster home", "ill", f"{told} is no folder to write to", why, "Make it, or unset DAGSTER_HOME.")
    else:
        yield well("dagster home", told)


def _size(size: int) -> str:
    return f"{size / 1e9:.1f} GB"


CHECKS = (
    python,
    libraries,
    memory,
    disk,
    kind_of_disk,
    temporary_folder,
    open_files,
    time_zones,
    letters,
    fonts,
    chromium,
    java,
    web_port,
    dagster_home,
)
