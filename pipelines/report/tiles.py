"""Headline numbers: each for the report's days, beside the days or the cohort it is compared with.

What belongs here: what may be shown of an answer, and what may be compared. What does not: which numbers (report.yaml),
asking for them (asking.py), the line in a tile (spark.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pipelines.report import spark
from pipelines.report.asking import Asker, reads_of
from pipelines.report.cells import Look, Spec, cell, field_of, hidden
from pipelines.report.chance import counts_differ, differ
from pipelines.report.layout import layout
from pipelines.report.model import Comparison, Tile
from pipelines.report.periods import Period, Span
from pipelines.report.shapes import Cell, Field
from pipelines.report.small import Few, is_small, without_few
from pipelines.report.source import Row
from pipelines.report.words import Words, change, month, number, span

Parts = tuple[tuple[Field, Cell], ...]
WORTH_SAYING = 0.1  # so much of a share that it may be quite another
FLAT = 0.0005  # would be printed as 0.0 %


def table_of(spec: Spec) -> str:
    """The table that a tile's number is a column of."""
    return str(spec["table"]) if "table" in spec else f"metrics.{spec['metric']}"


def tiles(asker: Asker, period: Period, look: Look) -> tuple[Tile, ...]:
    """Every tile of report.yaml whose table the snapshot holds."""
    making = _Making(asker, period, look)
    specs = [spec for spec in layout()["tiles"] if asker.source.has(table_of(spec))]
    return tuple(making.of_cohorts(s) if "cohorts" in s else making.of_days(s) for s in specs)


@dataclass(frozen=True)
class _Making:
    """Makes tiles: asks, shows what may be shown, compares what may be compared."""

    asker: Asker
    period: Period
    look: Look

    def of_days(self, spec: Spec) -> Tile:
        days, words = self.period.current, self.look.words
        earlier = {name: (span, self.asker.over(spec, span)) for name, span in self.period.compared.items()}
        compared = [
            (name, words(f"compare.{name}", days=days.days), span, row) for name, (span, row) in earlier.items()
        ]
        points = spark.of_days(self.asker, spec, self.period, self.look.small_group) if spec.get("is_first") else []
        return self._made(spec, self.asker.over(spec, days), days, compared, points)

    def of_cohorts(self, spec: Spec) -> Tile:
        """The newest mature cohort against the one before it; immature ones are not asked at all."""
        rows = self._cohorts(spec)
        column, unit = spec["cohorts"]["column"], spec["cohorts"]["unit"]
        days = [Span(row[column], _end(row[column], unit)) for row in rows]
        label = self.look.words(f"compare.cohort_{unit}")
        compared = [("previous_cohort", label, days[1], rows[1])] if len(rows) > 1 else []
        told = [self._told(spec, row).get(spec["column"]) for row in rows]
        values = [None if isinstance(value, Few) else value for value in told]
        points = list(zip(days, values, strict=True))[::-1] if spec.get("is_first") else []
        return self._made(spec, rows[0] if rows else {}, days[0] if days else None, compared, points)

    def _cohorts(self, spec: Spec) -> list[Row]:
        """Its cohorts, the newest first."""
        source = self.asker.source
        if "sql" in spec:
            return source.rows(spec["sql"])
        rows = source.metric(spec["metric"], spec["parameters"], where=spec["where"], order=spec["order"])
        return rows[: spark.WEEKS]

    def _made(
        self,
        spec: Spec,
        now: Row,
        days: Span | None,
        compared: list[tuple[str, str, Span, Row]],
        points: Sequence[spark.Point],
    ) -> Tile:
        words, shown = self.look.words, field_of(table_of(spec), spec["column"], self.look.words)
        lead = words.get(f"tiles.{spec['id']}.span") or "{span}"
        return Tile(
            id=spec["id"],
            label=words(f"tiles.{spec['id']}.label"),
            source=table_of(spec),
            field=shown,
            cell=self._value(spec, shown, now),
            is_small=_is_small(spec, now),
            parts=self._parts(spec, now),
            span=lead.format(span=_days_said(spec, days, words)) if days else "",
            comparisons=tuple(self._compared(spec, shown, (now, days), *given) for given in compared),
            note=self._note(spec, now),
            is_cohort="cohorts" in spec,
            is_complete="cohorts" in spec or self.period.is_complete,
            is_first=spec.get("is_first", False),
            spark=spark.drawn(points, shown.kind, words) if points else None,
        )

    def _value(self, spec: Spec, shown: Field, row: Row) -> Cell:
        """The number; of a rate, where enough people stand behind it."""
        return self._cell(shown, self._told(spec, row).get(shown.name) if _unsure_rate(spec, row) < 1 else None)

    def _parts(self, spec: Spec, row: Row) -> Parts:
        names = [spec[key] for key in ("part", "of") if key in spec]
        fields = [field_of(table_of(spec), name, self.look.words) for name in names]
        known = self._told(spec, row) if _unsure_rate(spec, row) < 1 else {}
        return tuple((f, self._cell(f, known.get(f.name))) for f in fields)

    def _told(self, spec: Spec, row: Row) -> Row:
        """The row without rates and cohorts that too few people stand behind. What the whole shop sold and won is no
        group's."""
        if "cohorts" not in spec and field_of(table_of(spec), spec["column"], self.look.words).kind != "rate":
            return row
        counts = {spec["n"], *spec.get("behind", ())}
        behind = dict.fromkeys({spec["column"], spec.get("part", ""), spec.get("of", "")}, counts)
        return without_few([row], behind, self.look.small_group)[0]

    def _cell(self, shown: Field, value: Any) -> Cell:
        return hidden(self.look, value) if isinstance(value, Few) else cell(shown, value, self.look.words)

    def _is_comparable(self, spec: Spec, row: Row) -> bool:
        """Big enough, known for all of its days, and not about to be lowered by refunds that are still coming."""
        is_mature = "mature" not in spec or row.get(spec["mature"]) is not False
        is_few = any(is_small(row.get(count), self.look.small_group) for count in (spec["n"], *spec.get("behind", ())))
        return not is_few and not _is_small(spec, row) and _is_known(spec, row) and is_mature

    def _note(self, spec: Spec, row: Row) -> str:
        words = self.look.words
        if not row or row.get(spec["column"]) is None:
            if row.get(spec.get("people_of", "")) and not _unknown(spec, row):
                return words("tile_notes.unknown_people")
            lacking = [what for what in reads_of(spec) if not self.asker.source.has_read(what)] or reads_of(spec)
            none = words.get(f"tiles.{spec['id']}.none") or words("tile_notes.none")
            return words(f"tile_notes.unknown_{lacking[0]}") if lacking else str(none)
        if lacking := _unknown(spec, row):
            return words(f"tile_notes.partly_{lacking[0]}")
        if (unsure := _unsure_rate(spec, row)) >= WORTH_SAYING:
            return words("tile_notes.unknown_channel", rate=number(unsure, "rate", words.language))
        if "mature" in spec and row.get(spec["mature"]) is False:
            return words(f"tiles.{spec['id']}.immature")
        if "doubtful" in spec and row.get(spec["doubtful"]):
            return words(f"tiles.{spec['id']}.doubtful")
        return words("tile_notes.small") if _is_small(spec, row) else ""

    def _compared(
        self, spec: Spec, shown: Field, now: tuple[Row, Span | None], name: str, label: str, days: Span, before: Row
    ) -> Comparison:
        row, current = now
        is_fair = self._is_comparable(spec, row) and self._is_comparable(spec, before)
        by = _change(spec, shown, row.get(shown.name), before.get(shown.name)) if is_fair else None
        parts, words = self._parts(spec, before), self.look.words
        is_sure = None if by is None else self._is_sure(spec, (row, current), (before, days))
        direction = "none" if by is None else _direction(by, is_sure)
        is_untold = is_sure is None and ("cohorts" in spec or "by_day" in spec)
        return Comparison(
            name=name,
            label=label,
            span=_days_said(spec, days, words),
            cell=self._value(spec, shown, before if _is_known(spec, before) else {}),
            change=by,
            text=words("tile_notes.flat") if direction == "flat" else _change_text(by, spec, shown, words),
            parts=parts,
            direction=direction,
            kind=_change_kind(spec, shown),
            is_sure=bool(is_sure),
            is_good=None if is_untold or direction not in ("up", "down") else direction == spec.get("better", "up"),
        )

    def _is_sure(self, spec: Spec, now: tuple[Row, Span | None], before: tuple[Row, Span]) -> bool | None:
        """Whether it moved by more than chance: of cohorts by their counts, else day by day; None: nobody can tell.

        A share is tested as a share of people; what one costs as how many so much brought.
        """
        if spec.get("by_day") and now[1] is not None:
            return self.asker.moved(spec, now[1], before[1])
        if "cohorts" not in spec:
            return None
        part, of, other, other_of = (
            float(row.get(spec[key]) or 0) for row in (now[0], before[0]) for key in ("part", "of")
        )
        if not (of and other_of):
            return None
        if field_of(table_of(spec), spec["column"], self.look.words).kind == "rate":
            return differ(part, of, other, other_of)
        return counts_differ(of, part, other_of, other) if part and other else None


def _unknown(spec: Spec, row: Row) -> list[str]:
    """What of it was not read for all of the tile's days."""
    return [what for what in reads_of(spec) if row.get(f"is_{what}_known") is False]


def _is_known(spec: Spec, row: Row) -> bool:
    return bool(row) and not _unknown(spec, row) and _unsure_rate(spec, row) < 1


def _unsure_rate(spec: Spec, row: Row) -> float:
    """How much of a share's whole might belong to its part or not."""
    whole = row.get(spec.get("of", ""))
    return float(row.get(spec.get("unknown", "")) or 0) / float(whole) if whole else 0.0


def _days_said(spec: Spec, days: Span, words: Words) -> str:
    """The days of a number; a cohort of a month by its month."""
    if spec.get("cohorts", {}).get("unit") == "month":
        return month(days.first)
    return span(days.first, days.last, words.language)


def _end(first: date, unit: str) -> date:
    if unit == "week":
        return first + timedelta(days=6)
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _is_small(spec: Spec, row: Row) -> bool:
    return (row.get(spec["n"]) or 0) < layout()["compare_at_least"]


def _direction(by: float, is_sure: bool | None) -> str:
    """Up or down; where it can be tested, only if chance alone would not do it."""
    if abs(by) < FLAT:
        return "flat"
    if is_sure is False:
        return "chance"
    return "up" if by > 0 else "down"


def _change(spec: Spec, shown: Field, new: Any, old: Any) -> float | None:
    """Relative, but a difference for rates and for numbers that may be negative."""
    if new is None or old is None:
        return None
    if shown.kind == "rate" or spec.get("change") == "difference":
        return float(new - old)
    return (new - old) / old if old > 0 else None


def _change_kind(spec: Spec, shown: Field) -> str:
    if shown.kind == "rate":
        return "points"
    return shown.kind if spec.get("change") == "difference" else "rate"


def _change_text(by: float | None, spec: Spec, shown: Field, words: Words) -> str:
    if by is None:
        return ""
    if spec.get("change") == "difference" and shown.kind != "rate":
        return f"{'+' if by >= 0 else ''}{number(by, shown.kind, words.language)}"
    return change(by, shown.kind, words.language)
