"""A pytest plugin that writes down the worlds of other tests instead of running them.

What belongs here: `world()` replaced by a recorder before test modules import it. What does not: any comparison.
Run as `pytest -p tests.parity.recording FOLDERS` with SIYU_WORLDS_TO naming the file to write.
"""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from tests import worlds

RECORDED: list[tuple[dict[str, list[worlds.Row]], str, dict[str, Any]]] = []


def record(staging: dict[str, Any] | None = None, as_of: str = "2025-12-31", **settings: Any) -> Any:
    """In the place of tests.worlds.world: keeps what was asked for and ends the test."""
    rows = {name: worlds.table(given) if isinstance(given, str) else given for name, given in (staging or {}).items()}
    RECORDED.append((rows, as_of, settings))
    pytest.skip("its world was recorded")


worlds.world = record


def pytest_sessionfinish() -> None:
    Path(os.environ["SIYU_WORLDS_TO"]).write_bytes(pickle.dumps(RECORDED))
