"""JSON records → cells: which mapping understands them, and every path that it names.

What belongs here: paths, wrappers, lists inside records. What does not: cutting the text into records (json_lines.py).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.ingest.bounded import LITTLE, bounded
from pipelines.ingest.formats.json_lines import CUT, DAMAGED, is_json, json_lines_of
from pipelines.ingest.formats.json_lists import add_lists, list_columns
from pipelines.ingest.formats.json_paths import extracted, names_of_cells, parts_of, path_sql, walk
from pipelines.ingest.formats.opened import Opened
from pipelines.ingest.formats.pages import told_of_pages
from pipelines.ingest.formats.wrappers import (
    Steps,
    candidates,
    declared,
    left_beside,
    names_around,
    records_at,
    records_sql,
    records_with_around_sql,
    told_around,
)
from pipelines.ingest.headers import Match, Missing
from pipelines.ingest.notices import Notice
from pipelines.ingest.recognise import choose, refusal
from pipelines.ingest.sources import Source, load_sources
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
    work = partial(_understood, records, count, folders)
    understood = bounded(work, limits) if sum(map(len, records)) > LITTLE else work()
    is_record = _with_inner_json(understood.match, understood.wrapper, is_record)
    opened = _opened_json(connection, text, understood, lines, is_record)
    opened.notices += understood.notices
    return opened


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
    verdict, wrapper, carried = _choose_json(sample, folders)
    if not isinstance(verdict, Match):
        if not sample:
            raise UnreadableError("bad_json", "one JSON object per line", count)
        raise refusal(verdict, _keys(sample[0]), count, folders)
    verdict = replace(verdict, notices=(*verdict.notices, *unread_notices(verdict, _others(verdict, sample, wrapper))))
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


def _choose_json(sample: list[Any], folders: tuple[str, ...]) -> tuple[Match | Missing | None, Steps, tuple[str, ...]]:
    """The mapping, where the records are, and which names around them are said of each of them.

    The records are where a mapping says, else wherever the first mapping fits.

    A line is a record itself (no steps), or wraps some: a page its list, an envelope its body.
    """
    best: Missing | None = None
    said = {declared(path): source for source in load_sources().values() for path in source.recognise.records}
    paths = _paths_declared()
    for wrapper in dict.fromkeys([(), *sorted(said), *candidates(sample)]):
        records = list(records_at(sample, wrapper))
        if not records:
            continue
        present = {name for record in records for name in _paths_of(record, paths)}
        around = names_around(sample, wrapper)
        carried = {name for source in load_sources().values() for name in _carried(source, present, around)}
        verdict = choose(sorted(present | carried), folders, "json")
        if isinstance(verdict, Match) and (own := _carried(verdict.source, present, around)) != carried:
            carried, verdict = own, choose(sorted(present | own), folders, "json")
        if isinstance(verdict, Match):
            used = {name for name in carried if verdict.header.index(name) in verdict.places}
            return verdict, wrapper, tuple(sorted(used))
        if verdict is not None and (best is None or verdict.known > best.known):
            best = verdict
    return best, (), ()


def _carried(source: Source, present: set[str], around: list[str]) -> set[str]:
    """Names around the records that a mapping takes as said of each, where no record has a name of that column."""
    if "json" not in source.formats:
        return set()
    columns = [column for column in source.columns.values() if column.around and not present & set(column.names)]
    return {name for column in columns for name in column.names if name in around}


def _paths_declared() -> dict[str, set[str]]:
    """Every path that a mapping declares, by its first name."""
    paths: dict[str, set[str]] = {}
    for source in load_sources().values():
        if "json" in source.formats:
            for name in (name for column in source.columns.values() for name in column.names):
                paths.setdefault(parts_of(name.partition("|")[0])[0], set()).add(name)
    return paths


def _paths_of(record: dict[str, Any], paths: dict[str, set[str]]) -> set[str]:
    """Every declared path that the record has."""
    begun = [name for first in record.keys() & paths.keys() for name in paths[first]]
    return {name for name in begun if walk(record, name) is not None}


def _others(match: Match, sample: list[Any], wrapper: Steps) -> list[str]:
    """Names in the records that the mapping has no path for."""
    known = {parts_of(path.partition("|")[0])[0] for column in match.source.columns.values() for path in column.names}
    known |= {parts_of(child.path)[0] for child in match.source.each.values()}
    return list(dict.fromkeys(key for record in records_at(sample, wrapper) for key in record if key not in known))


def _keys(record: Any) -> list[str]:
    record = record[0] if isinstance(record, list) and record else record
    return list(record) if isinstance(record, dict) else []


def _opened_json(
    connection: Connection,
    text: Text,
    understood: _Understood,
    lines: str,
    is_record: str,
) -> Opened:
    """Temp table json_cells, and one per list inside the records: each document is taken apart once."""
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
        f"create or replace temp table json_cells as select {kept} from (select *, {found} as found from ("
        f"select line, rec, {each} from (select line, line * 1000000 + generate_subscripts(records, 1) as rec, "
        f"unnest(records) as entry from (select line, {records} as records from {lines} where {is_record}))))"
    )
    opened = Opened(
        match=replace(match, positions=positions, header=tuple(header), seen=match.header),
        encoding=text.encoding,
        relation=f"(select line, rec, {names_of_cells(len(header))} from json_cells)",
        numbered=True,
        refused_sql=(
            f"(select line, ltrim(record, '{(CUT + DAMAGED).decode()}') as raw, {_REASON} as reason "
            f"from {lines} where not ({is_record}))"
        ),
    )
    add_lists(connection, opened)
    return opened


def _paths_read(match: Match, name: str) -> tuple[str, ...]:
    """Every path of a column; of names that are only other words for one, that which the file has."""
    column = match.source.columns[name]
    if column.several in ("", "filled"):
        return column.names
    return tuple(match.header[place] for place in match.positions.get(name, ())) or column.names[:1]
