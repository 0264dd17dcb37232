"""Lines of one table that are none of its rows, noted as they are met.

What belongs here: which of its lines these are, and where they stand. What does not: knowing such a line
(table_noise.py), and what a file does then (csv_rows.py, rows.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipelines.ingest.cells.plainly import among_sql
from pipelines.ingest.layout import totals_places
from pipelines.ingest.plan import Plan, any_of
from pipelines.ingest.straightening import Row
from pipelines.ingest.table_noise import (
    LONGEST_TOTALS,
    is_column_name,
    is_header_like,
    is_totals,
    is_whole,
    known_names,
    may_say_totals,
)

# What Python takes for a space.
BLANKS = r"[\x{9}-\x{d}\x{1c}-\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*"
_NUMBERS = "[0-9.:/ ,+-]+"  # times and numbers: no words of totals, and hardly ever a name of a column
MARGIN = 8  # spaces and quotes around a name


class LineNoise:
    """What was met of one table: lines of a header once more, of totals, and of these those of all together."""

    def __init__(self, plan: Plan, keeps_wholes: bool) -> None:
        self.names, self.places = frozenset(plan.match.header), totals_places(plan.match)
        self.keeps_wholes = keeps_wholes  # nothing else stands in the file
        self.headers: list[int] = []
        self.totals: list[int] = []
        self.wholes: list[int] = []

    def is_none(self, row: Row) -> bool:
        """Whether a line is no row; a header once more is noted, and refused as any other row is."""
        line, _, cells = row
        is_sum_of_all = not self.keeps_wholes and is_whole(cells, self.places)
        if is_sum_of_all or is_totals(cells, self.places):
            self.totals.append(line)
            self.wholes += [line] if is_sum_of_all else []
            return True
        if is_header_like(cells, self.names):
            self.headers.append(line)
        return False

    def blank_sql(self, cells: Sequence[str]) -> str:
        """SQL: all cells of the line are empty."""
        return f"regexp_full_match(concat({', '.join(cells)}), '{BLANKS}')"

    def suspicious_sql(self, relation: str, cells: Sequence[str]) -> str:
        """SELECT of the different cells of a relation without those that say nothing of their line: most of all."""
        named = [name for name in self.names if re.fullmatch(_NUMBERS, name)]
        longest = max(LONGEST_TOTALS, *(len(name) + MARGIN for name in (*known_names(), *self.names)))
        worth_asking = f"length(cell) <= {longest} and (not regexp_full_match(cell, '{_NUMBERS}')"
        worth_asking += f" or {among_sql('cell', tuple(named))})" if named else ")"
        return (
            f"select distinct cell from (select unnest([{', '.join(cells)}]) as cell from {relation}) "
            f"where {worth_asking}"
        )

    def suspects_sql(self, texts: Iterable[str], cells: Sequence[str]) -> str | None:
        """SQL: the lines that `is_none` has to be asked about, given such cells; None where there is none."""
        totals, named = [], []
        for text in texts:
            if may_say_totals(text):
                totals.append(text)
            if is_column_name(text, self.names):
                named.append(text)
        parts = [among_sql(cell, tuple(totals)) for cell in cells] if totals else []
        if len(named) > 1:  # a line of fewer names is no header
            counted = " + ".join(f"coalesce({among_sql(cell, tuple(named))}, false)::int" for cell in cells)
            parts.append(f"{counted} > 1")
        return any_of(parts) if parts else None
