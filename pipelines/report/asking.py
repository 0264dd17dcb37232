"""Asks headline questions of spans of days: the number itself, its days one by one, and whether it moved.

What belongs here: running a tile's question. What does not: which questions (report.yaml), what is made of an answer
(tiles.py, why.py), and the tests themselves (chance.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pipelines.report.chance import FEWEST_DAYS, FEWEST_USUAL, differ_by_day, is_unusual
from pipelines.report.layout import layout
from pipelines.report.periods import Calendar, Span
from pipelines.report.source import Row, Source

Spec = Mapping[str, Any]
DAYS = "metrics.daily_summary"  # the table that holds a row per day of every breakdown
USUAL_WEEKS = 8


def calendar_of(source: Source) -> Calendar:
    """What the choice of a report's days depends on."""
    small, spring = layout()["small_day"], layout()["spring"]
    values = {"as_of": source.as_of}
    is_small = bool(source.rows(small["sql"], **values)[0]["is_small"]) if source.has(small["table"]) else True
    years = [row["date"] for row in source.rows(spring["sql"])] if source.has(spring["table"]) else []
    lunar = tuple(day + timedelta(days=spring["days_after"]) for day in years)
    return Calendar(source.settings.week_starts, source.first_date, lunar, is_small)


def reads_of(spec: Spec) -> list[str]:
    """What a tile counts: sales, members, both, or nothing that could be missing."""
    return list(spec.get("reads", ()))


@dataclass
class Asker:
    """Asks a tile's question about a span of days; one metric is asked once per span."""

    source: Source
    known: dict[tuple[str, Span], list[Row]] = field(default_factory=dict)

    def over(self, spec: Spec, days: Span) -> Row:
        """The row for some days: of a metric asked for exactly these days, or of the tile's own query; {} where nothing
        of what the tile counts was ever read."""
        if not all(self.source.has_read(what) for what in reads_of(spec)):
            return {}
        if "sql" in spec:
            rows = self.source.rows(spec["sql"], first=days.first, last=days.last)
            return rows[0] if rows else {}
        return self.segments(spec, days, "all").get("all", {})

    def segments(self, spec: Spec, days: Span, by: str) -> dict[str, Row]:
        """The rows of a metric for exactly these days, by the values of a breakdown."""
        key = (spec["metric"], days)
        if key not in self.known:
            splits = ["all", *sorted({why["by"] for why in layout()["whys"] if "by" in why})]
            given = {"period": "range", "start_date": days.first, "end_date": days.last, "segments": splits}
            self.known[key] = self.source.metric(spec["metric"], given)
        return {str(row["segment"]): row for row in self.known[key] if row["segment_by"] == by}

    def moved(self, spec: Spec, days: Span, before: Span) -> bool | None:
        """Whether two spans' days differ by more than days do anyway; of a single one, from what its weekday brings.
        None where there are too few days to tell."""
        now, then = self.by_day(spec["column"], days), self.by_day(spec["column"], before)
        return moved(now, then) if days.days > 1 else self._is_unusual(spec, days, now, then)

    def _is_unusual(self, spec: Spec, days: Span, now: list[float], then: list[float]) -> bool | None:
        weeks = (days.back(7 * week) for week in range(1, USUAL_WEEKS + 1))
        usual = [value for week in weeks for value in self.by_day(spec["column"], week)]
        if len(usual) < FEWEST_USUAL or not now or not then:
            return None
        return is_unusual(now[0], usual) and (now[0] - sum(usual) / len(usual)) * (now[0] - then[0]) > 0

    def by_day(self, column: str, days: Span, segment_by: str = "all", segment: str = "all") -> list[float]:
        """The known values of a column, day by day."""
        match = "segment_by = $segment_by and segment = $segment and date between $first and $last"
        given = {"segment_by": segment_by, "segment": segment, "first": days.first, "last": days.last}
        rows = self.source.rows(f"select {column} from {DAYS} where {match} order by date", **given)
        return [float(row[column]) for row in rows if row[column] is not None]

    def table_of_days(self, columns: list[str], days: Span) -> dict[date, Row]:
        """Days as rows, with whether sales and members of each are known."""
        known = ["is_sales_known", "is_members_known"]
        match = "segment_by = 'all' and date between $first and $last"
        sql = f"select date, {', '.join([*columns, *known])} from {DAYS} where {match}"
        return {row["date"]: row for row in self.source.rows(sql, first=days.first, last=days.last)}


def moved(now: list[float], then: list[float]) -> bool | None:
    """Whether the days of two spans differ by more than days do anyway; None where there are too few to tell."""
    return differ_by_day(now, then) if min(len(now), len(then)) >= FEWEST_DAYS else None
