"""Headline numbers: each for the report's days, beside the days or the cohort it is compared with.

What belongs here: asking the same question of two spans and saying whether the answer changed. What does not: which
numbers (report.yaml).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pipelines.report.cells import Spec, cell, field_of
from pipelines.report.content import layout
from pipelines.report.model import Cell, Comparison, Field, Tile
from pipelines.report.periods import Period, Span
from pipelines.report.source import Row, Source
from pipelines.report.words import Words, change, number, span

Parts = tuple[tuple[Field, Cell], ...]
NORMAL_95 = 1.959964
FLAT = 0.0005  # would be printed as 0.0 %


@dataclass
class Asker:
    """Asks a tile's question about a span of days; one metric is asked once per span."""

    source: Source
    known: dict[tuple[str, Span], Row] = field(default_factory=dict)

    def over(self, spec: Spec, days: Span) -> Row:
        """The row for some days: of a metric asked for exactly these days, or of the tile's own query."""
        if "sql" in spec:
            rows = self.source.rows(spec["sql"], first=days.first, last=days.last)
            return rows[0] if rows else {}
        key = (spec["metric"], days)
        if key not in self.known:
            given = {"period": "range", "start_date": days.first, "end_date": days.last, "segments": ["all"]}
            rows = self.source.metric(spec["metric"], given)
            self.known[key] = rows[0] if rows else {}
        return self.known[key]


def table_of(spec: Spec) -> str:
    """The table that a tile's number is a column of."""
    return str(spec["table"]) if "table" in spec else f"metrics.{spec['metric']}"


def tiles(source: Source, period: Period, words: Words) -> tuple[Tile, ...]:
    """Every tile of report.yaml whose table the snapshot holds."""
    asker = Asker(source)
    specs = [spec for spec in layout()["tiles"] if source.has(table_of(spec))]
    return tuple(_cohort_tile(source, s, words) if "cohorts" in s else _tile(asker, s, period, words) for s in specs)


def _tile(asker: Asker, spec: Spec, period: Period, words: Words) -> Tile:
    now = asker.over(spec, period.current)
    before = {name: (asker.over(spec, days), days) for name, days in period.compared.items()}
    labels = {name: (words(f"compare.{name}"), days) for name, days in period.compared.items()}
    return _made(spec, now, period.current, [(n, labels[n][0], d, row) for n, (row, d) in before.items()], words)


def _cohort_tile(source: Source, spec: Spec, words: Words) -> Tile:
    """The newest mature cohort against the one before it; immature ones are not asked at all."""
    rows = source.rows(spec["sql"])
    column, unit = spec["cohorts"]["column"], spec["cohorts"]["unit"]
    days = [Span(row[column], _end(row[column], unit)) for row in rows]
    label = words(f"compare.cohort_{unit}")
    compared = [("previous_cohort", label, days[1], rows[1])] if len(rows) > 1 else []
    return _made(spec, rows[0] if rows else {}, days[0] if days else None, compared, words)


def _end(first: date, unit: str) -> date:
    if unit == "week":
        return first + timedelta(days=6)
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _made(spec: Spec, now: Row, days: Span | None, compared: list[tuple[str, str, Span, Row]], words: Words) -> Tile:
    shown = field_of(table_of(spec), spec["column"], words)
    lead = words.get(f"tiles.{spec['id']}.span") or "{span}"
    return Tile(
        id=spec["id"],
        label=words(f"tiles.{spec['id']}.label"),
        source=table_of(spec),
        field=shown,
        cell=_value(shown, now, words),
        is_small=_is_small(spec, now),
        parts=_parts(spec, now, words),
        span=lead.format(span=span(days.first, days.last, words.language)) if days else "",
        comparisons=tuple(_compared(spec, shown, now, *given, words) for given in compared),
        note=_note(spec, now, words),
        is_cohort="cohorts" in spec,
    )


def _value(shown: Field, row: Row, words: Words) -> Cell:
    return cell(shown, row.get(shown.name), words)


def _parts(spec: Spec, row: Row, words: Words) -> Parts:
    names = [spec[key] for key in ("part", "of") if key in spec]
    fields = [field_of(table_of(spec), name, words) for name in names]
    return tuple((f, _value(f, row, words)) for f in fields)


def _note(spec: Spec, row: Row, words: Words) -> str:
    if not row or row.get(spec["column"]) is None:
        return words("tile_notes.none")
    if "mature" in spec and row.get(spec["mature"]) is False:
        return words(f"tiles.{spec['id']}.immature")
    if "doubtful" in spec and row.get(spec["doubtful"]):
        return words(f"tiles.{spec['id']}.doubtful")
    return words("tile_notes.small") if _is_small(spec, row) else ""


def _is_small(spec: Spec, row: Row) -> bool:
    return (row.get(spec["n"]) or 0) < layout()["compare_at_least"]


def _compared(
    spec: Spec, shown: Field, now: Row, name: str, label: str, days: Span, before: Row, words: Words
) -> Comparison:
    old, new = before.get(shown.name), now.get(shown.name)
    by = None if _is_small(spec, now) or _is_small(spec, before) else _change(spec, shown, new, old)
    parts = _parts(spec, before, words)
    is_difference = shown.kind == "rate" or spec.get("change") == "difference"
    text = "" if by is None else _change_text(by, shown, is_difference, words)
    direction = "none" if by is None else _direction(by, _parts(spec, now, words), parts)
    text = words("tile_notes.flat") if direction == "flat" else text
    when = span(days.first, days.last, words.language)
    kind = shown.kind if spec.get("change") == "difference" else "rate"
    return Comparison(name, label, when, _value(shown, before, words), by, text, parts, direction, kind)


def _direction(by: float, now: Parts, before: Parts) -> str:
    """Up or down; for a share of people only where chance alone would not do it."""
    if abs(by) < FLAT:
        return "flat"
    counts = [shown.value for field, shown in (*now, *before) if field.kind == "count"]
    if len(counts) == 4 and all(counts) and not differ(*counts):
        return "chance"
    return "up" if by > 0 else "down"


def _change(spec: Spec, shown: Field, new: Any, old: Any) -> float | None:
    """Relative, but a difference for rates and for numbers that may be negative."""
    if new is None or old is None:
        return None
    if shown.kind == "rate" or spec.get("change") == "difference":
        return float(new - old)
    return (new - old) / old if old > 0 else None


def _change_text(by: float, shown: Field, is_difference: bool, words: Words) -> str:
    if is_difference and shown.kind != "rate":
        return f"{'+' if by >= 0 else ''}{number(by, shown.kind, words.language)}"
    return change(by, shown.kind, words.language)


def differ(part: float, of: float, other_part: float, other_of: float) -> bool:
    """Whether two shares differ by more than chance (two-proportion z test, two-sided, 95 %)."""
    pooled = (part + other_part) / (of + other_of)
    error = math.sqrt(pooled * (1 - pooled) * (1 / of + 1 / other_of))
    return error > 0 and abs(part / of - other_part / other_of) / error > NORMAL_95


def differ_in_number(count: float, other: float) -> bool:
    """Whether two counts of people or events differ by more than chance (as Poisson counts, two-sided, 95 %)."""
    return abs(count - other) > NORMAL_95 * math.sqrt(count + other)
