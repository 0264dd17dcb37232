"""What a table takes over from another that it asks by its own words: `facts: {returns: [start, back, period]}`, and so
of a metric that it reads: `metrics: {value_model: [holdout_days]}`.

What belongs here: the parameters so named with their defaults and choices, and a fact's constants over them alone.
What does not: which rows of it are read (rendering.py, metrics.py), any header's model (header.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pipelines.spec.header import ACTIVITY_FORMS
from pipelines.spec.nearest import hint
from pipelines.spec.reading import SpecError
from pipelines.sql_text import parameters

Data = Mapping[str, Any]


def taken_over(header: Any, path: Path, header_of: Callable[[Path], Data]) -> Any:
    """The header of a file with what it takes over written out; what it says itself goes before.

    `header_of` reads the header of another file. Raises SpecError where there is no such fact or metric.
    """
    for key in ("facts", "metrics"):
        read = header.get(key) if isinstance(header, dict) else None
        for name, asked in read.items() if isinstance(read, dict) else ():
            if isinstance(asked, list):
                header = _with(header, key, name, asked, header_of(_file(key, name, path)))
    return header


def _file(schema: str, name: str, path: Path) -> Path:
    folder = path.parents[1] / schema
    files = {file.stem: file for suffix in ("sql", "py") for file in folder.glob(f"*.{suffix}")}
    if name not in files:
        what = schema.removesuffix("s")
        raise SpecError(f"{path}: {schema}.{name}: there is no such {what}; {hint(name, sorted(files))}")
    return files[name]


def _with(header: Data, key: str, name: str, asked: list[str], given: Data) -> dict[str, Any]:
    """The header with what a fact or a metric gives for the parameters asked by their names."""
    constants = given.get("constants", {}).items() if key == "facts" else ()  # a metric's are of its own SQL
    taken_activities = [name for name in given.get("activities", {}) if name in asked]
    may_use = {*asked, *(f"{name}_{what}" for name in taken_activities for what in ACTIVITY_FORMS)}
    taken = {
        "parameters": {name: value for name, value in given.get("parameters", {}).items() if name in asked},
        "choices": {name: words for name, words in given.get("choices", {}).items() if name in asked},
        "activities": {name: most for name, most in given.get("activities", {}).items() if name in asked},
        "constants": {name: text for name, text in constants if set(parameters(text)) <= may_use},
    }
    written = {part: {**some, **header.get(part, {})} for part, some in taken.items()}
    return {**header, **written, key: {**header[key], name: {one: one for one in asked}}}
