"""What a run says while it goes on: each step with rows and seconds.

What belongs here: lines and a spinner. What does not: the steps (refresh.py). All goes to standard error:
`siyu run > file` keeps only the answer.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipelines.cli.show import text_width, visible
from pipelines.cli.terminal import console

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from pipelines.refresh import Step

_NAME, _ROWS = 44, 12
_DOING = {"ingest": "reading files", "build": "building tables", "check": "checking", "publish": "publishing"}


@contextmanager
def showing() -> Iterator[Telling]:
    """A teller of steps; on a terminal a spinner says that something is going on."""
    out = console(to_errors=True)
    if not out.is_terminal:
        yield Telling(out)
        return
    with out.status("starting …") as spinner:
        yield Telling(out, spinner)


class Telling:
    """Called after each step. Files are summed by folder, as a merchant may have thousands of them."""

    def __init__(self, out: Console, spinner: Status | None = None) -> None:
        self.out = out
        self.spinner = spinner
        self.folder = ""
        self.files = self.rows = 0
        self.seconds = 0.0
        self.started = time.monotonic()

    def __call__(self, step: Step) -> None:
        if step.kind == "ingest":
            self._count(step)
        else:
            self.close()
            self._line(step.name, step.rows, step.seconds, step.note)
        if self.spinner:
            done = f"{self.folder} {self.files}" if self.folder else step.name
            self.spinner.update(f"{_DOING.get(step.kind, step.kind)} … {done}, {time.monotonic() - self.started:.0f} s")

    def close(self) -> None:
        """Tells the folder that was being read."""
        if self.folder:
            files = f"{self.files} file{'' if self.files == 1 else 's'}"
            self._line(f"landing/{self.folder}", self.rows, self.seconds, files)
        self.folder, self.files, self.rows, self.seconds = "", 0, 0, 0.0

    def _count(self, step: Step) -> None:
        folder = step.name.partition("/")[0] if "/" in step.name else step.name
        if folder != self.folder:
            self.close()
        self.folder = folder
        self.files += 1
        self.rows += step.rows or 0
        self.seconds += step.seconds
        if step.note:
            self._line(f"  {step.name}", step.rows, step.seconds, step.note)

    def _line(self, name: str, rows: int | None, seconds: float, note: str = "") -> None:
        name = visible(name)
        count = "" if rows is None else f"{rows:,} rows"
        space = " " * max(1, _NAME - text_width(name))
        self.out.print(f"{name}{space}{count:>{_ROWS + 5}}  {seconds:6.1f} s  {visible(note)}".rstrip(), soft_wrap=True)
