"""A report from the current snapshot, with what was held back since on its face.

What belongs here: telling the report what is not in its snapshot, of which snapshot the newest daily one is, and what
the newest of each kind says in a message. What does not: the report (report/), the note that a publication is held back
(hold.py), sending (messages/).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.modes import publish_file
from pipelines.settings import Settings
from pipelines.steps.hold import read_hold
from pipelines.warehouse import NothingPublished

if TYPE_CHECKING:
    from pipelines.report.message import Message


@dataclass(frozen=True)
class Noted:
    """The message of a report that was written, of which snapshot, and since when that is held back ('': it is not)."""

    snapshot: str
    held: str
    message: Message


def write_report(
    settings: Settings, kind: str, day: date | None = None, so_far: bool = False, as_pdf: bool = False
) -> list[Path]:
    """A report from the current snapshot, with what was held back since on its face. Raises NothingPublished."""
    from pipelines import report

    if not settings.snapshot_path.exists():
        raise NothingPublished(f"{settings.home}: nothing is published yet; `siyu run` makes the first snapshot.")
    held = _held_checks(settings)
    files = report.write_report(
        settings.snapshot_path, settings.reports, settings, kind, day, None, held, so_far=so_far, as_pdf=as_pdf
    )
    if day is None and files.message is not None:
        _note_message(settings, kind, files.message)
    if kind == "daily" and day is None:
        note_reported(settings)
    return [file for file in (files.html, files.workbook, files.pdf) if file]


def newest_message(settings: Settings, kind: str) -> Noted:
    """The message of the newest report of a kind, as that report was written; one of an older snapshot, or from before
    a publication was held back or let go, is written anew first. Raises NothingPublished."""
    noted = _noted(settings, kind)
    if noted is None or (noted.snapshot, noted.held) != _of_now(settings):
        write_report(settings, kind)
        noted = _noted(settings, kind)
    assert noted is not None, "a report of the snapshot's own day always has a message"
    return noted


def _note_message(settings: Settings, kind: str, message: Message) -> None:
    """Beside the report, for whoever reads that: the same numbers stand in it."""
    snapshot, held = _of_now(settings)
    path = _message_path(settings, kind)
    partial = path.with_name(f"{path.name}.partial")
    told = {"snapshot": snapshot, "held": held, "message": message.plain()}
    partial.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    publish_file(partial, settings)
    partial.rename(path)


def _noted(settings: Settings, kind: str) -> Noted | None:
    """None where there is none, or one that another release wrote in another shape."""
    from pipelines.report.message import Message

    try:
        told = json.loads(_message_path(settings, kind).read_text(encoding="utf-8"))
        return Noted(told["snapshot"], told["held"], Message.of(told["message"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _message_path(settings: Settings, kind: str) -> Path:
    return settings.reports / f".message-{kind}.json"


def _of_now(settings: Settings) -> tuple[str, str]:
    """The current snapshot, and since when a newer one is held back."""
    if not settings.snapshot_path.exists():
        raise NothingPublished(f"{settings.home}: nothing is published yet; `siyu run` makes the first snapshot.")
    held = read_hold(settings)
    return settings.snapshot_path.resolve().name, held.since.isoformat() if held else ""


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
