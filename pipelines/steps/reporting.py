"""A report from the current snapshot, with what was held back since on its face.

What belongs here: telling the report what is not in its snapshot, and of which snapshot the newest daily one is. What
does not: the report (report/), the note that a publication is held back (hold.py).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from pipelines.settings import Settings
from pipelines.steps.hold import read_hold
from pipelines.warehouse import NothingPublished


def write_report(settings: Settings, kind: str, day: date | None = None) -> list[Path]:
    """A report from the current snapshot, with what was held back since on its face. Raises NothingPublished."""
    from pipelines import report

    if not settings.snapshot_path.exists():
        raise NothingPublished(f"{settings.home}: nothing is published yet; `siyu run` makes the first snapshot.")
    files = report.write_report(
        settings.snapshot_path, settings.reports, settings, kind, day, unpublished=_held_checks(settings)
    )
    if kind == "daily" and day is None:
        note_reported(settings)
    return [files.html, files.workbook]


def note_reported(settings: Settings) -> None:
    """The newest daily report is of the current snapshot."""
    _mark_of(settings).write_text(settings.snapshot_path.resolve().name, encoding="utf-8")


def is_reported(settings: Settings) -> bool:
    """Whether the daily report was written of the current snapshot; a killed run may have ended between the two."""
    mark = _mark_of(settings)
    return mark.exists() and mark.read_text(encoding="utf-8") == settings.snapshot_path.resolve().name


def _mark_of(settings: Settings) -> Path:
    return settings.reports / ".daily-is-of"


def _held_checks(settings: Settings) -> list[dict[str, Any]]:
    """Failed checks of a run that was held back, as rows of ops.checks."""
    held = read_hold(settings)
    return (
        []
        if held is None
        else [
            {
                "table_name": failure.table,
                "check_name": failure.name,
                "passed": False,
                "blocking": failure.is_blocking,
                "observed": failure.observed,
                "expected": failure.expected,
            }
            for failure in held.failures
        ]
    )
