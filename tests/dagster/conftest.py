"""Dagster's records, in memory."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@contextlib.contextmanager
def records(folder: Path) -> Iterator[Any]:
    """Dagster's records in memory, where `siyu run` looks for the operators' own."""
    import dagster as dg

    with dg.DagsterInstance.ephemeral(str(folder)) as instance, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_HOME", str(folder))
        patch.setattr(dg.DagsterInstance, "get", lambda: contextlib.nullcontext(instance))
        yield instance
