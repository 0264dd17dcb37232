"""Records of several kinds in one JSON file, each of the mapping whose word it says.

What belongs here: telling the kinds apart by what each record says (`recognise.kind`), as SQL over the file's lines.
What does not: the records of one kind (json.py). A file in a folder that names a mapping is that one's alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.ingest.cells.plainly import among_sql
from pipelines.ingest.formats.json_paths import path_sql, walk
from pipelines.ingest.sources import Source, load_sources

if TYPE_CHECKING:
    from pipelines.database import Connection

OTHER = "other_record"


def kinds_in(connection: Connection, lines: str, is_record: str, sample: list[Any]) -> list[Source]:
    """The mappings whose kinds of records a file holds, where there are several; the first records are asked first."""
    telling = [source for source in load_sources().values() if source.recognise.kind]
    first = [record for entry in sample for record in (entry if isinstance(entry, list) else [entry])]
    if not any(_is_of(source, record) for source in telling for record in first):
        return []
    counts = ", ".join(f"count(*) filter ({_is_of_sql(source, 'entry')})" for source in telling)
    found = connection.execute(
        f"select {counts} from (select unnest({_entries('record')}) as entry from {lines} where {is_record})"
    ).fetchall()
    kinds = [source for source, count in zip(telling, found[0], strict=True) if count]
    return kinds if len(kinds) > 1 else []


def lines_of_kind(lines: str, is_record: str, kind: Source, with_others: bool) -> str:
    """SQL relation (line, record): the records of one kind; `with_others`: beside them lines that are no records."""
    own = _is_of_sql(kind, "r")
    several = f"to_json(list_filter({_entries('record')}, lambda r: {own}))::varchar"
    kept = f"case when {is_record} then nullif({several}, '[]')" + (" else record end" if with_others else " end")
    return f"(select * from (select line, {kept} as record from {lines}) where record is not null)"


def others_sql(lines: str, is_record: str, kinds: list[Source]) -> str:
    """SELECT of line, raw and reason of the records that are of none of these kinds."""
    known = " or ".join(_is_of_sql(kind, "entry") for kind in kinds)
    return (
        f"select line, entry::varchar as raw, '{OTHER}' as reason from ("
        f"select line, unnest({_entries('record')}) as entry from {lines} where {is_record}) where not ({known})"
    )


def _words(source: Source) -> tuple[str, ...]:
    return tuple(source.columns[source.recognise.kind].map or ())


def _is_of(source: Source, record: Any) -> bool:
    said = (walk(record, name) for name in source.columns[source.recognise.kind].names)
    return next((word for word in said if word is not None), None) in _words(source)


def _is_of_sql(source: Source, record: str) -> str:
    """SQL: the first of the column's paths that is there says one of the mapping's words."""
    paths = (path_sql(name) for name in source.columns[source.recognise.kind].names)
    said = f"coalesce({', '.join(f'json_extract_string({record}, {path})' for path in paths)}, '')"
    return f"coalesce({among_sql(said, _words(source))}, false)"


def _entries(record: str) -> str:
    """SQL: the records of a line, which may be a list of them."""
    return f"case when json_type({record}) = 'ARRAY' then json_extract({record}, '$[*]') else [json({record})] end"
