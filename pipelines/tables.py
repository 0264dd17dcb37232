"""A table file read once: header and SQL, what it needs, and its text for one engine.

What belongs here: the grammar of `assets/{core,metrics}` files. What does not: running them (`engines/`), Dagster
(`definitions`), any meaning of a table.
"""

from __future__ import annotations

import functools
import importlib.util
import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pipelines.spec.header import Column, Header, WordsOf
from pipelines.spec.literals import literal, literal_text
from pipelines.spec.reading import SpecError, checked, parse
from pipelines.sql_text import Unreadable, computed, fill, parameters, put_in_place, references

if TYPE_CHECKING:
    from sqlglot import exp

    from pipelines.spec.checks import CheckEntry

ASSETS = Path(__file__).resolve().parent.parent / "assets"
SCHEMAS = ("core", "facts", "metrics")
# What every table built in Python takes: an open connection, the settings, the pass (engines/duckdb.Pass).
BUILD_TAKES = ("connection", "settings", "core_pass")
_HEADER = re.compile(r"\A\s*(?:/\*|\"\"\")(.*?)(?:\*/|\"\"\")", re.DOTALL)


class TableError(ValueError):
    """A table, or a parameter of it, is asked for in a way that it does not know; the message names what it knows."""


@dataclass(frozen=True)
class Table:
    """One file of `assets/core` or `assets/metrics`.

    `sql` is the SELECT in DuckDB's dialect ('' for a table built in Python), `dependencies` the tables it reads.
    """

    schema: str
    name: str
    path: Path
    header: Header
    sql: str

    @property
    def qualified(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def is_python(self) -> bool:
        return self.path.suffix == ".py"

    @property
    def is_view(self) -> bool:
        return self.header.materialized == "view"

    @property
    def counted_by(self) -> tuple[str, ...]:
        """Of a fact that follows its people, the counts of which one at least is above zero in every row; else none."""
        return self.header.counted_by

    @property
    def measures(self) -> list[str]:
        """Of a fact, the columns that add up: all that are not part of its grain."""
        return [name for name in self.columns if name not in self.key]

    @property
    def title(self) -> dict[str, str]:
        return {"zh": self.header.title.zh, "en": self.header.title.en}

    @property
    def description(self) -> str:
        return self.header.description

    @property
    def description_zh(self) -> str:
        return self.header.description_zh

    @property
    def variant(self) -> str:
        """The id of the definition; '' where it has none."""
        return self.header.variant

    @property
    def grain(self) -> str:
        """What one row is, as the header says it."""
        return str(self.header.grain)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that no two rows share; none where the grain is a text."""
        return self.header.grain.columns

    @functools.cached_property
    def parameters(self) -> dict[str, Any]:
        """By name their defaults; the word breakdowns stands for those of the facts that the table reads."""
        from pipelines.facts import breakdowns_read

        given = self.header.parameters
        return {k: list(breakdowns_read(self)) if v == "breakdowns" else v for k, v in given.items()}

    @property
    def checks(self) -> tuple[CheckEntry, ...]:
        return self.header.checks

    @property
    def columns(self) -> dict[str, Column]:
        return self.header.columns

    @functools.cached_property
    def dependencies(self) -> tuple[str, ...]:
        """Qualified names of the tables that this one reads, from its SQL (or its header, where it is Python)."""
        if not self.sql:
            return tuple(sorted(self.header.reads))
        from pipelines.facts import facts_read

        try:
            read = references(put_in_place(self.sql, facts_read(self, self.parameters, is_stored=True)))
            return tuple(sorted({one.table for one in read}))
        except Unreadable as error:
            raise SpecError(f"{self.path}: not one readable SELECT: {error}") from error

    def expression(self) -> exp.Expr:
        """A fresh parsed copy of the SELECT, its breakdowns and the facts it reads as its nightly table has them."""
        from pipelines.facts import expanded

        return expanded(self, self.parsed(), self.parameters)

    def parsed(self) -> exp.Expr:
        """A fresh parsed copy of the SELECT as it stands in the file."""
        return _parse(self.sql, str(self.path)).copy()

    def resolve(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The header's parameters overridden by `given`; what the table does not take is refused with what it does."""
        from pipelines.parameters import resolved

        return resolved(self, given)

    @property
    def choices(self) -> dict[str, list[Any]]:
        """Of parameters that take certain words only, which; `number` among them stands for any whole number."""
        stated = self.header.choices
        return {name: self.parameters[name] if words == ("default",) else list(words) for name, words in stated.items()}

    @property
    def words_of(self) -> dict[str, WordsOf]:
        """Of parameters whose words are a column's values, which column, and which words besides."""
        return self.header.words_of

    def render(
        self,
        values: Mapping[str, Any],
        dialect: str = "duckdb",
        inputs: Mapping[str, str] | None = None,
        is_stored: bool = True,
    ) -> str:
        """The SELECT with every `$name` replaced by its value as a typed literal, in the given dialect.

        `inputs` puts a SELECT in the place of a table it reads: {"core.orders": "select … from core.orders …"}.
        `is_stored`: whether the facts that it reads stand in tables; else their own SQL is put in their place.
        Literals, not bound parameters: the optimiser then drops the branches that a parameter switches off, and the
        text shown by `siyu explain` is the text that ran. Every value is quoted; nothing is pasted as text.
        """
        if dialect == "duckdb":
            return self._filled(values, dict(inputs or {}), is_stored)
        key = (str(self.path), self.sql, dialect, repr(values), repr(inputs), str(is_stored))
        if key not in _TEXTS:
            _TEXTS[key] = _rendered(self, dialect, dict(values), dict(inputs or {}), is_stored)
        return _TEXTS[key]

    def _filled(self, values: Mapping[str, Any], inputs: Mapping[str, str], is_stored: bool) -> str:
        """See render; the file's own text, but for a fact, whose breakdowns sqlglot writes."""
        from pipelines.facts import text_of

        values = self.with_constants(values)
        sql = put_in_place(text_of(self, values, is_stored), inputs)
        if unknown := [name for name in parameters(sql) if name not in values]:
            raise SpecError(f"{self.path}: the SQL uses ${unknown[0]}, which is neither a parameter nor a setting")
        return fill(sql, lambda name: literal_text(values[name]))

    def render_part(self, values: Mapping[str, Any], is_stored: bool) -> str:
        """DuckDB's text for a place in another table's, which is to replace every `$name` that `values` lacks."""
        from pipelines.facts import text_of

        values = self.with_constants(values)
        text = text_of(self, values, is_stored)
        return fill(text, lambda name: literal_text(values[name]) if name in values else f"${name}")

    def with_constants(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values and what the header's constants make of them, as far as what they need is there."""
        from pipelines.facts import segments_of

        known = segments_of(self) | dict(values)
        stated = {name: text for name, text in self.header.constants.items() if known.keys() >= set(parameters(text))}
        return known | {name: constant(text, known) for name, text in stated.items()}

    def module(self) -> ModuleType:
        """The Python file of a table built in Python; it offers `build(connection, settings, core_pass)`.

        It makes the table anew or brings it up to the pass, reading what the header's `reads` names.
        """
        spec = importlib.util.spec_from_file_location(f"assets.{self.schema}.{self.name}", self.path)
        if spec is None or spec.loader is None:
            raise SpecError(f"{self.path}: not a Python file")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        takes = list(inspect.signature(module.build).parameters) if hasattr(module, "build") else None
        if takes != list(BUILD_TAKES):
            found = "nothing of that name" if takes is None else f"build({', '.join(takes)})"
            raise SpecError(f"{self.path}: expected build({', '.join(BUILD_TAKES)}), found {found}")
        return module


def constant(text: str, values: Mapping[str, Any]) -> Any:
    """The value of SQL over parameters alone; DuckDB computes it, whichever engine is asked."""
    return computed(fill(text, lambda name: literal_text(values[name])))


# Texts rendered for other engines; a nightly run asks for the same ones again and again.
_TEXTS: dict[tuple[str, ...], str] = {}


def _rendered(table: Table, dialect: str, values: dict[str, Any], inputs: dict[str, str], is_stored: bool) -> str:
    """See Table.render."""
    from pipelines.facts import expanded

    def replace(node: exp.Expr) -> exp.Expr:
        name = parameter_name(node)
        if name is None:
            return node
        if name not in values:
            raise SpecError(f"{table.path}: the SQL uses ${name}, which is neither a parameter nor a setting")
        return literal(values[name])

    values = table.with_constants(values)
    tree = expanded(table, table.parsed(), values, is_stored)
    tree = substituted(tree, inputs)
    if dialect != "duckdb":
        tree = _named_apart(tree)
    return tree.transform(replace, copy=False).sql(dialect=dialect, pretty=True, copy=False)


def parameter_name(node: exp.Expr) -> str | None:
    """The name of `$name`; None of anything else."""
    from sqlglot import exp

    return (node.name or node.sql().lstrip("$:")) if isinstance(node, exp.Parameter | exp.Placeholder) else None


def substituted(tree: exp.Expr, inputs: Mapping[str, str]) -> exp.Expr:
    """The tree with a SELECT in the place of each table that `inputs` names."""
    from sqlglot import exp

    for node in list(tree.find_all(exp.Table)) if inputs else []:
        text = inputs.get(f"{node.db}.{node.name}")
        if text is not None:
            query = _parse(text, "").copy()
            assert isinstance(query, exp.Query)
            node.replace(query.subquery(node.alias_or_name))
    return tree


def _named_apart(tree: exp.Expr) -> exp.Expr:
    """The tree with a name of its own for each named part: sqlglot moves all of them to the top of Spark's text."""
    from sqlglot import exp

    for number, parts in enumerate(sorted(tree.find_all(exp.With), key=lambda node: -node.depth)):
        for part in parts.expressions:
            part.set("materialized", None)  # a hint to DuckDB
        names = {part.alias: f"{part.alias}_{number}" for part in parts.expressions}
        for table in parts.parent.find_all(exp.Table) if parts.parent else []:
            if not table.db and table.name in names:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(table.alias_or_name)))
                table.set("this", exp.to_identifier(names[table.name]))
        for part in parts.expressions:
            part.set("alias", exp.TableAlias(this=exp.to_identifier(names[part.alias])))
    return tree


@functools.cache
def load_tables(root: Path = ASSETS) -> dict[str, Table]:
    """Every table of core, facts and metrics by qualified name, in an order in which each follows what it reads."""
    files = sorted(f for schema in SCHEMAS for f in (root / schema).glob("*.*") if f.suffix in (".sql", ".py"))
    tables = {t.qualified: t for t in map(read_table, (f for f in files if not f.name.startswith("_")))}
    return _in_order(tables)


def read_table(path: Path) -> Table:
    """One table file. Raises SpecError naming the file and what is wrong in its header."""
    text = path.read_text(encoding="utf-8")
    match = _HEADER.match(text)
    if not match:
        raise SpecError(f"{path}: no header; a table file begins with a YAML comment (see docs/architecture.md)")
    header = checked(parse(match.group(1), path), Header, path)
    is_sql = path.suffix == ".sql"
    if is_sql and header.reads:
        raise SpecError(f"{path}: reads: is for tables built in Python; what a SELECT reads is read from its SQL")
    if not is_sql and header.rebuild:
        raise SpecError(f"{path}: rebuild: is for SQL; a table built in Python brings itself up to the pass")
    sql = text[match.end() :].strip().rstrip(";") if is_sql else ""
    return Table(path.parent.name, path.stem, path, header, sql)


@functools.cache
def _parse(sql: str, path: str) -> exp.Expr:
    import sqlglot

    try:
        return sqlglot.parse_one(sql, read="duckdb")
    except sqlglot.errors.ParseError as error:
        raise SpecError(f"{path}: not one readable SELECT: {error}") from error


def _in_order(tables: dict[str, Table]) -> dict[str, Table]:
    from graphlib import TopologicalSorter

    graph = {name: [d for d in table.dependencies if d in tables] for name, table in tables.items()}
    return {name: tables[name] for name in TopologicalSorter(graph).static_order()}
