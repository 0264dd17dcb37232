"""What a table takes over from a fact that it asks by the fact's own words: `facts: {returns: [start, back, period]}`.

What belongs here: the parameters so named with their defaults and choices, and the fact's constants over them alone.
What does not: which rows of the fact are read (facts.py), any header's model (header.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pipelines.spec.nearest import hint
from pipelines.spec.reading import SpecError
from pipelines.sql_text import parameters

Data = Mapping[str, Any]


def taken_over(header: Any, path: Path, header_of: Callable[[Path], Data]) -> Any:
    """The header of a file with what it takes over written out; what it says itself goes before.

    `header_of` reads the header of another file. Raises SpecError where there is no such fact.
    """
    facts = header.get("facts") if isinstance(header, dict) else None
    for name, asked in facts.items() if isinstance(facts, dict) else ():
        if isinstance(asked, list):
            header = _with(header, name, asked, header_of(_file(name, path)))
    return header


def _file(fact: str, path: Path) -> Path:
    file = path.parents[1] / "facts" / f"{fact}.sql"
    if not file.exists():
        known = [other.stem for other in file.parent.glob("*.sql")]
        raise SpecError(f"{path}: facts.{fact}: there is no such fact; {hint(fact, known)}")
    return file


def _with(header: Data, fact: str, asked: list[str], given: Data) -> dict[str, Any]:
    """The header with what a fact gives for the parameters asked by their names."""
    constants = given.get("constants", {}).items()
    taken = {
        "parameters": {name: value for name, value in given.get("parameters", {}).items() if name in asked},
        "choices": {name: words for name, words in given.get("choices", {}).items() if name in asked},
        "constants": {name: text for name, text in constants if set(parameters(text)) <= set(asked)},
    }
    written = {key: {**some, **header.get(key, {})} for key, some in taken.items()}
    return {**header, **written, "facts": {**header["facts"], fact: {name: name for name in asked}}}
