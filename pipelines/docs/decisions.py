"""The list of decisions in docs/adr, from the titles of their pages.

What belongs here: the list. What does not: decisions.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.docs.markdown import page

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "adr"


def decisions_page() -> str:
    """docs/adr/README.md."""
    files = sorted(file for file in FOLDER.glob("*.md") if file.name != "README.md")
    lines = [f"- [{_title(file)}]({file.name})" for file in files]
    return page(
        "# Decisions",
        "One page each: what was decided, why, and what it costs. This list is made by `make docs`.",
        "\n".join(lines),
    )


def _title(file: Path) -> str:
    return file.read_text(encoding="utf-8").split("\n", 1)[0].lstrip("# ").strip()
