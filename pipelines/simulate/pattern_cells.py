"""Which cells of a sample say who, which thing, where and when; and such a cell in a copy.

What belongs here: reading that from the mapping, changing one cell or one value of a record. What does not: whole
samples (patterns.py), how an id or a moment is spelled (respelling.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from pipelines.ingest.grammar import Source, SourceColumn
from pipelines.simulate.respelling import (
    bare,
    first_moment,
    is_epoch,
    is_id,
    moved,
    moved_digits,
    moved_epoch,
    other_id,
)

# canonical columns whose value is somebody, or a thing of which there is one
PEOPLE = {"buyer_id", "user_id", "phone", "id_value", "linked_value"}
THINGS = {"order_id", "item_id", "refund_id", "movement_id", "message_id"}
OWN = {"groups.group_id", "live_sessions.live_session_id", "ad_spend.ad_id", "session_funnels.account_id"}
# where something was: an id that many share, so that it changes only where somebody says into what
PLACES = {"group_id", "live_session_id", "author_id", "campaign_id"}


@dataclass(frozen=True)
class Copy:
    """Which copy: its number, how much later it is, and ids that are written instead of respelled ones (old → new).

    An id that says where (a group, a session) stays, unless it is among `ids`.
    """

    number: int
    later: timedelta = timedelta()
    ids: Mapping[str, str] = field(default_factory=dict)

    def id_of(self, old: str) -> str:
        return self.ids[old] if old in self.ids else other_id(old, self.number)

    def place_of(self, old: str) -> str:
        return self.ids.get(old, old)


class Change(Protocol):
    """What becomes of the ids of a sample, and how much later it is."""

    @property
    def later(self) -> timedelta: ...

    def id_of(self, old: str) -> str: ...

    def place_of(self, old: str) -> str: ...


@dataclass(frozen=True)
class RecordCells:
    """How the values of a JSON record become those of a copy, by where they stand."""

    change: Change
    ids: tuple[str, ...]
    places: tuple[str, ...]

    def changed(self, value: Any, path: str = "") -> Any:
        if isinstance(value, dict):
            return {name: self.changed(part, f"{path}.{name}") for name, part in value.items()}
        if isinstance(value, list):
            return [self.changed(part, path) for part in value]
        if isinstance(value, str) and value[:1] in ("{", "["):
            return json.dumps(self.changed(json.loads(value), path), ensure_ascii=False, separators=(",", ":"))
        for ends, new in ((self.ids, self.change.id_of), (self.places, self.change.place_of)):
            if path.endswith(ends):
                parts = [id_cell(part, new) for part in str(value).split(",")]
                return _number_again(value, ",".join(parts))
        return self._moment(value, path)

    def _moment(self, value: Any, path: str) -> Any:
        later = self.change.later
        if is_epoch(value):
            return moved_epoch(value, later)
        if not isinstance(value, str):
            return value
        said = moved(value, later)
        return moved_digits(said, later) if path.lower().endswith(("time", "at")) else said


def columns_of(source: Source, chosen: Callable[[str], bool], types: Sequence[str]) -> dict[str, SourceColumn]:
    """The mapping's columns of these types that become a chosen `table.column`; a phone is somebody in any case."""
    targets = source.becomes
    return {
        name: column
        for name, column in source.all_columns.items()
        if (column.type == "phone" and "phone" in types)
        or (column.type in types and any(map(chosen, targets.get(name, ()))))
    }


def identifies(target: str) -> bool:
    return target in OWN or target.partition(".")[2] in PEOPLE | THINGS


def is_place(target: str) -> bool:
    return target.partition(".")[2] in PLACES or target == "groups.name"


def moments(source: Source) -> Iterator[str]:
    targets = source.becomes
    for name, column in source.all_columns.items():
        becomes = {target.partition(".")[2] for target in targets.get(name, ())}
        if column.type in ("timestamp", "date") or any(one == "date" or one.endswith("_at") for one in becomes):
            yield name


def paths_of(source: Source, name: str, column: SourceColumn) -> Iterator[str]:
    """`a.b`, `a[0].b`, `a|b` (inside a JSON text) of a record; of a list in it its path before it."""
    list_path = next((f".{child.path}" for child in source.each.values() if name in child.columns), "")
    for said in column.names:
        path = re.sub(r"\[\d+\]", "", said.replace("|", "."))
        yield list_path if path == "." else f"{list_path}.{path}"


def cell_of(cell: str, kind: str | None, change: Change) -> str:
    if kind in ("id", "place"):
        return id_cell(cell, change.id_of if kind == "id" else change.place_of)
    if kind == "moment" and bare(cell) and not first_moment(cell):
        return cell.replace(bare(cell), moved_digits(bare(cell), change.later))
    return moved(cell, change.later)


def id_cell(cell: str, id_of: Callable[[str], str]) -> str:
    """The cell with another id in what stands around the old one, such as quotes, a TAB, or a spreadsheet's `.0`."""
    old = re.sub(r"(?<=\d)\.0$", "", bare(cell))
    return cell.replace(old, id_of(old), 1) if is_id(old) else cell


def _number_again(old: Any, text: str) -> Any:
    return int(text) if isinstance(old, int) and not isinstance(old, bool) else text if isinstance(old, str) else old
