"""Where the records of a JSON file are: lines of their own, a list in a page, the body of an envelope, a map by id.

What belongs here: paths to records, in Python for the sample and in SQL for the file. What does not: paths inside a
record (json.py).

A path is names behind one another. `|` behind a name: what stands there is JSON in a text. `*` at the end: the values
of a map, whose names are ids, or lists of records by day, by group; twice, of a map of such maps. `@` at the end, where
a mapping says so: each name of a map and its value as a record of its own, `@key` and `@value`, but for names over {}.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pipelines.ingest.formats.json_lines import is_json
from pipelines.ingest.notices import Notice
from pipelines.ingest.units import normalise
from pipelines.privacy import mask_text
from pipelines.spec.literals import quoted

Steps = tuple[str, ...]
DEEPEST = 3
_LOOKED_AT = 10  # records of the sample


def declared(path: str) -> Steps:
    """A path as mappings write it: a.b."""
    return tuple(part for part in path.split(".") if part)


def candidates(sample: list[Any]) -> list[Steps]:
    """Every place in the first records where records may be, the shallowest first."""
    found: dict[Steps, None] = {}
    for entry in sample[:_LOOKED_AT]:
        for document in _each(entry)[:_LOOKED_AT]:
            found |= dict.fromkeys(_places(document, ()))
    return sorted(found, key=lambda steps: (len(steps), steps))


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _places(value: Any, steps: Steps) -> Iterator[Steps]:
    if not isinstance(value, dict) or len(steps) >= DEEPEST:
        return
    for levels in _map_levels(value):
        yield (*steps, *["*"] * levels)
    for key, inner in value.items():
        if isinstance(inner, str) and inner[:1] in ("{", "["):
            key, inner = f"{key}|", json.loads(inner) if is_json(inner) else None
        if any(isinstance(document, dict) for document in _each(inner)[:1]):
            yield (*steps, key)
            yield from _places(_each(inner)[0], (*steps, key))


def _map_levels(value: dict[str, Any]) -> Iterator[int]:
    """How many levels of names may lie over objects, or several lists of objects, of one kind.

    Maps by day under the names of shops are of one kind themselves where the days are the same: both may be.
    """
    maps: list[Any] = [value]
    for level in range(1, DEEPEST + 1):
        if not all(isinstance(each, dict) for each in maps):
            return
        maps = [under for each in maps for under in each.values()]
        if _are_of_one_kind(maps):
            yield level


def _are_of_one_kind(values: list[Any]) -> bool:
    """Whether all are objects, or several lists of objects, whose names are mostly the same."""
    lists = [inner for inner in values if isinstance(inner, list)]
    if not values or (lists and len(values) == 1):
        return False
    entries = [entry for inner in values for entry in _each(inner)[:1]]
    if not entries or not all(isinstance(entry, dict) for entry in entries):
        return False
    names = [set(entry) for entry in entries]
    return 2 * len(set.intersection(*names)) >= max(map(len, names))


def records_at(sample: list[Any], steps: Steps) -> Iterator[dict[str, Any]]:
    """The records of the sample that stand there; a list on the way is gone through."""
    documents = [document for entry in sample for document in _each(entry)]
    for step in steps:
        documents = [inner for document in documents for inner in _each(_step(document, step))]
    return (document for document in documents if isinstance(document, dict))


def _step(value: Any, step: str) -> Any:
    if not isinstance(value, dict):
        return None
    if step == "*":
        return [entry for inner in value.values() for entry in _each(inner)]
    if step == "@":
        return [{"@key": name, "@value": inner} for name, inner in value.items() if inner != {}]
    value = value.get(step.removesuffix("|"))
    if step.endswith("|"):
        return json.loads(value) if isinstance(value, str) and is_json(value) else None
    return value


def records_sql(steps: Steps) -> str:
    """SQL: the list of records in the document `record`; where there are none, one that is NULL, to be refused."""
    documents = _expanded("record")
    for step in steps:
        documents = f"flatten(list_transform({documents}, lambda d: {_inner_sql('d', step)}))"
    return documents


def records_with_around_sql(steps: Steps, carried: tuple[str, ...]) -> str:
    """The same as structs: `record`, and in `around` what the nearest document around it says of the names `carried`.

    Of each document that is found once, not once for each of its records.
    """
    paths = f"[{', '.join(map(_key, carried))}]"
    nothing = f"list_transform({paths}, lambda p: null::varchar)"
    documents = f"list_transform({_expanded('record')}, lambda r: {_pair('r', nothing)})"
    for step in steps:
        said = f"list_zip(e.around, json_extract_string(e.record, {paths}))"
        nearest = f"list_transform({said}, lambda z: coalesce(z[2], z[1]))"
        around = f"list_transform({documents}, lambda e: {_pair('e.record', nearest)})"
        inner = f"list_transform({_inner_sql('e.record', step)}, lambda r: {_pair('r', 'e.around')})"
        documents = f"flatten(list_transform({around}, lambda e: {inner}))"
    return documents


def _pair(record: str, around: str) -> str:
    return f"struct_pack(record := {record}, around := {around})"


def _inner_sql(document: str, step: str) -> str:
    """SQL: the list of what stands one step further in."""
    if step == "*":
        return f"flatten(list_transform(coalesce({_values(document)}, [null]), lambda v: {_expanded('v')}))"
    if step == "@":
        entries = f"map_entries(from_json({document}, '\"MAP(VARCHAR, JSON)\"'))"
        record = "json_object('@key', p.key, '@value', p.value)"
        filled = f"list_filter({entries}, lambda p: p.value::varchar <> '{{}}')"
        return f"coalesce(list_transform({filled}, lambda p: {record}), [null])"
    there = f"json_extract({document}, {_key(step.removesuffix('|'))})"
    if step.endswith("|"):
        text = f"json_extract_string({there}, '$')"
        there = f"case when json_valid({text}) then json({text}) end"
    return _expanded(there)


def _expanded(value: str) -> str:
    return f"case when json_type({value}) = 'ARRAY' then json_extract({value}, '$[*]') else [{value}] end"


def list_sql(value: str) -> str:
    """SQL: a list inside a record as documents. A map by id is the list of its values, an object a list of one."""
    text = f"json_extract_string({value}, '$')"
    inner = f"case when json_type({value}) = 'VARCHAR' and json_valid({text}) then json({text}) else {value} end"
    objects = "len(list_filter(json_extract(v, '$.*'), lambda j: json_type(j) <> 'OBJECT')) = 0"
    return (
        "list_transform([" + inner + "], lambda v: case json_type(v) when 'ARRAY' then json_extract(v, '$[*]') "
        f"when 'OBJECT' then case when {objects} then {_values('v')} else [v] end end)[1]"
    )


def _values(value: str) -> str:
    return f"json_extract({value}, '$.*')"


def _key(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return quoted(f'$."{escaped}"')


def left_beside(sample: list[Any], steps: Steps) -> list[Notice]:
    """Other lists of records beside the one that is read: they are in no number."""
    if not steps:
        return []
    others = []
    for place in candidates(sample):
        within = all(step in (part, "*", "@") or part == "*" for step, part in zip(steps, place, strict=False))
        if not within and len(list(records_at(sample, place))) > (0 if _is_list(sample, place) else 1):
            others.append(place)
    told = []
    for place in others:
        if not any(place[: len(other)] == other for other in others if other != place):
            name = ".".join(place)
            said = f"{name} holds records, too; only {'.'.join(steps)} was read: save it as a file of its own"
            told.append(Notice("list_left", said, name, severity="aside", facts={"read": ".".join(steps)}))
    return told


def _is_list(sample: list[Any], place: Steps) -> bool:
    *way, last = place
    return last != "*" and any(isinstance(_step(around, last), list) for around in records_at(sample, tuple(way)))


def names_around(sample: list[Any], steps: Steps) -> list[str]:
    """Names of single values that stand around the records, the outermost first."""
    around = [document for depth in range(len(steps)) for document in records_at(sample, steps[:depth])]
    named = [(name, value) for document in around for name, value in document.items()]
    return list(dict.fromkeys(name for name, value in named if isinstance(value, (str, int, float))))


def told_around(sample: list[Any], steps: Steps, known: set[str], carried: tuple[str, ...]) -> list[Notice]:
    """What stands around the records and not in them: values of names that the mapping knows, names of a map."""
    records = [{normalise(name) for name in record} for record in records_at(sample, steps)]
    inside = set.intersection(*records) if records else set()
    left = [name for name in names_around(sample, steps) if normalise(name) in known - inside and name not in carried]
    told = [Notice("around_taken", _TAKEN.format(name), name) for name in carried]
    told += [Notice("around_left", _AROUND.format(name), name) for name in left]
    if names := _names_lost(sample, steps):
        shown = mask_text(", ".join(names[:3]))
        told.append(Notice("map_names_left", _NAMES.format(shown), ".".join(steps), facts={"names": shown}))
    return told


_TAKEN = "{} stands around the list of records and in none of them: taken as said of each"
_AROUND = "{} stands around the list of records and not in all of them, so it is in no number; put it into each record"
_NAMES = (
    "the names over the records ({}, …) are in no number; if they say more than the records themselves (a group, a "
    "shop, a state), put that into each record"
)


def _names_lost(sample: list[Any], steps: Steps) -> list[str]:
    """Names of a map, or of lists by group, that their records do not repeat."""
    return list(
        dict.fromkeys(
            name
            for place, step in enumerate(steps)
            if step == "*"
            for document in records_at(sample, steps[:place])
            if len(document) > 1
            for name, inner in document.items()
            for record in records_at([inner], steps[place + 1 :])
            if not any(str(value).startswith(name) for value in record.values())
        )
    )
