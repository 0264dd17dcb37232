"""Rows of a table → fields and cells: what each says, and what may not be shown.

What belongs here: labels, states (too small, too early, none), tables of cells. What does not: which rows there are,
which numbers too few people stand behind (small.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from pipelines.report.definitions import define
from pipelines.report.shapes import EMPTY, IMMATURE, OK, SMALL, Cell, Field, Grid
from pipelines.report.small import Few, grouped, without_few
from pipelines.report.source import Row, column_of
from pipelines.report.words import Words, clean, day, moment, month, number, source_title

Spec = Mapping[str, Any]


@dataclass(frozen=True)
class PageLinks:
    """Where the pages of a kind are, by the values of its key columns."""

    key: tuple[str, ...]
    places: Mapping[tuple[Any, ...], str]

    def of(self, row: Row) -> str:
        """Of the thing that a row names; '' where it has no page."""
        return self.places.get(tuple(row.get(name) for name in self.key), "")


@dataclass(frozen=True)
class Look:
    """What every cell depends on: the language, how many people a number needs behind it to be shown, and which things
    have a page of their own."""

    words: Words
    small_group: int
    pages: Mapping[str, PageLinks] = field(default_factory=dict)

    def link(self, kind: str, row: Row) -> str:
        """Where the page of a row's thing is; '' where it has none."""
        return self.pages[kind].of(row) if kind in self.pages else ""


LEAD = 3  # numbers of a card on a phone
_KINDS = {"ratio": "rate", "yuan": "amount", "day": "days"}


def field_of(table: str, name: str, words: Words) -> Field:
    """A column as the report shows it: its label, its kind of number and its definition, from the table's header."""
    known = column_of(table, name)
    given = (known[1].zh if words.language == "zh" else "") if known else ""
    label = words.label(f"{table}.{name}", words.label(name, given))
    if known is None:
        meaning = define(table, name, label, words)
        return Field(name, label, "count" if meaning else "text", meaning)
    column = known[1]
    kind = "month" if name.endswith("month") else _kind(column.type.lower(), column.unit)
    field = Field(name, label, kind)
    return replace(field, definition=define(table, name, label, words)) if field.is_number else field


def _kind(type_: str, unit: str) -> str:
    if type_ in ("date", "timestamp"):
        return "date"
    if type_ in ("varchar", "boolean"):
        return "text"
    return _KINDS.get(unit, "number" if type_ == "double" else "count")


def cell(field: Field, value: Any, words: Words, labels: str = "") -> Cell:
    """One value as text. `labels` names the wording list that its words are looked up in."""
    if isinstance(value, Few):
        return Cell(None, words("state.small_mark"), SMALL)
    if value is None or value == "":
        return Cell(None, words("state.empty"), EMPTY)
    if isinstance(value, bool):
        return Cell(value, words(f"values.any.{str(value).lower()}"))
    if isinstance(value, datetime):
        return Cell(value, moment(value))
    if isinstance(value, date):
        return Cell(value, month(value) if field.kind == "month" else day(value, words.language))
    if isinstance(value, str):
        title = source_title(value, words.language) if labels == "file_source" else ""
        return Cell(value, clean(title or words.value(labels or field.name, value)))
    kind = field.kind if field.is_number else "count"
    value = value * 100 if kind == "points" else value  # as it is said: 0.065 is 6.5 points
    return Cell(value, number(value, kind, words.language))


def hidden(look: Look, few: Few) -> Cell:
    """A number that fewer people than small_group stand behind: a mark, or for the count itself how few."""
    text = look.words("state.small", n=look.small_group) if few.is_count else look.words("state.small_mark")
    return Cell(None, text, SMALL)


def grid(spec: Spec, rows: Sequence[Row], look: Look, **known: str) -> Grid:
    """A table block, its note filled with what is `known`. Rows of few people keep a name and lose their numbers."""
    fields, words = fields_of(spec, rows, look), look.words
    rows = without_few(rows, behind(spec, fields), look.small_group, _parts(spec, rows))
    tops = {name: greatest(rows, name) for name in spec.get("bars", [])}
    return Grid(
        id=spec["id"],
        title=words(f"blocks.{spec['id']}.title"),
        note=words(f"blocks.{spec['id']}.note", **known),
        source=spec["table"],
        fields=fields,
        rows=tuple(line(spec, fields, row, tops, look) for row in rows),
        fixed=spec.get("fixed", 1),
        bars=tuple(spec.get("bars", [])),
        hidden=max(0, len(rows) - spec["show"]) if "show" in spec else 0,
        is_wide=spec.get("wide", len(fields) > 6),
        lead=tuple(spec.get("lead", ())) or _first_numbers(fields[spec.get("fixed", 1) :]),
    )


def _first_numbers(fields: Sequence[Field]) -> tuple[str, ...]:
    """What a phone's card shows of a row before it is opened."""
    numbers = [field.name for field in fields if field.is_number]
    return tuple((numbers or [field.name for field in fields])[:LEAD])


def behind(spec: Spec, fields: Sequence[Field]) -> dict[str, set[str]]:
    """By number column of a table, its rates' parts included, the counts of people that stand behind it: its own
    (`behind`), a rate's `n`, and that of the whole row (`n`)."""
    of_row = {spec["n"]} if "n" in spec else set()
    found = {field.name: set(of_row) for field in fields[spec.get("fixed", 1) :] if field.is_number}
    for name, rate in spec.get("rates", {}).items():
        for column in (name, *(rate[key] for key in ("part", "n") if key in rate)):
            found.setdefault(column, set(of_row)).add(rate["n"])
    for name, counts in spec.get("behind", {}).items():
        found.setdefault(name, set(of_row)).update(counts)
    return found


def _parts(spec: Spec, rows: Sequence[Row]) -> list[list[int]]:
    """The rows of a table are the parts of a total, or of several where a column tells of which."""
    if spec.get("are_steps"):
        return []
    return grouped(rows, spec["parts_of"]) if "parts_of" in spec else [list(range(len(rows)))]


def greatest(rows: Sequence[Row], name: str) -> float:
    """The greatest of a column's numbers, for bars; 0 without any."""
    return max((abs(row[name]) for row in rows if row[name] is not None and not isinstance(row[name], Few)), default=0)


def fields_of(spec: Spec, rows: Sequence[Row], look: Look) -> tuple[Field, ...]:
    """A block's columns; a rate brings its numerator and denominator where these are no columns of their own."""
    made, words = [], look.words
    for name in spec["columns"]:
        known = field_of(spec["table"], spec.get("stands_for", {}).get(name, name), words)
        field = _own_kind(replace(known, name=name), rows)
        field = replace(field, kind=spec.get("kinds", {}).get(name, field.kind))
        label = words.get(f"columns.{spec.get('words', {}).get(name, name)}") or field.label
        behind = tuple(field_of(spec["table"], part, words) for part in _behind(spec, name))
        made.append(replace(field, label=label, behind=behind))
    return tuple(made)


def _behind(spec: Spec, name: str) -> list[str]:
    """A numerator never stands without its denominator, which may be a column, too."""
    rate = spec.get("rates", {}).get(name, {})
    if rate.get("is_alone"):
        return []
    asked = [rate[key] for key in ("part", "n") if key in rate]
    hidden_ones = [name for name in asked if name not in spec["columns"]]
    return asked if hidden_ones == [rate.get("part")] else hidden_ones


def _own_kind(field: Field, rows: Sequence[Row]) -> Field:
    """A column without a header is what its values are."""
    values = [value for row in rows if (value := row.get(field.name)) is not None and not isinstance(value, Few)]
    is_count = field.kind == "text" and values and all(isinstance(v, int) and not isinstance(v, bool) for v in values)
    return replace(field, kind="count") if is_count else field


def line(spec: Spec, fields: tuple[Field, ...], row: Row, tops: Mapping[str, float], look: Look) -> tuple[Cell, ...]:
    """One row of a table block."""
    made = []
    for one in fields:
        value = row[one.name]
        if isinstance(value, Few):
            made.append(hidden(look, value))
        elif one.name in spec.get("rates", {}):
            made.append(rated(one, row, spec["rates"][one.name], tops.get(one.name), look))
        else:
            labels = spec.get("words", {}).get(one.name, "")
            shown = levelled(cell(one, value, look.words, labels), tops.get(one.name))
            made.append(linked(shown, spec.get("links", {}).get(one.name, ""), row, look))
    return tuple(made)


def linked(shown: Cell, kind: str, row: Row, look: Look) -> Cell:
    """The cell, leading to the page of its row's thing where there is one of this kind."""
    return replace(shown, link=look.link(kind, row)) if kind and shown.state == OK else shown


def rated(field: Field, row: Row, rate: Spec, top: float | None, look: Look) -> Cell:
    """A rate with its parts; too early when nobody is mature yet."""
    words = look.words
    if isinstance(row[field.name], Few):
        return hidden(look, row[field.name])
    if any(isinstance(row[name], Few) for name in (rate["n"], *(part.name for part in field.behind))):
        return hidden(look, Few())  # it would tell what is hidden beside it, and never stands alone
    shown = levelled(cell(field, row[field.name], words), top)
    if shown.state == EMPTY:
        is_early = not row[rate.get("mature", rate["n"])] and row[rate["of"]]
        return Cell(None, words("state.immature"), IMMATURE) if is_early else shown
    parts = tuple(cell(part, row[part.name], words) for part in field.behind)
    return replace(shown, of=cell(Field(rate["n"], "", "count"), row[rate["n"]], words), behind=parts)


def levelled(shown: Cell, top: float | None) -> Cell:
    """The cell with its place between nothing and the greatest of its kind."""
    if not top or shown.state != OK or not isinstance(shown.value, int | float):
        return shown
    return replace(shown, level=min(abs(shown.value) / top, 1.0))
