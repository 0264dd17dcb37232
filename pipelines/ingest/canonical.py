"""The mapping of a canonical table onto itself: its very column names or their synonyms, in every format.

What belongs here: making it from a table and its headers. What does not: those headers (assets/headers.yaml,
synonyms.py), a platform's own mapping (assets/sources).
"""

from __future__ import annotations

from typing import Literal

from pipelines.ingest.cells.reading import SECOND_UNITS
from pipelines.ingest.expressions import before_sql
from pipelines.ingest.grammar import Load, Recognise, Rule, Source, SourceColumn, Version
from pipelines.ingest.staging import Column, StagingTable
from pipelines.ingest.synonyms import Also, ContentKey, Synonyms, TableHeaders, load_headers
from pipelines.platforms import platform_words

CANONICAL = "canonical_"
_LATER = "a time after the one it ends"


def canonical(table: StagingTable) -> Source:
    """The mapping of a canonical table onto itself: its very column names or their synonyms, in every format."""
    headers = load_headers().get(table.name, TableHeaders())
    own = [column for column in table.columns.values() if not column.line_grain and column.has_time_of is None]
    columns = {column.name: _own_column(column, headers.of(column.name)) for column in own}
    loads = {name: name for name in columns}
    beside: dict[str, str] = {}
    refuse = list(table.refuse)
    for name, also in headers.also.items():
        earlier = tuple(n for n, other in headers.also.items() if n in columns and other.instead_of == also.instead_of)
        standing = loads[also.instead_of]
        used = _says(name, also) if also.first else f"{standing} is null and {_says(name, also)}"
        columns[name] = _also_column(also, table.columns[also.instead_of], earlier, used)
        begun = f"coalesce({also.instead_of}, {also.ends})" if also.ends else standing
        beside[name] = f"{begun} is not null and {name} is not null"
        if also.further and also.type == "timestamp":
            when = before_sql(name, begun)
            refuse.append(Rule(when=when, reason="ends_before_start", column=name, expected=_LATER))
        loads |= _instead(name, also, loads)
    if table.shop_in_key:
        loads["shop_id"] = f"coalesce({loads['shop_id']}, file_folder)"
    columns["version_at"] = SourceColumn(names=("version_at",), type="timestamp", on_bad="row")
    key = headers.content_key.column if headers.content_key else None
    if headers.content_key and key:
        loads[key] = f"coalesce({key}, {content_sql(headers.content_key, loads)})"
    return Source(
        name=CANONICAL + table.name,
        title=dict(table.title.items()),
        description=f"The canonical table itself, with its very column names, in landing/{table.name}/.",
        description_zh=f"标准表本身：列名与表一致，放在 landing/{table.name}/ 下。",
        formats=("csv", "xlsx", "json", "parquet"),
        recognise=Recognise(folders=(table.name, *headers.folders), columns=_needed(table, headers)),
        version=Version(column="version_at"),
        columns=columns,
        refuse=tuple(refuse),
        loads={table.name: _load(headers.content_key, loads)}
        | {
            f"{table.name}_{name}": _further(table, loads, name, also, beside[name])
            for name, also in headers.also.items()
            if also.further
        },
    )


def _also_column(also: Also, instead_of: Column, earlier: tuple[str, ...], used: str) -> SourceColumn:
    """A column that may stand in another's place. `earlier`: those that go before it. `used`: SQL, a row uses it."""
    holds: Literal["alone", "id", "name", "phone", ""] = ""
    if also.type == "id":
        holds = "alone" if instead_of.alone else "id" if also.fills else "name"
    if holds and "phone" in also.sets.values():
        holds = "phone"
    return SourceColumn(
        names=also.names,
        type=also.type,
        empty=also.empty,
        holds=holds,
        beside=also.instead_of if holds == "phone" else "",
        after=(also.instead_of, *earlier) if also.type == "timestamp" and not also.further else (),
        told=also.told,
        told_zh=also.told_zh,
        told_when=used if also.told else "",
    )


def _instead(name: str, also: Also, loads: dict[str, str]) -> dict[str, str]:
    """SQL of the columns that it stands in for, and of those whose word it then tells."""
    standing = loads[also.instead_of]
    either = (name, standing) if also.first else (standing, name)
    replaced = {also.instead_of: f"coalesce({', '.join(either)})"}
    for other, word in also.sets.items():
        meant = f"case when {standing} is null and {_says(name, also)} then '{word}' end"
        replaced[other] = f"coalesce({loads[other]}, {meant})"
    return replaced | {other: f"coalesce({loads[other]}, {name})" for other in also.fills}


def _says(name: str, also: Also) -> str:
    """SQL: its cell tells something; an export fills an empty amount with 0.00."""
    return f"{name} > 0" if also.type == "amount" else f"{name} is not null"


def _load(key: ContentKey | None, columns: dict[str, str]) -> Load:
    if key is None:
        return Load(columns=columns)
    return Load(columns=columns, repeats=key.column, own_key=key.column, fills_gaps=not key.first_of)


def content_sql(key: ContentKey, loads: dict[str, str]) -> str:
    """SQL of a key made of a row's content. `loads`: SQL of its columns, `null` for one that the file does not have."""
    parts = [f"coalesce({loads[name]}::varchar, '')" for name in key.of]
    first = f"coalesce({', '.join(loads[name] for name in key.first_of)})"
    made = f"left(md5(concat_ws('|', {', '.join([*parts, *([first] if key.first_of else [])])})), 20)"
    return f"case when {first} is not null then {made} end" if key.first_of else made


def _further(table: StagingTable, loads: dict[str, str], name: str, also: Also, where: str) -> Load:
    """The row that a column makes beside the one of its record: with that column's words, and a key of its own."""
    words = {other: f"'{word}'" for other, word in also.sets.items()}
    kept = {column: text for column, text in loads.items() if not table.columns[column].hash_of}
    return Load(into=table.name, columns=kept | words | {also.instead_of: name}, where=where)


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
