"""The glossary: every column name once, with what it means wherever it stands.

What belongs here: collecting. What does not: meanings (the headers).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pipelines.catalogue import load_catalogue
from pipelines.docs.markdown import code, grid, page
from pipelines.spec.header import Column

# How many tables a name lists by link; some stand in every table.
_LISTED = 6


def glossary_page() -> str:
    """docs/glossary.md."""
    found: dict[str, list[tuple[str, Column]]] = defaultdict(list)
    for name, table in load_catalogue().items():
        for column in table.columns.values():
            found[column.name].append((name, column))
    rows = [(code(name), *_merged(found[name])) for name in sorted(found)]
    return page(
        "# Glossary · 术语",
        "Made by `make docs` from the headers in `assets/`; change it there. The same name means the same thing, in "
        "the same unit, wherever it stands; where two tables word it differently both wordings are given.",
        grid(("name", "中文", "unit", "meaning", "stands in"), rows),
    )


def _merged(places: list[tuple[str, Column]]) -> tuple[str, str, str, str]:
    columns = [column for _, column in places]
    links = [f"[{name}](tables/{name}.md)" for name, _ in places]
    more = f" and {len(links) - _LISTED} more" if len(links) > _LISTED else ""
    return (
        _each(column.zh for column in columns),
        _each(column.unit for column in columns),
        _each((column.description for column in columns), "; "),
        ", ".join(links[:_LISTED]) + more,
    )


def _each(texts: Iterable[str], between: str = " / ") -> str:
    return between.join(dict.fromkeys(text for text in texts if text))
