"""The canonical columns of a plan: a mapping's expressions, checked against the table that they go into.

What belongs here: defaults, closed words, ranges, hashed ids and natural keys as SQL. What does not: the file's own
columns (planning.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from pipelines.ingest.cells.plainly import among_sql
from pipelines.ingest.expressions import before_sql, names_in_order, names_of, outside_quotes
from pipelines.ingest.grammar import Load
from pipelines.ingest.hashed_ids import hashed_sql, kind_sql
from pipelines.ingest.layers import Layers, hour_of, sql_name
from pipelines.ingest.mapping_checks import apart
from pipelines.ingest.open_words import kept_word
from pipelines.ingest.plan import Fault, Target
from pipelines.ingest.staging import SQL_TYPES, Column, StagingTable
from pipelines.spec.literals import quoted


class CanonicalColumns:
    """Adds the columns of each table that a level of the file loads to its layers."""

    def __init__(self, layers: Layers) -> None:
        self.layers = layers

    def add(self, index: int, table: StagingTable, load: Load) -> Target:
        """One table: its columns are mapped, checked, and what can be wrong with them is noted."""
        load = load.of_file(self.layers.readings)
        varying: list[str] = []
        constant: dict[str, str] = {}
        if load.where is not None:
            self.layers.rows.append(f"coalesce(cast(({load.where}) as boolean), false) as w{index}")
        for column in _columns(table, load):
            expression = load.columns.get(column.name) or self._told_hour(column, load)
            derived = bool(column.hash_of or column.default_from)
            if derived and (expression is None or (column.hash_of and self._is_constant(expression))):
                expression = "null::varchar"
            value = None
            if expression is None:
                value = _default(column)
            elif not derived and self._is_constant(expression):
                value = self._constant(column, expression)
            if value is not None and not self._goes_with_id(table, column, load):
                constant[column.stored_as] = value
            else:
                varying.append(column.stored_as)
                mapped = value or self._mapped(column, expression or "")
                self.layers.rows.append(f"{mapped} as {_row(index, column.name)}")
        target = Target(index, table, load, tuple(varying), constant, load.where is not None)
        for column in table.columns.values():
            if column.stored_as in varying:
                self._keep(target, column)
            elif constant[column.stored_as].startswith("null"):
                self._add_missing(target, column)
        return target

    def _goes_with_id(self, table: StagingTable, column: Column, load: Load) -> bool:
        """Whether it says the kind of an id that differs by row."""
        said = load.columns.get(table.id_of_kind.get(column.name, ""))
        return said is not None and not self._is_constant(said)

    def _told_hour(self, column: Column, load: Load) -> str | None:
        """Of the moments that make up a column, each is swapped for whether it has an hour."""
        if column.has_time_of is None:
            return None

        def swap(found: re.Match[str]) -> str:
            return sql_name(hour_of(found[0])) if found[0] in self.layers.hours else found[0]

        told = load.columns.get(column.has_time_of, "")
        is_told = names_of(told) & self.layers.hours & self.layers.readings.keys()
        return outside_quotes(told, swap) if is_told else None

    def _is_constant(self, expression: str) -> bool:
        layers = self.layers
        varying = layers.readings.keys() | set(map(hour_of, layers.hours)) | layers.origin.varying
        return not names_of(expression) & varying

    def _constant(self, column: Column, expression: str) -> str:
        """A literal stays itself. What is made of columns that the file does not have is as if they were empty."""
        absent = names_of(expression) & set(self.layers.columns)
        if not absent:
            return _filled(f"({expression})::{column.sql_type}", column)
        nothing = {name: f"null::{SQL_TYPES[self.layers.columns[name].type]}" for name in absent}
        value = _valued(outside_quotes(expression, lambda word: nothing.get(word[0], word[0])), column.sql_type)
        return _default(column) if value is None else f"{quoted(value)}::{column.sql_type}"

    def _mapped(self, column: Column, expression: str) -> str:
        value = f"try_cast(({expression}) as {column.sql_type})"
        columns, name = self.layers.columns, expression.strip()
        if name in columns and SQL_TYPES[columns[name].type] == column.sql_type:
            value = sql_name(name)
        return _filled(value, column)

    def _keep(self, target: Target, column: Column) -> None:
        """The checked value s<i>_<column> of the mapped one r<i>_<column>, and the faults that go with it."""
        r = _row(target.index, column.name)
        s = _kept(target.index, column.stored_as)
        if column.hash_of:
            self.layers.keys.append(f"{self._natural_key(target, column, r)} as {s}")
            self._add_missing(target, column)
            return
        value = r
        if column.default_from is not None:
            value = f"coalesce({r}, {self._sibling(target, column.default_from)})"
        elif column.values:
            value = _one_of(r, column)
        if column.lower:
            value = kept_word(r, column)
        if column.min is not None or column.max is not None:
            value = f"case when {_within(r, column)} then {r} end"
        if column.not_before is not None:
            value = f"case when not {before_sql(r, self._sibling(target, column.not_before))} then {r} end"
        if column.hashed_when is not None:
            value = hashed_sql(r, self._sibling(target, column.hashed_when), self.layers.origin.key)
        elif column.of_person:
            value = hashed_sql(r, "''", self.layers.origin.key)
        if column.name in target.table.id_of_kind:
            value = kind_sql(value, r, self._sibling(target, target.table.id_of_kind[column.name]))
        self.layers.kept.append(f"{value} as {s}")
        self._add_kept_fault(target, column, r, s)
        self._add_missing(target, column)

    def _sibling(self, target: Target, name: str) -> str:
        """Another column of the same canonical row, in the same layer."""
        column = target.table.columns[name]
        return target.constant.get(column.stored_as) or _row(target.index, name)

    def _natural_key(self, target: Target, column: Column, r: str) -> str:
        """A key of the row's own content, as it was checked: two spellings of one thing are one."""
        parts = []
        for name in column.hash_of:
            stored = target.table.columns[name].stored_as
            value = target.constant.get(stored) or _kept(target.index, stored)
            parts.append(f"coalesce({value}::varchar, '')")
        return f"coalesce({r}, left(md5(concat_ws(chr(31), {', '.join(parts)})), 20))"

    # --- what can be wrong -------------------------------------------------------------------------------------------

    def _add_kept_fault(self, target: Target, column: Column, r: str, s: str) -> None:
        expected, reason = "", "unknown_value"
        if column.values:
            expected = "one of " + ", ".join(column.values)
        elif column.min is not None or column.max is not None:
            expected = _range_text(column)
            reason = "impossible_amount" if column.type == "amount" else "impossible_number"
        elif column.not_before is not None:
            expected, reason = (
                f"a time after {column.not_before}; over midnight the next day's date",
                "ends_before_start",
            )
        elif column.hashed_when is not None:
            expected, reason = "a full mainland mobile number", "phone_not_full"
        if expected:
            condition = f"({r} is not null and {s} is null)"
            found = "'***'" if column.hashed_when else f"{r}::varchar"
            self._fault(target, column, condition, reason, found, expected, column.on_bad == "row")

    def _add_missing(self, target: Target, column: Column) -> None:
        if not column.required or column.hash_of or (target.load.partial and column.name not in target.table.key):
            return
        condition = f"{_row(target.index, column.name)} is null" if column.stored_as in target.varying else "true"
        if column.required_unless:
            condition += f" and not coalesce({self._over_row(target, column.required_unless)}, false)"
        condition += self.layers.unless_faulty(target.load.columns.get(column.name, ""))
        self._fault(target, column, f"({condition})", "missing_value", "null", "a value; it may not be empty", True)

    def _fault(
        self, target: Target, column: Column, condition: str, reason: str, found: str, expected: str, refuses: bool
    ) -> None:
        if target.has_where:
            condition = f"(w{target.index} and {condition})"
        said = names_in_order(target.load.columns.get(column.name, ""))
        read = [name for name in said if name in self.layers.readings]
        read.sort(key=lambda name: name != column.name)  # the one of the same name first
        name = self.layers.match.header_of(read[0]) if read else column.name
        self.layers.faults.append(Fault(condition, name, reason, found, expected, refuses))

    def _over_row(self, target: Target, expression: str) -> str:
        """An expression over canonical column names, said over this plan's kept columns."""

        def swap(found: re.Match[str]) -> str:
            column = target.table.columns.get(found[0])
            if column is None:
                return found[0]
            return target.constant.get(column.stored_as) or _row(target.index, column.name)

        return outside_quotes(expression, swap)


@cache
def _valued(expression: str, sql_type: str) -> str | None:
    """The value of an expression without columns, as text."""
    value: str | None = apart().execute(f"select (({expression})::{sql_type})::varchar").fetchall()[0][0]
    return value


def _columns(table: StagingTable, load: Load) -> Iterator[Column]:
    """Those of a table. A source that only adds to another's rows leaves to that what it does not tell, but for the
    key: with nothing in it, it would be another row."""
    for column in table.columns.values():
        is_left = load.partial and column.name not in table.key
        yield column.model_copy(update={"default": None}) if is_left else column


def _filled(value: str, column: Column) -> str:
    """The value, or the default where there is none."""
    return value if column.default is None else f"coalesce({value}, {_default(column)})"


def _default(column: Column) -> str:
    if column.default is not None:
        return f"{quoted(str(column.default))}::{column.sql_type}"
    return f"null::{column.sql_type}"


def _one_of(r: str, column: Column) -> str:
    if column.type != "word":
        return f"case when {r} in ({', '.join(column.values)}) then {r} end"
    small = f"lower({r})"
    is_one, is_small_one = among_sql(r, column.values), among_sql(small, column.values)
    return f"case when {is_one} then {r} when {is_small_one} then {small} end"


def _within(r: str, column: Column) -> str:
    low = f"{r} >= {column.min:g}" if column.min is not None else "true"
    high = f"{r} <= {column.max:.0f}" if column.max is not None else "true"
    return f"{low} and {high}"


def _range_text(column: Column) -> str:
    if column.max is None:
        return f"{column.min:g} or more"
    return f"between {column.min or 0:g} and {column.max:.0f}"


def _row(index: int, column: str) -> str:
    return f"r{index}_{column}"


def _kept(index: int, column: str) -> str:
    return f"s{index}_{column}"
