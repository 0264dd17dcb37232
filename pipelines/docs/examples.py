"""Worked examples: docs/examples/<schema>.<table>.yaml, shown on the table's page and run by the tests.

What belongs here: reading them. What does not: running them (tests/docs), any numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "examples"


@dataclass(frozen=True)
class Example:
    """Rows given, the question asked, rows expected. Tables are Markdown; the first line names the columns."""

    table: str
    about: str
    as_of: str
    given: dict[str, str]
    expected: str
    by_hand: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    where: str = ""

    @property
    def question(self) -> str:
        """The command that asks it; '' for a table that takes no parameters."""
        if not self.table.startswith("metrics."):
            return ""
        words = [f"--param {key}={_typed(value)}" for key, value in self.parameters.items()]
        return " ".join(["siyu metric", self.table.removeprefix("metrics."), *words])


def load_examples() -> dict[str, Example]:
    """Every worked example by the table it explains."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.yaml"))}


def _read(path: Path) -> Example:
    return Example(table=path.stem, **yaml.safe_load(path.read_text(encoding="utf-8")))


def _typed(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
