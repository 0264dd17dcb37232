"""JSON records → cells: which mapping understands them, and every path that it names.

What belongs here: paths, wrappers, lists inside records. What does not: cutting the text into records (json_lines.py).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.bounded import LITTLE, bounded
from pipelines.ingest.formats.json_choice import choose_json, keys_of, names_unread, paths_declared, paths_of
from pipelines.ingest.formats.json_kinds import kinds_in, lines_of_kind, others_sql
from pipelines.ingest.formats.json_lines import CUT, DAMAGED, is_json, json_lines_of
from pipelines.ingest.formats.json_lists import add_lists, list_columns
from pipelines.ingest.formats.json_paths import extracted, names_of_cells, path_sql
from pipelines.ingest.formats.opened import Opened
from pipelines.ingest.formats.pages import told_of_pages
from pipelines.ingest.formats.wrappers import (
    Steps,
    left_beside,
    records_sql,
    records_with_around_sql,
    told_around,
)
from pipelines.ingest.headers import Match, Missing, match_header
from pipelines.ingest.notices import Notice
from pipelines.ingest.recognise import named_by, refusal
from pipelines.ingest.sources import Source
from pipelines.ingest.text import Text, UnreadableError
from pipelines.ingest.units import normalise
from pipelines.ingest.unread import unread_notices
from pipelines.settings import ReadingLimits

SAMPLE_RECORDS = 50


def open_json(
    connection: Connection,
    text: Text,
    folders: tuple[str, ...],
    scratch: Path,
    limits: ReadingLimits,
) -> Opened:
    """JSON Lines, or one JSON document; records may be wrapped in a list inside each."""
    lines = json_lines_of(connection, text, scratch, limits)
    objects = "len(list_filter(json_extract(record, '$[*]'), lambda j: json_type(j) <> 'OBJECT')) = 0"
    is_record = (
        f"case when not json_valid(record) then false when json_type(record) = 'OBJECT' then not {_REPEATS} "
        f"when json_type(record) = 'ARRAY' then {objects} else false end"
    )
    found = connection.execute(f"select record from {lines} where {is_record} limit {SAMPLE_RECORDS}").fetchall()
    [[count]] = connection.execute(f"select count(*) from {lines}").fetchall()
    records = [record for (record,) in found]
    if kinds := _kinds(connection, lines, is_record, records, folders):
        return _open_kinds(connection, text, lines, is_record, kinds)
    work = partial(_understood, records, count, folders)
    understood = bounded(work, limits) if sum(map(len, records)) > LITTLE else work()
    is_record = _with_inner_json(understood.match, understood.wrapper, is_record)
    opened = _opened_json(connection, text, understood, lines, is_record)
    opened.notices += understood.notices
    return opened


def _kinds(
    connection: Connection, lines: str, is_record: str, records: list[str], folders: tuple[str, ...]
) -> list[Source]:
    """The mappings that the file's records are of, where these are several and no folder says which."""
    if named_by(folders) or sum(map(len, records)) > LITTLE:
        return []
    return kinds_in(connection, lines, is_record, [json.loads(record) for record in records if is_json(record)])


def _open_kinds(connection: Connection, text: Text, lines: str, is_record: str, kinds: list[Source]) -> Opened:
    """Each kind's records as a part of the file; what is of none is refused. Raises UnreadableError."""
    parts = []
    for number, source in enumerate(kinds):
        own = lines_of_kind(lines, is_record, source, with_others=number == 0)
        found = connection.execute(f"select record from {own} where {is_record} limit {SAMPLE_RECORDS}").fetchall()
        sample = [record for (entry,) in found for record in json.loads(entry)]
        present = {name for record in sample for name in paths_of(record, paths_declared())}
        verdict = match_header(source, sorted(present))
        if isinstance(verdict, Missing):
            raise refusal(verdict, keys_of(sample[0]), len(sample))
        verdict = replace(verdict, why=f"{source.recognise.kind} says so, record by record")
        understood = _Understood(verdict, (), (), unread_notices(verdict, names_unread(verdict, sample, ())))
        opened = _opened_json(
            connection, text, understood, own, _with_inner_json(verdict, (), is_record), f"json_{number}"
        )
        opened.notices += understood.notices
        parts.append(opened)
    first, *others = parts
    assert first.refused_sql is not None
    first.refused_sql = f"({first.refused_sql[1:-1]} union all {others_sql(lines, is_record, kinds)})"
    first.parts = others
    return first


@dataclass(frozen=True)
class _Understood:
    """What the first records of a file say of all."""

    match: Match
    wrapper: Steps
    carried: tuple[str, ...]
    notices: list[Notice]


def _understood(records: list[str], count: int, folders: tuple[str, ...]) -> _Understood:
    """`count`: of the file's records. Raises UnreadableError."""
    sample = [json.loads(record) for record in records if is_json(record)]
    verdict, wrapper, carried = choose_json(sample, folders)
    if not isinstance(verdict, Match):
        if not sample:
            raise UnreadableError("bad_json", "one JSON object per line", count)
        raise refusal(verdict, keys_of(sample[0]), count, folders)
    verdict = replace(
        verdict, notices=(*verdict.notices, *unread_notices(verdict, names_unread(verdict, sample, wrapper)))
    )
    known = {normalise(path) for column in verdict.source.columns.values() for path in column.names}
    notices = [*left_beside(sample, wrapper), *told_around(sample, wrapper, known, carried)]
    if len(sample) < SAMPLE_RECORDS:
        notices += told_of_pages(sample, wrapper)
    return _Understood(verdict, wrapper, carried, notices)


# JSON leaves open which of two values of one name counts.
_REPEATS = "(list_unique(json_keys(record)) < len(json_keys(record)))"
_REASON = (
    f"case when starts_with(record, '{CUT.decode()}') then 'line_too_long' "
    f"when starts_with(record, '{DAMAGED.decode()}') then 'bad_encoding' when not json_valid(record) then 'bad_json' "
    f"when json_type(record) = 'OBJECT' and {_REPEATS} then 'repeated_name' else 'bad_json' end"
)

if TYPE_CHECKING:
    from pipelines.database import Connection


def _with_inner_json(match: Match, wrapper: Steps, is_record: str) -> str:
    """A record whose inner JSON string is no JSON is no record."""
    outer = {name.partition("|")[0] for column in match.source.columns.values() for name in column.names if "|" in name}
    if wrapper:
        return is_record
    for name in sorted(outer):
        text = f"json_extract_string(record, {path_sql(name)})"
        is_record = f"case when {is_record} then json_valid(coalesce({text}, 'null')) else false end"
    return is_record


def _opened_json(
    connection: Connection,
    text: Text,
    understood: _Understood,
    lines: str,
    is_record: str,
    prefix: str = "json",
) -> Opened:
    """Temp table <prefix>_cells, and one per list inside the records: each document is taken apart once."""
    match, wrapper, carried = understood.match, understood.wrapper, understood.carried
    source = match.source
    read = {name: _paths_read(match, name) for name in source.columns}
    header, found, cells = extracted(read, "record", carried=carried)
    positions = {name: tuple(map(header.index, paths)) for name, paths in read.items() if paths}
    kept = ", ".join(["line", "rec", cells, *list_columns(source, None, "record")])
    records, each = records_sql(wrapper), "entry as record"
    if carried:
        records = records_with_around_sql(wrapper, carried)
        each = "entry.record as record, entry.around as around"
    connection.execute(
        f"create or replace temp table {prefix}_cells as select {kept} from (select *, {found} as found from ("
        f"select line, rec, {each} from (select line, line * 1000000 + generate_subscripts(records, 1) as rec, "
        f"unnest(records) as entry from (select line, {records} as records from {lines} where {is_record}))))"
    )
    opened = Opened(
        match=replace(match, positions=positions, header=tuple(header), seen=match.header),
        encoding=text.encoding,
        relation=f"(select line, rec, {names_of_cells(len(header))} from {prefix}_cells)",
        numbered=True,
        refused_sql=(
            f"(select line, ltrim(record, '{(CUT + DAMAGED).decode()}') as raw, {_REASON} as reason "
            f"from {lines} where not ({is_record}))"
        ),
    )
    add_lists(connection, opened, prefix)
    return opened


def _paths_read(match: Match, name: str) -> tuple[str, ...]:
    """Every path of a column; of names that are only other words for one, that which the file has."""
    column = match.source.columns[name]
    if column.several in ("", "filled"):
        return column.names
    return tuple(match.header[place] for place in match.positions.get(name, ())) or column.names[:1]
