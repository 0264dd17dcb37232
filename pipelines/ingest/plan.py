"""What the reading of a recognised file consists of: layers of SQL, and what can be wrong with a row.

What belongs here: the finished plan and the two queries it stands for, layer by layer, so that every expression is
computed once:

    cells    the file's own columns c0, c1, … as text (making them is the formats' business)
    looks    the plain look at each column
    values   one typed value per column of the mapping, under the mapping's own name
    rows     the mapping's SQL expressions: the canonical columns of each table it loads
    kept     the same, checked against the canonical table: closed words, ranges, hashed ids

`fast_sql` is run over all rows of a file and marks those that need a second look; `careful_sql` is run over these, once
straightening.py has spelled their cells plainly, and says of each what is wrong with it.
What does not belong here: making a plan (planning.py), running it (rows.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.ingest.cells.reading import Reading
from pipelines.ingest.expressions import names_in_order
from pipelines.ingest.headers import Match
from pipelines.ingest.sources import Load
from pipelines.ingest.staging import StagingTable
from pipelines.spec.literals import quoted


@dataclass(frozen=True)
class Fault:
    """One way in which a mapped row can be wrong."""

    condition: str  # SQL, over the layers
    column: str | None
    reason: str
    found: str  # SQL
    expected: str
    refuses: bool  # the row; else only the cell is set aside


@dataclass(frozen=True)
class Target:
    """What one file gives to one canonical table."""

    index: int
    table: StagingTable
    load: Load
    varying: tuple[str, ...]  # stored columns that differ by row: s<index>_<column> of the incoming rows
    constant: dict[str, str]  # stored column → SQL literal
    has_where: bool
    leaves_out: bool = False  # some rows are left out: is_left_out of the incoming rows

    def expression(self, column: str, alias: str = "t") -> str:
        """SQL of one stored column over the incoming rows."""
        return self.constant.get(column) or f"{alias}.s{self.index}_{column}"

    def condition(self, alias: str = "t") -> str:
        """SQL: this table takes the row."""
        where = f" and {alias}.w{self.index}" if self.has_where else ""
        out = f" and not {alias}.is_left_out" if self.leaves_out else ""
        return f"not {alias}.is_bad{out}{where}"


@dataclass(frozen=True)
class Plan:
    """The layers of one level of a file: its records, or one list inside them."""

    match: Match
    readings: dict[str, Reading]  # column of the mapping that the file has → how to read it
    decisive: frozenset[str]  # columns without which a row cannot be trusted
    targets: tuple[Target, ...]
    version_at: str  # SQL over alias t: which copy of a row is newer
    outputs: tuple[str, ...]
    fast_layers: tuple[tuple[str, ...], ...]
    careful_layers: tuple[tuple[str, ...], ...]
    odd: dict[str, str]  # SQL by column of the mapping that the file has: its cell is not plainly spelled
    faults: tuple[Fault, ...]
    suspects: tuple[str, ...] = ()  # SQL: the line may be none of the rows, though nothing in it is odd
    assumed: tuple[str, ...] = ()  # columns of the mapping of which outputs say whether a row used them

    @property
    def leaves_out(self) -> tuple[str, ...]:
        """The columns by which rows are left out."""
        return leaving_out(self.match)

    @property
    def forgets(self) -> bool:
        """Whether its rows say that their person was forgotten."""
        return "is_forgotten" in self.outputs

    @property
    def leaves_rows_out(self) -> bool:
        """Whether rows of the file may be left out."""
        return "is_left_out" in self.outputs

    def places(self, name: str) -> tuple[int, ...]:
        """Where in the header a column stands, in the order of its aliases."""
        return self.match.positions[name]

    def header_of(self, target: Target, column: str) -> str:
        """The file's own name of what a canonical column is made of; the one of the same name first."""
        read = [name for name in names_in_order(target.load.columns.get(column, "")) if name in self.readings]
        return self.match.header_of(min(read, key=lambda name: name != column)) if read else column

    def refuses(self, name: str) -> bool:
        """Whether a row is lost with this cell."""
        on_bad = self.match.source.all_columns[name].on_bad
        return on_bad == "row" or (not on_bad and name in self.decisive)

    @property
    def customs(self) -> frozenset[str]:
        """Another country's ways to write that this plan reckons with."""
        return frozenset(custom for reading in self.readings.values() for custom in reading.customs)

    @property
    def money(self) -> str:
        """SQL of what a row is about in yuan, over the incoming rows; NULL where no table of it has such a column."""
        told = [
            target.expression(target.table.money)
            for target in self.targets
            if target.table.money is not None and target.table.money in target.varying
        ]
        return f"coalesce({', '.join(told)}, null)" if told else "null::decimal(18, 2)"

    def fast_sql(self, relation: str, keep: tuple[str, ...] = ()) -> str:
        """SELECT over a relation of raw cells: `keep`, the outputs, and is_bad (here: needs a second look).

        `seen`, where a row does: by which it is known again.
        """
        doubts = [*self.odd.values(), *self.suspects, *(fault.condition for fault in self.faults)]
        rows = stacked(relation, (*self.fast_layers, (f"({any_of(doubts)}) is true as is_bad",)))
        seen = f"case when is_bad then {self.seen_sql} end as seen"
        return f"select {', '.join([*keep, *self.outputs])}, is_bad, {seen} from {rows}"

    @property
    def seen_sql(self) -> str:
        """SQL over a relation of raw cells: one number of all cells of a row."""
        return f"hash({', '.join(f'c{place}' for place in range(len(self.match.header)))})"

    def careful_sql(self, relation: str) -> str:
        """SELECT over straightened rows (straightening.py): line, rec, the outputs, is_bad, faults, raw_text.

        `faults` is a list of structs (column_name, reason, found, expected, is_cell).
        """
        parts = [
            f"case when {f.condition} then struct_pack(column_name := {_text(f.column)}, reason := {quoted(f.reason)}, "
            f"found := case when hidden then '***' else {f.found} end, expected := {quoted(f.expected)}, "
            f"is_cell := {'false' if f.refuses else 'true'}) end"
            for f in self.faults
        ]
        none = "null::struct(column_name varchar, reason varchar, found varchar, expected varchar, is_cell boolean)"
        faults = f"list_filter([{', '.join([*parts, none])}], lambda f: f is not null)"
        bad = any_of(["refused", *(f.condition for f in self.faults if f.refuses)])
        outputs = ", ".join(["line", "rec", *self.outputs])
        rows = stacked(relation, self.careful_layers)
        near_phone = any_of(f.condition for f in self.faults if f.reason == "phone_not_full")
        hidden = "when is_forgotten then '***' " if self.forgets else ""
        digits = "regexp_replace(raw_text, '[0-9]{5,}', '***', 'g')"
        raw_text = f"case {hidden}when {near_phone} then {digits} else raw_text end"
        return f"select {outputs}, ({bad}) is true as is_bad, {faults} as faults, {raw_text} as raw_text from {rows}"


def leaving_out(match: Match) -> tuple[str, ...]:
    """Columns of a file by whose words rows are left out."""
    return tuple(name for name in match.positions if match.source.all_columns[name].leaves_out)


def used_name(column: str) -> str:
    """Name of the output that says whether a row used a column that a person should know of."""
    return f"u_{column}"


def stacked(relation: str, layers: tuple[tuple[str, ...], ...]) -> str:
    """SQL of a relation with layers of columns on it, each of which may use those below."""
    for layer in layers:
        if layer:
            relation = f"(select *, {', '.join(layer)} from {relation})"
    return relation


def any_of(conditions: Iterable[str]) -> str:
    return " or ".join(conditions) or "false"


def _text(value: str | None) -> str:
    return "null::varchar" if value is None else quoted(value)
