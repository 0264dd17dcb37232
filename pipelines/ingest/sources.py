"""The source mappings: assets/sources/*.yaml, and one made from each canonical table.

What belongs here: reading the files, and the mapping of a canonical table onto itself. What does not: any platform's
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

from pipelines.ingest.cells.plainly import listed
from pipelines.ingest.cells.reading import AMOUNT_UNITS, SECOND_UNITS
from pipelines.ingest.expressions import before_sql
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
from pipelines.ingest.staging import YAML, Column, StagingTable, load_staging
from pipelines.ingest.synonyms import Also, ContentKey, Synonyms, TableHeaders, load_headers
from pipelines.ingest.units import currency_columns, normalise, yuan_words
from pipelines.platforms import platform_words

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
CANONICAL = "canonical_"
CURRENCY = "currency_of_the_row"
_LATER = "a time after the one it ends"


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
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=YAML)
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


def canonical(table: StagingTable) -> Source:
    """The mapping of a canonical table onto itself: its very column names or their synonyms, in every format."""
    headers = load_headers().get(table.name, TableHeaders())
    own = [column for column in table.columns.values() if not column.line_grain and column.has_time_of is None]
    columns = {column.name: _own_column(column, headers.of(column.name)) for column in own}
    loads = {name: name for name in columns}
    beside: dict[str, str] = {}
    refuse: list[Rule] = []
    for name, also in headers.also.items():
        columns[name] = SourceColumn(
            names=also.names,
            type=also.type,
            empty=also.empty,
            holds="name" if also.type == "id" else "",
            told=also.told,
            told_zh=also.told_zh,
        )
        standing = loads[also.instead_of]
        if also.further and also.type == "timestamp":
            refuse.append(
                Rule(when=before_sql(name, standing), reason="ends_before_start", column=name, expected=_LATER)
            )
        loads[also.instead_of] = f"coalesce({standing}, {name})"
        beside[name] = f"{standing} is not null and {name} is not null"
        for other, word in also.sets.items():
            meant = f"case when {standing} is null and {name} is not null then '{word}' end"
            loads[other] = f"coalesce({loads[other]}, {meant})"
    if table.shop_in_key:
        loads["shop_id"] = f"coalesce({loads['shop_id']}, file_folder)"
    columns["version_at"] = SourceColumn(names=("version_at",), type="timestamp", on_bad="row")
    key = headers.content_key.column if headers.content_key else None
    if headers.content_key and key:
        loads[key] = f"coalesce({key}, {_content(headers.content_key, loads)})"
    return Source(
        name=CANONICAL + table.name,
        title=table.title,
        description=f"The canonical table itself, with its very column names, in landing/{table.name}/.",
        description_zh=f"标准表本身：列名与表一致，放在 landing/{table.name}/ 下。",
        formats=("csv", "xlsx", "json", "parquet"),
        recognise=Recognise(folders=(table.name, *headers.folders), columns=_needed(table, headers)),
        version=Version(column="version_at"),
        columns=columns,
        refuse=(*(Rule.model_validate(rule) for rule in table.refuse), *refuse),
        loads={table.name: _load(headers.content_key, loads)}
        | {
            f"{table.name}_{name}": Load(
                into=table.name, columns=_further(table, loads, name, also), where=beside[name]
            )
            for name, also in headers.also.items()
            if also.further
        },
    )


def _load(key: ContentKey | None, columns: dict[str, str]) -> Load:
    if key is None:
        return Load(columns=columns)
    return Load(columns=columns, repeats=key.column, own_key=key.column, fills_gaps=not key.first_of)


def _content(key: ContentKey, loads: dict[str, str]) -> str:
    """SQL of a key made of a row's content."""
    parts = [f"coalesce({loads[name]}::varchar, '')" for name in key.of]
    first = f"coalesce({', '.join(loads[name] for name in key.first_of)})"
    made = f"left(md5(concat_ws('|', {', '.join([*parts, *([first] if key.first_of else [])])})), 20)"
    return f"case when {first} is not null then {made} end" if key.first_of else made


def _further(table: StagingTable, loads: dict[str, str], name: str, also: Also) -> dict[str, str]:
    """The row that a column makes beside the one of its record: with that column's words, and a key of its own."""
    words = {other: f"'{word}'" for other, word in also.sets.items()}
    kept = {column: text for column, text in loads.items() if not table.columns[column].hash_of}
    return kept | words | {also.instead_of: name}


def _own_column(column: Column, synonyms: Synonyms) -> SourceColumn:
    words = {spelled: word for word, spellings in synonyms.words.items() for spelled in spellings}
    words |= platform_words() if column.names_platform else {}
    first, *rest = column.name.split("_")
    camel = (first + "".join(map(str.title, rest)),) if rest else ()  # as JSON of programs has it
    return SourceColumn(
        names=(column.name, *camel, *synonyms.names),
        dates=synonyms.dates,
        several=synonyms.several,
        around=synonyms.around,
        type=column.type,  # type: ignore[arg-type]
        holds="" if column.type != "id" else "alone" if column.alone or column.hashed_when else "id",
        unit=column.unit if column.type == "number" and column.unit in SECOND_UNITS else None,
        map={**words, **{word: word for word in column.values}} if words else None,
        on_bad=column.on_bad,  # type: ignore[arg-type]
    )


def _needed(table: StagingTable, headers: TableHeaders) -> tuple[tuple[str, ...], ...]:
    """What a header must have; where other columns may stand instead of some, the sets of either."""
    key = headers.content_key.column if headers.content_key else None
    needed = tuple(c.name for c in table.columns.values() if c.required and c.name != key)
    firsts = headers.content_key.first_of if headers.content_key else ()
    sets = [(key, *needed), *((*needed, name) for name in firsts)] if key and firsts else [needed]
    for name, also in headers.also.items():
        replaced = {also.instead_of, *also.sets}
        sets += [tuple(dict.fromkeys(name if column in replaced else column for column in needed)) for needed in sets]
    return tuple(dict.fromkeys(sets))
