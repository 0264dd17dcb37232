"""A table file read once: header and SQL, what it needs, and its text for one engine.

What belongs here: the grammar of `assets/{core,metrics}` files. What does not: running them (`engines/`), Dagster
(`definitions`), any meaning of a table.
"""

from __future__ import annotations

import functools
import importlib.util
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import yaml

from pipelines.sql_text import Unreadable, fill, parameters, put_in_place, references
from pipelines.yaml_text import read_yaml

if TYPE_CHECKING:
    from sqlglot import exp

ASSETS = Path(__file__).resolve().parent.parent / "assets"
SCHEMAS = ("core", "facts", "metrics")
_HEADER = re.compile(r"\A\s*(?:/\*|\"\"\")(.*?)(?:\*/|\"\"\")", re.DOTALL)


class TableError(ValueError):
    """A table file is not written as the grammar asks; the message names the file and the remedy."""


@dataclass(frozen=True)
class Column:
    """One column of a table's header."""

    name: str
    type: str
    unit: str = ""
    zh: str = ""
    description: str = ""
    zh_description: str = ""


@dataclass(frozen=True)
class Table:
    """One file of `assets/core` or `assets/metrics`.

    `sql` is the SELECT in DuckDB's dialect ('' for a table built in Python), `dependencies` the tables it reads.
    """

    schema: str
    name: str
    path: Path
    header: dict[str, Any]
    sql: str

    @property
    def qualified(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def is_python(self) -> bool:
        return self.path.suffix == ".py"

    @property
    def is_view(self) -> bool:
        return self.header.get("materialized") == "view"

    @property
    def counted_by(self) -> str | None:
        """Of a fact that follows its people, the count that is above zero in every row of it; else None."""
        return self.header.get("counted_by")

    @property
    def measures(self) -> list[str]:
        """Of a fact, the columns that add up: all that are not part of its grain."""
        grain = [name.strip() for name in str(self.header["grain"]).split(",")]
        return [name for name in self.columns if name not in grain]

    @property
    def title(self) -> dict[str, str]:
        return dict(self.header["title"])

    @property
    def description(self) -> str:
        return str(self.header["description"]).strip()

    @functools.cached_property
    def parameters(self) -> dict[str, Any]:
        """By name their defaults; the word breakdowns stands for those of the facts that the table reads."""
        from pipelines.facts import breakdowns_read

        given = dict(self.header.get("parameters") or {})
        return {k: list(breakdowns_read(self)) if v == "breakdowns" else v for k, v in given.items()}

    @property
    def checks(self) -> list[dict[str, Any]]:
        return list(self.header.get("checks") or [])

    @functools.cached_property
    def columns(self) -> dict[str, Column]:
        try:
            return {name: Column(name, **given) for name, given in self.header["columns"].items()}
        except TypeError as error:
            raise TableError(
                f"{self.path}: a column of the header: {error}; quote a text that holds a comma"
            ) from error

    @functools.cached_property
    def dependencies(self) -> tuple[str, ...]:
        """Qualified names of the tables that this one reads, from its SQL (or its header, where it is Python)."""
        if not self.sql:
            return tuple(sorted(self.header.get("reads", [])))
        from pipelines.facts import SCHEMA, text_of

        try:
            read = references(self.sql if self.schema == SCHEMA else text_of(self, self.parameters))
            return tuple(sorted({one.table for one in read}))
        except Unreadable as error:
            raise TableError(f"{self.path}: not one readable SELECT: {error}") from error

    def expression(self) -> exp.Expr:
        """A fresh parsed copy of the SELECT, its breakdowns and the facts it reads as its nightly table has them."""
        from pipelines.facts import expanded

        return expanded(self, self.parsed(), self.parameters)

    def parsed(self) -> exp.Expr:
        """A fresh parsed copy of the SELECT as it stands in the file."""
        return _parse(self.sql, str(self.path)).copy()

    def resolve(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The header's parameters overridden by `given`; an unknown name is refused with the known ones."""
        unknown = sorted(set(given) - set(self.parameters))
        if unknown:
            known = ", ".join(self.parameters) or "none"
            raise TableError(f"{self.qualified} has no parameter '{unknown[0]}'; its parameters are: {known}")
        typed = {k: _like(self.parameters[k], v, k, self.qualified) for k, v in given.items()}
        for name, value in typed.items():
            self._check_choice(name, value)
            self._check_numbers(name, value)
        return {**self.parameters, **typed}

    @property
    def choices(self) -> dict[str, list[Any]]:
        """Of parameters that take certain words only, which; `number` among them stands for any whole number."""
        stated = self.header.get("choices") or {}
        return {name: self.parameters[name] if words == "default" else words for name, words in stated.items()}

    @property
    def words_of(self) -> dict[str, dict[str, Any]]:
        """Of parameters whose words are a column's values, which column, and which words (`or`) besides."""
        return dict(self.header.get("words_of") or {})

    def _check_choice(self, name: str, value: Any) -> None:
        """A word that the SQL does not know would give a table of zeros, or one with another meaning."""
        allowed = self.choices.get(name)
        if allowed is None or value is None:
            return
        for word in value if isinstance(value, list) else [value]:
            if word not in allowed and not ("number" in allowed and str(word).isdigit()):
                words = ", ".join(map(str, allowed))
                raise TableError(f"{self.qualified}: parameter '{name}' is {word!r}; expected one of: {words}")

    def _check_numbers(self, name: str, value: Any) -> None:
        """Every number asked for is a count of days, people or rows; below zero the SQL would answer with zeros."""
        if value == []:
            example = self.parameters[name]
            raise TableError(f"{self.qualified}: parameter '{name}' is empty; expected something like {example}")
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, int | float) and item < 0:
                raise TableError(f"{self.qualified}: parameter '{name}' is {item}; expected 0 or more")

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

        sql = put_in_place(text_of(self, values, is_stored), inputs)
        if unknown := [name for name in parameters(sql) if name not in values]:
            raise TableError(f"{self.path}: the SQL uses ${unknown[0]}, which is neither a parameter nor a setting")
        return fill(sql, lambda name: literal_text(values[name]))

    def module(self) -> ModuleType:
        """The Python file of a table built in Python; it offers `build(connection, settings)`."""
        spec = importlib.util.spec_from_file_location(f"assets.{self.schema}.{self.name}", self.path)
        if spec is None or spec.loader is None:
            raise TableError(f"{self.path}: not a Python file")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module


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
            raise TableError(f"{table.path}: the SQL uses ${name}, which is neither a parameter nor a setting")
        return literal(values[name])

    tree = expanded(table, table.parsed(), values, is_stored)
    return substituted(tree, inputs).transform(replace, copy=False).sql(dialect=dialect, pretty=True, copy=False)


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


def literal_text(value: Any) -> str:
    """A Python value as DuckDB writes it, equal to literal(); in parentheses below zero: no `a -$b` is a comment."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, date):
        return f"cast('{value.isoformat()}' as date)"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal_text, value))}]" if value else "cast([] as varchar[])"
    if isinstance(value, int | float | Decimal):
        return f"({value})" if value < 0 else str(value)
    raise TypeError(f"{type(value).__name__} is no value for SQL: {value!r}")


def literal(value: Any) -> exp.Expr:
    """A Python value as a SQL literal; an empty list is a list of text."""
    from sqlglot import exp

    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    if isinstance(value, list | tuple):
        array = exp.Array(expressions=[literal(item) for item in value])
        return array if value else exp.cast(array, "array<varchar>", dialect="spark")
    return exp.convert(value)


@functools.cache
def load_tables(root: Path = ASSETS) -> dict[str, Table]:
    """Every table of core, facts and metrics by qualified name, in an order in which each follows what it reads."""
    files = sorted(f for schema in SCHEMAS for f in (root / schema).glob("*.*") if f.suffix in (".sql", ".py"))
    tables = {t.qualified: t for t in map(read_table, (f for f in files if not f.name.startswith("_")))}
    return _in_order(tables)


def read_table(path: Path) -> Table:
    """One table file. Raises TableError naming the file and what its header lacks."""
    text = path.read_text(encoding="utf-8")
    match = _HEADER.match(text)
    if not match:
        raise TableError(f"{path}: no header; a table file begins with a YAML comment (see docs/architecture.md)")
    try:
        header = read_yaml(match.group(1))
    except yaml.YAMLError as error:
        raise TableError(f"{path}: the header is not YAML: {error}") from error
    for key in ("title", "description", "grain", "columns"):
        if not isinstance(header, dict) or key not in header:
            raise TableError(f"{path}: the header lacks '{key}'")
    if "description_zh" in header:
        header["description_zh"] = unfolded(str(header["description_zh"]))
    sql = text[match.end() :].strip().rstrip(";") if path.suffix == ".sql" else ""
    return Table(path.parent.name, path.stem, path, header, sql)


def unfolded(text: str) -> str:
    """Chinese text over several lines of YAML: the spaces that its line ends became stand between no two words."""
    return re.sub(r"(?<=[，。；：、（）]) | (?=[，。；：、（）])|(?<=[一-鿿]) (?=[一-鿿])", "", text.strip())


@functools.cache
def _parse(sql: str, path: str) -> exp.Expr:
    import sqlglot

    try:
        return sqlglot.parse_one(sql, read="duckdb")
    except sqlglot.errors.ParseError as error:
        raise TableError(f"{path}: not one readable SELECT: {error}") from error


def _in_order(tables: dict[str, Table]) -> dict[str, Table]:
    from graphlib import TopologicalSorter

    graph = {name: [d for d in table.dependencies if d in tables] for name, table in tables.items()}
    return {name: tables[name] for name in TopologicalSorter(graph).static_order()}


def _like(default: Any, value: Any, name: str, table: str) -> Any:
    """A value typed on a command line, read as its default's type. What is named twice is asked for once."""
    if isinstance(default, list) and isinstance(value, list | tuple):
        return list(dict.fromkeys(value))
    if not isinstance(value, str) or isinstance(default, str):
        return [value] if isinstance(default, list) else value
    try:
        if isinstance(default, list):
            items = dict.fromkeys(item.strip() for item in value.split(",") if item.strip())
            return [_number(item) if default and not isinstance(default[0], str) else item for item in items]
        if isinstance(default, bool):
            return {"true": True, "false": False}[value.lower()]
        return _number(value) if isinstance(default, int | float) else read_yaml(value)
    except (ValueError, KeyError) as error:
        raise TableError(f"{table}: parameter '{name}' is {value!r}; expected something like {default!r}") from error


def _number(text: str) -> int | float:
    return int(text) if re.fullmatch(r"[+-]?\d+", text) else float(text)
