"""The source mappings: assets/sources/*.yaml, and one made from each canonical table.

What belongs here: reading the files. What does not: the mapping of a canonical table (canonical.py), any platform's
name, the grammar (grammar.py), how a header finds its mapping (headers.py, recognise.py), and how a mapping becomes
SQL (planning.py).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pipelines.fingerprint import fingerprint
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
    Source,
    SourceColumn,
    Version,
)
from pipelines.ingest.staging import load_staging
from pipelines.ingest.units import currency_columns, normalise, yuan_words
from pipelines.settings import ReadingLimits
from pipelines.spec.reading import SpecError, read

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
    "load_sources",
    "reading_fingerprint",
]

FOLDER = Path(__file__).parents[2] / "assets" / "sources"
CURRENCY = "currency_of_the_row"


class SourceError(SpecError):
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
def reading_fingerprint(limits: ReadingLimits) -> str:
    """Changes with any mapping, canonical table or limit: refused files are then looked at again."""
    return fingerprint(load_sources(), load_staging(), limits)


def read_source(path: Path) -> Source:
    """One mapping, checked. Raises SourceError."""
    from pipelines.ingest.mapping_checks import mistakes_of

    source = read(path, Source, SourceError, name=path.stem)
    if mistake := next(mistakes_of(source), None):
        raise SourceError(f"{path}: {mistake}")
    return _in_yuan(source)


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
