"""A fingerprint: a short text that changes whenever what was said or a file does.

What belongs here: how one is made. What does not: of what. Three questions are asked, and none answers another: whether
core and facts are to be built anew (building.core_fingerprint), whether a run would publish the same again
(steps/record.run_fingerprint), whether a refused file may be understood by now (ingest/sources.reading_fingerprint).
One for all would read everything again because a page's wording changed.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@functools.cache
def own_code() -> str:
    """Of everything that Siyu consists of, as it was when it was first asked."""
    ours = (file for folder in ("assets", "pipelines") for file in (ROOT / folder).rglob("*"))
    return fingerprint(files=sorted(file for file in ours if file.is_file() and file.parent.name != "__pycache__"))


def fingerprint(*said: object, files: Iterable[Path] = ()) -> str:
    """Of everything said (its repr), and of files of assets/ or pipelines/: place and content, in the order given."""
    digest = hashlib.sha256(repr(said).encode())
    for file in files:
        digest.update(file.relative_to(ROOT).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()[:16]
