"""Paths inside a JSON record, in Python and in SQL: `a.b[0].c`; `a|b` goes on inside JSON that is itself a text.

What belongs here: one value of one record. What does not: where the records are (wrappers.py).
"""

from __future__ import annotations

import json
from typing import Any

from pipelines.ingest.formats.json_lines import is_json
from pipelines.spec.literals import quoted


def walk(value: Any, path: str) -> Any:
    """The value at a path."""
    for part in path.replace("|", ".").replace("[", ".[").split("."):
        if isinstance(value, str) and value[:1] in ("{", "["):
            if not is_json(value):
                return None
            value = json.loads(value)
        if part.startswith("["):
            place = int(part[1:-1])
            value = value[place] if isinstance(value, list) and place < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def names_of_cells(count: int) -> str:
    """SQL: c0, c1, …"""
    return ", ".join(f"c{place}" for place in range(count))


def extracted(
    names: dict[str, tuple[str, ...]], document: str, start: int = 0, carried: tuple[str, ...] = ()
) -> tuple[list[str], str, str]:
    """Header (every declared path), SQL of the list of their texts, and SQL that takes it apart into cells.

    What is `carried` may stand in the list `around`, in that order; what a record says itself comes first.
    """
    header = list(dict.fromkeys(name for aliases in names.values() for name in aliases))
    plain = [name for name in header if "|" not in name]
    found = f"json_extract_string({document}, [{', '.join(path_sql(name) for name in plain)}])"
    cells = []
    for place, name in enumerate(header, start=start):
        cell = f"found[{plain.index(name) + 1}]" if name in plain else _inside(document, name)
        if name in carried:
            cell = f"coalesce({cell}, around[{carried.index(name) + 1}])"
        cells.append(f"{cell} as c{place}")
    return header, found, ", ".join(cells)


def _inside(document: str, name: str) -> str:
    """A value inside JSON that is itself a string."""
    outer, _, inner = name.partition("|")
    text = f"json_extract_string({document}, {path_sql(outer)})"
    return f"case when json_valid({text}) then json_extract_string({text}, {path_sql(inner)}) end"


def positions_of(columns: dict[str, Any], header: list[str]) -> dict[str, tuple[int, ...]]:
    """Where each column's paths stand in the header."""
    return {
        name: tuple(header.index(alias) for alias in column.names) for name, column in columns.items() if column.names
    }


def path_sql(path: str) -> str:
    """SQL: the path as DuckDB writes it."""
    return quoted("$" + "".join(part if part.startswith("[") else f".{part}" for part in parts_of(path)))


def parts_of(path: str) -> list[str]:
    """Its names and places, one by one."""
    return [part for part in path.replace("[", ".[").split(".") if part]
