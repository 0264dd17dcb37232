"""A publication held back: readers keep the last good snapshot, and every report made from it says so.

What belongs here: the note that says so. What does not: when a publication is held back (work.py), how it is said
(reporting.py).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from pipelines.check_record import Failure
from pipelines.modes import publish_file, publish_folder
from pipelines.settings import Settings


@dataclass(frozen=True)
class Held:
    """Why the current snapshot is older than the warehouse."""

    since: datetime
    reason: str
    failures: tuple[Failure, ...]


def _held_path(settings: Settings) -> Path:
    return settings.published / "held.json"


def hold_back(settings: Settings, reason: str, failures: Sequence[Failure]) -> None:
    """Notes that the newest run was not published, and why."""
    publish_folder(settings.published, settings)
    text = json.dumps(
        {"since": settings.today().isoformat(), "reason": reason, "failures": [asdict(f) for f in failures]},
        ensure_ascii=False,
        indent=1,
    )
    partial = _held_path(settings).with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    publish_file(partial, settings)
    partial.rename(_held_path(settings))


def lift_hold(settings: Settings) -> None:
    """Forgets the note: what readers see is the newest run again."""
    _held_path(settings).unlink(missing_ok=True)


def read_hold(settings: Settings) -> Held | None:
    """The note, or None while the current snapshot is the newest run's."""
    path = _held_path(settings)
    if not path.exists():
        return None
    note = json.loads(path.read_text(encoding="utf-8"))
    failures = tuple(Failure(**failure) for failure in note["failures"])
    return Held(datetime.fromisoformat(note["since"]), note["reason"], failures)
