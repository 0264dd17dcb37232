"""Breakdowns: what a number can be split by, read from assets/breakdowns.yaml and expanded in the SQL of facts.

What belongs here: that table's model, and the SQL it stands for. What does not: a breakdown's name or column (there),
which fact a metric reads with which parameters (rendering.py).

In a fact's SQL stand two marks. `$breakdown_columns`, where core is scanned, is one column per breakdown.
`$breakdowns`, where these rows are counted, is three columns (segment_by, segment, segment_platform) and the grouping
sets that make them. Grouping sets and no list to unfold: a breakdown of a thousand values costs what one of ten costs,
and no row is repeated.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.kept import kept
from pipelines.spec.header import Title
from pipelines.spec.reading import SpecError, Strict, read
from pipelines.spec.table_file import ASSETS
from pipelines.sql_tree import parameter_name, parse_select

if TYPE_CHECKING:
    from sqlglot import exp

FILE = ASSETS / "breakdowns.yaml"
NOTHING = "none"
MARKS = ("breakdown_columns", "breakdowns")
COLUMNS = ("segment_by", "segment", "segment_platform")


class LookedUp(Strict):
    """Where the value of a breakdown that follows from another one stands."""

    table: str
    key: str
    column: str


class _Entry(Strict):
    """One entry of the table, as it is written."""

    title: Title
    facts: dict[str, str | tuple[str, str] | None] | tuple[str, ...]
    of: str | None = None
    looked_up: LookedUp | None = None
    missing: str = NOTHING
    description: str = ""


@dataclass(frozen=True)
class Breakdown:
    """A breakdown as one fact has it.

    `column` and `platform` are SQL over the fact's rows (both '' for the total); of one that is looked up, `of` names
    the breakdown that it follows from.
    """

    name: str
    column: str = ""
    platform: str = ""
    of: str = ""
    looked_up: LookedUp | None = None
    missing: str = NOTHING


@functools.cache
def load_breakdowns() -> dict[str, _Entry]:
    """Every entry by name. Raises SpecError naming the file, the entry and the key at fault."""
    return read(FILE, dict[str, _Entry])


@functools.cache
def breakdowns_of(fact: str) -> dict[str, Breakdown]:
    """The breakdowns that a fact (its bare name) offers, in the table's order."""
    offered = {name: _of_fact(name, entry, fact) for name, entry in load_breakdowns().items() if fact in entry.facts}
    for name, breakdown in offered.items():
        if breakdown.of and breakdown.of not in offered:
            raise SpecError(f"{FILE}: {name}: {fact} does not have '{breakdown.of}', of which it is looked up")
    return offered


def _of_fact(name: str, entry: _Entry, fact: str) -> Breakdown:
    if isinstance(entry.facts, tuple):
        if entry.of is None or entry.looked_up is None:
            raise SpecError(f"{FILE}: {name}: facts is a list, so 'of' and 'looked_up' must say where it stands")
        return Breakdown(name, of=entry.of, looked_up=entry.looked_up, missing=entry.missing)
    given = entry.facts[fact]
    platform, column = given if isinstance(given, tuple) else ("", given or "")
    return Breakdown(name, column, platform)


def stored(offered: dict[str, Breakdown], asked: Sequence[str]) -> list[Breakdown]:
    """Of the breakdowns asked for those that stand in a fact themselves, and those that others are looked up of."""
    named = {offered[name].of or name for name in asked if name in offered}
    return [breakdown for name, breakdown in offered.items() if name in named]


def written(sql: str, breakdowns: Sequence[Breakdown]) -> str:
    """The SELECT of a fact, expanded, as DuckDB's text."""
    return str(_written(json.dumps([sql, [[one.name, one.column, one.platform] for one in breakdowns]])))


@kept
def _written(asked: str) -> str:
    sql, breakdowns = json.loads(asked)
    tree = expand(parse_select(sql).copy(), [Breakdown(*one) for one in breakdowns])
    return tree.sql(dialect="duckdb", pretty=True)


def expand(tree: exp.Expr, breakdowns: Sequence[Breakdown]) -> exp.Expr:
    """The SELECT of a fact with its two marks replaced by what stands for them."""
    from sqlglot import exp

    for select in list(tree.find_all(exp.Select)):
        for mark in select.expressions:
            name = parameter_name(mark)
            if name == "breakdown_columns":
                _replace(select, mark, _columns(breakdowns))
            elif name == "breakdowns":
                keys = [key for key in select.expressions if key is not mark and not key.find(exp.AggFunc)]
                _group(select, keys, breakdowns)
                _replace(select, mark, _segments(breakdowns))
    return tree


def _replace(select: exp.Select, mark: exp.Expr, columns: list[exp.Expr]) -> None:
    others = [[column] if column is not mark else columns for column in select.expressions]
    select.set("expressions", [column for some in others for column in some])


def _columns(breakdowns: Sequence[Breakdown]) -> list[exp.Expr]:
    """Where core is scanned: each breakdown's value, and of a numbered thing its platform."""
    from sqlglot import parse_one

    found = []
    for one in breakdowns:
        if one.platform:
            found.append(f"case when {one.column} is not null then {one.platform} end as by_{one.name}_platform")
        if one.column:
            found.append(f"coalesce({one.column}, '{NOTHING}') as by_{one.name}")
    return [parse_one(f"select {text}", read="duckdb").expressions[0] for text in found]


def _keys_of(one: Breakdown) -> list[str]:
    return [f"by_{one.name}_platform"] * bool(one.platform) + [f"by_{one.name}"] * bool(one.column)


def _group(select: exp.Select, keys: Sequence[exp.Expr], breakdowns: Sequence[Breakdown]) -> None:
    """One grouping set per breakdown; a plain grouping where there is one."""
    from sqlglot import exp

    same = [key.unalias() for key in keys]
    sets = [[*(k.copy() for k in same), *(exp.column(k) for k in _keys_of(one))] for one in breakdowns]
    if len(sets) == 1:
        select.set("group", exp.Group(expressions=sets[0]))
        return
    tuples = exp.GroupingSets(expressions=[exp.Tuple(expressions=some) for some in sets])
    select.set("group", exp.Group(grouping_sets=[tuples]))


def _segments(breakdowns: Sequence[Breakdown]) -> list[exp.Expr]:
    """segment_by, segment and segment_platform of a row, told by the grouping set that it is of."""
    from sqlglot import parse_one

    values = (
        ("segment_by", "'all'", {one.name: f"'{one.name}'" for one in breakdowns}),
        ("segment", "'all'", {one.name: f"by_{one.name}" for one in breakdowns if one.column}),
        ("segment_platform", "null", {one.name: f"by_{one.name}_platform" for one in breakdowns if one.platform}),
    )
    texts = [f"cast({_of_set(breakdowns, total, found)} as varchar) as {name}" for name, total, found in values]
    return list(parse_one(f"select {', '.join(texts)}", read="duckdb").expressions)


def _of_set(breakdowns: Sequence[Breakdown], total: str, values: dict[str, str]) -> str:
    """The value of the breakdown by which a row was grouped; `total` where it has none."""
    if len(breakdowns) == 1:
        return values.get(breakdowns[0].name, total)
    named = [one for one in breakdowns if one.column and one.name in values]
    whens = " ".join(f"when grouping(by_{one.name}) = 0 then {values[one.name]}" for one in named)
    return f"case {whens} else {total} end" if whens else total


def read_stored(
    source: str, columns: Sequence[str], dated_by: str, offered: dict[str, Breakdown], asked: Sequence[str]
) -> str:
    """A SELECT of a fact's columns for the breakdowns asked for, the looked-up ones made of those they follow from.

    A fact without breakdowns is read whole. `source`: the name under which the fact's rows stand. `dated_by`: its
    column that a date is looked up by.
    """
    if not offered:
        return f"select {', '.join(columns)} from {source}"
    here = [offered[name] for name in asked if name in offered]
    plain = ", ".join(f"'{one.name}'" for one in here if not one.of)
    parts = [f"select {', '.join(columns)} from {source} as f where f.segment_by in ({plain})"] if plain else []
    parts += [_looked_up(source, columns, dated_by, one) for one in here if one.of]
    return " union all ".join(parts) or f"select {', '.join(columns)} from {source} as f where false"


def _looked_up(source: str, columns: Sequence[str], dated_by: str, one: Breakdown) -> str:
    assert one.looked_up is not None
    place = one.looked_up
    value = f"coalesce(x.{place.column}, '{one.missing}')"
    match = f"f.{dated_by} = x.{place.key}"
    if one.of != "all":
        match = f"f.segment_platform = x.platform and f.segment = x.{place.key}"
        value = f"case when f.segment_platform is null then '{NOTHING}' else {value} end"
    made = {"segment_by": f"'{one.name}'", "segment": value, "segment_platform": "cast(null as varchar)"}
    listed = ", ".join(f"{made[name]} as {name}" if name in made else f"f.{name}" for name in columns)
    return f"select {listed} from {source} as f left join {place.table} as x on {match} where f.segment_by = '{one.of}'"
