"""The page: tables of seconds, memory and ratios as Markdown, readable in a terminal too.

What belongs here: text. What does not: any measuring.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bench.measure import Measured

SHOWN = ("duckdb", "chdb", "polars", "pyarrow", "scipy", "networkx", "igraph")


@dataclass
class Heading:
    """A line above the rows that follow."""

    text: str


@dataclass
class Goal:
    """A ratio and what it should be, if anything: at most, or at least."""

    text: str
    ratio: float
    wanted: float | None
    at_least: bool = False

    def line(self) -> str:
        if self.wanted is None:
            return f"| {self.text} | {self.ratio:.2f} | | |"
        is_met = self.ratio >= self.wanted if self.at_least else self.ratio <= self.wanted
        sign = "≥" if self.at_least else "≤"
        return f"| {self.text} | {self.ratio:.2f} | {sign} {self.wanted:g} | {'yes' if is_met else 'no'} |"


@dataclass
class Details:
    """A table that explains a section."""

    title: str
    lines: list[str]


@dataclass
class Section:
    title: str
    rows: list[Measured | Heading]
    goals: list[Goal]
    details: list[Details] = field(default_factory=list)
    measured_on: date = field(default_factory=date.today)

    def lines(self) -> list[str]:
        found = [f"## {self.title}", "", f"Measured on {self.measured_on}.", ""]
        found += ["| | seconds (median) | all runs | peak memory |", "|---|---:|---|---:|"]
        found += [_row(row) for row in self.rows]
        found += ["", "| ratio | measured | goal | met |", "|---|---:|---:|---|", *(goal.line() for goal in self.goals)]
        for details in self.details:
            found += ["", f"{details.title}:", "", *details.lines]
        return [*found, ""]


def page(sections: list[Section]) -> str:
    """The whole page; deterministic but for what was measured."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in SHOWN)
    lines = [
        "# Speed and memory",
        "",
        f"Made by `make bench` on {_machine()}; Python {platform.python_version()}, {versions}.",
        "",
        "In each chapter all engines stand in the same run, on the same rows, one at a time, each in a process of its",
        "own, with its default settings; another one first in every round. Seconds are medians; ratios are what",
        "counts, they carry over to other machines better. Peak memory is the greatest resident size.",
        "",
    ]
    for section in sections:
        lines += section.lines()
    return "\n".join(lines).rstrip() + "\n"


def by_table(whole: Measured, day: Measured) -> list[str]:
    """Seconds of a full build and of a new day, table by table, slowest first."""
    full, new = whole.told["tables"], day.told["tables"]
    order = sorted(full, key=lambda name: -full[name])
    return [
        "| table | full | new day |",
        "|---|---:|---:|",
        *(f"| {name} | {full[name]:.2f} | {new[name]:.2f} |" for name in order if full[name] >= 0.05),
    ]


def _row(row: Measured | Heading) -> str:
    if isinstance(row, Heading):
        return f"| **{row.text}** | | | |"
    runs = ", ".join(f"{second:.2f}" for second in row.seconds)
    peak = f"{row.peak / 2**30:.1f} GiB" if row.peak else ""
    return f"| {row.name} | {row.median:.2f} | {runs} | {peak} |"


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    model = next(
        (line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, {platform.system()} {platform.release().split('-')[0]}"


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []
