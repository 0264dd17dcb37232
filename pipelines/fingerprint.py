"""A fingerprint: a short text that changes whenever what was said or a file does.

What belongs here: how one is made. What does not: of what; three questions are asked, each where its answer is used:
whether core is to be built anew (building.core_fingerprint), whether a run has anything to do (steps/record.run_fingerprint),
whether a refused file is to be looked at again (ingest/sources.mappings_fingerprint).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def fingerprint(*said: object, files: Iterable[Path] = ()) -> str:
    """Of everything said (its repr) and of the files, by name and content, in the order given."""
    digest = hashlib.sha256(repr(said).encode())
    for file in files:
        digest.update(file.as_posix().encode() + file.read_bytes())
    return digest.hexdigest()[:16]
