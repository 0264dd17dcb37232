"""JSON records → the mapping that understands them: by every path that mappings declare, wherever the records are.

What belongs here: choosing, by the first records of a file. What does not: reading the records (json.py).
"""

from __future__ import annotations

from typing import Any

from pipelines.ingest.formats.json_paths import parts_of, walk
from pipelines.ingest.formats.wrappers import Steps, candidates, declared, names_around, records_at
from pipelines.ingest.headers import Match, Missing
from pipelines.ingest.recognise import choose
from pipelines.ingest.sources import Source, load_sources


def choose_json(sample: list[Any], folders: tuple[str, ...]) -> tuple[Match | Missing | None, Steps, tuple[str, ...]]:
    """The mapping, where the records are, and which names around them are said of each of them.

    The records are where a mapping says, else wherever the first mapping fits.

    A line is a record itself (no steps), or wraps some: a page its list, an envelope its body.
    """
    best: Missing | None = None
    said = {declared(path): source for source in load_sources().values() for path in source.recognise.records}
    paths = paths_declared()
    for wrapper in dict.fromkeys([(), *sorted(said), *candidates(sample)]):
        records = list(records_at(sample, wrapper))
        if not records:
            continue
        present = {name for record in records for name in paths_of(record, paths)}
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


def paths_declared() -> dict[str, set[str]]:
    """Every path that a mapping declares, by its first name."""
    paths: dict[str, set[str]] = {}
    for source in load_sources().values():
        if "json" in source.formats:
            for name in (name for column in source.columns.values() for name in column.names):
                paths.setdefault(parts_of(name.partition("|")[0])[0], set()).add(name)
    return paths


def paths_of(record: dict[str, Any], paths: dict[str, set[str]]) -> set[str]:
    """Every declared path that the record has."""
    begun = [name for first in record.keys() & paths.keys() for name in paths[first]]
    return {name for name in begun if walk(record, name) is not None}


def names_unread(match: Match, sample: list[Any], wrapper: Steps) -> list[str]:
    """Names in the records that the mapping has no path for."""
    known = {parts_of(path.partition("|")[0])[0] for column in match.source.columns.values() for path in column.names}
    known |= {parts_of(child.path)[0] for child in match.source.each.values()}
    return list(dict.fromkeys(key for record in records_at(sample, wrapper) for key in record if key not in known))


def keys_of(record: Any) -> list[str]:
    record = record[0] if isinstance(record, list) and record else record
    return list(record) if isinstance(record, dict) else []
