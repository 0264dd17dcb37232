"""Whether a mapping makes sense: told with its key when it is read, not with a merchant's file when it is met.

What belongs here: names, expressions and titles against each other and against the canonical tables. What does not:
the grammar itself (grammar.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.database import apart
from pipelines.ingest.expressions import names_in_order
from pipelines.ingest.grammar import Load, Source, SourceColumn
from pipelines.ingest.snapshot_checks import snapshot_mistakes
from pipelines.ingest.staging import SQL_TYPES, StagingTable, load_staging
from pipelines.ingest.units import normalise
from pipelines.spec.nearest import hint

FILE_NAMES = {"file_name": "VARCHAR", "file_folder": "VARCHAR", "file_version_at": "TIMESTAMP"}


def mistakes_of(source: Source) -> Iterator[str]:
    """Every mistake of a mapping: the key, what stands there, and what could."""
    yield from _titles(source)
    yield from _names(source)
    yield from _headers(source)
    for name, load in source.loads.items():
        yield from _load(source, name, load)
    yield from _expressions(source)
    yield from _patterns(source)
    for number, said in enumerate(source.undecided):
        yield f"undecided[{number}]: {said}; decide it in this file, then take it out of `undecided`"


def _titles(source: Source) -> Iterator[str]:
    for key, titles in (("title", source.title), ("how_to_export", source.how_to_export or {"zh": "-", "en": "-"})):
        for language in ("zh", "en"):
            if not titles.get(language, "").strip():
                yield f"{key}.{language}: missing; a title is given in both languages"


def _names(source: Source) -> Iterator[str]:
    columns = set(source.all_columns)
    asked = [("recognise.columns", name) for group in source.recognise.columns for name in group]
    asked += [("version.column", source.version.column)] if source.version.column else []
    asked += [("recognise.kind", source.recognise.kind)] if source.recognise.kind else []
    for kind, rules in (("refuse", source.refuse), ("flags", source.flags)):
        asked += [(f"{kind}[{n}].column", rule.column) for n, rule in enumerate(rules) if rule.column]
    for key, name in asked:
        if name not in columns:
            yield f"{key}: no such column: {name}; {hint(name, columns)}"
    if (telling := source.columns.get(source.recognise.kind)) is not None and not telling.map:
        yield f"recognise.kind: {source.recognise.kind} has no map, so no word says that a record is of this mapping"
    if not source.counting:
        yield "loads: no table takes the record itself; its rows could be counted by none (give one without `each`)"
    for name, load in source.loads.items():
        if load.each is not None and load.each not in source.each:
            yield f"loads.{name}.each: {load.each!r} is not under `each`; {hint(load.each, source.each)}"
    above: list[str] = []
    for name, child in source.each.items():
        if child.inside is not None and child.inside not in above:
            yield f"each.{name}.inside: {child.inside!r} is no list above it; {hint(child.inside, source.each)}"
        above.append(name)


def _headers(source: Source) -> Iterator[str]:
    """One header is one column, unless they are the two ends of a range."""
    for columns in (source.columns, *(child.columns for child in source.each.values())):
        owners: dict[str, str] = {}
        for name, column in columns.items():
            for alias in (*column.names, *column.dates):
                other = owners.setdefault(normalise(alias), name)
                if other != name and not (column.part and columns[other].part):
                    yield f"columns.{name}.from: {alias} is a name of {other} already; a header is one column"
    for name in source.ignore:
        if normalise(name) in {normalise(alias) for c in source.columns.values() for alias in c.names}:
            yield f"ignore: {name} is read; take it out of one of the two"


def _load(source: Source, name: str, load: Load) -> Iterator[str]:
    tables = load_staging()
    if load.into is not None and load.into not in tables:
        yield f"loads.{name}.into: there is no such table: {load.into}; {hint(load.into, tables)}"
        return
    if load.into is None and name not in tables:
        yield f"loads.{name}: there is no such table; {hint(name, tables)}"
        return
    table = tables[load.into or name]
    known = {column.name for column in table.columns.values()}
    for column in load.columns:
        if column not in known:
            yield f"loads.{name}.columns.{column}: no such column of staging.{name}; {hint(column, known)}"
    if load.repeats is not None and load.repeats not in table.key:
        yield f"loads.{name}.repeats: {load.repeats} is no key column; {hint(load.repeats, table.key)}"
    if load.summed_from is not None and load.summed_from not in source.loads:
        yield f"loads.{name}.summed_from: {load.summed_from} is not loaded; {hint(load.summed_from, source.loads)}"
    if load.summed_from is None:
        yield from _lacking(table, name, load)
    if load.snapshot is not None:
        yield from snapshot_mistakes(source, table, f"loads.{name}.snapshot", load.snapshot)


def _lacking(table: StagingTable, name: str, load: Load) -> Iterator[str]:
    for column in table.columns.values():
        needed = column.required and column.default is None and not (column.hash_of or column.default_from)
        if needed and column.name not in load.columns and (not load.partial or column.name in table.key):
            yield f"loads.{name}.columns.{column.name}: missing; staging.{name} has no row without it"


def _expressions(source: Source) -> Iterator[str]:
    """All at once; one by one only where something is wrong."""
    texts = list(_texts(source))
    groups = {each: [entry for entry in texts if entry[2] == each] for _, _, each in texts}
    for each, entries in groups.items():
        columns = source.columns_of(each)
        if _said_by_duckdb([text for _, text, _ in entries], columns) is None:
            continue
        for key, text, _ in entries:
            if (said := _said_by_duckdb([text], columns)) is not None:
                yield f"{key}: {_explained(said, text, columns)}"


def _texts(source: Source) -> Iterator[tuple[str, str, str | None]]:
    """Every expression: its key, its text, and the list inside the records whose columns it may name."""
    for name, load in source.loads.items():
        for column, text in load.columns.items():
            yield f"loads.{name}.columns.{column}", text, load.each
        if load.where is not None:
            yield f"loads.{name}.where", load.where, load.each
    for name, told in source.columns.items():
        if told.told_when:
            yield f"columns.{name}.told_when", told.told_when, None
    for kind, rules in (("refuse", source.refuse), ("flags", source.flags)):
        for number, rule in enumerate(rules):
            yield f"{kind}[{number}].when", rule.when, None


def _said_by_duckdb(texts: list[str], columns: dict[str, SourceColumn]) -> str | None:
    """What DuckDB has against expressions over these columns: names, functions, types, grammar."""
    import duckdb

    types = {name: SQL_TYPES[column.type] for name, column in columns.items() if column.type != "personal"}
    row = ", ".join(f'null::{sql_type} as "{name}"' for name, sql_type in (FILE_NAMES | types).items())
    try:
        # a relation is bound and never planned: a third of the time of EXPLAIN
        apart().sql(f"select {', '.join(f'({text})' for text in texts)} from (select {row})")
    except duckdb.Error as error:
        return str(error)
    return None


def _patterns(source: Source) -> Iterator[str]:
    """Regular expressions that nobody could match."""
    import duckdb

    for name, column in source.all_columns.items():
        for key, pattern in (("pattern", column.pattern), ("remove", column.remove)):
            if not pattern:
                continue  # asking takes longer than reading the column did
            try:
                apart().execute("select regexp_matches('', ?)", [pattern])
            except duckdb.Error as error:
                yield f"columns.{name}.{key}: {pattern!r} is no regular expression: {str(error).splitlines()[0]}"
    try:
        re.compile(source.version.file_name or "")
    except re.error as error:
        yield f"version.file_name: {source.version.file_name!r} is no regular expression: {error}"


def _explained(said: str, text: str, columns: dict[str, SourceColumn]) -> str:
    for name in names_in_order(text):
        if f'"{name}" not found' in said:
            return f"no such column: {name}; {hint(name, {*columns, *FILE_NAMES})}"
    return f"{text.strip()!r}: {said.splitlines()[0]}"
