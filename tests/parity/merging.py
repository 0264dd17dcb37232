"""The unit tests' worlds, put together as one: many small merchants in one warehouse, so that one Spark run covers all.

What belongs here: collecting them, keeping their ids apart. What does not: comparing (test_parity).
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.worlds import World, empty_world, put

ROOT = Path(__file__).parents[2]
FOLDERS = ("tests/core", "tests/metrics")
# Columns that hold somebody's or something's number; thresholds, words and amounts stay as they are.
IDS = ("_id", "_value", "phone", "phone_key")


# (rows by staging table, as_of, settings)
Recorded = tuple[dict[str, list[dict[str, Any]]], str, dict[str, Any]]


def unit_worlds(file: Path) -> list[Recorded]:
    """Every call of `world()` in the unit tests of core and metrics."""
    command = [sys.executable, "-m", "pytest", "-p", "tests.parity.recording", "-p", "no:cacheprovider", *FOLDERS]
    environment = os.environ | {"SIYU_WORLDS_TO": str(file), "PYTHONPATH": str(ROOT)}
    subprocess.run(
        [*command, "-k", "not independent and not incremental"], cwd=ROOT, env=environment, capture_output=True
    )
    return pickle.loads(file.read_bytes())


def merged(worlds: list[Recorded]) -> World:
    """All of them in one world whose as_of is the latest of theirs; the ids of each begin with its number."""
    staging, as_of = apart(worlds)
    world = empty_world(as_of)
    for name, rows in staging.items():
        put(world.connection, name, rows)
    return world.refresh(full=True)


def apart(worlds: list[Recorded]) -> tuple[dict[str, list[dict[str, Any]]], str]:
    """The rows of all by staging table, their ids kept apart, and the latest as_of."""
    distinct = {repr(rows): (rows, as_of) for rows, as_of, _ in worlds}
    together: dict[str, list[dict[str, Any]]] = {}
    for number, (staging, _) in enumerate(distinct.values()):
        for name, rows in staging.items():
            together.setdefault(name, []).extend(_apart(row, number) for row in rows)
    return together, max(as_of for _, as_of in distinct.values())


def _apart(row: dict[str, Any], number: int) -> dict[str, Any]:
    return {
        column: f"{number}:{value}" if value is not None and column.endswith(IDS) else value
        for column, value in row.items()
    }
