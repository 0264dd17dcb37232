"""Whether a table's rows make up its own totals, by what its header says: counts, amounts, medians, ladders, windows.

What belongs here: the rules, for any table with breakdowns. What does not: a table's name (each rule is asked of all),
what two tables must tell alike (test_published.py).

A breach is a sentence: the table, the column, the breakdown, the cell, and what was found there.
"""

from __future__ import annotations

from typing import Any

from pipelines.spec.adding_up import BREAKDOWN, promised
from pipelines.tables import Table

HINT = "the rows of a breakdown do not make up the row of all: where that is right, the column says over_segments"
# What must hold of a cell; {c} the column. NULL in the row of all: it is not told, so nothing is promised.
HOLDS = {
    "sum": "coalesce({c}_whole, 0) = {c}_sum",
    "distinct": "{c}_whole is null or ({c}_most <= {c}_whole and {c}_whole <= {c}_sum)",
    "part": "{c}_whole is null or {c}_sum <= {c}_whole",
    "within": "{c}_whole is null or {c}_most <= {c}_whole",
}


def breaches(connection: Any, table: Table, source: str = "") -> list[str]:
    """What does not reconcile in a table of this connection, or in `source` in its place; at most five a rule."""
    if not promised(table):
        return []
    source = source or table.qualified
    cell = _cell(connection, table, source)
    asked = [
        *_sums(table, source, cell),
        *_medians(table, source, cell),
        *_ladders(table, source),
        *_windows(table, source),
    ]
    rows = [row for sql in asked for row in connection.execute(f"{sql} limit 5").fetchall()]
    return [" · ".join([table.qualified, *map(str, row)]) for row in rows]


def _cell(connection: Any, table: Table, source: str) -> str:
    """SQL: the key without the breakdown, as one text. What is 'all' in every total only says what a row is of.

    Facts name the platform whose clock holds for a row; a person of two platforms stands under one of them.
    """
    keys = [key for key in table.key if key not in (*BREAKDOWN, "platform")]
    if not keys:
        return "''"
    totals = ", ".join(f"bool_and(cast({key} as varchar) = 'all')" for key in keys)
    rolled_up = connection.execute(f"select {totals} from {source} where segment_by = 'all'").fetchall()[0]
    texts = [f"coalesce(cast({key} as varchar), '-')" for key, is_so in zip(keys, rolled_up, strict=True) if not is_so]
    return f"concat_ws(' | ', {', '.join(texts)})" if texts else "''"


def _sums(table: Table, source: str, cell: str) -> list[str]:
    """Each column's rows of a breakdown against the row of all, as it promises; not of one that never tells it."""
    told = {name: word for name, word in promised(table).items() if word != "apart"}
    if not told:
        return []
    cells = f"""
        with told as (
          select {cell} as cell, segment_by as breakdown, segment,
            {", ".join(f'sum("{c}") as "{c}"' for c in told)}
          from {source} group by all
        ),
        wanted as (
          select w.*, n.breakdown as wanted_breakdown
          from (select * from told where breakdown = 'all') as w
          cross join (select distinct breakdown from told where breakdown <> 'all') as n
        ),
        cells as (
          select coalesce(w.cell, p.cell) as cell, coalesce(w.wanted_breakdown, p.breakdown) as breakdown,
            count(w.cell) > 0 as has_whole, {", ".join(_counts(table, c) for c in told)}
          from wanted as w
          full join (select * from told where breakdown <> 'all') as p
            on w.cell = p.cell and w.wanted_breakdown = p.breakdown
          group by all
        ),
        known as materialized (
          select *, {", ".join(f"sum({c}_told) over (partition by breakdown) as {c}_ever" for c in told)} from cells
        )"""
    found = [
        f"select '{c}' as name, breakdown, cell, concat('all ', {c}_whole, ', together ', {c}_sum) as found from known "
        f"where {c}_ever > 0 and not (case when has_whole then {HOLDS[word].format(c=c)} else {c}_most = 0 end)"
        for c, word in told.items()
    ]
    return [f"{cells} " + " union all ".join(found)]


def _counts(table: Table, c: str) -> str:
    """SQL over a cell (w: the row of all, p: the breakdown's): the whole, the sum, the greatest, how many tell it."""
    only = " or ".join(f"(coalesce(w.{d}, 0) > 0 and coalesce(p.{d}, 0) = 0)" for d in _divided_by(table, c))
    # A part of nobody is a count so far (retention), and in no rate of the whole.
    counted = f'case when {only} then 0 else p."{c}" end' if only else f'p."{c}"'
    return (
        f'any_value(w."{c}") as {c}_whole, coalesce(sum({counted}), 0) as {c}_sum, '
        f'coalesce(max({counted}), 0) as {c}_most, count(p."{c}") as {c}_told'
    )


def _divided_by(table: Table, c: str) -> list[str]:
    """The counts of people or things over which a rate divides a column."""
    rates = [column.of.parts for column in table.columns.values() if column.unit == "ratio" and column.of]
    told = [parts[1] for parts in rates if parts and parts[0] == c]
    return [d for d in told if table.columns[c].unit != "yuan" and promised(table).get(d, "apart") != "apart"]


def _medians(table: Table, source: str, cell: str) -> list[str]:
    """A median of all lies between the least and the greatest median of its parts."""
    names = [
        c for c in table.columns if (c.startswith("median_") or c.endswith("_p50")) and table.columns[c].of is None
    ]
    return [
        f"""
        with told as (select {cell} as cell, segment_by, segment, {c} from {source} where {c} is not null)
        select '{c}' as name, p.segment_by, p.cell, any_value(w.{c}) as whole, min(p.{c}) as least, max(p.{c}) as most
        from told as p
        left join (select * from told where segment_by = 'all') as w on p.cell = w.cell
        where p.segment_by <> 'all'
        group by p.segment_by, p.cell
        having coalesce(any_value(w.{c}) not between min(p.{c}) and max(p.{c}), true)
        """
        for c in names
    ]


def _ladders(table: Table, source: str) -> list[str]:
    """Of numbered steps: `previous_x` holds x and is held by the step before; `next_x` is the step after's x."""
    numbers = [key for key in table.key if key.endswith("_no")]
    rates = [column.of.parts for column in table.columns.values() if column.of and column.of.parts]
    found = []
    for number in numbers[:1]:
        others = ", ".join(f"cast({key} as varchar)" for key in table.key if key != number)
        steps = f"""
            select cell, {number}, {{1}} as one, {{2}} as other,
              {{0}} over (partition by cell order by {number}) as beside
            from (select *, concat_ws(' | ', {others}) as cell from {source})"""
        last = f"(select max({number}) from {source})"
        for x, y in rates:
            if y == f"previous_{x}":
                told, wrong = steps.format(f"lag({x})", x, y), "one > other or other > beside"
            elif x == f"next_{y}":
                told = steps.format(f"lead({y})", x, y)
                wrong = f"one > other or (one <> coalesce(beside, 0) and {number} < {last})"
            else:
                continue
            found.append(f"select '{x}' as name, cell, {number}, one, other, beside from ({told}) where {wrong}")
    return found


def _windows(table: Table, source: str) -> list[str]:
    """Who did it within a window did it within a longer one, where both are over for the whole cohort."""
    if "window_days" not in table.key or "is_mature" not in table.columns:
        return []
    rates = [column.of.parts for column in table.columns.values() if column.unit == "ratio" and column.of]
    counted = {parts[0] for parts in rates if parts} & table.columns.keys()
    others = ", ".join(key for key in table.key if key != "window_days")
    return [
        f"""
        select '{c}' as name, {others}, window_days, shorter, {c} from (
          select *, lag({c}) over (partition by {others} order by window_days) as shorter from {source} where is_mature
        ) where {c} < shorter
        """
        for c in sorted(counted)
    ]
