"""Two tables beside each other in one sheet, an empty column between them: cells of one row that are two rows.

What belongs here: telling them from one table with a spacer (docs/adr/0014-what-a-header-says.md). What does not: two
tables below each other (formats).

Only headers with an empty name between names are looked at, and rows only where something is read on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from pipelines.ingest.headers import Match, normalise_header
from pipelines.ingest.recognise import choose
from pipelines.ingest.table_noise import known_names, says_totals, totals_in_sql
from pipelines.ingest.text import UnreadableError

if TYPE_CHECKING:
    from pipelines.database import Connection

FEWEST = 2  # named columns of a table, and filled cells of its row: a note at the bottom is no row


@dataclass(frozen=True)
class Gap:
    """Nameless columns between names: places left of it, in it, and right of it."""

    left: range
    within: range
    right: range

    def parts(self) -> tuple[range, range, range]:
        return self.left, self.within, self.right


@dataclass
class Ends:
    """Where the rows of both sides end, rows counted from 1."""

    within: int = 0  # filled cells of the gap
    last_left: int = 0
    rows_left: int = 0
    last_right: int = 0
    rows_right: int = 0

    @property
    def are_apart(self) -> bool:
        """One side is filled from the first row on without a hole, and ends before the other."""
        if self.within or not self.rows_left or not self.rows_right:
            return False
        if self.last_right < self.last_left:
            return self.rows_right == self.last_right
        return self.last_left < self.last_right and self.rows_left == self.last_left


def gaps_of(header: Sequence[str]) -> list[Gap]:
    """Each run of nameless columns with at least two names on both sides of it."""
    named = [place for place, text in enumerate(header) if text.strip()]
    gaps = []
    for before, after in pairwise(named):
        if after - before > 1:
            gaps.append(Gap(range(before + 1), range(before + 1, after), range(after, named[-1] + 1)))
    return [gap for gap in gaps if min(_named(header, gap.left), _named(header, gap.right)) >= FEWEST]


def _named(header: Sequence[str], places: range) -> int:
    return sum(1 for place in places if header[place].strip())


def read_across(match: Match) -> list[Gap]:
    """Gaps on both sides of which something is read."""
    return [gap for gap in gaps_of(match.header) if match.places & set(gap.left) and match.places & set(gap.right)]


def refuse_two_headers(header: Sequence[str], folders: tuple[str, ...], kind: str, sheet: str = "") -> None:
    """Raises UnreadableError where the two sides of a gap are headers by themselves, or say the same column."""
    for gap in gaps_of(header):
        left, right = ([header[place] for place in side] for side in (gap.left, gap.right))
        if _share(left, right) or (_is_table(left, folders, kind) and _is_table(right, folders, kind)):
            raise refused(gap, header, sheet)


def _share(left: list[str], right: list[str]) -> bool:
    """Whether a column's name that is known stands on both sides."""
    return bool({normalise_header(text) for text in left} & {normalise_header(text) for text in right} & known_names())


def _is_table(names: list[str], folders: tuple[str, ...], kind: str) -> bool:
    """Whether a mapping would take these names for a table that tells when something happened."""
    verdicts = [choose(names, where, kind) for where in {folders, ()}]
    return any(_tells_times(verdict) for verdict in verdicts if isinstance(verdict, Match))


def _tells_times(match: Match) -> bool:
    return any(match.source.columns[name].type in ("timestamp", "date") for name in match.positions)


def refused(gap: Gap, header: Sequence[str], sheet: str = "") -> UnreadableError:
    """Why a sheet with two tables is not read, and what to do."""
    right = ", ".join(header[place] for place in gap.right if header[place].strip())[:200]
    where = f" of sheet {sheet!r}" if sheet else ""
    return UnreadableError(
        "side_by_side",
        f"one table{where}: put the second one ({right}) into a sheet or a file of its own; if it is one table, take "
        "out the empty column between them",
        found=right,
        facts={"columns": right, **({"sheet": sheet} if sheet else {})},
    )


# --- rows -------------------------------------------------------------------------------------------------------------


def refuse_apart(match: Match, rows: Iterable[Sequence[str]], sheet: str = "") -> None:
    """Raises UnreadableError where the rows of the two sides of a gap end in different places."""
    gaps = read_across(match)
    kept = [row for row in rows if not any(map(says_totals, row))] if gaps else []
    for gap in gaps:
        if _ends_of(gap, kept).are_apart:
            raise refused(gap, match.header, sheet)


def _ends_of(gap: Gap, rows: list[Sequence[str]]) -> Ends:
    ends, number = Ends(), 0
    for row in rows:
        left, within, right = (sum(1 for p in part if p < len(row) and row[p].strip()) for part in gap.parts())
        ends.within += within
        if left < FEWEST and right < FEWEST:
            continue
        number += 1
        if left >= FEWEST:
            ends.last_left, ends.rows_left = number, ends.rows_left + 1
        if right >= FEWEST:
            ends.last_right, ends.rows_right = number, ends.rows_right + 1
    return ends


def refuse_apart_in(connection: Connection, match: Match, relation: str) -> None:
    """The same of a relation of cells, in the order of its rows."""
    for gap in read_across(match):
        (found,) = connection.execute(_ends_sql(gap, relation)).fetchall()
        if Ends(*found).are_apart:
            raise refused(gap, match.header)


def _ends_sql(gap: Gap, relation: str) -> str:
    left, within, right = ("(" + " + ".join(_filled(part)) + ")" for part in gap.parts())
    total = totals_in_sql([f"c{place}" for place in (*gap.left, *gap.right)])
    return (
        "select coalesce(sum(w), 0)::bigint, coalesce(max(n) filter (l), 0), count(*) filter (l), "
        "coalesce(max(n) filter (r), 0), count(*) filter (r) "
        f"from (select *, row_number() over () as n from (select {left} >= {FEWEST} as l, {within} as w, "
        f"{right} >= {FEWEST} as r from {relation} where not {total}) where l or r or w > 0)"
    )


def _filled(places: range) -> Iterator[str]:
    return (f"(coalesce(trim(c{place}), '') <> '')::int" for place in places)
