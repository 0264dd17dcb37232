"""A source's sample as a pattern: the same small file once more for other people, orders and days.

Which of its cells say who, which thing and when is read from the mapping: cells of columns that become an id, and
whatever looks like a moment. All else (amounts, words, spellings, empty cells) stays. So the canonical rows of a copy
are known: those that the sample gives, with the same ids and moments changed.

What belongs here: copying rows and what they give. What does not: which cells change (pattern_cells.py), which files
the demo has of it (pattern_files.py, assets/demo/files.yaml).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from pipelines.ingest.grammar import Sample, Source, SourceColumn
from pipelines.ingest.headers import Match, match_header
from pipelines.simulate.pattern_cells import (
    THINGS,
    Copy,
    RecordCells,
    cell_of,
    columns_of,
    id_cell,
    identifies,
    is_place,
    moments,
    paths_of,
)
from pipelines.simulate.respelling import first_moment, moved, moved_stamp

Row = Any  # cells of a table, a record, the sheets of a workbook
# moments by which a canonical row is put in time, the first that it has
MOMENTS = (
    "paid_at", "event_at", "refunded_at", "settled_at", "sent_at", "started_at", "minute_at", "created_at", "date",
    "joined_at", "observed_at", "asked_at",
)  # fmt: skip
_GIVEN_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2}(\.\d+)?)?")
_STAMP = re.compile(r"(?<![^_])20\d{12}$")  # in an id that is made of a moment
_WORD = r"[^\W_]"

__all__ = ["Copy", "NoPatternError", "Pattern", "pattern_of"]


class NoPatternError(ValueError):
    """A source without a sample from which a file could be made."""


class _Listening:
    """Changes nothing, and keeps the ids that it was asked for."""

    later = timedelta()

    def __init__(self) -> None:
        self.heard: dict[str, None] = {}

    def id_of(self, old: str) -> str:
        self.heard[old] = None
        return old

    place_of = id_of


class Pattern:
    """One sample of a source; `rows` takes only some of its rows or records, by their place."""

    def __init__(self, source: Source, sample: Sample, rows: Sequence[int] = ()) -> None:
        self.source, self.sample = source, sample
        whole: Sequence[Row] = [sample.sheets] if sample.sheets else sample.records or sample.rows
        taken = [whole[place] for place in rows] if rows else whole
        self._is_whole = len(taken) == len(whole)
        self.rows: list[Row] = [list(row) if isinstance(row, tuple) else row for row in taken]
        self._columns = columns_of(source, identifies, ("id", "phone", "json"))
        self._places = columns_of(source, is_place, ("id", "text"))

    @cached_property
    def old_ids(self) -> tuple[str, ...]:
        """The ids that every copy changes, as they are read, in the order of the file."""
        return self._heard(self._columns)

    def old_of(self, canonical: str) -> tuple[str, ...]:
        """Ids and places of the sample that become this canonical column (of any table), in the order of the file."""
        chosen = {
            name: column
            for name, column in {**self._places, **self._columns}.items()
            if (canonical == "phone" and column.type == "phone")
            or any(target.partition(".")[2] == canonical for target in self.source.becomes.get(name, ()))
        }
        return self._heard(chosen)

    def copied(self, copies: Sequence[Copy]) -> list[Row]:
        """The rows of all copies, in order; a row that says neither who nor when (totals, explanations) stands once."""
        some = Copy(1, timedelta(days=1))
        moving = [self._changed(row, some) != row for row in self.rows]
        return [
            self._changed(row, copy)
            for place, copy in enumerate(copies)
            for row, moves in zip(self.rows, moving, strict=True)
            if moves or place == 0
        ]

    def gives(self, copy: Copy) -> dict[str, list[dict[str, Any]]]:
        """The canonical rows of one copy, table by table, with the columns that the sample shows."""
        new = {old: copy.id_of(old) for old in self.old_ids}
        return {
            table: [{name: self._given(name, value, new, copy.later) for name, value in row.items()} for row in rows]
            for table, rows in self.sample.gives.items()
        }

    def _given(self, name: str, value: Any, new: dict[str, str], later: timedelta) -> Any:
        if not isinstance(value, str):
            return value
        if _GIVEN_MOMENT.fullmatch(value):
            return moved(value, later)
        if name in self._made_of_ids:
            value = new.get(value) or _parts_changed(value, new)
        return _STAMP.sub(lambda found: moved_stamp(found[0], later), value) if name.endswith("_id") else value

    @cached_property
    def _made_of_ids(self) -> set[str]:
        """Canonical columns that are made of a column whose ids change."""
        becomes = self.source.becomes
        return {target.partition(".")[2] for name in self._columns for target in becomes.get(name, ())}

    @cached_property
    def given_rows(self) -> list[tuple[str, dict[str, Any]]]:
        """(table, canonical row) that come of the rows taken, as far as the sample shows them.

        They are known by the numbers of what they tell; where they say none by people's ids, else by the moment. Of a
        whole sample that shows none of these, all are.
        """
        shown = [(table, row) for table, rows in self.sample.gives.items() for row in rows]
        text, olds = json.dumps(self.rows, ensure_ascii=False), {*self.old_ids}
        by_number = [(table, row) for table, row in shown if any(row.get(name) in olds for name in THINGS)]
        by_id = [(table, row) for table, row in shown if any(value in olds for value in row.values())]
        by_moment = [
            (table, row)
            for table, row in shown
            if any(_GIVEN_MOMENT.fullmatch(str(value)) and value in text for value in row.values())
        ]
        return by_number or by_id or by_moment or (shown if self._is_whole else [])

    @property
    def anchor(self) -> datetime | None:
        """The moment of the rows taken by which a copy is put in time; None where they say none."""
        given = [row[name] for _, row in self.given_rows for name in MOMENTS if isinstance(row.get(name), str)]
        first = given[0] if given else first_moment(json.dumps(self.rows, ensure_ascii=False))
        return datetime.fromisoformat(first) if first else None

    def _heard(self, columns: dict[str, SourceColumn]) -> tuple[str, ...]:
        listening = _Listening()
        kinds, paths = self._kinds(dict.fromkeys(columns, "id")), self._paths_of(columns)
        for row in self.rows:
            if self.sample.records:
                RecordCells(listening, paths, ()).changed(row)
            elif not self.sample.sheets:
                for place, cell in enumerate(row):
                    if kinds.get(place):
                        id_cell(cell, listening.id_of)
        return tuple(listening.heard)

    def _changed(self, row: Row, copy: Copy) -> Row:
        if self.sample.records:
            return RecordCells(copy, *self._paths).changed(row)
        if self.sample.sheets:
            later = copy.later
            return {name: [[moved(cell, later) for cell in cells] for cells in sheet] for name, sheet in row.items()}
        return [cell_of(cell, self._kinds_of_cells.get(place), copy) for place, cell in enumerate(row)]

    @cached_property
    def _kinds_of_cells(self) -> dict[int, str]:
        kinds = dict.fromkeys(moments(self.source), "moment") | dict.fromkeys(self._places, "place")
        return self._kinds(kinds | dict.fromkeys(self._columns, "id"))

    def _kinds(self, kinds: dict[str, str]) -> dict[int, str]:
        """By place in the sample's header: what the mapping's column there is."""
        if not self.sample.header:
            return {}
        found = match_header(self.source, list(self.sample.header))
        if not isinstance(found, Match):
            raise NoPatternError(f"{self.source.name}: the header of its sample is not its own")
        return {place: kind for name, kind in kinds.items() for place in found.positions.get(name, ())}

    @cached_property
    def _paths(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Ends of the paths in records where ids stand, and where places do."""
        return self._paths_of(self._columns), self._paths_of(self._places)

    def _paths_of(self, columns: dict[str, SourceColumn]) -> tuple[str, ...]:
        return tuple(path for name, column in columns.items() for path in paths_of(self.source, name, column))


def pattern_of(source: Source, sample: int = 0, rows: Sequence[int] = ()) -> Pattern:
    """Raises NoPatternError, saying what is wanting, where the source has no such sample."""
    if len(source.samples) <= sample:
        raise NoPatternError(f"{source.name}: no sample {sample + 1} to make a file of; give samples in its mapping")
    return Pattern(source, source.samples[sample], rows)


def _parts_changed(value: str, new: dict[str, str]) -> str:
    """An id that is made of several."""
    for old, other in new.items():
        value = re.sub(rf"(?<!{_WORD}){re.escape(old)}(?!{_WORD})", other, value)
    return value
