"""One mapping and one header → the plan that reads, checks and maps the rows.

What belongs here: turning a mapping's words about the file's own columns into SQL. What does not: the canonical tables
(canonical_columns.py), running any of it (rows.py).
"""

from __future__ import annotations

import re
from dataclasses import replace

from pipelines.ingest.apart import joined_sql, range_sql
from pipelines.ingest.canonical_columns import CanonicalColumns
from pipelines.ingest.cells import plainly
from pipelines.ingest.cells.alone import normal
from pipelines.ingest.cells.nobody import NOBODY
from pipelines.ingest.cells.reading import EMPTY, EPOCH_UNITS, LENGTH_OF_DAY, QUOTES, SPACES, Reading
from pipelines.ingest.expressions import names_of, outside_quotes
from pipelines.ingest.grammar import Load, Source, SourceColumn
from pipelines.ingest.headers import Match
from pipelines.ingest.layers import Layers, hour_of, sql_name
from pipelines.ingest.left_out import add_left_out
from pipelines.ingest.origin import Origin
from pipelines.ingest.plan import Fault, Plan, leaving_out, used_name
from pipelines.ingest.staging import SQL_TYPES, load_staging
from pipelines.privacy import phone_key_sql
from pipelines.spec.literals import quoted

FALLBACK = re.compile(r"coalesce\((\w+(?:, *\w+)+)\)")


def make_plan(match: Match, origin: Origin, each: str | None = None) -> Plan:
    """The plan of a file's records (`each` None), or of one list inside them. Runs nothing."""
    return _Builder(match, origin, each).plan()


class _Builder:
    """Fills the layers. One instance per plan; nothing of it outlives `plan()`."""

    def __init__(self, match: Match, origin: Origin, each: str | None) -> None:
        self.match = match
        self.source: Source = match.source
        self.origin = origin
        self.is_child = each is not None
        columns = self.source.columns_of(each)
        wanted = self._wanted(each)
        self.columns = {
            name: column for name, column in columns.items() if column.type != "personal" and name in wanted
        }
        self.people = self._people()
        self.readings = {
            name: self._reading(name, column) for name, column in self.columns.items() if name in match.positions
        }
        self.loads = [
            (index, load_staging()[load.into or name], self._said(load))
            for index, (name, load) in enumerate(self.source.loads.items())
            if load.each == each and load.summed_from is None
        ]
        self.layers = Layers(match, origin, self.columns, self.readings, hours=self._hours())

    def plan(self) -> Plan:
        layers, used = self.layers, self._used()
        for name, column in self.columns.items():
            if name in self.readings:
                self._add_column(name, column, self.readings[name])
            elif name in used:
                layers.add_absent(name, SQL_TYPES[column.type])
                self._add_hour(name, "null::boolean", "null::boolean")
        canonical = CanonicalColumns(layers)
        targets = [canonical.add(*entry) for entry in self.loads]
        self._add_rules()
        version_varies = self._add_version()
        leaving, assumed = ((), ()) if self.is_child else (leaving_out(self.match), layers.add_assumed())
        outputs = [f"s{t.index}_{column}" for t in targets for column in t.varying]
        outputs += [f"w{t.index}" for t in targets if t.has_where]
        outputs += ["row_version_at"] if version_varies else []
        left_out = add_left_out(layers, leaving, targets)
        outputs += [*left_out, *map(used_name, assumed)]
        mapped = (layers.rows, layers.kept, layers.keys)
        return Plan(
            match=self.match,
            readings=self.readings,
            decisive=frozenset(self._decisive()),
            targets=tuple(replace(target, leaves_out=bool(left_out)) for target in targets),
            version_at="t.row_version_at" if version_varies else self.origin.version_at,
            outputs=tuple(outputs),
            fast_layers=tuple(map(tuple, (layers.cells, layers.looks, layers.values, *mapped))),
            careful_layers=tuple(map(tuple, (layers.straight, *mapped))),
            odd=layers.odd,
            faults=tuple(layers.faults),
            assumed=assumed,
        )

    def _reading(self, name: str, column: SourceColumn) -> Reading:
        unit = self.match.units.get(name, column.unit)
        # The platforms write 0 for a time that has not come.
        zero = ("0",) if column.type == "timestamp" and unit in EPOCH_UNITS else ()
        return Reading(
            kind=column.type,
            timezone=self.origin.timezone,
            modified_at=self.origin.files[0].modified_at,
            unit=unit,
            zone=self.match.zones.get(name),
            formats=column.formats,
            pattern=column.pattern,
            words=tuple(column.map.items()) if column.map is not None else None,
            default_word=column.map_default,
            values=column.values,
            strip=SPACES + QUOTES + self.source.strip,
            holds=column.holds,
            names_person=name in self.people,
            labels=self._labels(name, column) if column.holds else (),
            customs=self.origin.customs,
            empty=EMPTY + (NOBODY if column.type == "id" else ()) + self.source.empty + column.empty + zero,
        )

    def _labels(self, name: str, column: SourceColumn) -> tuple[str, ...]:
        """The column's own names, the longest first: 订单号 stands in 订单号码."""
        names = {normal(text) for text in (*column.names, *(self.match.header[p] for p in self.match.positions[name]))}
        return tuple(sorted(names, key=lambda text: (-len(text), text)))

    def _said(self, load: Load) -> Load:
        """A load with the words for the file itself put in."""
        return load.model_copy(
            update={
                "columns": {name: self._of_file(self._left_over(text)) for name, text in load.columns.items()},
                "where": None if load.where is None else self._of_file(load.where),
            }
        )

    def _of_file(self, text: str) -> str:
        """An expression with what its words for the file itself stand for."""
        known = {word: sql for word, sql in self.origin.known_names().items() if word not in self.columns}
        return outside_quotes(text, lambda found: known.get(found[0], found[0]))

    def _left_over(self, text: str) -> str:
        """A word for the file itself, where it stands in for columns that this file does not have."""
        listed = FALLBACK.fullmatch(text)
        if listed is None:
            return text
        *columns, word = re.split(r", *", listed[1])
        stands_in = word == "file_folder" and self.origin.files[0].folder is not None
        return word if stands_in and not set(columns) & self.readings.keys() else text

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
        named = {name for text in wanted for name in names_of(text)}
        return {name for name in named if name in self.columns and self.columns[name].type == "timestamp"}

    def _people(self) -> set[str]:
        """Columns of the file that say who somebody is."""
        tables = {name: load_staging()[load.into or name] for name, load in self.source.loads.items()}
        said = (
            load.columns.get(column.name, "")
            for name, load in self.source.loads.items()
            for column in tables[name].columns.values()
            if column.hashed_when is not None
        )
        return {name for text in said for name in names_of(text)}

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
        layers = self.layers
        x, p, v = self._cell(name, column, reading), sql_name(f"p_{name}"), sql_name(name)
        layers.looks.append(f"{plainly.look_sql(x, reading)} as {p}")
        layers.values.append(f"{plainly.value_sql(p, reading, self.origin.key)} as {v}")
        layers.odd[name] = plainly.odd_sql(x, p, v, reading)
        straight = f"nullif({sql_name('x_' + name)}, '')"
        if reading.kind == "phone":
            straight = phone_key_sql(straight, self.origin.key)
        layers.straight.append(f"try_cast({straight} as {SQL_TYPES[column.type]}) as {v}")
        self._add_hour(name, plainly.has_time_sql(x, reading), f"strlen({straight}) > {LENGTH_OF_DAY}")

    def _add_hour(self, name: str, value: str, straight: str) -> None:
        """Whether the moment of a column says its hour, for the columns that are asked."""
        if name in self.layers.hours:
            self.layers.values.append(f"{value} as {sql_name(hour_of(name))}")
            self.layers.straight.append(f"{straight} as {sql_name(hour_of(name))}")

    def _cell(self, name: str, column: SourceColumn, reading: Reading) -> str:
        """The cell of a column, the first that says anything when it stands in several places; NULL when none does."""
        places = self.match.positions[name]
        filled = [plainly.filled_sql(f"c{place}", reading) for place in places]
        x = filled[0] if len(filled) == 1 else f"coalesce({', '.join(filled)})"
        if name in self.match.dates:
            x = joined_sql(plainly.filled_sql(f"c{self.match.dates[name]}", reading), x)
        if column.remove:
            x = f"regexp_replace({x}, {quoted(column.remove)}, '', 'g')"
        if column.part:
            x = f"case when {x} is not null then {range_sql(x)} end"
        self.layers.cells.append(f"{x} as {sql_name('x_' + name)}")
        return sql_name("x_" + name)

    # --- rules and versions ------------------------------------------------------------------------------------------

    def _add_rules(self) -> None:
        if self.is_child:
            return
        layers = self.layers
        for rule in (*self.source.refuse, *self.source.flags):
            if names_of(rule.when) & self.readings.keys():
                column = self.match.header_of(rule.column) if rule.column else None
                found = f"{sql_name(rule.column)}::varchar" if rule.column in self.columns else "null"
                condition = f"coalesce(cast(({self._of_file(rule.when)}) as boolean), false)"
                condition += layers.unless_faulty(rule.when)
                refuses = rule in self.source.refuse
                layers.faults.append(Fault(condition, column, rule.reason, found, rule.expected, refuses))
        own = [(index, load) for index, _, load in self.loads if load.into is None]
        if own and all(load.where is not None for _, load in own):
            nowhere = " and ".join(f"not w{index}" for index, _ in own)
            nowhere += layers.unless_faulty(" ".join(load.where or "" for _, load in own))
            taken = "a row that one of the tables takes"
            layers.faults.append(Fault(f"({nowhere})", None, "no_table", "null", taken, True))

    def _add_version(self) -> bool:
        name = self.source.version.column
        if name is None or name not in self.readings:
            return False
        self.layers.rows.append(f"coalesce({sql_name(name)}, {self.origin.version_at}) as row_version_at")
        return True
