"""Many rows with an oddly spelled cell, column by column: each odd cell is straightened once, however often it stands.

What belongs here: the same result as straightening.py's, for as many rows as would be slow to walk over. What does not:
the spellings (cells), and what a table asks of a row (planning.py).
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.ingest.cells import plainly
from pipelines.ingest.cells.reading import Unread
from pipelines.ingest.file_columns import FileColumn
from pipelines.ingest.formats.values import plain_breaks
from pipelines.ingest.layers import sql_name
from pipelines.ingest.line_noise import LineNoise
from pipelines.ingest.plan import Plan, any_of, stacked
from pipelines.ingest.straightening import (
    LONGEST_RAW,
    Straightened,
    raw_text_sql,
    scratch_relation,
    shown_places,
    told_by,
)
from pipelines.masking import mask_words
from pipelines.privacy import MASK, mask_letters_sql, mask_text_sql
from pipelines.spec.literals import quoted

if TYPE_CHECKING:
    from pipelines.database import Connection

BATCH = 10_000
_READ = {"n": "BIGINT", "value": "VARCHAR", "is_unread": "BOOLEAN", "is_word": "BOOLEAN", "reason": "VARCHAR"}
_READ |= {"expected": "VARCHAR", "found": "VARCHAR", "found_hidden": "VARCHAR"}
_LETTERS = r"[\p{L}\p{Nl}\p{No}]"


@dataclass(frozen=True)
class _Odd:
    """A column that has odd cells: its number, the cells that it is read from, and whether some have no reading."""

    number: int
    column: FileColumn
    keys: tuple[str, ...]
    has_unread: bool

    @property
    def table(self) -> str:
        return f"read{self.number}"


class ManyRows:
    """Straightens the doubtful rows of one level. Its temp tables have the level reader's name; he drops them."""

    TABLES = ("doubtful", "said", "joined", "cell_faults", "wordy", "words")

    def __init__(self, connection: Connection, plan: Plan, scratch: Path, name: str) -> None:
        self.connection, self.plan, self.scratch, self.name = connection, plan, scratch, name
        self.columns = [FileColumn(plan, column, None) for column in plan.readings]
        self.cells = [f"c{place}" for place in range(len(plan.match.header))]

    def straighten(self, relation: str, noise: LineNoise | None) -> Straightened:
        """The rows of a relation (line, rec, c0, c1, …); without those that are no rows where `noise` knows them."""
        self._take(relation)
        blank = self._leave_out(noise) if noise else 0
        odd = [self._read(number, column) for number, column in enumerate(self.columns) if self._has_odd(number)]
        self._join(odd)
        self._make("cell_faults", self._faults(odd))
        for one in odd:
            self.connection.execute(f"drop table {self._temp(one.table)}")
        words, joined = self._hidden_words(), self._temp("joined")
        shown = f"line, rec, refused, faulty, hidden, {self._raw_text(words)} as raw_text, {self._x()}"
        return Straightened(
            rows=f"(select {shown} from {joined} d{words.joins})",
            faults=self._temp("cell_faults"),
            counts=Counter({0: self._one(f"select count(*) from {joined}")}),
            blank=blank,
            unusual=set(),
            **told_by(self.plan, self.columns),
        )

    # --- rows --------------------------------------------------------------------------------------------------------

    def _take(self, relation: str) -> None:
        """The rows with their raw cells; of each column y<n>, its plain cell, and o<n>, whether it is odd."""
        odd, plain = [], []
        for n, (name, reading) in enumerate(self.plan.readings.items()):
            x, p, v = sql_name(f"x_{name}"), sql_name(f"p_{name}"), sql_name(name)
            is_odd = self.plan.odd[name] if plainly.has_text(reading) else f"{x} is not null"
            odd.append(f"({is_odd}) is true as o{n}")
            plain.append(f"case when not o{n} then {plainly.text_sql(x, p, v, reading)} end as y{n}")
        layers = (*self.plan.fast_layers[:3], tuple(odd), tuple(plain))
        kept = ["line", "rec", *self.cells, *(f"{mark}{n}" for n in range(len(self.columns)) for mark in "oy")]
        self._make("doubtful", f"select {', '.join(kept)} from {stacked(relation, layers)}")

    def _leave_out(self, noise: LineNoise) -> int:
        """Deletes rows of which all cells are empty, and lines that are no rows; how many were empty."""
        doubtful = self._temp("doubtful")
        blank = self._one(f"delete from {doubtful} where {noise.blank_sql(self.cells)}")
        texts = [text for (text,) in self._fetched(noise.suspicious_sql(doubtful, self.cells))]
        if (suspects := noise.suspects_sql(texts, self.cells)) is not None:
            asked = self._fetched(f"select line, rec, {', '.join(self.cells)} from {doubtful} where {suspects}")
            gone = [rec for line, rec, *cells in asked if noise.is_none((line, rec, tuple(cells)))]
            if gone:
                self.connection.execute(f"delete from {doubtful} where rec in (select unnest($1))", [gone])
        return blank

    def _has_odd(self, number: int) -> bool:
        return self._one(f"select count(*) from {self._temp('doubtful')} where o{number}") > 0

    def _read(self, number: int, column: FileColumn) -> _Odd:
        """Reads every odd cell of a column once: table read<n>, by the raw cells that it is made of."""
        places = sorted({*column.places, *([] if column.date is None else [column.date])})
        keys = [f"c{place}" for place in places]
        self._make(
            "said",
            f"select row_number() over () as n, * from (select {', '.join(keys)}, count(*) as times "
            f"from {self._temp('doubtful')} where o{number} group by all)",
        )
        target, has_unread = self.scratch / f"{self.name}-read.csv", False
        with open(target, "w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            for n, *said, times in self._fetched(f"select n, {', '.join(keys)}, times from {self._temp('said')}"):
                cells: list[str | None] = [None] * len(self.cells)
                for place, text in zip(places, said, strict=True):
                    cells[place] = text
                read = _read_cell(column, tuple(cells), times)
                has_unread |= read[1]
                writer.writerow([n, *read])
        self._make(
            f"read{number}",
            f"select s.* exclude (n, times), r.* exclude (n) from {self._temp('said')} s "
            f"join {scratch_relation(target, _READ)} r using (n)",
        )
        return _Odd(number, column, tuple(keys), has_unread)

    def _join(self, odd: list[_Odd]) -> None:
        """Rows with every cell in its plainest spelling (x<n>), and of unread cells what hides and refuses the row."""
        joins = "".join(
            f" left join {self._temp(o.table)} r{o.number} on o{o.number} and "
            + " and ".join(f"d.{key} is not distinct from r{o.number}.{key}" for key in o.keys)
            for o in odd
        )
        unread = [o for o in odd if o.has_unread]
        x = {o.number: f"case when o{o.number} then r{o.number}.value else y{o.number} end" for o in odd}
        told = [f"{x.get(n, f'y{n}')} as x{n}" for n in range(len(self.columns))]
        told += [f"coalesce(r{o.number}.is_unread, false) as u{o.number}" for o in unread]
        faulty = "".join(
            f" || case when r{o.number}.is_unread then {quoted(o.column.name + '|')} else '' end" for o in unread
        )
        refused = any_of(f"r{o.number}.is_unread" for o in unread if o.column.refuses)
        hidden = any_of(f"r{o.number}.is_word" for o in unread)
        self._make(
            "joined",
            f"select line, rec, {', '.join(f'd.{cell}' for cell in self.cells)}, {', '.join(told)}, "
            f"({refused}) is true as refused, '|'{faulty} as faulty, ({hidden}) is true as hidden "
            f"from {self._temp('doubtful')} d{joins}",
        )

    # --- what is shown -----------------------------------------------------------------------------------------------

    def _hidden_words(self) -> _Words:
        """What typed cells of rows that hide their words may show: table words, by the cell."""
        typed = {place for column in self.columns if column.is_typed for place in column.places}
        shown = shown_places(self.plan)
        places = [place for place in sorted(typed) if shown[place]]
        joined = self._temp("joined")
        if not places or not self._one(f"select count(*) from {joined} where hidden"):
            return _Words({}, "")
        cells = " union ".join(f"select left(c{p}, {LONGEST_RAW}) as cell from {joined} where hidden" for p in places)
        wordy = f"regexp_matches(cell, '{_LETTERS}') or starts_with(cell, '=')"
        self._make("wordy", f"select row_number() over () as n, cell from ({cells}) where {wordy}")
        target = self.scratch / f"{self.name}-words.csv"
        with open(target, "w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(
                (n, plain_breaks(mask_words(cell)))
                for n, cell in self._fetched(f"select n, cell from {self._temp('wordy')}")
            )
        read = scratch_relation(target, {"n": "BIGINT", "masked": "VARCHAR"})
        self._make("words", f"select w.cell, r.masked from {self._temp('wordy')} w join {read} r using (n)")
        table = self._temp("words")
        joins = "".join(f" left join {table} w{p} on hidden and left(c{p}, {LONGEST_RAW}) = w{p}.cell" for p in places)
        return _Words({p: f"w{p}.masked" for p in places}, joins)

    def _raw_text(self, words: _Words) -> str:
        """SQL: the row as it stood, as straightening.py shows it."""
        plain = _breaks_sql(raw_text_sql(self.plan))
        parts = []
        for place, is_shown in enumerate(shown_places(self.plan)):
            cell = f"left(c{place}, {LONGEST_RAW})"
            if not is_shown:
                parts.append(f"case when c{place} <> '' then '{MASK}' else '' end")
            elif place in words.masked:
                parts.append(f"coalesce({words.masked[place]}, {mask_text_sql(cell)}, '')")
            else:
                parts.append(f"coalesce({mask_letters_sql(cell)}, '')")
        hidden = _breaks_sql(f"concat_ws(',', {', '.join(parts)})")
        return f"left(case when hidden then {hidden} else {plain} end, {LONGEST_RAW})"

    def _x(self) -> str:
        named = (f"coalesce(x{n}, '') as {sql_name('x_' + column.name)}" for n, column in enumerate(self.columns))
        return ", ".join(named)

    def _faults(self, odd: list[_Odd]) -> str:
        """SELECT of the cells that have no reading."""
        parts = [
            f"select line, rec, {quoted(o.column.header)} as column_name, r.reason, "
            f"case when hidden then r.found_hidden else r.found end as found, r.expected, "
            f"{'false' if o.column.refuses else 'true'} as is_cell from {self._temp('joined')} d "
            f"join {self._temp(o.table)} r on u{o.number} and "
            + " and ".join(f"d.{key} is not distinct from r.{key}" for key in o.keys)
            for o in odd
            if o.has_unread
        ]
        none = (
            "select null::bigint as line, null::bigint as rec, null::varchar as column_name, null::varchar as reason, "
            "null::varchar as found, null::varchar as expected, null::boolean as is_cell where false"
        )
        return " union all ".join([*parts, none])

    # --- the database ------------------------------------------------------------------------------------------------

    def _temp(self, what: str) -> str:
        return f"temp.{self.name}_{what}"

    def _make(self, what: str, select: str) -> None:
        self.connection.execute(f"create or replace temp table {self.name}_{what} as {select}")

    def _one(self, sql: str) -> int:
        row = self.connection.execute(sql).fetchone()
        return row[0] if row else 0

    def _fetched(self, sql: str) -> Iterator[Any]:
        """Nothing else may run on the connection meanwhile."""
        self.connection.execute(sql)
        while batch := self.connection.fetchmany(BATCH):
            yield from batch


@dataclass(frozen=True)
class _Words:
    """Of each place the masked cell, and the joins that bring it."""

    masked: dict[int, str]
    joins: str


def _read_cell(column: FileColumn, cells: tuple[str | None, ...], times: int) -> list[Any]:
    """The columns of _READ but its number."""
    value = column.straighten(cells, times)
    if isinstance(value, Unread):
        found = [plain_breaks(column.shown(cells, hide)) for hide in (False, True)]
        return ["", True, column.holds_words(cells), value.reason, value.expected, *found]
    return [plain_breaks(value or ""), False, False, "", "", "", ""]


def _breaks_sql(text: str) -> str:
    """The twin of `plain_breaks`."""
    return f"replace(replace({text}, chr(13) || chr(10), chr(10)), chr(13), chr(10))"
