"""What was sent to whom: `sent.json` in the home, written after a service has acknowledged.

What belongs here: remembering, and telling a message that went out already. What does not: sending. Names of receivers
stand in it, no address and no number.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.modes import private
from pipelines.settings import Settings
from pipelines.steps.reporting import Noted

FILE, LOCK = "sent.json", "sent.lock"
Entry = dict[str, str]


class SendError(RuntimeError):
    """Nothing was sent to anybody; the message says why and what to do."""


@dataclass
class Ledger:
    """Entries by receiver and kind of report: of which snapshot and text the last message was, and the last failure."""

    path: Path
    entries: dict[str, dict[str, Entry]]

    def has(self, receiver: str, noted: Noted) -> bool:
        """Whether this receiver has it: of this snapshot and of what is held back since, or letter by letter."""
        last = self.entries.get(receiver, {}).get(noted.message.kind, {})
        is_same = (last.get("snapshot"), last.get("held")) == (noted.snapshot, noted.held)
        return is_same or last.get("digest") == digest(noted)

    def note_sent(self, receiver: str, noted: Noted, at: str, but: str = "") -> None:
        """It was acknowledged; `but`: what is to be known of it."""
        of = {"snapshot": noted.snapshot, "held": noted.held, "digest": digest(noted), "day": noted.message.as_of}
        self._note(receiver, noted.message.kind, {**of, "sent_at": at} | ({"but": but} if but else {}))

    def note_failed(self, receiver: str, noted: Noted, at: str, why: str) -> None:
        """It was not; what was sent before stays known."""
        before = self.entries.get(receiver, {}).get(noted.message.kind, {})
        self._note(receiver, noted.message.kind, {**before, "failed_at": at, "why": why})

    def _note(self, receiver: str, kind: str, entry: Entry) -> None:
        self.entries.setdefault(receiver, {})[kind] = entry
        partial = self.path.with_name(f".{self.path.name}.partial")
        with open(partial, "w", encoding="utf-8", opener=private) as file:
            json.dump(self.entries, file, ensure_ascii=False, indent=1)
        partial.rename(self.path)


def digest(noted: Noted) -> str:
    """Tells one message from another and nothing else about it: 16 hexadecimal characters."""
    text = json.dumps(noted.message.plain(), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@contextlib.contextmanager
def open_ledger(settings: Settings) -> Iterator[Ledger]:
    """The ledger, for one process at a time. Raises SendError while another sends, or where it cannot be read."""
    with open(settings.home / LOCK, "a", encoding="utf-8", opener=private) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SendError("another `siyu send` or run is sending messages; try again in a minute") from None
        yield Ledger(settings.home / FILE, read_entries(settings))


def read_entries(settings: Settings) -> dict[str, dict[str, Any]]:
    """Everything that is remembered; nothing where nothing was sent yet. Raises SendError."""
    path = settings.home / FILE
    try:
        return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}
    except ValueError:
        raise SendError(f"{path} cannot be read; without it (delete it) the newest reports go out once more") from None
