"""The source mappings: assets/sources/*.yaml, and one made from each canonical table.

What belongs here: reading the files. What does not: the mapping of a canonical table (canonical.py), any platform's
name, the grammar (grammar.py), how a header finds its mapping (headers.py, recognise.py), and how a mapping becomes
SQL (planning.py).
"""

from __future__ import annotations

import difflib
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from pipelines.ingest.canonical import CANONICAL, canonical
from pipelines.ingest.cells.plainly import listed
from pipelines.ingest.cells.reading import AMOUNT_UNITS
from pipelines.ingest.grammar import (
    Child,
    Form,
    Kind,
    Load,
    Recognise,
    Rule,
    Sample,
    Snapshot,
    Source,
    SourceColumn,
    Version,
)
from pipelines.ingest.staging import load_staging
from pipelines.ingest.units import currency_columns, normalise, yuan_words
from pipelines.yaml_text import read_yaml

__all__ = [
    "CANONICAL",
    "Child",
    "Form",
    "Kind",
    "Load",
    "Recognise",
    "Rule",
    "Sample",
    "Source",
    "SourceColumn",
    "SourceError",
    "Version",
    "canonical",
    "fingerprint",
    "load_sources",
]

FOLDER = Path(__file__).parents[2] / "assets" / "sources"
CURRENCY = "currency_of_the_row"


class SourceError(ValueError):
    """A mapping says something the engine does not understand; the message names the file and the key."""


@cache
def load_sources() -> dict[str, Source]:
    """Every mapping by name: those of assets/sources, then the canonical tables. Raises SourceError."""
    sources = {path.stem: read_source(path) for path in sorted(FOLDER.glob("*.yaml"))}
    for table in load_staging().values():
        source = _in_yuan(canonical(table))
        sources[source.name] = source
    return sources


@cache
def fingerprint() -> str:
    """Changes when any mapping or canonical table does: refused files are then looked at again."""
    text = "".join(f"{name}{source!r}" for name, source in load_sources().items())
    return hashlib.sha256((text + repr(load_staging())).encode()).hexdigest()[:16]


def read_source(path: Path) -> Source:
    """One mapping, checked. Raises SourceError."""
    from pipelines.ingest.mapping_checks import mistakes_of

    try:
        data = read_yaml(path.read_text(encoding="utf-8"))
        source = Source(name=path.stem, **data)
    except ValidationError as error:
        raise SourceError(f"{path}: {_told(error)}") from error
    except (yaml.YAMLError, TypeError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: not readable as a mapping: {error}") from error
    if mistake := next(mistakes_of(source), None):
        raise SourceError(f"{path}: {mistake}")
    return _in_yuan(source)


def _told(error: ValidationError) -> str:
    """The first mistake with its key; a word that is no word of the grammar with the nearest one that is."""
    first = error.errors()[0]
    place = [part for part in first["loc"] if part != "from"]
    key = ".".join(str(part) for part in place) or "mapping"
    said = first["msg"].removeprefix("Value error, ")
    if first["type"] != "extra_forbidden":
        return f"{key}: {said}"
    known = sorted(_words_at(place[:-1]))
    near = difflib.get_close_matches(str(place[-1]), known, n=1, cutoff=0.5)
    return f"{key}: there is no such key; " + (f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}")


def _words_at(place: list[Any]) -> set[str]:
    """The keys that a mapping may have at a place."""
    models: dict[str, type[BaseModel]] = {
        "columns": SourceColumn, "recognise": Recognise, "version": Version, "form": Form, "loads": Load,
        "refuse": Rule, "flags": Rule, "each": Child, "samples": Sample, "snapshot": Snapshot,
    }  # fmt: skip
    named = [part for part in place if part in models]
    if not named:
        fields = Source.model_fields
        return set(fields) - {"name"}
    fields = models[named[-1]].model_fields
    return {str(field.validation_alias or name) for name, field in fields.items()}


def _in_yuan(source: Source) -> Source:
    """The mapping, with a column for the currency of a row: what is not yuan is never added to yuan."""
    amounts = any(column.type == "amount" or column.unit in AMOUNT_UNITS for column in source.columns.values())
    declared = {normalise(name) for column in source.columns.values() for name in column.names}
    names = tuple(name for name in currency_columns() if normalise(name) not in declared)
    if not amounts or not names or source.form or source.formats == ("json",):
        return source
    column = SourceColumn(names=names, type="word", several="filled", on_bad="row")
    rule = Rule(
        when=f"lower({CURRENCY}) not in {listed(yuan_words())}",
        reason="other_currency",
        column=CURRENCY,
        expected="yuan (CNY): an amount in another currency is never added to yuan; convert it, or leave the row out",
    )
    return source.model_copy(update={"columns": {**source.columns, CURRENCY: column}, "refuse": (*source.refuse, rule)})
