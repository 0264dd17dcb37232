"""One mapping and one header → the plan that reads, checks and maps the rows.

What belongs here: turning a mapping's words into SQL. What does not: running any of it (rows.py).
"""

from __future__ import annotations

import re

from pipelines.event_words import spellings
from pipelines.ingest.cells import plainly
from pipelines.ingest.cells.nobody import NOBODY
from pipelines.ingest.cells.plainly import listed
from pipelines.ingest.cells.reading import (
    EMPTY,
    EPOCH_UNITS,
    LENGTH_OF_DAY,
    PHONE_WORDS,
    QUOTES,
    SPACES,
    Reading,
)
from pipelines.ingest.expressions import names_in_order, names_of, outside_quotes
from pipelines.ingest.headers import Match
from pipelines.ingest.plan import Facts, Fault, Plan, Target
from pipelines.ingest.sources import Load, Source, SourceColumn
from pipelines.ingest.staging import SQL_TYPES, Column, StagingTable, load_staging, quoted
from pipelines.privacy import normalise_phone_sql, phone_key_sql


def make_plan(match: Match, facts: Facts, each: str | None = None) -> Plan:
    """The plan of a file's records (`each` None), or of one list inside them. Runs nothing."""
    return _Builder(match, facts, each).plan()


class _Builder:
    """Collects the layers. One instance per plan; nothing of it outlives `plan()`."""

    def __init__(self, match: Match, facts: Facts, each: str | None) -> None:
        self.match = match
        self.source: Source = match.source
        self.facts = facts
        self.is_child = each is not None
        columns = dict(self.source.columns) | (self.source.each[each].columns if each is not None else {})
        wanted = self._wanted(each)
        self.columns = {
            name: column for name, column in columns.items() if column.type != "personal" and name in wanted
        }
        self.readings = {
            name: self._reading(name, column) for name, column in self.columns.items() if name in match.positions
        }
        self.loads = [
            (index, load_staging()[name], self._said(load))
            for index, (name, load) in enumerate(self.source.loads.items())
            if load.each == each and load.summed_from is None
        ]
        self.hours = self._hours()
        self.cells: list[str] = []
        self.looks: list[str] = []
        self.values: list[str] = []
        self.straight: list[str] = []
        self.rows: list[str] = []
        self.kept: list[str] = []
        self.odd: list[str] = []
        self.faults: list[Fault] = []

    def plan(self) -> Plan:
        used = self._used()
        for name, column in self.columns.items():
            if name in self.readings:
                self._add_column(name, column, self.readings[name])
            elif name in used:
                absent = f"null::{SQL_TYPES[column.type]} as {_id(name)}"
                self.values.append(absent)
                self.straight.append(absent)
                if name in self.hours:
                    self.values.append(f"null::boolean as {_id(_hour(name))}")
                    self.straight.append(f"null::boolean as {_id(_hour(name))}")
        targets = tuple(self._add_load(*entry) for entry in self.loads)
        self._add_rules()
        version_varies = self._add_version()
        outputs = [f"s{t.index}_{column}" for t in targets for column in t.varying]
        outputs += [f"w{t.index}" for t in targets if t.has_where]
        outputs += ["row_version_at"] if version_varies else []
        mapped = (self.rows, self.kept)
        return Plan(
            match=self.match,
            readings=self.readings,
            decisive=frozenset(self._decisive()),
            targets=targets,
            version_varies=version_varies,
            version_literal=f"timestamp '{self.facts.version_at}'",
            outputs=tuple(outputs),
            fast_layers=tuple(map(tuple, (self.cells, self.looks, self.values, *mapped))),
            careful_layers=tuple(map(tuple, (self.straight, *mapped))),
            odd=tuple(self.odd),
            faults=tuple(self.faults),
        )

    def _reading(self, name: str, column: SourceColumn) -> Reading:
        # The platforms write 0 for a time that has not come.
        zero = ("0",) if column.type == "timestamp" and column.unit in EPOCH_UNITS else ()
        return Reading(
            kind=column.type,
            timezone=self.facts.timezone,
            modified_at=self.facts.modified_at,
            unit=self.match.units.get(name, column.unit),
            formats=column.formats,
            pattern=column.pattern,
            words=tuple(column.map.items()) if column.map is not None else None,
            default_word=column.map_default,
            values=column.values,
            strip=SPACES + QUOTES + self.source.strip,
            empty=EMPTY + (NOBODY if column.type == "id" else ()) + self.source.empty + column.empty + zero,
        )

    def _said(self, load: Load) -> Load:
        """A load with the words for the file itself put in."""
        known = {word: sql for word, sql in self.facts.known_names().items() if word not in self.columns}

        def swap(found: re.Match[str]) -> str:
            return known.get(found[0], found[0])

        return load.model_copy(
            update={
                "columns": {name: outside_quotes(text, swap) for name, text in load.columns.items()},
                "where": None if load.where is None else outside_quotes(load.where, swap),
            }
        )

    def _wanted(self, each: str | None) -> set[str]:
        """A record's columns are all read, that none can hide a formula; a list's only as far as its tables ask."""
        if each is None:
            return set(self.source.columns)
        loads = [load for load in self.source.loads.values() if load.each == each]
        asked = {
            name for load in loads for text in (*load.columns.values(), load.where or "") for name in names_of(text)
        }
        return asked | set(self.source.each[each].columns) | {self.source.version.column or ""}

    def _hours(self) -> set[str]:
        """Columns of the file that must say whether their moments have an hour."""
        wanted = [
            load.columns.get(column.has_time_of, "")
            for _, table, load in self.loads
            for column in table.columns.values()
            if column.has_time_of and column.name not in load.columns
        ]
        return {name for text in wanted for name in names_of(text) if self._is_moment(name)}

    def _is_moment(self, name: str) -> bool:
        return name in self.columns and self.columns[name].type == "timestamp"

    def _used(self) -> set[str]:
        return {name for text in self.source.texts for name in names_of(text)}

    def _decisive(self) -> set[str]:
        """Columns that a required, key or closed canonical column is made of."""
        names = {self.source.version.column} if self.source.version.column else set()
        for _, table, load in self.loads:
            for column, expression in load.columns.items():
                if table.columns[column].on_bad == "row":
                    names |= names_of(expression)
            names |= names_of(load.where or "")
        return names

    # --- columns of the file -----------------------------------------------------------------------------------------

    def _add_column(self, name: str, column: SourceColumn, reading: Reading) -> None:
        x, p, v = self._cell(name, column, reading), _id(f"p_{name}"), _id(name)
        self.looks.append(f"{plainly.look_sql(x, reading)} as {p}")
        self.values.append(f"{plainly.value_sql(p, reading, self.facts.key)} as {v}")
        self.odd.append(plainly.odd_sql(x, p, v, reading))
        straight = f"nullif({_id('x_' + name)}, '')"
        if reading.kind == "phone":
            straight = phone_key_sql(straight, self.facts.key)
        self.straight.append(f"try_cast({straight} as {SQL_TYPES[column.type]}) as {v}")
        if name in self.hours:
            self.values.append(f"{plainly.has_time_sql(x, reading)} as {_id(_hour(name))}")
            self.straight.append(f"strlen({straight}) > {LENGTH_OF_DAY} as {_id(_hour(name))}")

    def _cell(self, name: str, column: SourceColumn, reading: Reading) -> str:
        """The cell of a column, the first that says anything when it stands in several places; NULL when none does."""
        places = self.match.positions[name]
        filled = [plainly.filled_sql(f"c{place}", reading) for place in places]
        x = filled[0] if len(filled) == 1 else f"coalesce({', '.join(filled)})"
        if column.remove:
            x = f"regexp_replace({x}, {quoted(column.remove)}, '', 'g')"
        self.cells.append(f"{x} as {_id('x_' + name)}")
        return _id("x_" + name)

    # --- canonical columns -------------------------------------------------------------------------------------------

    def _add_load(self, index: int, table: StagingTable, load: Load) -> Target:
        varying: list[str] = []
        constant: dict[str, str] = {}
        if load.where is not None:
            self.rows.append(f"coalesce(cast(({load.where}) as boolean), false) as w{index}")
        for column in table.columns.values():
            expression = load.columns.get(column.name) or self._told_hour(column, load)
            derived = bool(column.hash_of or column.default_from)
            if derived and (expression is None or self._is_constant(expression)):
                expression = "null::varchar"
            if expression is None:
                constant[column.stored_as] = self._default(column, load)
            elif not derived and self._is_constant(expression):
                constant[column.stored_as] = self._constant(column, expression, load)
            else:
                varying.append(column.stored_as)
                self.rows.append(f"{self._mapped(column, expression, load)} as {_row(index, column.name)}")
        target = Target(index, table, load, tuple(varying), constant, load.where is not None)
        for column in table.columns.values():
            if column.stored_as in varying:
                self._keep(target, column)
            elif constant[column.stored_as].startswith("null"):
                self._add_missing(target, column)
        return target

    def _default(self, column: Column, load: Load) -> str:
        if column.default is not None and not load.partial:
            return f"{quoted(str(column.default))}::{column.sql_type}"
        return f"null::{column.sql_type}"

    def _told_hour(self, column: Column, load: Load) -> str | None:
        """Of the moments that make up a column, each is swapped for whether it has an hour."""
        if column.has_time_of is None:
            return None

        def swap(found: re.Match[str]) -> str:
            return _id(_hour(found[0])) if self._is_moment(found[0]) else found[0]

        told = load.columns.get(column.has_time_of, "")
        return outside_quotes(told, swap) if names_of(told) & self.hours & self.readings.keys() else None

    def _is_constant(self, expression: str) -> bool:
        return not names_of(expression) & (self.readings.keys() | set(map(_hour, self.hours)))

    def _constant(self, column: Column, expression: str, load: Load) -> str:
        """A literal stays itself; anything made of columns that the file does not have is the column's default."""
        if names_of(expression) & set(self.columns):
            return self._default(column, load)
        return f"({expression})::{column.sql_type}"

    def _mapped(self, column: Column, expression: str, load: Load) -> str:
        value = f"try_cast(({expression}) as {column.sql_type})"
        name = expression.strip()
        if name in self.columns and SQL_TYPES[self.columns[name].type] == column.sql_type:
            value = _id(name)
        if column.default is not None and not load.partial:
            value = f"coalesce({value}, {quoted(str(column.default))}::{column.sql_type})"
        return value

    def _keep(self, target: Target, column: Column) -> None:
        """The checked value s<i>_<column> of the mapped one r<i>_<column>, and the faults that go with it."""
        r = _row(target.index, column.name)
        s = _kept(target.index, column.stored_as)
        value = self._natural_key(target, column, r) if column.hash_of else self._checked(target, column, r)
        self.kept.append(f"{value} as {s}")
        self._add_kept_fault(target, column, r, s)
        self._add_missing(target, column)

    def _checked(self, target: Target, column: Column, r: str) -> str:
        """The mapped value as the table keeps it; NULL where the table does not take it."""
        if column.name in {c.hashed_when for c in target.table.columns.values()}:
            return f"case when lower({r}) in {listed(PHONE_WORDS)} then 'phone' else {r} end"
        if column.hashed_when is not None:
            return self._hashed(target, column, r)
        if column.min is not None or column.max is not None:
            return f"case when {_within(r, column)} then {r} end"
        if column.default_from is not None:
            return f"coalesce({r}, {self._sibling(target, column.default_from)})"
        if column.lower:
            return _spelled(r, column)
        return _one_of(r, column) if column.values else r

    def _sibling(self, target: Target, name: str) -> str:
        """Another column of the same canonical row, in the same layer."""
        column = target.table.columns[name]
        return target.constant.get(column.stored_as) or _row(target.index, name)

    def _hashed(self, target: Target, column: Column, r: str) -> str:
        """An id that is a phone number becomes its key: by its declared type, or because it plainly is one."""
        key = phone_key_sql(f"({normalise_phone_sql(r)})", self.facts.key)
        prefixed = f"starts_with({r}, '86') or starts_with({r}, '0086') or contains({r}, ' ') or contains({r}, '-')"
        doubtful = (
            f"(strlen({r}) = 11 and {r} >= '13' and {r} < '2') or {r} < '0' "
            f"or (strlen({r}) between 12 and 20 and {r} < '9' and ({prefixed}))"
        )
        full = rf"regexp_full_match({r}, '(\+86|0086|86)?[ -]?1[3-9][0-9][ -]?[0-9]{{4}}[ -]?[0-9]{{4}}')"
        plainly = f"case when {doubtful} then {full} else false end"
        kind = self._sibling(target, column.hashed_when or "")
        is_phone = f"lower({kind}) in {listed(PHONE_WORDS)}"
        return f"case when {is_phone} or {plainly} then {key} else {r} end"

    def _natural_key(self, target: Target, column: Column, r: str) -> str:
        parts = []
        for name in column.hash_of:
            other = target.table.columns[name]
            value = self._sibling(target, name)
            if other.stored_as not in target.constant:  # one event in two spellings is one
                value = self._checked(target, other, value)
            parts.append(f"coalesce({value}::varchar, '')")
        return f"coalesce({r}, left(md5(concat_ws(chr(31), {', '.join(parts)})), 20))"

    def _add_kept_fault(self, target: Target, column: Column, r: str, s: str) -> None:
        expected, reason = "", "unknown_value"
        if column.values:
            expected = "one of " + ", ".join(column.values)
        elif column.min is not None or column.max is not None:
            expected = _range_text(column)
            reason = "impossible_amount" if column.type == "amount" else "impossible_number"
        elif column.hashed_when is not None:
            expected, reason = "a full mainland mobile number", "phone_not_full"
        if expected:
            condition = f"({r} is not null and {s} is null)"
            found = "'***'" if column.hashed_when else f"{r}::varchar"
            self._fault(target, column, condition, reason, found, expected, column.on_bad == "row")

    def _add_missing(self, target: Target, column: Column) -> None:
        if not column.required or (target.load.partial and column.name not in target.table.key):
            return
        condition = f"{_row(target.index, column.name)} is null" if column.stored_as in target.varying else "true"
        if column.required_unless:
            condition += f" and not coalesce({self._over_row(target, column.required_unless)}, false)"
        condition += self._unless_faulty(target.load.columns.get(column.name, ""))
        self._fault(target, column, f"({condition})", "missing_value", "null", "a value; it may not be empty", True)

    def _unless_faulty(self, expression: str) -> str:
        """SQL: a cell of these that was there but could not be read has its own fault already."""
        condition = ""
        for name in names_in_order(expression):
            if name in self.readings:
                mark = _id("f_" + name)
                condition += f" and not {mark}"
                if not any(entry.endswith(f" as {mark}") for entry in self.straight):
                    self.straight.append(f"contains(faulty, {quoted('|' + name + '|')}) as {mark}")
                    self.values.append(f"false as {mark}")
        return condition

    def _fault(
        self, target: Target, column: Column, condition: str, reason: str, found: str, expected: str, refuses: bool
    ) -> None:
        if target.has_where:
            condition = f"(w{target.index} and {condition})"
        read = [name for name in names_in_order(target.load.columns.get(column.name, "")) if name in self.readings]
        read.sort(key=lambda name: name != column.name)  # the one of the same name first
        name = self.match.header_of(read[0]) if read else column.name
        self.faults.append(Fault(condition, name, reason, found, expected, refuses))

    def _over_row(self, target: Target, expression: str) -> str:
        """An expression over canonical column names, said over this plan's kept columns."""

        def swap(found: re.Match[str]) -> str:
            column = target.table.columns.get(found[0])
            if column is None:
                return found[0]
            return target.constant.get(column.stored_as) or _row(target.index, column.name)

        return outside_quotes(expression, swap)

    # --- rules and versions ------------------------------------------------------------------------------------------

    def _add_rules(self) -> None:
        if self.is_child:
            return
        for rule in (*self.source.refuse, *self.source.flags):
            if names_of(rule.when) & self.readings.keys():
                column = self.match.header_of(rule.column) if rule.column else None
                found = f"{_id(rule.column)}::varchar" if rule.column in self.columns else "null"
                condition = f"coalesce(cast(({rule.when}) as boolean), false)" + self._unless_faulty(rule.when)
                refuses = rule in self.source.refuse
                self.faults.append(Fault(condition, column, rule.reason, found, rule.expected, refuses))
        if self.loads and all(load.where is not None for _, _, load in self.loads):
            nowhere = " and ".join(f"not w{index}" for index, _, _ in self.loads)
            nowhere += self._unless_faulty(" ".join(load.where or "" for _, _, load in self.loads))
            self.faults.append(
                Fault(f"({nowhere})", None, "no_table", "null", "a row that one of the tables takes", True)
            )

    def _add_version(self) -> bool:
        name = self.source.version.column
        if name is None or name not in self.readings:
            return False
        self.rows.append(f"coalesce({_id(name)}, timestamp '{self.facts.version_at}') as row_version_at")
        return True


def _spelled(r: str, column: Column) -> str:
    """A word in small letters, or the word that another spelling of it means. Other spellings are no plain letters."""
    if not column.spellings:
        return f"lower({r})"
    cases = " ".join(f"when {quoted(text)} then {quoted(word)}" for text, word in spellings().items())
    return f"case when strlen({r}) = length({r}) then lower({r}) else case {r} {cases} else lower({r}) end end"


def _hour(name: str) -> str:
    return f"{name}_has_time"


def _one_of(r: str, column: Column) -> str:
    if column.type != "word":
        return f"case when {r} in ({', '.join(column.values)}) then {r} end"
    values = listed(column.values)
    return f"case when {r} in {values} then {r} when lower({r}) in {values} then lower({r}) end"


def _within(r: str, column: Column) -> str:
    low = f"{r} >= {column.min:g}" if column.min is not None else "true"
    high = f"{r} <= {column.max:.0f}" if column.max is not None else "true"
    return f"{low} and {high}"


def _range_text(column: Column) -> str:
    if column.max is None:
        return f"{column.min:g} or more"
    return f"between {column.min or 0:g} and {column.max:.0f}"


def _id(name: str | None) -> str:
    return f'"{name}"'


def _row(index: int, column: str) -> str:
    return f"r{index}_{column}"


def _kept(index: int, column: str) -> str:
    return f"s{index}_{column}"
