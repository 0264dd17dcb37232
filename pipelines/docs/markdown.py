"""Small pieces of Markdown: tables, code, links.

What belongs here: escaping and layout. What does not: any content.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def grid(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; columns that are empty in every row are left out."""
    texts = [[cell(value) for value in row] for row in rows]
    kept = [n for n in range(len(columns)) if any(row[n] for row in texts)]
    lines = [[columns[n] for n in kept], ["---"] * len(kept), *([row[n] for n in kept] for row in texts)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(value: object) -> str:
    """One cell: a bar or a line break would end it."""
    text = "" if value is None else str(value)
    return " ".join(text.split()).replace("|", "\\|")


def code(text: object) -> str:
    """Inline code."""
    return f"`{text}`"


def fenced(text: str, language: str = "") -> str:
    """A block of code."""
    return f"```{language}\n{text.strip()}\n```"


def page(*parts: str) -> str:
    """Parts set apart by empty lines; empty ones are left out."""
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"
