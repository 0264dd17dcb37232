"""Facts: long tables of counts by date and breakdown, between core and metrics.

What belongs here: which rows of a fact a metric reads, and whether from the fact's table or, asked with parameters that
the table was not built for, from the fact's own SQL over core. What does not: breakdowns themselves (breakdowns.py),
any fact (assets/facts), building them (engines/).

A metric's header says which facts it reads and what it asks of them:

    facts:
      first_orders: {longest_gap_days: windows}      fact's parameter: the metric's own of the same meaning

A fact's header has `parameters` (what its table is built with), `covers` (those of which a table built with a greater
number answers a smaller one too), `dated_by` (the date that a breakdown of dates is looked up by) and `instead`
(another fact that answers certain parameters in its place, by a shorter way).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines import breakdowns
from pipelines.settings import Settings
from pipelines.spec.nearest import hint
from pipelines.spec.reading import SpecError
from pipelines.sql_text import parameters, put_in_place, references
from pipelines.statistics import statistics_read
from pipelines.tables import ASSETS, Table, constant, load_tables, read_table, substituted

if TYPE_CHECKING:
    import duckdb
    from sqlglot import exp

    from pipelines.building import Built

SCHEMA = "facts"


def fact_tables() -> list[Table]:
    """The facts' table files, each after what it reads."""
    return [table for table in load_tables().values() if table.schema == SCHEMA]


def are_stored(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the facts stand in tables; not over core rebuilt for another day, nor in a snapshot of an older Siyu."""
    here = "table_catalog = current_database() and table_schema = ?"
    rows = connection.execute(f"select table_name from information_schema.tables where {here}", [SCHEMA])
    return {table.name for table in fact_tables()} <= {name for (name,) in rows.fetchall()}


def build_facts(connection: duckdb.DuckDBPyConnection, settings: Settings, as_of: date) -> list[Built]:
    """Every fact, whole, over a core that no run keeps up to date."""
    from pipelines.building import build, values

    return [build(connection, table, values(settings, as_of)) for table in fact_tables()]


@functools.cache
def find_fact(name: str) -> Table:
    """A fact by its bare name. It is read by itself: the list of all tables needs to know what each of them reads."""
    path = ASSETS / SCHEMA / f"{name}.sql"
    if not path.exists():
        known = [file.stem for file in path.parent.glob("*.sql")]
        raise SpecError(f"no fact '{name}'; {hint(name, known, otherwise='facts')}")
    return read_table(path)


def breakdowns_read(table: Table) -> dict[str, None]:
    """Every breakdown that the facts of a table's header offer or read, in the order of breakdowns.yaml."""
    read = [breakdowns.breakdowns_of(fact) or breakdowns_read(find_fact(fact)) for fact in table.header.facts]
    return {name: None for name in breakdowns.load_breakdowns() if any(name in offered for offered in read)}


def expanded(table: Table, tree: exp.Expr, values: Mapping[str, Any], is_stored: bool = True) -> exp.Expr:
    """The SELECT of a table with SELECTs in the place of the facts that it reads; of a fact also its breakdowns."""
    return substituted(_with_breakdowns(table, tree, values), facts_read(table, values, is_stored))


def text_of(table: Table, values: Mapping[str, Any], is_stored: bool = True) -> str:
    """The same as DuckDB's text: the file's own, and only breakdowns are written anew; parameters still stand in it."""
    key = (table.sql, tuple(values.get("segments") or ()))
    if table.schema == SCHEMA and key not in _TEXTS and breakdowns.breakdowns_of(table.name):
        _TEXTS[key] = _with_breakdowns(table, table.parsed(), values).sql(dialect="duckdb", pretty=True)
    return put_in_place(_TEXTS.get(key, table.sql), facts_read(table, values, is_stored))


def segments_of(table: Table) -> dict[str, list[str]]:
    """The parameter segments of a fact's own table: every breakdown that it offers."""
    return {"segments": list(breakdowns.breakdowns_of(table.name))} if table.schema == SCHEMA else {}


def _with_breakdowns(table: Table, tree: exp.Expr, values: Mapping[str, Any]) -> exp.Expr:
    if table.schema != SCHEMA:
        return tree
    offered = breakdowns.breakdowns_of(table.name)
    asked = [name for name in values.get("segments") or offered if name in offered]
    # asked for none that it has, a fact answers with no rows, and must be SQL all the same
    return breakdowns.expand(tree, breakdowns.stored(offered, asked or list(offered)[:1]))


# Facts' texts by their SQL and the breakdowns asked for.
_TEXTS: dict[tuple[str, tuple[str, ...]], str] = {}


def facts_read(table: Table, values: Mapping[str, Any], is_stored: bool) -> dict[str, str]:
    """SELECTs in the place of the facts and statistics that a table reads."""
    asked = table.header.facts
    facts = {f"{SCHEMA}.{name}": _rows(name, wanted, values, is_stored) for name, wanted in asked.items()}
    return facts | statistics_read(one.table for one in references(table.sql))


def _rows(name: str, wanted: Mapping[str, str], values: Mapping[str, Any], is_stored: bool) -> str:
    """The SELECT of a fact's rows that answers a metric's parameters."""
    fact = find_fact(name)
    offered = breakdowns.breakdowns_of(name)
    asked = list(values.get("segments") or offered)
    given = {parameter: _value(fact, parameter, values[of]) for parameter, of in wanted.items()}
    # of a view an engine would make every breakdown, whichever is asked for
    has_it = is_stored and not fact.is_view and all(_has(fact, *item, values) for item in given.items())
    source = fact.qualified if has_it else name
    text = breakdowns.read_stored(source, list(fact.columns), fact.header.dated_by, offered, asked)
    if has_it:
        return text
    values = {**fact.parameters, **values, **given, "segments": asked}
    inlined = _in_its_place(fact, values).render_part(values, is_stored)
    return f"with {name} as ({inlined}) {text}"


def _in_its_place(fact: Table, values: Mapping[str, Any]) -> Table:
    """The fact, or the one of its header's `instead` that says the same of these values by a shorter way."""
    for name, condition in fact.header.instead.items():
        if values.keys() >= set(parameters(condition)) and constant(condition, values):
            return find_fact(name)
    return fact


def _value(fact: Table, parameter: str, asked: Any) -> Any:
    """Of several numbers asked for the greatest, where the fact covers the smaller ones."""
    return max(asked) if parameter in fact.header.covers and isinstance(asked, list) else asked


def _has(fact: Table, parameter: str, asked: Any, values: Mapping[str, Any]) -> bool:
    """Whether a fact's table was built with what is asked; core_… is what a setting was then."""
    built = values.get(f"core_{parameter}", fact.parameters[parameter])
    return asked <= built if parameter in fact.header.covers else asked == built
