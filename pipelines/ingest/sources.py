"""The source mappings: assets/sources/*.yaml, the merchant's own, and one made from each canonical table.

What belongs here: reading the files. What does not: which own ones are at work (own_sources.py), the mapping of a
canonical table (canonical.py), any platform's name, the grammar (grammar.py), how a header finds its mapping
(headers.py, recognise.py), and how a mapping becomes SQL (planning.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
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
from pipelines.ingest.own_sources import (
    Own,
    OwnFile,
    OwnSourceError,
    SourceError,
    at_work,
    files_of,
    read_own,
    working_with,
)
from pipelines.ingest.staging import load_staging
from pipelines.ingest.units import currency_columns, normalise, yuan_words
from pipelines.settings import ReadingLimits, Settings
from pipelines.spec.reading import read

__all__ = [
    "CANONICAL",
    "Child",
    "Form",
    "Kind",
    "Load",
    "OwnSourceError",
    "Recognise",
    "Rule",
    "Sample",
    "Source",
    "SourceColumn",
    "SourceError",
    "Version",
    "canonical",
    "load_sources",
    "own_fingerprint",
    "reading_fingerprint",
    "sources_of",
]

FOLDER = Path(__file__).parents[2] / "assets" / "sources"
CURRENCY = "currency_of_the_row"


@contextmanager
def sources_of(settings: Settings, *more: OwnFile) -> Iterator[None]:
    """Inside, the mappings of this home are known, too. `more`: as if these lay in its folder, in the place of equals.

    Raises OwnSourceError where one of them says something that is not understood.
    """
    others = {file.name for file in more}
    with working_with((*(file for file in files_of(settings) if file.name not in others), *more)):
        load_sources()
        yield


def load_sources() -> dict[str, Source]:
    """Every mapping by name: those of assets/sources, the own ones of the home at work, then the canonical tables.

    Raises SourceError.
    """
    return _all_sources(at_work())


@lru_cache(maxsize=16)
def _all_sources(own: Own) -> dict[str, Source]:
    shipped, tables = shipped_sources(), _table_sources()
    mine: dict[str, Source] = {}
    for file in own:
        if (source := read_own(file, shipped | tables | mine)) is not None:
            mine[file.name] = _in_yuan(source)
    return shipped | mine | tables


@cache
def shipped_sources() -> dict[str, Source]:
    """Those of assets/sources. Raises SourceError."""
    return {path.stem: read_source(path) for path in sorted(FOLDER.glob("*.yaml"))}


@cache
def _table_sources() -> dict[str, Source]:
    # A table whose files are more than its own rows has a mapping of that name among those of assets/sources.
    tables = (table for table in load_staging().values() if CANONICAL + table.name not in shipped_sources())
    sources = (_in_yuan(canonical(table)) for table in tables)
    return {source.name: source for source in sources}


def reading_fingerprint(limits: ReadingLimits) -> str:
    """Changes with any mapping, canonical table or limit: refused files are then looked at again."""
    return _reading_fingerprint(at_work(), limits)


@lru_cache(maxsize=16)
def _reading_fingerprint(own: Own, limits: ReadingLimits) -> str:
    return fingerprint(_all_sources(own), load_staging(), limits)


def own_fingerprint(name: str | None) -> str | None:
    """Of one of the own mappings at work: what it says, comments aside. None for any other name."""
    source = load_sources().get(name or "")
    return fingerprint(source) if source is not None and source.is_own else None


def read_source(path: Path) -> Source:
    """One mapping, checked. Raises SourceError."""
    from pipelines.ingest.mapping_checks import mistakes_of

    source = read(path, Source, SourceError, name=path.stem, is_own=False)
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
