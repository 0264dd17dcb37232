"""JSON records → cells: which mapping understands them, and every path that it names.

What belongs here: paths, wrappers, lists inside records. What does not: cutting the text into records (json_lines.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.ingest.formats.json_lines import CUT, DAMAGED, is_json, json_lines_of
from pipelines.ingest.formats.opened import Opened
from pipelines.ingest.headers import Match, Missing
from pipelines.ingest.recognise import choose, refusal
from pipelines.ingest.sources import load_sources
from pipelines.ingest.staging import quoted
from pipelines.ingest.text import Text, UnreadableError
from pipelines.ingest.unread import unread_notices

SAMPLE_RECORDS = 50


def open_json(connection: duckdb.DuckDBPyConnection, text: Text, folders: tuple[str, ...], scratch: Path) -> Opened:
    """JSON Lines, or one JSON document; records may be wrapped in a list inside each."""
    lines = json_lines_of(connection, text, scratch)
    objects = "len(list_filter(json_extract(record, '$[*]'), lambda j: json_type(j) <> 'OBJECT')) = 0"
    is_record = (
        f"case when not json_valid(record) then false when json_type(record) = 'OBJECT' then not {_REPEATS} "
        f"when json_type(record) = 'ARRAY' then {objects} else false end"
    )
    found = connection.execute(f"select record from {lines} where {is_record} limit {SAMPLE_RECORDS}").fetchall()
    sample = [json.loads(record) for (record,) in found if is_json(record)]
    verdict, wrapper = _choose_json(sample, folders)
    if not isinstance(verdict, Match):
        counted = connection.execute(f"select count(*) from {lines}").fetchone()
        if not sample:
            raise UnreadableError("bad_json", "one JSON object per line", counted[0] if counted else 0)
        raise refusal(verdict, _keys(sample[0]), counted[0] if counted else 0, folders)
    verdict = replace(verdict, notices=(*verdict.notices, *unread_notices(verdict, _others(verdict, sample, wrapper))))
    is_record = _with_inner_json(verdict, wrapper, is_record)
    return _opened_json(connection, text, verdict, wrapper, lines, is_record)


# JSON leaves open which of two values of one name counts.
_REPEATS = "(list_unique(json_keys(record)) < len(json_keys(record)))"
_REASON = (
    f"case when starts_with(record, '{CUT.decode()}') then 'line_too_long' "
    f"when starts_with(record, '{DAMAGED.decode()}') then 'bad_encoding' when not json_valid(record) then 'bad_json' "
    f"when json_type(record) = 'OBJECT' and {_REPEATS} then 'repeated_name' else 'bad_json' end"
)

if TYPE_CHECKING:
    import duckdb


def _with_inner_json(match: Match, wrapper: str, is_record: str) -> str:
    """A record whose inner JSON string is no JSON is no record."""
    outer = {name.partition("|")[0] for column in match.source.columns.values() for name in column.names if "|" in name}
    if wrapper:
        return is_record
    for name in sorted(outer):
        text = f"json_extract_string(record, {_path(name)})"
        is_record = f"case when {is_record} then json_valid(coalesce({text}, 'null')) else false end"
    return is_record


def _choose_json(sample: list[Any], folders: tuple[str, ...]) -> tuple[Match | Missing | None, str]:
    """The mapping, and the path of the list that holds the records ('' when a line is a record itself)."""
    wrappers = {""} | {path for source in load_sources().values() for path in source.recognise.records}
    best: Missing | None = None
    for wrapper in sorted(wrappers):
        records = list(_records(sample, wrapper))
        if not records:
            continue
        present = {name for record in records for name in _paths(record)}
        verdict = choose(sorted(present), folders, "json")
        if isinstance(verdict, Match):
            allowed = verdict.source.recognise.records
            if wrapper in ("", *allowed):
                return verdict, wrapper
        elif verdict is not None and (best is None or verdict.known > best.known):
            best = verdict
    return best, ""


def _records(sample: list[Any], wrapper: str) -> Iterator[dict[str, Any]]:
    for entry in sample:
        value = _walk(entry, wrapper) if wrapper else entry
        for record in value if isinstance(value, list) else [value]:
            if isinstance(record, dict):
                yield record


def _paths(record: dict[str, Any]) -> set[str]:
    """Every declared path that the record has."""
    columns = [
        column for source in load_sources().values() if "json" in source.formats for column in source.columns.values()
    ]
    return {name for column in columns for name in column.names if _walk(record, name) is not None}


def _walk(value: Any, path: str) -> Any:
    """The value at `a.b[0].c`; `a|b` goes on inside JSON that is itself a string."""
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


def _others(match: Match, sample: list[Any], wrapper: str) -> list[str]:
    """Names in the records that the mapping has no path for."""
    known = {_parts(path.partition("|")[0])[0] for column in match.source.columns.values() for path in column.names}
    known |= {_parts(child.path)[0] for child in match.source.each.values()}
    return list(dict.fromkeys(key for record in _records(sample, wrapper) for key in record if key not in known))


def _keys(record: Any) -> list[str]:
    record = record[0] if isinstance(record, list) and record else record
    return list(record) if isinstance(record, dict) else []


def _opened_json(
    connection: duckdb.DuckDBPyConnection, text: Text, match: Match, wrapper: str, lines: str, is_record: str
) -> Opened:
    """Temp table json_cells, and one per list inside the records: each document is taken apart once."""
    source = match.source
    listed = (
        f"case when json_type(record{_at(wrapper)}) = 'ARRAY' then json_extract(record, {_path(wrapper + '[*]')}) "
        f"else [json_extract(record, {_path(wrapper)})] end"
    )
    lists = {f"l_{name}": f"json_extract(record, {_path(child.path + '[*]')})" for name, child in source.each.items()}
    read = {name: _paths_read(match, name) for name in source.columns}
    header, found, cells = _extracted(read, "record")
    positions = {name: tuple(map(header.index, paths)) for name, paths in read.items() if paths}
    kept = ", ".join(["line", "rec", cells, *(f"{sql} as {name}" for name, sql in lists.items())])
    connection.execute(
        f"create or replace temp table json_cells as select {kept} from (select *, {found} as found from ("
        f"select line, line * 1000000 + generate_subscripts(records, 1) as rec, unnest(records) as record from ("
        f"select line, {listed} as records from {lines} where {is_record})))"
    )
    opened = Opened(
        match=replace(match, positions=positions, header=tuple(header), seen=match.header),
        encoding=text.encoding,
        relation=f"(select line, rec, {_names(len(header))} from json_cells)",
        numbered=True,
        refused_sql=(
            f"(select line, ltrim(record, '{(CUT + DAMAGED).decode()}') as raw, {_REASON} as reason "
            f"from {lines} where not ({is_record}))"
        ),
    )
    for number, (name, child) in enumerate(source.each.items()):
        inner = {key: column.names for key, column in child.columns.items()}
        more, found, cells = _extracted(inner, "child", len(header))
        connection.execute(
            f"create or replace temp table json_list_{number} as "
            f"select line, rec, {_names(len(header))}, {cells} from ("
            f"select *, {found} as found from (select *, unnest(l_{name}) as child from json_cells))"
        )
        places = dict(positions)
        places |= {key: tuple(p + len(header) for p in at) for key, at in _positions(child.columns, more).items()}
        opened.children[name] = f"(select * from json_list_{number})"
        opened.child_matches[name] = Match(source, places, {}, (*header, *more))
    return opened


def _paths_read(match: Match, name: str) -> tuple[str, ...]:
    """Every path of a column; of names that are only other words for one, that which the file has."""
    column = match.source.columns[name]
    if column.several in ("", "filled"):
        return column.names
    return tuple(match.header[place] for place in match.positions.get(name, ())) or column.names[:1]


def _names(count: int) -> str:
    return ", ".join(f"c{place}" for place in range(count))


def _extracted(names: dict[str, tuple[str, ...]], document: str, start: int = 0) -> tuple[list[str], str, str]:
    """Header (every declared path), SQL of the list of their texts, and SQL that takes it apart into cells."""
    header = list(dict.fromkeys(name for aliases in names.values() for name in aliases))
    plain = [name for name in header if "|" not in name]
    found = f"json_extract_string({document}, [{', '.join(_path(name) for name in plain)}])"
    cells = []
    for place, name in enumerate(header, start=start):
        cell = f"found[{plain.index(name) + 1}]" if name in plain else _inside(document, name)
        cells.append(f"{cell} as c{place}")
    return header, found, ", ".join(cells)


def _inside(document: str, name: str) -> str:
    """A value inside JSON that is itself a string."""
    outer, _, inner = name.partition("|")
    text = f"json_extract_string({document}, {_path(outer)})"
    return f"case when json_valid({text}) then json_extract_string({text}, {_path(inner)}) end"


def _positions(columns: dict[str, Any], header: list[str]) -> dict[str, tuple[int, ...]]:
    return {
        name: tuple(header.index(alias) for alias in column.names) for name, column in columns.items() if column.names
    }


def _path(path: str) -> str:
    return quoted("$" + "".join(part if part.startswith("[") else f".{part}" for part in _parts(path)))


def _parts(path: str) -> list[str]:
    return [part for part in path.replace("[", ".[").split(".") if part]


def _at(path: str) -> str:
    return f", {_path(path)}" if path else ""
