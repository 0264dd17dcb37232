"""Worked examples: docs/examples/<schema>.<table>.yaml, shown on the table's page and run by the tests.

What belongs here: reading them. What does not: running them (tests/docs), any numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.spec.reading import parse

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "examples"


@dataclass(frozen=True)
class Example:
    """Rows or files given, the question asked, rows expected.

    `given`: rows of a table as Markdown under its name, or a file's text under its path in landing. `expected` is
    Markdown whose first line names the columns that are told. `where` narrows the answer.
    """

    table: str
    about: str
    expected: str
    given: dict[str, str] = field(default_factory=dict)
    as_of: str = ""
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
    data = parse(path.read_text(encoding="utf-8"), path)
    return Example(table=path.stem, **{**data, "as_of": str(data.get("as_of", ""))})


def _typed(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
