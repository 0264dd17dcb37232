"""Each measurement in a process of its own, one at a time: seconds as the task tells them, memory as the kernel does.

What belongs here: starting tasks, turns, medians. What does not: the tasks.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CACHE = Path(__file__).with_name(".cache")


@dataclass
class Measured:
    """What one contender took: seconds of every run, the greatest peak memory in bytes, what the task told."""

    name: str
    seconds: list[float]
    peak: int
    told: dict[str, Any] = field(default_factory=dict)
    parts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def told_all(self, key: str) -> list[float]:
        return [part[key] for part in self.parts]

    @classmethod
    def joined(cls, name: str, runs: Iterable[Measured]) -> Measured:
        runs = list(runs)
        return cls(
            name,
            [second for run in runs for second in run.seconds],
            max(run.peak for run in runs),
            runs[-1].told,
            [run.told for run in runs],
        )


def once(task: str, name: str = "", **arguments: Any) -> Measured:
    """One task in a new process. Raises SystemExit with its output when it fails."""
    label = name or task.replace("_", " ")
    print(f"  {label} {_short(arguments)} ... ", end="", flush=True)
    started = time.monotonic()
    command = [sys.executable, "-m", "bench.tasks", task, json.dumps(arguments)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1])
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"failed ({process.returncode})\n{output}")
    told = json.loads(output.splitlines()[-1])
    peak = told.get("peak", usage.ru_maxrss * 1024)  # a task may say what was before it looked at its own answer
    measured = Measured(label, told["seconds"], peak, told, [told])
    print(
        f"{measured.median:.2f} s, {measured.peak / 2**30:.1f} GiB ({time.monotonic() - started:.0f} s in all)",
        flush=True,
    )
    return measured


def in_turns(contenders: dict[str, tuple[str, dict[str, Any]]], rounds: int) -> dict[str, Measured]:
    """Every contender once a round, another one first in each round; by name, in the order given."""
    runs: dict[str, list[Measured]] = {name: [] for name in contenders}
    order = list(contenders)
    for number in range(rounds):
        turn = number % len(order)
        for name in order[turn:] + order[:turn]:
            task, arguments = contenders[name]
            runs[name].append(once(task, name=name, **arguments))
    return {name: Measured.joined(name, found) for name, found in runs.items()}


@contextlib.contextmanager
def timed() -> Iterator[list[float]]:
    """The seconds of a block, in a list once it is over."""
    seconds: list[float] = []
    started = time.perf_counter()
    yield seconds
    seconds.append(time.perf_counter() - started)


def _short(arguments: dict[str, Any]) -> str:
    told = [str(value) for key, value in arguments.items() if key in ("question", "variant", "as_of", "orders", "size")]
    return f"({', '.join(told)})" if told else ""
