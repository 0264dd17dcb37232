"""What somebody outside learns of a run: each step as it ends, and how it all came out.

What belongs here: the watcher and what it is told. What does not: showing it (cli/progress.py, cli/running.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.check_record import Failure
from pipelines.quality import Quality
from pipelines.steps.record import Loaded

if TYPE_CHECKING:
    from pipelines.messages.sending import Delivery


@dataclass(frozen=True)
class Step:
    """What a step did, for whoever shows progress. `name` is a table, a file or a page."""

    kind: str
    name: str
    rows: int | None
    seconds: float
    note: str = ""


Progress = Callable[[Step], None]


@dataclass
class Watcher:
    """Takes notes of one run."""

    on_step: Progress | None = None
    steps: list[Step] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    loaded: Loaded = field(default_factory=Loaded)
    as_of: date | None = None
    snapshot: Path | None = None
    reports: list[Path] = field(default_factory=list)
    deliveries: tuple[Delivery, ...] = ()
    quality: Quality = field(default_factory=Quality)
    error: BaseException | None = None

    def tell(self, step: Step) -> None:
        self.steps.append(step)
        if self.on_step:
            self.on_step(step)
