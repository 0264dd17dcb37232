"""What a table file reads, and its SELECT as text for one engine, facts and statistics in their places.

What belongs here: parameters, constants, which rows of a fact a metric reads, and whether from the fact's table or,
asked with parameters that the table was not built for, from the fact's own SQL over core. What does not: one file by
itself (spec/table_file.py), breakdowns (breakdowns.py), text and trees of SQL (sql_text.py, sql_tree.py), running it
(engines/).

A metric's header says which facts it reads and what it asks of them:

    facts:
      first_orders: {longest_gap_days: windows}      fact's parameter: the metric's own of the same meaning

A fact's header has `parameters` (what its table is built with), `covers` (those of which a table built with a greater
number answers a smaller one too), `dated_by` (the date that a breakdown of dates is looked up by) and `instead`
(another fact that answers certain parameters in its place, by a shorter way).
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipelines import activities, breakdowns
from pipelines.spec.literals import literal, literal_text
from pipelines.spec.nearest import hint
from pipelines.spec.reading import SpecError
from pipelines.spec.table_file import ASSETS, METRICS, TableFile, read_table_file
from pipelines.sql_text import Unreadable, computed, fill, parameters, put_in_place, references
from pipelines.sql_tree import named_apart, parameter_name, reduced, substituted
from pipelines.statistics import statistics_read

if TYPE_CHECKING:
    from sqlglot import exp

FACTS = "facts"


def defaults_of(table: TableFile) -> dict[str, Any]:
    """By name its parameters' defaults; the word breakdowns stands for those of the facts that the table reads."""
    given = table.header.parameters
    return {k: list(breakdowns_read(table)) if v == "breakdowns" else v for k, v in given.items()}


def dependencies_of(table: TableFile) -> tuple[str, ...]:
    """Qualified names of the tables that a table reads, from its SQL (or its header, where it is Python), whichever of
    its breakdowns is asked for."""
    if not table.sql:
        return tuple(sorted(table.header.reads))
    try:
        offered = table.header.choices.get("segments", ("default",))
        values = defaults_of(table) | ({} if offered == ("default",) else {"segments": list(offered)})
        placed = facts_read(table, with_constants(table, values), is_stored=True)
        own = {one.table for one in references(table.sql)} - placed.keys()
        return tuple(sorted(own.union(*({one.table for one in references(text)} for text in placed.values()))))
    except Unreadable as error:
        raise SpecError(f"{table.path}: not one readable SELECT: {error}") from error


def render(
    table: TableFile,
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
        return _filled(table, values, dict(inputs or {}), is_stored)
    key = (str(table.path), table.sql, dialect, repr(values), repr(inputs), str(is_stored))
    if key not in _TEXTS:
        _TEXTS[key] = rendered_by_tree(table, dialect, dict(values), dict(inputs or {}), is_stored)
    return _TEXTS[key]


def _filled(table: TableFile, values: Mapping[str, Any], inputs: Mapping[str, str], is_stored: bool) -> str:
    """See render; the file's own text, but for a fact, whose breakdowns sqlglot writes."""
    values = with_constants(table, values)
    sql = put_in_place(in_place(table, values, is_stored), inputs)
    if unknown := [name for name in parameters(sql) if name not in values]:
        raise SpecError(f"{table.path}: the SQL uses ${unknown[0]}, which is neither a parameter nor a setting")
    return fill(sql, lambda name: literal_text(values[name]))


def _render_part(table: TableFile, values: Mapping[str, Any], is_stored: bool) -> str:
    """DuckDB's text for a place in another table's, which is to replace every `$name` that `values` lacks."""
    values = with_constants(table, values)
    text = in_place(table, values, is_stored)
    return fill(text, lambda name: literal_text(values[name]) if name in values else f"${name}")


def with_constants(table: TableFile, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, what people are asked to have done as SQL, and what the header's constants make of them, as far as
    what these need is there."""
    known = _segments_of(table) | dict(values)
    for name in table.header.activities.keys() & known.keys():
        texts = [known[name]] if isinstance(known[name], str) else known[name]
        known |= activities.asked(name, texts, known)
    stated = {name: text for name, text in table.header.constants.items() if known.keys() >= set(parameters(text))}
    return known | {name: constant(text, known) for name, text in stated.items()}


def constant(text: str, values: Mapping[str, Any]) -> Any:
    """The value of SQL over parameters alone; DuckDB computes it, whichever engine is asked."""
    return computed(fill(text, lambda name: literal_text(values[name])))


# Texts rendered for other engines; a nightly run asks for the same ones again and again.
_TEXTS: dict[tuple[str, ...], str] = {}


def rendered_by_tree(
    table: TableFile, dialect: str, values: dict[str, Any], inputs: dict[str, str], is_stored: bool
) -> str:
    """See render: the way to every dialect but DuckDB's, whose text is filled in."""

    def replace(node: exp.Expr) -> exp.Expr:
        name = parameter_name(node)
        if name is None:
            return node
        if name not in values:
            raise SpecError(f"{table.path}: the SQL uses ${name}, which is neither a parameter nor a setting")
        return literal(values[name])

    values = with_constants(table, values)
    tree = expanded(table, table.parsed(), values, is_stored)
    tree = substituted(tree, inputs)
    if dialect != "duckdb":
        tree = reduced(named_apart(tree))
    return tree.transform(replace, copy=False).sql(dialect=dialect, pretty=True, copy=False)


@functools.cache
def find_fact(name: str) -> TableFile:
    """A fact by its bare name. It is read by itself: the list of all tables needs to know what each of them reads."""
    path = ASSETS / FACTS / f"{name}.sql"
    if not path.exists():
        known = [file.stem for file in path.parent.glob("*.sql")]
        raise SpecError(f"no fact '{name}'; {hint(name, known, otherwise='facts')}")
    return read_table_file(path)


def breakdowns_read(table: TableFile) -> dict[str, None]:
    """Every breakdown that the facts and metrics of a table's header offer or read, in the order of breakdowns.yaml."""
    read: list[Mapping[str, Any]] = [
        breakdowns.breakdowns_of(fact) or breakdowns_read(find_fact(fact)) for fact in table.header.facts
    ]
    files = [path for name in table.header.metrics for path in (ASSETS / METRICS).glob(f"{name}.*")]
    read += [breakdowns_read(read_table_file(path)) for path in files if path.suffix in (".sql", ".py")]
    return {name: None for name in breakdowns.load_breakdowns() if any(name in offered for offered in read)}


def expanded(table: TableFile, tree: exp.Expr, values: Mapping[str, Any], is_stored: bool = True) -> exp.Expr:
    """The SELECT of a table with SELECTs in the place of the facts that it reads; of a fact also its breakdowns."""
    values = with_constants(table, values)
    return substituted(_with_breakdowns(table, tree, values), facts_read(table, values, is_stored))


def in_place(table: TableFile, values: Mapping[str, Any], is_stored: bool = True) -> str:
    """The SELECT of a table as DuckDB's text, facts in their places, parameters as `$name`; the file's own text, but
    for a fact, whose breakdowns are written anew."""
    key = (table.sql, tuple(values.get("segments") or ()))
    if table.schema == FACTS and key not in _FACT_TEXTS and breakdowns.breakdowns_of(table.name):
        _FACT_TEXTS[key] = breakdowns.written(table.sql, _stored(table, values))
    return put_in_place(_FACT_TEXTS.get(key, table.sql), facts_read(table, values, is_stored))


def _segments_of(table: TableFile) -> dict[str, list[str]]:
    """The parameter segments of a fact's own table: every breakdown that it offers."""
    return {"segments": list(breakdowns.breakdowns_of(table.name))} if table.schema == FACTS else {}


def _with_breakdowns(table: TableFile, tree: exp.Expr, values: Mapping[str, Any]) -> exp.Expr:
    return breakdowns.expand(tree, _stored(table, values)) if table.schema == FACTS else tree


def _stored(fact: TableFile, values: Mapping[str, Any]) -> list[breakdowns.Breakdown]:
    """The breakdowns that stand in a fact's rows where those of `values` are asked for."""
    offered = breakdowns.breakdowns_of(fact.name)
    asked = [name for name in values.get("segments") or offered if name in offered]
    # asked for none that it has, a fact answers with no rows, and must be SQL all the same
    return breakdowns.stored(offered, asked or list(offered)[:1])


# Facts' texts by their SQL and the breakdowns asked for.
_FACT_TEXTS: dict[tuple[str, tuple[str, ...]], str] = {}


def facts_read(table: TableFile, values: Mapping[str, Any], is_stored: bool) -> dict[str, str]:
    """SELECTs in the place of the facts and statistics that a table reads."""
    asked = table.header.facts
    facts = {f"{FACTS}.{name}": _rows(name, wanted, values, is_stored) for name, wanted in asked.items()}
    return facts | statistics_read(one.table for one in references(table.sql))


def _rows(name: str, wanted: Mapping[str, str], values: Mapping[str, Any], is_stored: bool) -> str:
    """The SELECT of a fact's rows that answers a metric's parameters."""
    fact = find_fact(name)
    asked = list(values.get("segments") or breakdowns.breakdowns_of(name))
    given = {parameter: _value(fact, parameter, values[of]) for parameter, of in wanted.items()}
    values = with_constants(fact, {**defaults_of(fact), **values, **given, "segments": asked})
    for one in (fact, _in_its_place(fact, values)):
        # of a view an engine would make every breakdown, whichever is asked for
        if is_stored and not one.is_view and all(_has(one, *item, values) for item in given.items()):
            return _read(one, one.qualified, asked)
    inlined = _render_part(_in_its_place(fact, values), values, is_stored)
    return f"with {name} as ({inlined}) {_read(fact, name, asked)}"


def rows_by(name: str, wanted: Mapping[str, str], values: Mapping[str, Any], one: breakdowns.Breakdown) -> str:
    """The SELECT of a fact's rows broken down by one breakdown alone, which may be the asker's own; never from its
    table."""
    fact = find_fact(name)
    given = {parameter: _value(fact, parameter, values[of]) for parameter, of in wanted.items()}
    own = dataclasses.replace(fact, sql=breakdowns.written(fact.sql, [one]))
    inlined = _render_part(own, {**defaults_of(fact), **values, **given}, is_stored=True)
    return f"with {name} as ({inlined}) select {', '.join(fact.columns)} from {name}"


def _read(fact: TableFile, source: str, asked: list[str]) -> str:
    offered = breakdowns.breakdowns_of(fact.name)
    return breakdowns.read_stored(source, list(fact.columns), fact.header.dated_by, offered, asked)


def _in_its_place(fact: TableFile, values: Mapping[str, Any]) -> TableFile:
    """The fact, or the one of its header's `instead` that says the same of these values by a shorter way."""
    for name, condition in fact.header.instead.items():
        if values.keys() >= set(parameters(condition)) and constant(condition, values):
            return find_fact(name)
    return fact


def _value(fact: TableFile, parameter: str, asked: Any) -> Any:
    """Of several numbers asked for the greatest, where the fact covers the smaller ones."""
    return max(asked) if parameter in fact.header.covers and isinstance(asked, list) else asked


def _has(fact: TableFile, parameter: str, asked: Any, values: Mapping[str, Any]) -> bool:
    """Whether a fact's table was built with what is asked; core_… is what a setting was then. What it has no parameter
    for, it does not depend on."""
    built = values.get(f"core_{parameter}", defaults_of(fact).get(parameter, asked))
    return asked <= built if parameter in fact.header.covers else asked == built
