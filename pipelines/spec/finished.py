"""What a metric's header says of its columns, as a SELECT around the file's own: nothing is said twice.

What belongs here: rates, amounts per head, what is small, the types and the order of the columns. What does not: counts
(assets/metrics), parameters' values (rendering.py).

A metric's file counts; a column with `of` or `small_of` that its last SELECT does not name is made here.
"""

from __future__ import annotations

from pipelines.spec.header import Column, Header, Ratio
from pipelines.sql_text import outputs


def finished(sql: str, header: Header) -> str:
    """The SELECT of every column of the header, from a metric's own. Raises sql_text.Unreadable."""
    own = outputs(sql)
    columns = [f"  {_made(column, column.name in own)} as {_name(column)}" for column in header.columns.values()]
    return "select\n" + ",\n".join(columns) + f"\nfrom (\n{sql}\n) as counted"


def _made(column: Column, is_own: bool) -> str:
    if column.small_of and not is_own:
        return f"{column.small_of} < $small_group"
    if column.of and column.of.parts and not is_own:
        made = _amount(column.of) if column.unit == "yuan" else _rate(column.of)
        return f"case when {column.of.when} then {made} end" if column.of.when else made
    return f"cast({_name(column)} as {column.type})"


def _rate(of: Ratio) -> str:
    """NULL over nothing."""
    numerator, denominator = of.parts
    times = f" * {of.times}" if of.times != 1 else ""
    return f"cast({numerator} as double){times} / nullif(cast({denominator} as double), 0)"


def _amount(of: Ratio) -> str:
    """Per head, rounded half up in whole cents: decimals are divided otherwise by every engine."""
    numerator, denominator = of.parts
    halves = f"cast(({numerator}) * {200 * of.times} as bigint) + ({denominator})"
    return f"cast(cast(({halves}) // nullif(({denominator}) * 2, 0) as double) / 100 as decimal(18, 2))"


def _name(column: Column) -> str:
    return f'"{column.name}"'  # a column may be called left
