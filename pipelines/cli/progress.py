"""What a run says while it goes on: each step with rows and seconds.

What belongs here: lines and a spinner. What does not: the steps (steps/). All goes to standard error:
`siyu run > file` keeps only the answer.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.cli.show import pad, text_width, visible
from pipelines.cli.terminal import console
from pipelines.cli.words import say, say_of

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from pipelines.steps.watch import Step

_NAME, _ROWS = 44, 12
_DOING = {"ingest": "reading files", "build": "building tables", "check": "checking", "publish": "publishing"}


@dataclass
class Sum:
    """Files of one folder."""

    files: int = 0
    rows: int = 0
    seconds: float = 0.0


@contextmanager
def showing() -> Iterator[Telling]:
    """A teller of steps; on a terminal a spinner says that something is going on."""
    out = console(to_errors=True)
    if not out.is_terminal:
        yield Telling(out)
        return
    with out.status(say("starting …")) as spinner:
        yield Telling(out, spinner)


class Telling:
    """Called after each step. Files are summed by folder, as there may be thousands; a refusal is told at once."""

    def __init__(self, out: Console, spinner: Status | None = None) -> None:
        self.out = out
        self.spinner = spinner
        self.folders: dict[str, Sum] = {}
        self.started = time.monotonic()

    def __call__(self, step: Step) -> None:
        if step.kind == "ingest":
            self._read(step)
        else:
            self.close()
            self._line(step.name, step.rows, step.seconds, step.note)
        if self.spinner:
            passed = time.monotonic() - self.started
            doing = say(_DOING.get(step.kind, step.kind))
            self.spinner.update(f"{doing} … {visible(step.name)}, {passed:.0f} s")

    def close(self) -> None:
        """Tells the files read so far."""
        for folder, one in sorted(self.folders.items()):
            files = say_of(one.files, "1 file", "{count} files")
            self._line(f"landing/{folder}", one.rows, one.seconds, files)
        self.folders.clear()

    def _read(self, step: Step) -> None:
        one = self.folders.setdefault(step.name.rpartition("/")[0].split("/")[0], Sum())
        one.files += 1
        one.rows += step.rows or 0
        one.seconds += step.seconds
        if step.note:
            self._line(f"  {step.name}", step.rows, step.seconds, step.note)

    def _line(self, name: str, rows: int | None, seconds: float, note: str = "") -> None:
        name = visible(name)
        count = "" if rows is None else say("{rows:,} rows", rows=rows)
        space = " " * max(1, _NAME - text_width(name))
        line = f"{name}{space}{pad(count, _ROWS + 5, to_the_right=True)}  {seconds:6.1f} s  {visible(note)}"
        self.out.print(line.rstrip(), soft_wrap=True)
